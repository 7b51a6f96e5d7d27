"""Every operation of the document as a person reaches it: one row each, for the sync and the async client alike."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.sdk.conftest import Platform

JOB: dict[str, Any] = {
    "image": "registry.example.com/train:1",
    "command": "python train.py",
    "framework": "PyTorchJob",
    "virtual_cluster_id": 29,
    "sku_cnt": 1,
    "project_id": 1,
    "estimate_run_time": 3600,
    # Jobs that are over at once leave room for those of the other tests.
    "envs": {"AIHUB_EMULATOR_DURATION": "0"},
}
QUOTA: dict[str, Any] = {"priority": "high", "shm": 1}
EVALUATION: dict[str, Any] = {
    "model_type": "face",
    "dataset_name": "q/V1",
    "id_dataset_name": "i/V1",
    "gallery_dataset_name": "g/V1",
}


@dataclass(frozen=True)
class World:
    """A client, and a folder for the files that it sends."""

    platform: Platform
    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def hub(self) -> Any:
        return self.platform.hub

    def done(self, value: Any) -> Any:
        return self.platform.done(value)

    def file(self, name: str, content: bytes) -> Path:
        (self.folder / name).write_bytes(content)
        return self.folder / name


@dataclass(frozen=True)
class Row:
    """How one operation is reached.

    Attributes:
        noun: What a person writes, as the page of all operations has it.
        prepare: Makes what the call needs to be there already.
        call: Makes the call; gets what `prepare` has made.
        outcome: What the call gave, in words: type and what is known of it.
        expected: What `outcome` must say, sync and async.
    """

    operation: str
    noun: str
    prepare: Callable[[World], Any]
    call: Callable[[World, Any], Any]
    outcome: Callable[[Any], Any]
    expected: Any


def nothing(_: World) -> None:
    """What needs nothing."""


def named(world: World) -> str:
    """A name that nothing has yet: a test's folder is its own."""
    return f"row {next(world.numbers)} {world.folder.name}"


def kind(value: Any) -> str:
    """The name of a type; twins share it."""
    return type(value).__name__.removeprefix("Async")


def handle(value: Any) -> tuple[str, bool]:
    """The kind of a handle, and whether it has an id."""
    return kind(value), value.id > 0


def seen(value: Any) -> tuple[str, str]:
    """The kind of a handle, and the type of the status that it was seen in."""
    return kind(value), kind(value.status)


def search(world: World) -> Any:
    return world.done(world.hub.searches.sql("select 1", name=named(world)))


def dataset(world: World) -> Any:
    return world.done(world.hub.datasets.create(named(world), description="rows"))


def version(world: World) -> Any:
    made = dataset(world)
    world.done(made.upload("s3://none/none.zip"))
    return f"{made.name}/V1"


def training(world: World) -> Any:
    return world.done(world.hub.trainings.submit(name=named(world), **JOB))


def quota_task(world: World) -> Any:
    return world.done(world.hub.quota_tasks.submit(name=named(world), **JOB, **QUOTA))


def run(world: World) -> Any:
    return world.done(world.hub.workflows.run(1, 1, name=named(world)))


def pods(world: World, job: Any) -> list[Any]:
    """The pods of a job, once it has nodes for them."""
    for job_now in world.platform.listed(job.watch(poll=0.02, timeout=60)):
        if int(job_now.status) != 1:
            break
    return world.platform.listed(job.pods())


def evaluation(world: World) -> dict[str, Any]:
    model, predictions = world.file("m.onnx", b"model"), world.file("p.jsonl", b'{"score": 1}\n')
    return {**EVALUATION, "model_file": model, "pred_file": predictions}


ROWS = (
    Row(
        "login",
        "hub.login",
        nothing,
        lambda w, _: w.done(w.hub.login("demo", "demo")),
        lambda who: (kind(who), who.username),
        ("WhoAmI", "demo"),
    ),
    Row(
        "createSearch",
        "hub.searches.sql",
        named,
        lambda w, name: w.done(w.hub.searches.sql("select 1", name=name)),
        handle,
        ("Search", True),
    ),
    Row(
        "getSearch",
        "hub.searches.get",
        search,
        lambda w, made: w.done(w.hub.searches.get(made.id)),
        seen,
        ("Search", "SearchStatus"),
    ),
    Row(
        "createDataset",
        "hub.datasets.create",
        named,
        lambda w, name: w.done(w.hub.datasets.create(name, description="rows")),
        handle,
        ("Dataset", True),
    ),
    Row(
        "uploadDatasetVersion",
        "dataset.upload",
        dataset,
        lambda w, made: w.done(made.upload("s3://none/none.zip")),
        lambda made: (kind(made), made.version_id > 0),
        ("DatasetVersion", True),
    ),
    Row(
        "getDatasetVersionDetail",
        "hub.datasets.version",
        version,
        lambda w, name: w.done(w.hub.datasets.version(name).refresh()),
        seen,
        ("DatasetVersion", "DatasetVersionStatus"),
    ),
    Row(
        "importEvaluationResult",
        "hub.evaluations.import_result",
        evaluation,
        lambda w, given: w.done(w.hub.evaluations.import_result("m", **given)),
        lambda number: (kind(number), number > 0),
        ("int", True),
    ),
    Row(
        "createTraining",
        "hub.trainings.submit",
        named,
        lambda w, name: w.done(w.hub.trainings.submit(name=name, **JOB)),
        handle,
        ("Training", True),
    ),
    Row(
        "getTraining",
        "hub.trainings.get",
        training,
        lambda w, job: w.done(w.hub.trainings.get(job.id)),
        seen,
        ("Training", "TrainingStatus"),
    ),
    Row(
        "listTrainingPods",
        "training.pods",
        training,
        pods,
        lambda found: [kind(pod) for pod in found],
        ["Pod"],
    ),
    Row(
        "stopTraining",
        "training.stop",
        training,
        lambda w, job: w.done(job.stop()),
        kind,
        "NoneType",
    ),
    Row(
        "listStorages",
        "hub.storages.list",
        nothing,
        lambda w, _: w.done(w.hub.storages.list()),
        lambda found: (isinstance(found, tuple), [kind(each) for each in found]),
        (True, ["Storage"] * 3),
    ),
    Row(
        "createQuotaTask",
        "hub.quota_tasks.submit",
        named,
        lambda w, name: w.done(w.hub.quota_tasks.submit(name=name, **JOB, **QUOTA)),
        handle,
        ("QuotaTask", True),
    ),
    Row(
        "getQuotaTask",
        "hub.quota_tasks.get",
        quota_task,
        lambda w, job: w.done(w.hub.quota_tasks.get(job.id)),
        seen,
        ("QuotaTask", "QuotaTaskStatus"),
    ),
    Row(
        "listQuotaTaskPods",
        "quota_task.pods",
        quota_task,
        pods,
        lambda found: [kind(pod) for pod in found],
        ["Pod"],
    ),
    Row(
        "stopQuotaTask",
        "quota_task.stop",
        quota_task,
        lambda w, job: w.done(job.stop()),
        kind,
        "NoneType",
    ),
    Row(
        "uploadFile",
        "hub.s3.upload",
        lambda w: w.file("a b#.bin", b"content"),
        lambda w, file: w.done(w.hub.s3.upload(file, bucket="rows", key=f"{w.folder.name}/a b#.bin")),
        lambda stored: (kind(stored), stored.path.startswith("s3://rows/")),
        ("StoredObject", True),
    ),
    Row(
        "listSelectClusters",
        "hub.clusters.list",
        nothing,
        lambda w, _: w.done(w.hub.clusters.list()),
        lambda found: (isinstance(found, tuple), {kind(each) for each in found}),
        (True, {"VirtualCluster"}),
    ),
    Row(
        "createRun",
        "hub.workflows.run",
        named,
        lambda w, name: w.done(w.hub.workflows.run(1, 1, name=name)),
        handle,
        ("Run", True),
    ),
    Row(
        "getRun",
        "hub.workflows.get",
        run,
        lambda w, made: w.done(w.hub.workflows.get(made.id)),
        seen,
        ("Run", "RunStatus"),
    ),
)
BY_OPERATION = {row.operation: row for row in ROWS}
