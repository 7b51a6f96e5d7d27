"""What a type checker shows somebody who uses the SDK. Nothing here is run: mypy and pyright read it.

Lines that must not type-check say so; both checkers complain when such a line has become right.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import assert_type

import pandas as pd

from aihub_api.data_warehouse.models import CreateSearchRequest, SearchStatus, SearchType
from aihub_api.data_warehouse.models import Search as SearchData
from aihub_api.model_training.models import Pod, PodPage, Storage, TrainingStatus
from aihub_api.quota_schedule.models import QuotaTaskStatus
from aihub_api.tag_resource.models import VirtualCluster
from aihub_api.types import Answer
from aihub_api.workflow_center.models import RunStatus, TaskNode
from aihub_sdk import (
    AIHub,
    AIHubError,
    AsyncAIHub,
    AsyncDatasetVersion,
    AsyncQuotaTask,
    AsyncRun,
    AsyncSearch,
    AsyncTraining,
    Box,
    DatasetVersion,
    DownloadReport,
    Hit,
    Hits,
    JobFailed,
    Listing,
    QuotaTask,
    ResponseLost,
    Run,
    Search,
    ServerRefused,
    Training,
    WaitEvent,
    WaitTimeout,
    WhoAmI,
)
from aihub_sdk._calls.unlisted import JsonValue
from aihub_sdk.testing import EmulatedHub, FakeCall, FakeHub


def clients() -> None:
    with AIHub(env="internal-test", timeout=timedelta(seconds=30), max_retries=2, strict=True) as hub:
        assert_type(hub, AIHub)
        assert_type(hub.whoami(), WhoAmI)
        assert_type(hub.login("me", "secret"), WhoAmI)
        assert_type(hub.config.environment, str)
        assert_type(hub.config.timeout, float)
        assert_type(hub.with_options(timeout=5), AIHub)
    AIHub(s3_verify=Path("ca.pem"), services={"data_warehouse": "http://127.0.0.1:1"})
    AIHub("internal-test")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # keyword-only: which setting?
    AIHub(environment="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # no such setting


def searches(hub: AIHub) -> None:
    search = hub.searches.sql("select 1", name="search-001")
    assert_type(search, Search)
    assert_type(search.wait(timeout=600), Search)
    assert_type(search.refresh(), Search)
    assert_type(search.status, SearchStatus | None)
    assert_type(search.created_at, datetime | None)
    assert_type(search.snapshot, SearchData | None)
    assert_type(search.rows(), Iterator[dict[str, str]])
    assert_type(search.to_csv("result.csv"), Path)
    for row in search:
        assert_type(row, dict[str, str])
    assert_type(hub.attach(search), Search)
    found = hub.searches.image("query.jpg", feature_lib_id=3, top_k=5, box=(0, 0, 10, 10))
    assert_type(found, Search)
    assert_type(hub.searches.text("a red truck", feature_lib_id=7, top_k=5), Search)
    assert_type(found.hits(), Hits)
    for hit in found.hits():
        assert_type(hit, Hit)
        assert_type(hit.score, float | None)
        assert_type(hit.box, Box | None)
    assert_type(found.download("images/"), DownloadReport)
    assert_type(found.to_pandas(), pd.DataFrame)
    hub.searches.image("query.jpg", top_k=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # which library?
    search.wait(timeout="10 s")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # seconds or timedelta
    search.id = 7  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]  # handles are frozen


def datasets(hub: AIHub) -> None:
    version = hub.datasets.create("mnist", description="digits").upload("mnist.zip").wait()
    assert_type(version, DatasetVersion)
    assert_type(hub.datasets.version("mnist/V1").download("data/", workers=8), DownloadReport)
    assert_type(version.size_bytes, int | None)


def jobs(hub: AIHub) -> None:
    training = hub.trainings.submit("job.yaml", instances=4)
    assert_type(training, Training)
    assert_type(training.wait(stop_on_interrupt=True), Training)
    assert_type(training.status, TrainingStatus | None)
    assert_type(training.watch(), Iterator[Training])
    assert_type(training.wait(until=["running", TrainingStatus.FAILED]), Training)
    assert_type(training.wait(until=lambda each: each.started_at is not None), Training)
    training.wait(until=1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # no state
    assert_type(training.pods(page_size=100), Iterator[Pod])
    assert_type(training.ref, str)
    training.stop()
    task = hub.quota_tasks.submit(name="a", priority="low")
    assert_type(task, QuotaTask)
    assert_type(task.status, QuotaTaskStatus | None)
    run = hub.workflows.run(1, 2, params={"lr": "0.1"})
    assert_type(run, Run)
    assert_type(run.status, RunStatus | None)
    assert_type(run.nodes, Listing[TaskNode])
    hub.trainings.submit(shmm=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # shm


def many(hub: AIHub, trainings: list[Training]) -> None:
    assert_type(hub.wait_all(trainings, timeout=60), list[Training])
    assert_type(hub.as_completed(trainings), Iterator[Training])

    def told(event: WaitEvent) -> None:
        assert_type(event.elapsed, float)
        assert_type(event.error, AIHubError | None)

    hub.wait_all(trainings, on_event=told)
    assert_type(hub.wait_all(trainings, until=lambda each: each.started_at is not None), list[Training])


def names(hub: AIHub) -> None:
    assert_type(hub.clusters.list(module_type="training")[0], VirtualCluster)
    assert_type(hub.storages.list()[0], Storage)
    assert_type(hub.storages.list()[:2], Listing[Storage])
    assert_type(hub.storages.get("data1").id, int)


def low_level(hub: AIHub) -> None:
    body = CreateSearchRequest(type=SearchType.SQL, name="a", sql="select 1")
    assert_type(hub.api.data_warehouse.create_search(body=body).id, int)
    assert_type(hub.api.data_warehouse.get_search(id=1), SearchData)
    assert_type(hub.api.data_warehouse.raw.get_search(id=1), Answer[SearchData])
    assert_type(hub.api.data_warehouse.raw.get_search(id=1).elapsed, float)
    assert_type(hub.api.model_training.list_training_pods(id=7, page_size=100), PodPage)
    assert_type(hub.api.model_training.stop_training(id=7), None)
    hub.api.data_warehouse.get_search(id="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # a number
    hub.api.data_warehouse.get_search()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # which one?
    assert_type(hub.request("GET", "data_warehouse", "/data-warehouse/api/v1/x"), JsonValue)


def failures(hub: AIHub) -> None:
    try:
        hub.searches.get(1).wait(timeout=1)
    except JobFailed as error:
        assert_type(error.server_message, str)
    except WaitTimeout as error:
        assert_type(error.ref, str)
        assert_type(error.state, int | None)
    except ServerRefused as error:
        assert_type(error.code, int | None)
        assert_type(error.status, int | None)
    except ResponseLost as error:
        assert_type(error.maybe_applied, bool)
    except TimeoutError as error:
        raise SystemExit from error


async def asynchronous() -> None:
    async with AsyncAIHub(env="production") as hub:
        search = await hub.searches.sql("select 1")
        assert_type(search, AsyncSearch)
        assert_type(await search.wait(), AsyncSearch)
        assert_type(search.rows(), AsyncIterator[dict[str, str]])
        async for row in search:
            assert_type(row, dict[str, str])
        training = await hub.trainings.submit("job.toml")
        assert_type(training, AsyncTraining)
        assert_type(await training.wait(), AsyncTraining)
        async for pod in training.pods():
            assert_type(pod, Pod)
        assert_type(await hub.quota_tasks.get(1), AsyncQuotaTask)
        assert_type(await hub.workflows.get(1), AsyncRun)
        assert_type(hub.datasets.version("mnist/V1"), AsyncDatasetVersion)
        assert_type(await hub.datasets.version("mnist/V1").download("data/"), DownloadReport)
        assert_type(await hub.api.data_warehouse.get_search(id=1), SearchData)
        assert_type(await hub.whoami(), WhoAmI)
        search.wait()  # type: ignore[unused-coroutine]  # pyright: ignore[reportUnusedCoroutine]  # not awaited


def kit() -> None:
    with FakeHub() as fake:
        fake.answer("createTraining", {"id": 7})
        assert_type(fake.hub, AIHub)
        assert_type(fake.async_hub, AsyncAIHub)
        assert_type(fake.calls_of("createTraining"), list[FakeCall])
    with EmulatedHub() as platform:
        assert_type(platform.hub, AIHub)
