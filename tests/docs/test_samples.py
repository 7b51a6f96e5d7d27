"""The requests that the reference pages offer for copying do what they say, against the emulator."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from aihub_emulator import Emulator, Settings
from aihub_sdk import AIHub
from docs.site.operations import Operation, operations, service_keys
from docs.site.samples import LABELS, samples

OPERATIONS = [operation for key in service_keys() for operation in operations(key)]
QUICK = Settings(waiting_seconds=0, running_seconds=0)
# What has to be there before an operation's example makes sense, by the operation that makes it.
NEEDS = {
    "getSearch": ["createSearch"],
    "getDatasetVersionDetail": ["createDataset", "first version"],
    "uploadDatasetVersion": ["createDataset", "first version"],
    "getTraining": ["createTraining"],
    "listTrainingPods": ["createTraining"],
    "stopTraining": ["createTraining"],
    "getQuotaTask": ["createQuotaTask"],
    "listQuotaTaskPods": ["createQuotaTask"],
    "stopQuotaTask": ["createQuotaTask"],
    "getRun": ["createRun"],
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """One emulator, emptied before each sample."""
    with Emulator(QUICK) as emulator:
        yield emulator


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files that the samples upload."""
    with zipfile.ZipFile(tmp_path / "train.zip", "w") as archive:
        archive.writestr("a.txt", "one")
    (tmp_path / "model.onnx").write_bytes(b"the model")
    (tmp_path / "pred.jsonl").write_text('{"score": 0.9}\n')
    return tmp_path


def settings(emulator: Emulator) -> dict[str, str]:
    """The variables that the emulator tells people to export."""
    return {
        "AI_HUB_ENV": "local",
        "AI_HUB_BASE_URL": emulator.base_url,
        "AI_HUB_TOKEN": emulator.token,
        "AI_HUB_S3_RELAY_URL": emulator.s3_url,
        "AI_HUB_S3_TOKEN": emulator.s3_token,
        "AI_HUB_S3_CA_FILE": str(emulator.ca_file),
    }


def run(kind: str, text: str, emulator: Emulator, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a sample as somebody would who has copied it."""
    command = [sys.executable, "-W", "error", "-c", text]
    if kind in {"curl", "shell"}:
        command = ["bash", "-euo", "pipefail", "-c", text]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, **settings(emulator), "PATH": path, "no_proxy": "*"}
    return subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=60)


def prepare(emulator: Emulator, operation: Operation, folder: Path) -> None:
    """Make what the operation's example speaks of."""
    with AIHub(
        base_url=emulator.base_url,
        token=emulator.token,
        services={"s3_relay": emulator.s3_url},
        s3_token=emulator.s3_token,
        s3_verify=emulator.ca_file,
    ) as hub:
        for need in NEEDS.get(operation.id, []):
            if need == "first version":
                hub.s3.upload(folder / "train.zip", bucket="datasets", key="mnist.zip")
                hub.datasets.get("mnist", id=1).upload("s3://datasets/mnist.zip").wait(timeout=60)
            else:
                maker = next(each for each in OPERATIONS if each.id == need)
                ended = run("python", samples(maker)["python"], emulator, folder)
                assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_a_sample_does_what_it_says(operation: Operation, kind: str, emulator: Emulator, folder: Path) -> None:
    emulator.reset()
    prepare(emulator, operation, folder)
    before = len(emulator.requests(operation.id))

    ended = run(kind, samples(operation)[kind], emulator, folder)

    assert (ended.returncode, ended.stderr) == (0, "")
    answered = [(entry.status, entry.code) for entry in emulator.requests(operation.id)[before:]]
    assert answered == [(200, 0)]
    if kind == "curl":
        assert json.loads(ended.stdout)["code"] == 0


def test_every_operation_has_a_sample_of_each_kind() -> None:
    assert {operation.id: set(samples(operation)) for operation in OPERATIONS} == {
        operation.id: {"curl", "python", "asyncio", "shell"} for operation in OPERATIONS
    }
