"""The emulator with virtual time: long work is waited for at once, and real work is never outrun."""

import asyncio
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aihub_sdk import AIHub
from aihub_sdk.testing import EmulatedHub
from tests.e2e.sdk.operations import JOB, QUOTA

# A query that needs far more real time than the look at it.
SLOW = "select count(*) as n from range(20000000) t(i) where i % 7 = 3 and sqrt(i) > 1"


@pytest.fixture(scope="module")
def running() -> Iterator[EmulatedHub]:
    with EmulatedHub() as emulated:
        yield emulated


@pytest.fixture
def platform(running: EmulatedHub) -> Iterator[EmulatedHub]:
    running.emulator.reset()
    with EmulatedHub(running.emulator) as emulated:
        yield emulated


STARTS = {
    "search": lambda hub: hub.searches.sql("select 1"),
    "training": lambda hub: hub.trainings.submit(name="n", **JOB),
    "quota_task": lambda hub: hub.quota_tasks.submit(name="n", **JOB, **QUOTA),
    "run": lambda hub: hub.workflows.run(1, 1),
}


@pytest.mark.parametrize("kind", STARTS)
def test_three_hours_are_waited_for_at_once(kind: Any, platform: EmulatedHub) -> None:
    platform.emulator.set_transitions(kind, "seconds", seconds=3 * 3600)
    ended = STARTS[kind](platform.hub).wait(poll=900)

    assert int(ended.status) == 3
    assert platform.clock.elapsed >= 3 * 3600


def test_a_query_is_not_outrun_by_virtual_time(platform: EmulatedHub) -> None:
    """Sixty virtual seconds go by in milliseconds; the query takes longer, and still ends in time."""
    search = platform.hub.searches.sql(SLOW).wait(timeout=60)

    assert next(iter(search))["n"] == "2857143"
    assert platform.clock.elapsed < 10


def test_a_dataset_version_is_built_before_the_time_is_up(platform: EmulatedHub, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for number in range(200):
            archive.writestr(f"{number}.txt", b"x" * 1000)
    version = platform.hub.datasets.create("d", description="x").upload(tmp_path / "d.zip").wait(timeout=60)

    assert (version.file_count, platform.clock.elapsed < 30) == (200, True)


def test_many_jobs_of_asyncio_are_waited_for_side_by_side(platform: EmulatedHub) -> None:
    platform.emulator.set_transitions("run", "seconds", seconds=3600)

    async def program() -> list[int]:
        async with platform.async_hub as hub:
            runs = [await hub.workflows.run(1, 1) for _ in range(5)]
            return [int(run.status or 0) for run in await hub.wait_all(runs, poll=900)]

    assert asyncio.run(program()) == [3] * 5
    # One after the other they would take five times as long.
    assert platform.clock.elapsed < 5 * 3600 * 3


def test_each_one_has_a_token_that_is_valid_whatever_was_expired_before(running: EmulatedHub) -> None:
    running.emulator.expire_tokens()
    with EmulatedHub(running.emulator, user="admin") as fresh:
        assert fresh.hub.whoami().username == "admin"
        assert len(fresh.hub.storages.list()) == 3


def test_another_process_finds_the_emulator_and_its_work_ends_without_a_clock(platform: EmulatedHub) -> None:
    platform.hurry()
    program = "from aihub_sdk import AIHub; print(AIHub().workflows.run(1, 1).wait(timeout=30, poll=0.05).status)"
    environ = {**os.environ, **platform.environ}
    ended = subprocess.run([sys.executable, "-c", program], env=environ, check=True, capture_output=True, text=True)

    assert ended.stdout.strip().endswith("SUCCESS")


@pytest.mark.parametrize("kind", STARTS)
def test_hurried_work_is_over_without_virtual_time(kind: str, platform: EmulatedHub) -> None:
    platform.hurry()
    handle = STARTS[kind](platform.hub)
    platform.emulator.catch_up()

    assert (int(handle.refresh().status), platform.clock.elapsed) == (3, 0.0)


def test_an_emulator_that_was_given_goes_on_running(running: EmulatedHub) -> None:
    with EmulatedHub(running.emulator) as borrowed:
        borrowed.hub.storages.list()

    assert running.emulator.base_url.startswith("http://127.0.0.1:")


def test_one_of_its_own_is_stopped_at_the_end() -> None:
    with EmulatedHub() as own:
        assert isinstance(own.hub, AIHub)

    with pytest.raises(RuntimeError, match="not running"):
        _ = own.emulator.base_url
