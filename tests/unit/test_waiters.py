"""Waiting for a job, on a clock that moves only when the wait sleeps. Every test runs sync and async."""

import logging
import pickle
from datetime import timedelta
from typing import Any

import httpx
import pytest

from aihub_api._runtime.rows import WaiterRow
from aihub_api.tables import WAITERS
from aihub_sdk._calls.core import Clock
from aihub_sdk._waits.values import JobAt, Pause, Poll, WaitEvent, WaitRules
from aihub_sdk._waits.waiters import wait_flow
from aihub_sdk.errors import (
    AuthenticationError,
    InvalidRequest,
    JobFailed,
    JobStopped,
    NotFound,
    ServerError,
    WaitTimeout,
)
from tests.unit.conftest import MakeClient
from tests.unit.made_up_tokens import jwt
from tests.unit.scripted import NOW, Client, ok, page, refused, search

WAITING, RUNNING, SUCCESS, FAILED = 1, 2, 3, 4
REF = "aihub://custom/search/7"


def new_search(c: Client) -> Any:
    """A search that was created a moment ago."""
    return c.done(c.hub.searches.sql("select 1", name="n"))


def states(c: Client, *numbers: int, **rules: Any) -> Any:
    """What waiting for a known search gives while it takes on these states."""
    c.script.steps = [search(number) for number in numbers]
    return c.done(c.hub.attach(REF).wait(**rules))


def test_a_wait_ends_with_success_and_the_last_snapshot(client: MakeClient) -> None:
    c = client()

    seen = states(c, WAITING, RUNNING, SUCCESS)
    assert (seen.status, seen.id, seen.ref) == (SUCCESS, 7, REF)


def test_the_handle_that_was_waited_for_is_unchanged(client: MakeClient) -> None:
    c = client(search(SUCCESS))
    handle = c.hub.attach(REF)
    c.done(handle.wait())

    assert handle.snapshot is None


def test_polling_backs_off_from_1_to_15_seconds(client: MakeClient) -> None:
    c = client()
    c.time.chance = 0.5
    states(c, *[RUNNING] * 10, SUCCESS)

    assert c.time.pauses == [1.0, 1.5, 2.25, 3.375, 5.062, 7.594, 11.391, 15.0, 15.0, 15.0]


@pytest.mark.parametrize(("chance", "expected"), [(0.0, 0.9), (1.0, 1.1)])
def test_pauses_differ_by_a_tenth_so_that_clients_drift_apart(
    client: MakeClient, chance: float, expected: float
) -> None:
    c = client()
    c.time.chance = chance
    states(c, RUNNING, SUCCESS)

    assert c.time.pauses == [expected]


@pytest.mark.parametrize("poll", [3, 3.0, timedelta(seconds=3)])
def test_a_poll_interval_of_ones_own_is_kept(client: MakeClient, poll: float | timedelta) -> None:
    c = client()
    states(c, RUNNING, RUNNING, SUCCESS, poll=poll)

    assert c.time.pauses == [3.0, 3.0]


def test_a_failed_job_raises_with_the_servers_words(client: MakeClient) -> None:
    c = client(search(RUNNING), search(FAILED, message="表 meta 不存在"))

    with pytest.raises(JobFailed) as caught:
        c.done(c.hub.attach(REF).wait())
    error = caught.value
    assert (error.job_id, error.ref, error.state, error.state_name) == (7, REF, FAILED, "FAILED")
    assert error.server_message == "表 meta 不存在"
    assert str(error).startswith("Search 7 failed: 表 meta 不存在.\n  [data_warehouse.getSearch on custom, 1.1 s]")


def test_a_failed_job_is_returned_when_it_is_not_to_be_checked(client: MakeClient) -> None:
    c = client(search(FAILED, message="no"))

    seen = c.done(c.hub.attach(REF).wait(check=False))
    assert (seen.status, seen.message) == (FAILED, "no")


def test_a_timeout_names_the_job_its_state_and_how_to_go_on(client: MakeClient) -> None:
    c = client(*[search(RUNNING) for _ in range(4)])
    c.time.chance = 0.5

    with pytest.raises(WaitTimeout) as caught:
        c.done(c.hub.attach(REF).wait(timeout=3))
    error = caught.value
    assert (error.job_id, error.state_name, error.timeout) == (7, "RUNNING", 3.0)
    assert f"hub.attach({REF!r}).wait()" in error.hint
    assert isinstance(pickle.loads(pickle.dumps(error)), WaitTimeout)


def test_the_last_look_is_at_the_deadline(client: MakeClient) -> None:
    c = client(search(RUNNING), search(RUNNING), search(SUCCESS))
    c.time.chance = 0.5
    c.done(c.hub.attach(REF).wait(timeout=1.2))

    assert c.time.pauses == [1.0, 0.2]


def test_a_timeout_of_zero_looks_once(client: MakeClient) -> None:
    c = client(search(RUNNING), search(SUCCESS))

    with pytest.raises(WaitTimeout):
        c.done(c.hub.attach(REF).wait(timeout=0))
    assert c.done(c.hub.attach(REF).wait(timeout=0)).status == SUCCESS


@pytest.mark.parametrize("rules", [{"timeout": -1}, {"timeout": "60"}, {"poll": 0}, {"poll": float("nan")}])
def test_a_wait_that_cannot_be_is_refused_before_anything_is_sent(client: MakeClient, rules: dict[str, Any]) -> None:
    c = client()

    with pytest.raises(InvalidRequest) as caught:
        c.done(c.hub.attach(REF).wait(**rules))
    assert caught.value.field in rules


def test_an_unknown_state_is_pending_and_told_once(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    c = client()

    with caplog.at_level(logging.WARNING, "aihub_sdk"):
        seen = states(c, 99, 99, 98, SUCCESS)
    warnings = [record.message for record in caplog.records]
    assert (seen.status, warnings) == (SUCCESS, [f"{REF}: unknown state UNKNOWN_99; waiting on"])


@pytest.mark.parametrize("status", [None, "done"])
def test_a_job_without_a_usable_state_is_pending(client: MakeClient, status: object) -> None:
    c = client(ok({"id": 7, "status": status}), search(SUCCESS))

    assert c.done(c.hub.attach(REF).wait()).status == SUCCESS


def test_two_minutes_of_503_do_not_end_a_wait(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    c = client(search(RUNNING), max_retries=1)

    def outage(_request: httpx.Request) -> httpx.Response:
        if c.time.now < 120:
            c.script.steps.insert(0, outage)
            return page(503)
        return search(SUCCESS)

    c.script.steps.append(outage)
    with caplog.at_level(logging.WARNING, "aihub_sdk"):
        seen = c.done(c.hub.attach(REF).wait())
    assert (seen.status, c.time.now >= 120) == (SUCCESS, True)
    assert [record.message for record in caplog.records] == [f"{REF}: could not be read (ServerError); waiting on"]


def test_an_outage_that_does_not_end_is_not_waited_for_without_end(client: MakeClient) -> None:
    c = client(max_retries=0)

    def down(_request: httpx.Request) -> httpx.Response:
        c.script.steps.append(down)
        return page(500)

    c.script.steps.append(down)
    with pytest.raises(ServerError):
        c.done(c.hub.attach(REF).wait())
    c.script.steps.clear()
    assert 1800 <= c.time.now < 1900


def test_a_deadline_that_passes_in_an_outage_keeps_the_error_as_its_cause(client: MakeClient) -> None:
    c = client(search(RUNNING), page(500), max_retries=0)

    with pytest.raises(WaitTimeout) as caught:
        c.done(c.hub.attach(REF).wait(timeout=1))
    assert isinstance(caught.value.__cause__, ServerError)


def test_a_job_that_was_just_created_may_not_be_found_for_a_moment(client: MakeClient) -> None:
    c = client(ok({"id": 7}), refused(2, "no such search"), page(404), search(SUCCESS))

    assert c.done(new_search(c).wait()).status == SUCCESS


def test_a_created_job_that_stays_away_is_not_found(client: MakeClient) -> None:
    c = client(ok({"id": 7}), *[refused(2, "no such search") for _ in range(7)])
    c.time.chance = 0.5

    with pytest.raises(NotFound):
        c.done(new_search(c).wait())
    assert c.time.now == pytest.approx(20.78, abs=0.01)


def test_a_job_of_somewhere_else_is_not_found_at_once(client: MakeClient) -> None:
    c = client(refused(2, "no such search"))

    with pytest.raises(NotFound):
        c.done(c.hub.attach(REF).wait())
    assert c.time.pauses == []


def test_a_refused_token_ends_a_wait(client: MakeClient) -> None:
    c = client(search(RUNNING), refused(1, "expired", 401))

    with pytest.raises(AuthenticationError):
        c.done(c.hub.attach(REF).wait())


def test_a_token_that_ends_midway_is_renewed_and_the_wait_goes_on(client: MakeClient) -> None:
    first, second = jwt(iat=NOW, exp=NOW + 9000), jwt(iat=NOW, exp=NOW + 9000, n=2)
    c = client(
        ok({"id": 1, "token": first}),
        search(RUNNING),
        refused(1, "expired", 401),
        ok({"id": 1, "token": second}),
        search(SUCCESS),
        token=None,
        username="u",
        password="p",
        max_retries=0,
    )

    assert c.done(c.hub.attach(REF).wait()).status == SUCCESS
    assert c.script.requests[-1].headers["Authorization"] == f"Bearer {second}"


def test_every_look_is_told(client: MakeClient) -> None:
    c = client(search(WAITING), page(500), search(WAITING), search(SUCCESS), max_retries=0)
    events: list[WaitEvent] = []
    c.done(c.hub.attach(REF).wait(on_event=events.append, poll=1))

    told = [(e.state, e.is_change, e.polls, e.elapsed, e.failed_polls, type(e.error).__name__) for e in events]
    assert told == [
        ("WAITING", True, 1, 0.0, 0, "NoneType"),
        ("WAITING", False, 2, 1.0, 1, "ServerError"),
        ("WAITING", False, 3, 2.0, 0, "NoneType"),
        ("SUCCESS", True, 4, 3.0, 0, "NoneType"),
    ]


def test_state_changes_are_logged_and_nothing_else(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    c = client()

    with caplog.at_level(logging.INFO, "aihub_sdk"):
        states(c, WAITING, WAITING, RUNNING, RUNNING, SUCCESS)
    assert [r.message for r in caplog.records] == [f"{REF}: {name}" for name in ("WAITING", "RUNNING", "SUCCESS")]


def test_a_look_takes_no_longer_than_the_wait_may(client: MakeClient) -> None:
    given = []

    def look(request: httpx.Request) -> httpx.Response:
        given.append(request.extensions["timeout"].get("read"))
        return search(SUCCESS)

    c = client(look, look, timeout=60)
    c.done(c.hub.attach(REF).wait(timeout=5))
    c.done(c.hub.attach(REF).wait())

    assert given == [5.0, 60.0]


# --- every waiter of the spec ---------------------------------------------------------------------


class Snapshot:
    """A job of any kind in some state."""

    def __init__(self, row: WaiterRow, state: int) -> None:
        setattr(self, row.state, state)


def last(row: WaiterRow, *numbers: int) -> object:
    """What a wait for a job of this kind ends with."""
    rules, clock = WaitRules(), Clock(monotonic=lambda: 0.0, random=lambda: 0.5)
    flow = wait_flow(JobAt(row, 5, "aihub://local/x/5", "local", is_new=False), rules, clock)
    effect = next(flow)
    try:
        for number in numbers:
            while isinstance(effect, Pause):
                effect = flow.send(None)
            assert effect == Poll(None)
            effect = flow.send(Snapshot(row, number))
    except StopIteration as done:
        return getattr(done.value, row.state)
    return "still waiting"


CASES = [(row, state) for row in WAITERS.values() for state in row.states]


@pytest.mark.parametrize(("row", "state"), CASES, ids=[f"{r.name} {r.states[s]}" for r, s in CASES])
def test_each_state_of_the_spec_ends_a_wait_as_the_spec_says(row: WaiterRow, state: int) -> None:
    if state in row.failure:
        with pytest.raises(JobFailed):
            last(row, state)
    elif state in row.stopped:
        with pytest.raises(JobStopped):
            last(row, state)
    else:
        assert last(row, state) == (state if state in row.success else "still waiting")
