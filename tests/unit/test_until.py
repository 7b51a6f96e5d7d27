"""`until=`: what ends a wait before its job does. Every test runs sync and async, for every kind of job."""

from typing import Any

import pytest

from aihub_api.data_warehouse.models import SearchStatus
from aihub_api.model_training.models import TrainingStatus
from aihub_api.tables import WAITERS
from aihub_sdk.errors import InvalidRequest, JobFailed, WaitTimeout
from tests.unit.conftest import MakeClient
from tests.unit.scripted import Client, ok, page

REF = "aihub://custom/training/7"
WAITING, RUNNING, SUCCESS, FAILED, STOPPED = 1, 2, 3, 4, 5


def job(c: Client, *states: int) -> Any:
    """A training that takes on these states, one a look."""
    c.script.steps = [ok({"id": 7, "status": state, "name": f"look {at}"}) for at, state in enumerate(states, 1)]
    return c.hub.attach(REF)


@pytest.mark.parametrize(
    "until",
    [
        "RUNNING",
        "running",
        " Running ",
        2,
        TrainingStatus.RUNNING,
        SearchStatus.RUNNING,
        ["running"],
        ("success", "running"),
        {2, 4},
        frozenset({TrainingStatus.RUNNING}),
        lambda each: each.status == RUNNING,
        lambda each: each.name,
    ],
)
def test_a_wait_ends_at_the_first_look_that_shows_what_was_asked_for(client: MakeClient, until: Any) -> None:
    c = client()
    c.time.chance = 0.5
    named = callable(until) and until(job(c)) == ""
    seen = c.done((job(c, WAITING) if named else job(c, WAITING, RUNNING)).wait(until=until))

    assert (seen.status, seen.snapshot.name) == ((WAITING, "look 1") if named else (RUNNING, "look 2"))


def test_a_job_that_is_over_before_that_ends_the_wait_as_well(client: MakeClient) -> None:
    """It may have been running between two looks; what it is now is in the handle."""
    c = client()

    assert c.done(job(c, WAITING, SUCCESS).wait(until="running")).status == SUCCESS


def test_a_failure_that_was_not_asked_for_raises(client: MakeClient) -> None:
    c = client()

    with pytest.raises(JobFailed):
        c.done(job(c, WAITING, FAILED).wait(until="running"))
    assert c.done(job(c, FAILED).wait(until="running", check=False)).status == FAILED


def test_a_failure_that_was_asked_for_is_what_was_asked_for(client: MakeClient) -> None:
    c = client()

    assert c.done(job(c, RUNNING, FAILED).wait(until=["failed", "stopped"])).status == FAILED


def test_the_deadline_is_the_same(client: MakeClient) -> None:
    c = client()

    with pytest.raises(WaitTimeout, match=r"its last state is WAITING\."):
        c.done(job(c, WAITING, WAITING).wait(until="running", timeout=1))


def test_a_function_is_asked_after_every_look_and_about_that_look(client: MakeClient) -> None:
    c = client()
    asked: list[Any] = []
    c.done(job(c, WAITING, RUNNING, RUNNING, SUCCESS).wait(until=lambda each: asked.append((each.ref, each.name))))

    assert asked == [(REF, f"look {at}") for at in (1, 2, 3, 4)]


def test_a_look_that_fails_asks_nothing(client: MakeClient) -> None:
    c = client(page(503), ok({"id": 7, "status": RUNNING}), max_retries=0)
    asked: list[Any] = []

    def is_asked(each: Any) -> bool:
        asked.append(each.status)
        return True

    c.done(c.hub.attach(REF).wait(until=is_asked))

    assert asked == [RUNNING]


def test_what_a_function_raises_ends_the_wait(client: MakeClient) -> None:
    c = client()

    with pytest.raises(ZeroDivisionError):
        c.done(job(c, WAITING).wait(until=lambda _: 1 / 0))


@pytest.mark.parametrize(
    ("until", "message"),
    [
        ("runing", r"until cannot be 'runing': a training has no such state. Did you mean 'RUNNING'\?"),
        (["running", "stoped"], r"until cannot be 'stoped': .* Did you mean 'STOPPED'\?"),
        ("creating", "until cannot be 'creating'"),
        (9, "until cannot be 9: a training has no such state"),
        (TrainingStatus(9), "until cannot be 'UNKNOWN_9'"),
        (True, "until cannot be True"),
        (1.5, "until cannot be 1.5"),
        (TrainingStatus, "a training has no such state"),
        ([], "until is empty"),
        ("", "until cannot be ''"),
        ([None], "until cannot be None"),
    ],
)
def test_what_is_no_state_is_refused_before_anything_is_sent(client: MakeClient, until: Any, message: str) -> None:
    c = client()

    with pytest.raises(InvalidRequest, match=message) as caught:
        c.done(c.hub.attach(REF).wait(until=until))
    assert caught.value.field == "until"
    assert "a function of the handle" in caught.value.hint


def test_an_async_function_is_refused_because_its_coroutine_is_always_true(client: MakeClient) -> None:
    async def ask(_: Any) -> bool:
        return False

    c = client()
    with pytest.raises(InvalidRequest, match="until cannot be an async function"):
        c.done(job(c, WAITING).wait(until=ask))


@pytest.mark.parametrize("kind", WAITERS)
def test_every_kind_of_job_can_be_waited_for_until_a_state_of_its_own(client: MakeClient, kind: str) -> None:
    row = WAITERS[kind]
    state = max(row.pending)
    c = client(*(ok({"id": 7, "version": 1, "status": number}) for number in (min(row.pending), state)))
    handle = c.hub.attach(f"aihub://custom/{kind}/{'mnist%2FV1' if kind == 'dataset_version' else 7}")

    assert c.done(handle.wait(until=row.states[state])).status == state


def test_watching_ends_with_what_was_watched_for(client: MakeClient) -> None:
    c = client()

    assert [each.status.name for each in c.listed(job(c, WAITING, WAITING, RUNNING).watch(until="running"))] == [
        "WAITING",
        "RUNNING",
    ]


def test_watching_for_something_within_a_state_ends_with_the_handle_that_shows_it(client: MakeClient) -> None:
    """It may be no change of state; the last handle is given all the same."""
    c = client()
    seen = c.listed(job(c, WAITING, RUNNING, RUNNING).watch(until=lambda each: each.name == "look 3"))

    assert [each.name for each in seen] == ["look 1", "look 2", "look 3"]


def many(c: Client, **states: list[int]) -> list[Any]:
    """Trainings by id, each with its states."""

    def answer(request: Any) -> Any:
        number = request.url.path.rpartition("/")[2]
        return ok({"id": int(number), "status": states[f"_{number}"].pop(0)})

    c.script.steps = [answer] * sum(map(len, states.values()))
    return [c.hub.attach(f"aihub://custom/training/{name[1:]}") for name in states]


def test_many_jobs_are_waited_for_until_each_has_come_so_far(client: MakeClient) -> None:
    c = client()
    seen = c.done(c.hub.wait_all(many(c, _1=[WAITING, RUNNING], _2=[RUNNING], _3=[WAITING, SUCCESS]), until="running"))

    assert [int(each.status) for each in seen] == [RUNNING, RUNNING, SUCCESS]


def test_jobs_are_given_as_they_come_so_far(client: MakeClient) -> None:
    c = client()
    handles = many(c, _1=[WAITING, WAITING, RUNNING], _2=[RUNNING], _3=[WAITING, STOPPED])

    assert [each.id for each in c.listed(c.hub.as_completed(handles, until=["running"]))] == [2, 3, 1]


def test_a_state_has_to_be_one_of_every_kind_that_is_waited_for(client: MakeClient) -> None:
    c = client()
    handles = [c.hub.attach(REF), c.hub.attach("aihub://custom/dataset_version/mnist%2FV1")]

    with pytest.raises(InvalidRequest, match="until cannot be 'running': a dataset version has no such state"):
        c.done(c.hub.wait_all(handles, until="running"))
