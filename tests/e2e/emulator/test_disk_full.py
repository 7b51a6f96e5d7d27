"""A disk without room: what cannot be kept is refused, and everything goes on as soon as there is room again."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from aihub_emulator import Emulator
from aihub_emulator.objects.storage import Objects
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.crowd import DATASET, DATASETS
from tests.e2e.emulator.dataset_calls import built, zipped
from tests.e2e.emulator.dataset_calls import upload as stored
from tests.e2e.emulator.processes import emulator_process
from tests.e2e.emulator.search_calls import finished

SEARCHES = "/data-warehouse/api/v1/searches"

if sys.platform != "linux":
    pytest.skip("only Linux limits another process's files", allow_module_level=True)

import resource  # noqa: E402  # not everywhere, as said above


@contextmanager
def no_room(process_id: int, state: Path) -> Iterator[None]:
    """No file of the process grows beyond the largest one that its state has."""
    largest = max(file.stat().st_size for file in state.glob("*.sqlite*"))
    soft, hard = resource.prlimit(process_id, resource.RLIMIT_FSIZE)
    resource.prlimit(process_id, resource.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        resource.prlimit(process_id, resource.RLIMIT_FSIZE, (soft, hard))


def create(caller: Caller, name: str) -> dict[str, Any]:
    answer = caller.send("POST", SEARCHES, json={"type": 1, "name": name, "sql": f"select 1 -- {'x' * 20_000}"})
    envelope: dict[str, Any] = answer.json()
    return envelope


def upload(caller: Caller) -> int:
    content = {"params": {"bucket": "b", "key": "k"}, "files": {"file": b"x" * (4 << 20)}}
    return int(caller.send("POST", "/upload", **content).json()["code"])


def names(caller: Caller, *numbers: int) -> list[str]:
    return [caller.get_search(number)["data"]["name"] for number in numbers]


@pytest.fixture
def _nothing_finds_room(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Objects, "adopt", refuse)


@pytest.mark.usefixtures("_nothing_finds_room")
def test_a_search_whose_result_finds_no_room_fails_and_says_so(emulator: Emulator, admin: Caller) -> None:
    data = finished(emulator, admin, "select 1")

    assert (data["status"], data["message"]) == (4, "the search could not be done (No space left on device)")


def test_a_version_that_finds_no_room_fails_and_says_so(
    emulator: Emulator, admin: Caller, request: pytest.FixtureRequest
) -> None:
    path = stored(admin, zipped({"a.txt": b"x"}))["data"]["path"]
    request.getfixturevalue("_nothing_finds_room")

    data = built(emulator, admin, "roomless", path)

    assert (data["status"], data["message"]) == (4, "it could not be made (No space left on device)")


def test_an_object_of_the_seed_that_finds_no_room_is_not_taken_for_one_that_is_not_there(
    emulator: Emulator, admin: Caller, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("_nothing_finds_room")

    answer = admin.send("GET", "/dataset-files/gate-faces/V1/face/00001.png")

    assert (answer.status_code, "No space left on device" in answer.text) == (503, True)


def test_requests_fail_with_a_reason_while_there_is_no_room_and_all_is_well_afterwards(tmp_path: Path) -> None:
    options = ("--state", str(tmp_path), "--clock", "manual")
    with emulator_process(*options) as (process, addresses):
        with Caller(addresses["base_url"], addresses["token"], addresses["s3_token"]) as caller:
            first = create(caller, "first")["data"]["id"]
            with no_room(process.pid, tmp_path):
                refused = [create(caller, "refused") for _ in range(2)]
                lost = upload(caller)
            last = create(caller, "last")["data"]["id"]
            taken = upload(caller)
            dataset = caller.send("POST", DATASETS, json={**DATASET, "name": "mnist"}).json()["code"]
            before = names(caller, first, last)
        process.terminate()
        process.communicate(timeout=10)
    with emulator_process(*options) as (_, addresses), Caller(addresses["base_url"], addresses["token"]) as caller:
        after = names(caller, first, last)

    assert [answer["code"] for answer in refused] == [1, 1]
    assert refused[0]["msg"].startswith("the emulator cannot write to its folder (")
    assert (lost, taken, dataset, process.returncode) == (1, 0, 0, 0)
    assert before == after == ["first", "last"]
