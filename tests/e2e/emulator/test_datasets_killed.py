"""Datasets of an emulator that is killed while it works, and started again in the same state folder."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.dataset_calls import (
    CREATING,
    FAILED,
    S3_DIRECTORY,
    SUCCESS,
    add_version,
    create,
    detail,
    files_of,
    image,
    upload,
    zipped,
)
from tests.e2e.emulator.processes import emulator_process

FILES = {"a/猫.png": image("PNG", 3, 2), "b.txt": b"b"}
MANY = {f"{number}.txt": b"x" for number in range(5000)}


@contextmanager
def started(state: Path) -> Iterator[tuple[subprocess.Popen[str], Caller]]:
    """An emulator with this state folder, and somebody who may use it."""
    with (
        emulator_process("--state", str(state)) as (process, addresses),
        Caller(addresses["base_url"], addresses["token"], addresses["s3_token"]) as caller,
    ):
        yield process, caller


def ended(caller: Caller, name: str) -> int:
    while (data := detail(caller, name)["data"])["status"] not in {SUCCESS, FAILED}:
        pass
    return int(data["status"])


def test_a_killed_emulator_finishes_its_versions_later_and_keeps_those_that_it_had(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with started(state) as (process, caller):
        dataset_id = create(caller, "mnist")["data"]["id"]
        add_version(caller, dataset_id, upload(caller, zipped(FILES), key="small.zip")["data"]["path"])
        first = ended(caller, "mnist/V1")
        second_id = add_version(caller, dataset_id, upload(caller, zipped(MANY))["data"]["path"])["data"]["id"]
        while detail(caller, "mnist/V2")["data"]["status"] != CREATING:
            pass
        process.kill()
        process.wait()

    with started(state) as (process, caller):
        second = ended(caller, "mnist/V2")
        shown = detail(caller, "mnist/V2")["data"]
        files = files_of(caller, detail(caller, "mnist/V1")["data"]["parquet_index_path"], tmp_path)
        again = add_version(caller, dataset_id, "s3://dataset-files/mnist/V1/", upload_type=S3_DIRECTORY)
        third = ended(caller, "mnist/V3")
        # A version has ended before its work folder is gone: what is swept here is left by the kill, not by this.
        process.terminate()
        process.wait()

    assert (first, second, third) == (SUCCESS, SUCCESS, SUCCESS)
    assert (shown["id"], shown["data_count"], files) == (second_id, 5000, FILES)
    assert again["data"]["id"] > second_id
    assert list((state / "objects" / "incoming").iterdir()) == []
