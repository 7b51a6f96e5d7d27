"""What was acknowledged is there after a restart, whether the emulator ended in peace or was killed."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from aihub_emulator import Emulator, Settings
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.conftest import QUICK
from tests.e2e.emulator.crowd import Crowd, lost
from tests.e2e.emulator.processes import emulator_process

CLIENTS = 64


def kept_in(folder: Path, **changes: Any) -> Settings:
    return Settings(**{**vars(QUICK), "state": folder, **changes})


def crash(state: Path, *, requests: int, kill_after: int) -> tuple[Crowd, list[str], dict[str, int]]:
    """Kill an emulator amid a crowd; who was there, what is lost afterwards, and the next id of each kind."""
    # Nothing moves while the clock stands still, so that all there is to do is to keep what is told.
    options = ("--state", str(state), "--clock", "manual")

    async def suffer(base_url: str, token: str, kill: Callable[[], None]) -> Crowd:
        async def killed() -> None:
            kill()

        crowd = Crowd(base_url, token)
        await crowd.prepare()
        when: dict[int, Callable[[], Awaitable[None]]] = {kill_after: killed}
        await crowd.work(clients=CLIENTS, requests=requests, when=when)
        return crowd

    with emulator_process(*options) as (process, first):
        kill = lambda: os.kill(process.pid, signal.SIGKILL)  # noqa: E731  # one call, handed on
        crowd = asyncio.run(suffer(first["base_url"], first["token"], kill))
        process.wait()
    with emulator_process(*options) as (_, second):
        missing = asyncio.run(lost(crowd.told, second["base_url"], second["token"]))
        with Caller(second["base_url"], second["token"]) as caller:
            new = {"search": caller.create_search("select 1")}
    return crowd, missing, new


def test_a_killed_emulator_has_everything_that_it_acknowledged_and_gives_no_id_again(tmp_path: Path) -> None:
    crowd, missing, new = crash(tmp_path, requests=2_000, kill_after=400)

    assert crowd.told.count >= 400
    assert (missing, crowd.told.twice) == ([], [])
    assert new["search"] > max(crowd.told.names["search"])


@pytest.mark.slow
@pytest.mark.parametrize("kill_after", [1, 2_500, 5_000, 7_500])
def test_the_same_at_any_moment_of_ten_thousand_requests(tmp_path: Path, kill_after: int) -> None:
    crowd, missing, new = crash(tmp_path, requests=10_000, kill_after=kill_after)

    assert crowd.told.count >= kill_after
    assert (missing, crowd.told.twice) == ([], [])
    assert new["search"] > max(crowd.told.names["search"], default=0)


@pytest.mark.slow
def test_ten_thousand_requests_of_64_clients_lose_no_update_and_no_id_is_given_twice(tmp_path: Path) -> None:
    async def story(base_url: str, token: str) -> tuple[Crowd, list[str]]:
        crowd = Crowd(base_url, token)
        await crowd.prepare()
        await crowd.work(clients=CLIENTS, requests=10_000, when={})
        return crowd, await lost(crowd.told, base_url, token)

    with Emulator(kept_in(tmp_path, clock="manual")) as emulator:
        crowd, missing = asyncio.run(story(emulator.base_url, emulator.token))

    assert crowd.told.count == 10_000 + 4
    assert (missing, crowd.told.twice) == ([], [])
    assert all(len(set(ids)) == len(ids) for ids in crowd.told.versions.values())


def test_results_tokens_and_the_relays_certificate_outlive_a_restart(tmp_path: Path) -> None:
    settings = kept_in(tmp_path)
    with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token) as caller:
        number = caller.create_search("select 'kept' as x")
        emulator.settle()
        before = (emulator.token, emulator.s3_token, emulator.ca_file.read_bytes())
        other_token = emulator.issue_token("demo")

    with Emulator(settings) as emulator, Caller(emulator.base_url, before[0]) as caller:
        search = caller.get_search(number)["data"]
        result = requests.get(search["result_url"], timeout=30).text
        after = (emulator.s3_token, emulator.ca_file.read_bytes())
        with Caller(emulator.base_url, other_token) as other:
            hidden = other.get_search(number)["code"]

    assert (search["status"], result) == (3, "x\nkept\n")
    assert (after, hidden) == (before[1:], 2)


def test_a_search_that_was_cut_off_ends_after_the_restart(tmp_path: Path) -> None:
    with (
        Emulator(kept_in(tmp_path, clock="manual", waiting_seconds=60)) as emulator,
        Caller(emulator.base_url, emulator.token) as caller,
    ):
        number = caller.create_search("select 1 as x")

    with Emulator(kept_in(tmp_path)) as emulator, Caller(emulator.base_url, emulator.token) as caller:
        emulator.settle()
        status = caller.get_search(number)["data"]["status"]

    assert status == 3


def test_a_clock_does_not_go_back_at_a_restart(tmp_path: Path) -> None:
    settings = kept_in(tmp_path, clock="manual")
    with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token) as caller:
        emulator.advance(86_400)
        before = caller.send("GET", "/_emulator/clock").json()["now"]

    with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token) as caller:
        after = caller.send("GET", "/_emulator/clock").json()["now"]

    assert after >= before


def test_a_reset_is_for_good(tmp_path: Path) -> None:
    settings = kept_in(tmp_path)
    with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token) as caller:
        caller.create_search("select 1")
        emulator.reset()

    with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token) as caller:
        left = (caller.get_search(1)["code"], caller.create_search("select 1"))

    assert left == (2, 1)


def test_a_second_emulator_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with emulator_process("--state", str(tmp_path)) as (process, _), pytest.raises(ValueError, match="uses") as refused:
        Emulator(kept_in(tmp_path)).start()

    assert f"an emulator with the process id {process.pid} uses this folder" in str(refused.value)
