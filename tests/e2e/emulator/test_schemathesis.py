"""Invented requests, fitting and not, alone and along the links between operations: the spec holds for every answer."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aihub_emulator import Emulator
from aihub_emulator.faults import Drift
from aihub_emulator.spec import load_operations
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.conftest import QUICK
from tests.e2e.emulator.crowd import DATASET, DATASETS

FUZZING = Path(__file__).parent / "fuzzing"
PHASES = ("examples", "coverage", "fuzzing", "stateful")


def schemathesis(emulator: Emulator, bundle: Path, folder: Path, *, examples: int) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("schemathesis")
    assert program.exists(), "the development requirements bring schemathesis"
    shutil.copy(FUZZING / "schemathesis.toml", folder)
    options = (
        *("--url", emulator.base_url),
        *("-H", f"Authorization: Bearer {emulator.token}", "-H", f"Token: {emulator.s3_token}"),
        *("--phases", ",".join(PHASES), "--max-examples", str(examples), "--generation-deterministic"),
        *("--report", "ndjson", "--report-ndjson-path", str(folder / "events.ndjson"), "--no-color"),
    )
    return subprocess.run(
        [str(program), "run", str(bundle), *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(FUZZING)},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


@pytest.fixture
def bundle(repository: Path, tmp_path: Path) -> Path:
    """The spec as it is meant: an open enum names some values, and lets others pass."""
    spec = json.loads((repository / "generated" / "aihub_openapi" / "aihub.json").read_text("utf-8"))
    for schema in spec["components"]["schemas"].values():
        if schema.get("x-open"):
            del schema["enum"]
    (tmp_path / "aihub.json").write_text(json.dumps(spec), "utf-8")
    return tmp_path / "aihub.json"


@pytest.mark.slow
@pytest.mark.timeout(1000)
def test_no_answer_breaks_the_spec_and_none_is_a_server_error(bundle: Path, tmp_path: Path) -> None:
    with Emulator(QUICK) as emulator, Caller(emulator.base_url, emulator.token) as admin:
        # Versions are added to it: only its owner may, and no link leads to one.
        admin.send("POST", DATASETS, json={**DATASET, "name": "mnist"})
        ended = schemathesis(emulator, bundle, tmp_path, examples=40)
        seen = emulator.requests()

    assert ended.returncode == 0, ended.stdout[-8000:] + ended.stderr[-2000:]
    assert "Tested: 20" in ended.stdout
    assert [f"✅ {phase.capitalize()}" for phase in PHASES if f"✅ {phase.capitalize()}" not in ended.stdout] == []
    assert [entry for entry in seen if entry.status >= 500 or entry.status == 0] == []


@pytest.mark.slow
def test_every_operation_was_asked_for_and_followed_up(bundle: Path, tmp_path: Path) -> None:
    """With few examples, so that the log still holds all of them."""
    with Emulator(QUICK) as emulator:
        ended = schemathesis(emulator, bundle, tmp_path, examples=10)
        seen = emulator.requests()
    done = {entry.operation for entry in seen if entry.code == 0}
    asked = {entry.operation for entry in seen if entry.operation}

    assert ended.returncode == 0, ended.stdout[-8000:]
    assert asked == {operation.id for operation in load_operations()}
    # Along their links, also the readings of what a creation made come to a success.
    assert done >= {"getSearch", "getTraining", "listTrainingPods", "stopTraining", "getQuotaTask", "getRun"}


@pytest.mark.slow
def test_a_wrong_answer_is_found(bundle: Path, tmp_path: Path) -> None:
    """The net has no hole: an answer that breaks the spec fails the run."""
    spec, path = json.loads(bundle.read_text("utf-8")), "/model-training-platform/api/v1/storages"
    spec["paths"] = {path: spec["paths"][path]}
    (tmp_path / "one.json").write_text(json.dumps(spec), "utf-8")
    with Emulator(QUICK) as emulator:
        emulator.faults.add(Drift(field="data.data", to="wrong_type"), operation="listStorages", count=None)
        ended = schemathesis(emulator, tmp_path / "one.json", tmp_path, examples=5)

    assert ended.returncode == 1
    assert "Response violates schema" in ended.stdout
