"""Waiting against the emulator, on one clock for both: what a wait sees on its way, and where it may end."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from aihub_sdk.testing import EmulatedHub

FIELDS: dict[str, Any] = {
    "name": "train-001",
    "image": "registry.example.com/train:1",
    "framework": "PyTorchJob",
    "virtual_cluster_id": "vc-a800-train",
    "sku_cnt": 1,
    "project_id": 1,
    "estimate_run_time": 3600,
}


@pytest.fixture(scope="module")
def emulated() -> Iterator[EmulatedHub]:
    with EmulatedHub() as each:
        yield each


def test_a_training_is_waited_for_until_it_runs_and_has_its_pods(emulated: EmulatedHub) -> None:
    job = emulated.hub.trainings.submit(FIELDS).wait(until="running", poll=0.1, timeout=60)

    assert (str(job.status), len(list(job.pods()))) == ("RUNNING", 1)
    assert str(job.wait(timeout=60).status) == "SUCCESS"


def test_a_training_is_waited_for_until_it_runs_with_asyncio(emulated: EmulatedHub) -> None:
    async def main() -> tuple[str, str]:
        async with emulated.async_hub as hub:
            job = await (await hub.trainings.submit(FIELDS)).wait(until="running", poll=0.1, timeout=60)
            return str(job.status), str((await job.wait(timeout=60)).status)

    assert asyncio.run(main()) == ("RUNNING", "SUCCESS")


def test_a_run_is_watched_until_its_first_node_is_through(emulated: EmulatedHub) -> None:
    run = emulated.hub.workflows.run(1, 2, params={"dataset": "street-day/V1"})
    watched = list(run.watch(poll=0.05, until=lambda each: any(str(node.status) == "SUCCESS" for node in each.nodes)))

    assert [str(each.status) for each in watched][-1] == "RUNNING"
    assert sum(str(node.status) == "SUCCESS" for node in watched[-1].nodes) == 1


def test_a_version_of_a_dataset_is_watched_like_any_other_job(emulated: EmulatedHub) -> None:
    version = emulated.hub.datasets.version("street-day/V1")

    assert [str(each.status) for each in version.watch(timeout=60)] == ["SUCCESS"]


def test_all_are_waited_for_until_each_runs(emulated: EmulatedHub) -> None:
    jobs = [emulated.hub.trainings.submit({**FIELDS, "name": f"many-{number}"}) for number in range(3)]
    running = emulated.hub.wait_all(jobs, until="running", poll=0.1, timeout=600)

    assert {str(job.status) for job in running} <= {"RUNNING", "SUCCESS"}
    assert [job.id for job in running] == [job.id for job in jobs]
