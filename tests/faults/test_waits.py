"""What may happen to a wait, for every kind of job, sync and async, on a clock that moves only when the wait sleeps.

| what happens                          | the test                                                             |
|---------------------------------------|----------------------------------------------------------------------|
| success                               | test_a_wait_ends_with_success_and_the_last_look                      |
| failure, with the server's message    | test_a_failure_raises_with_what_the_server_says                      |
| stopped                               | test_a_job_that_was_stopped_is_no_failure_and_no_success             |
| timeout: id, last state, how to resume| test_a_timeout_says_which_job_how_far_it_was_and_how_to_go_on        |
| unknown state                         | test_a_state_that_nobody_knows_is_pending_and_told_once              |
| a 503 for two minutes                 | test_two_minutes_of_503_end_nothing                                  |
| a 404 just after creation             | test_a_job_just_created_may_not_be_there_yet, and the two below it   |
| Ctrl-C                                | test_ctrl_c_*; with a real signal in test_waits_elsewhere.py         |
| token expiry midway                   | test_waits_tokens.py                                                 |
| many threads, one expired token       | test_waits_tokens.py                                                 |
| a token file that changes midway      | test_waits_tokens.py                                                 |
| a pickled handle in another process   | test_waits_elsewhere.py                                              |
| any of it, in any order               | test_waits_explored.py                                               |
"""

import asyncio
import logging
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from aihub_api.tables import WAITERS
from aihub_sdk.errors import JobFailed, JobStopped, NotFound, ServerError, WaitTimeout
from tests.faults.followed import Followed
from tests.unit.scripted import ok, page, refused

MakeJob = Callable[..., Followed]

STOPPABLE = [kind for kind, row in WAITERS.items() if row.stop]
ENDS_STOPPED = [kind for kind, row in WAITERS.items() if row.stopped]

every_kind = pytest.mark.parametrize("kind", WAITERS)


@pytest.fixture(params=["sync", "async"])
def job(request: pytest.FixtureRequest) -> Iterator[MakeJob]:
    """Makes a job of a kind; its script must be used up."""
    made: list[Followed] = []

    def make(kind: str, **settings: Any) -> Followed:
        made.append(Followed(request.param, kind, **settings))
        return made[-1]

    yield make
    for each in made:
        each.c.end()


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


# --- how it ends ----------------------------------------------------------------------------------


@every_kind
def test_a_wait_ends_with_success_and_the_last_look(job: MakeJob, kind: str) -> None:
    each = job(kind)
    handle = each.taken_up(*(each.at(state) for state in (*sorted(each.row.pending), "success")))
    ended = each.c.done(handle.wait())

    assert (ended.status, ended.ref, handle.snapshot) == (each.named("success"), each.ref, None)


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("search", {"message": "表 meta 不存在"}, "表 meta 不存在"),
        ("dataset_version", {"message": "坏的压缩包"}, "坏的压缩包"),
        ("run", {"task_nodes": [{"name": "train", "status": 4, "message": "oom"}]}, "node train: oom"),
        ("training", {}, ""),
        ("quota_task", {}, ""),
    ],
)
def test_a_failure_raises_with_what_the_server_says(job: MakeJob, kind: str, fields: dict[str, Any], said: str) -> None:
    each = job(kind)
    with pytest.raises(JobFailed) as caught:
        each.c.done(each.taken_up(each.at("pending"), each.at("failure", **fields)).wait())

    error = caught.value
    assert (error.ref, error.state, error.state_name) == (each.ref, each.named("failure"), "FAILED")
    assert (error.server_message, error.context.operation) == (said, each.row.poll)
    assert f"failed{f': {said}' if said else ', and the server says no more'}." in error.message


@pytest.mark.parametrize("kind", ENDS_STOPPED)
def test_a_job_that_was_stopped_is_no_failure_and_no_success(job: MakeJob, kind: str) -> None:
    each = job(kind)
    by = {"stop_op_user": {"id": 2, "name": "demo"}} if kind in STOPPABLE else {}
    with pytest.raises(JobStopped) as caught:
        each.c.done(each.taken_up(each.at("pending"), each.at("stopped", **by)).wait())

    assert (caught.value.ref, caught.value.state) == (each.ref, each.named("stopped"))
    assert caught.value.server_message == ("stopped by demo" if by else "")


@every_kind
def test_without_check_whatever_ended_is_returned(job: MakeJob, kind: str) -> None:
    each = job(kind)
    for state in sorted(each.row.failure | each.row.stopped):
        assert each.c.done(each.taken_up(each.at(state)).wait(check=False)).status == state


@every_kind
def test_a_timeout_says_which_job_how_far_it_was_and_how_to_go_on(job: MakeJob, kind: str) -> None:
    each = job(kind)
    handle = each.taken_up(*(each.at("pending") for _ in range(4)))
    with pytest.raises(WaitTimeout) as caught:
        each.c.done(handle.wait(timeout=3))

    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.job_id, error.ref, error.timeout) == (handle.id, each.ref, 3.0)
    assert error.state_name == each.row.states[each.named("pending")]
    assert f"its last state is {error.state_name}" in error.message
    assert f"hub.attach({each.ref!r}).wait()" in error.hint

    each.c.script.steps = [each.at("success")]
    assert each.c.done(each.c.hub.attach(error.ref).wait()).status == each.named("success")


# --- what ends nothing ----------------------------------------------------------------------------


@every_kind
def test_a_state_that_nobody_knows_is_pending_and_told_once(
    job: MakeJob, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    each = job(kind)
    answers = [each.at(99), each.at(98), each.at(None), each.at("?"), each.at("success")]

    assert each.c.done(each.taken_up(*answers).wait()).status == each.named("success")
    assert warnings(caplog)[0] == f"{each.ref}: unknown state UNKNOWN_99; waiting on"
    assert sum("unknown state" in text for text in warnings(caplog)) == 1


@every_kind
def test_two_minutes_of_503_end_nothing(job: MakeJob, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    each = job(kind, max_retries=1)
    refusals = 0

    def outage(_: httpx.Request) -> httpx.Response:
        nonlocal refusals
        if each.c.time.now >= 120:
            return each.at("success")
        refusals += 1
        each.c.script.steps.append(outage)
        return page(503)

    ended = each.c.done(each.taken_up(each.at("pending"), outage).wait())

    assert ended.status == each.named("success")
    assert (refusals > 10, 120 <= each.c.time.now < 140) == (True, True)
    assert warnings(caplog) == [f"{each.ref}: could not be read (ServerError); waiting on"]


@every_kind
def test_a_platform_that_says_when_to_come_back_is_not_asked_before(job: MakeJob, kind: str) -> None:
    each = job(kind)
    answers = [page(429, {"Retry-After": "600"}), each.at("pending"), each.at("success")]

    assert each.c.done(each.taken_up(*answers).wait()).status == each.named("success")
    assert each.c.time.pauses == [600.0, 1.5]


@every_kind
def test_a_wait_does_not_come_back_after_its_own_end(job: MakeJob, kind: str) -> None:
    each = job(kind)
    with pytest.raises(WaitTimeout):
        each.c.done(each.taken_up(*(page(429, {"Retry-After": "600"}) for _ in range(2))).wait(timeout=100))
    assert each.c.time.pauses == [100.0]


@every_kind
def test_an_outage_of_half_an_hour_is_not_hidden(job: MakeJob, kind: str) -> None:
    each = job(kind, max_retries=0)

    def down(_: httpx.Request) -> httpx.Response:
        each.c.script.steps.append(down)
        return page(503)

    with pytest.raises(ServerError):
        each.c.done(each.taken_up(down).wait())
    each.c.script.steps.clear()
    assert 1800 <= each.c.time.now < 1830


# --- not found ------------------------------------------------------------------------------------


@every_kind
def test_a_job_just_created_may_not_be_there_yet(job: MakeJob, kind: str) -> None:
    each = job(kind)
    handle = each.created(*each.not_there(), *each.not_there(), each.at("pending"), each.at("success"))

    assert each.c.done(handle.wait()).status == each.named("success")


@every_kind
def test_a_gateways_404_just_after_creation_ends_nothing_either(job: MakeJob, kind: str) -> None:
    each = job(kind)
    # A run is printed as POST; a 404 without an envelope is tried once more as GET.
    missing = [page(404), page(404)] if kind == "run" else [page(404)]

    assert each.c.done(each.created(*missing, each.at("success")).wait()).status == each.named("success")


@every_kind
def test_a_job_that_stays_away_is_not_there(job: MakeJob, kind: str) -> None:
    each = job(kind)
    handle = each.created(*(answer for _ in range(7) for answer in each.not_there()))

    with pytest.raises(NotFound):
        each.c.done(handle.wait())
    assert each.c.time.now == pytest.approx(20.78, abs=0.01)


@every_kind
def test_a_job_that_was_seen_and_is_gone_is_gone(job: MakeJob, kind: str) -> None:
    each = job(kind)
    with pytest.raises(NotFound, match="gone"):
        each.c.done(each.created(each.at("pending"), refused(2, "gone")).wait())


@every_kind
def test_a_job_of_long_ago_is_there_or_not(job: MakeJob, kind: str) -> None:
    each = job(kind)
    with pytest.raises(NotFound):
        each.c.done(each.taken_up(refused(2, "no such object")).wait())
    assert each.c.time.pauses == []


# --- Ctrl-C ---------------------------------------------------------------------------------------


def how_to_go_on(each: Followed) -> str:
    stop = f", or stop it with hub.attach({each.ref!r}).stop()" if each.kind in STOPPABLE else ""
    return f"{each.ref} goes on. Wait for it again with hub.attach({each.ref!r}).wait(){stop}"


def sleeping_badly(each: Followed) -> None:
    """Ctrl-C while the wait sleeps."""

    def woken(_: float) -> None:
        raise each.interrupt()

    async def woken_async(_: float) -> None:
        raise each.interrupt()

    each.c.hub._session._sleep = woken_async if each.c.is_async else woken


@every_kind
@pytest.mark.parametrize("when", ["asking", "sleeping"])
@pytest.mark.parametrize("method", ["wait", "watch"])
def test_ctrl_c_ends_the_wait_and_says_how_to_go_on(
    job: MakeJob, kind: str, when: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    each = job(kind)
    handle = each.taken_up(each.at("pending"), *([each.interrupting] if when == "asking" else []))
    if when == "sleeping":
        sleeping_badly(each)
    follow = handle.wait if method == "wait" else lambda: each.c.listed(handle.watch())

    with pytest.raises(each.interrupt()):
        each.c.done(follow())
    assert warnings(caplog) == [how_to_go_on(each)]


@pytest.mark.parametrize("kind", STOPPABLE)
def test_ctrl_c_stops_the_job_when_that_was_asked_for(
    job: MakeJob, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    each = job(kind)
    handle = each.taken_up(each.at("pending"), each.interrupting, ok(None))

    with pytest.raises(each.interrupt()):
        each.c.done(handle.wait(stop_on_interrupt=True))
    assert each.c.script.sent()[-1].endswith("/7/stop")
    assert warnings(caplog) == [f"{each.ref} was asked to stop"]


@pytest.mark.parametrize("kind", STOPPABLE)
def test_ctrl_c_says_so_when_the_job_cannot_be_stopped(
    job: MakeJob, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    each = job(kind)
    handle = each.taken_up(each.at("pending"), each.interrupting, refused(1, "it is not yours"))

    with pytest.raises(each.interrupt()):
        each.c.done(handle.wait(stop_on_interrupt=True))
    assert [f"{each.ref} could not be stopped" in text and "it is not yours" in text for text in warnings(caplog)] == [
        True
    ]


@pytest.mark.parametrize("kind", STOPPABLE)
def test_a_second_ctrl_c_says_that_the_job_may_go_on(job: MakeJob, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    each = job(kind)
    handle = each.taken_up(each.at("pending"), each.interrupting, each.interrupting)

    with pytest.raises(each.interrupt()):
        each.c.done(handle.wait(stop_on_interrupt=True))
    look = f"hub.attach({each.ref!r}).refresh(), or stop it with its stop()"
    assert warnings(caplog) == [f"{each.ref} may go on: it was being stopped. Look with {look}"]


@pytest.mark.parametrize("method", ["watch", "wait_all", "as_completed"])
def test_what_ends_without_an_interrupt_names_none(method: str, caplog: pytest.LogCaptureFixture) -> None:
    """An asyncio loop that ends cancels what its program has left half-way: an iterator, or a wait that has failed."""
    each = Followed("async", "training")
    each.c.script.steps = [each.at("failure"), each.at("pending")]
    handles = [each.c.hub.attach(f"aihub://custom/training/{number}") for number in (1, 2)]

    async def program() -> None:
        if method == "wait_all":
            await each.c.hub.wait_all(handles)
        # Kept under no name: what nobody refers to any more is closed by the loop.
        async for _ in handles[0].watch() if method == "watch" else each.c.hub.as_completed(handles):
            raise JobFailed("as good as any error")

    with pytest.raises(JobFailed):
        asyncio.run(program())
    assert warnings(caplog) == []


@pytest.mark.parametrize("method", ["wait_all", "as_completed"])
def test_ctrl_c_names_the_jobs_that_go_on(job: MakeJob, method: str, caplog: pytest.LogCaptureFixture) -> None:
    each = job("training")
    refs = [f"aihub://custom/training/{number}" for number in range(1, 30)]
    each.c.script.steps = [each.at("success"), *(each.at("pending") for _ in range(28)), *[each.interrupting]]
    if each.c.is_async:
        # Looks that are under way together are all cut short.
        each.c.script.steps += [each.interrupting] * 15
    handles = [each.c.hub.attach(ref) for ref in refs]
    follow = each.c.hub.wait_all if method == "wait_all" else lambda all_: each.c.listed(each.c.hub.as_completed(all_))

    with pytest.raises(each.interrupt()):
        each.c.done(follow(handles))
    how = "Take each up again with hub.attach(ref).wait(), or stop it with .stop()"
    assert warnings(caplog) == [f"28 of 29 jobs go on: {', '.join(refs[1:21])} and 8 more. {how}"]
