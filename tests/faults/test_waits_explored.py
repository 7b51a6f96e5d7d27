"""Whatever a platform answers, in whatever order: both drivers do the same, and no wait ends wrongly.

What a wait has to do is told a second time here, by a model that knows nothing of the SDK's own code.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aihub_api.tables import WAITERS
from aihub_sdk.errors import AIHubError
from tests.faults.followed import Followed
from tests.unit.scripted import page, refused

# A search, a run, a training and a quota task are looked at in one request; a version, by its name, as well.
KINDS = st.sampled_from(sorted(WAITERS))


class Look(NamedTuple):
    """One answer: what it is, and whether it says anything about the job."""

    words: str
    state: int | None = None
    is_passing: bool = False
    error: str = ""


TROUBLE = (
    Look("HTTP 503", is_passing=True),
    Look("HTTP 500", is_passing=True),
    Look("HTTP 429", is_passing=True),
    Look("no connection", is_passing=True),
    Look("no answer", is_passing=True),
    Look("code 3", is_passing=True),
    Look("not found", error="NotFound"),
    Look("HTTP 401", error="AuthenticationError"),
    Look("HTTP 403", error="PermissionDenied"),
    Look("not an envelope", error="UnexpectedResponse"),
)
# 9 is in no table, 0 and -1 are what servers send for nothing, None is a field that is missing.
STATES = tuple(Look(f"state {number}", state=number) for number in (None, -1, 0, 1, 2, 3, 4, 5, 6, 9))


def answer(look: Look, job: Followed) -> httpx.Response | Exception:
    made: dict[str, httpx.Response | Exception] = {
        "HTTP 503": page(503),
        "HTTP 500": page(500),
        "HTTP 429": page(429, {"Retry-After": "1"}),
        "no connection": httpx.ConnectError("refused"),
        "no answer": httpx.ReadTimeout("slow"),
        "code 3": refused(3, "database"),
        "not found": refused(2, "no such object"),
        "HTTP 401": refused(1, "who are you", 401),
        "HTTP 403": refused(1, "not yours", 403),
        "not an envelope": httpx.Response(200, json=[1]),
    }
    return made[look.words] if look.words in made else job.at(look.state)


class Ending(NamedTuple):
    """How a wait ended: after which looks, when, and with what."""

    what: str
    looks: int
    at: float
    pauses: tuple[float, ...]


def expected(looks: Sequence[Look], kind: str, timeout: float | None, *, is_new: bool) -> Ending:
    """How a wait has to end that sees these looks."""
    row, now, pause, pauses, was_seen = WAITERS[kind], 0.0, 1.0, list[float](), False
    for count, look in enumerate(looks, 1):
        what = ""
        if look.error == "NotFound" and is_new and not was_seen and now < 15:
            pass
        elif look.error:
            what = look.error
        elif not look.is_passing:
            was_seen = True
            for group, ending in (("success", "done"), ("failure", "JobFailed"), ("stopped", "JobStopped")):
                if look.state in getattr(row, group):
                    what = ending
        if not what and timeout is not None and now >= timeout:
            what = "WaitTimeout"
        if what:
            return Ending(what, count, round(now, 6), tuple(pauses))
        length = pause if timeout is None else max(min(pause, timeout - now), 0.0)
        pause = min(pause * 1.5, 15.0)
        pauses.append(round(length, 3))
        now += length
    raise AssertionError("the last look ends every wait")


def waited(flavour: str, looks: Sequence[Look], kind: str, timeout: float | None, *, is_new: bool) -> Ending:
    """How a wait does end that sees these looks."""
    job = Followed(flavour, kind, max_retries=0)
    handle: Any = job.taken_up(*(answer(look, job) for look in looks))
    # Creating one answers with an id alone; here only that it is new matters.
    object.__setattr__(handle, "_is_new", is_new)
    try:
        ended = job.c.done(handle.wait(timeout=timeout))
        what = "done" if ended.status in job.row.success else f"returned {ended.status}"
    except AIHubError as error:
        what = type(error).__name__
    finally:
        job.c.runner.close()
    return Ending(what, len(job.c.script.requests), round(job.c.time.now, 6), tuple(job.c.time.pauses))


@settings(max_examples=120)
@given(
    looks=st.lists(st.sampled_from((*STATES, *TROUBLE)), max_size=12),
    kind=KINDS,
    timeout=st.sampled_from((None, 0, 1, 4.75, 60)),
    is_new=st.booleans(),
)
@example(looks=[TROUBLE[6]] * 7, kind="training", timeout=None, is_new=True)
@example(looks=[STATES[4], TROUBLE[6]], kind="training", timeout=None, is_new=True)
@example(looks=[TROUBLE[0], STATES[6]], kind="run", timeout=1, is_new=False)
@example(looks=[STATES[4], *[TROUBLE[3]] * 9], kind="quota_task", timeout=60, is_new=False)
def test_any_course_of_things_ends_as_it_should_in_both_drivers(
    looks: list[Look], kind: str, timeout: float | None, is_new: bool
) -> None:
    course = [*looks, Look("state 3", state=3)]
    ends = expected(course, kind, timeout, is_new=is_new)

    assert waited("sync", course, kind, timeout, is_new=is_new) == ends
    assert waited("async", course, kind, timeout, is_new=is_new) == ends


@settings(max_examples=40)
@given(
    courses=st.lists(st.lists(st.sampled_from((*STATES[:5], *TROUBLE[:6])), max_size=5), min_size=1, max_size=6),
)
def test_jobs_that_are_waited_for_together_end_as_each_alone_would(courses: list[list[Look]]) -> None:
    full = {f"/{number}": [*course, Look("state 3", state=3)] for number, course in enumerate(courses, 1)}
    alone = {path: expected(course, "training", None, is_new=False) for path, course in full.items()}
    for flavour in ("sync", "async"):
        job = Followed(flavour, "training", max_retries=0)
        left = {path: list(course) for path, course in full.items()}
        looks = dict.fromkeys(full, 0)

        def reply(request: httpx.Request, job: Followed = job, left: Any = left, looks: Any = looks) -> httpx.Response:
            path = f"/{request.url.path.rpartition('/')[2]}"
            looks[path] += 1
            found = answer(left[path].pop(0), job)
            if isinstance(found, Exception):
                raise found
            return found

        job.c.script.steps = [reply] * sum(map(len, full.values()))
        handles = [job.c.hub.attach(f"aihub://custom/training{path}") for path in full]
        ended = job.c.done(job.c.hub.wait_all(handles))

        assert [each.status for each in ended] == [3] * len(full)
        assert looks == {path: ending.looks for path, ending in alone.items()}
        assert job.c.time.now == pytest.approx(max(ending.at for ending in alone.values()))
        job.c.end()


def test_the_model_knows_a_job_that_is_new() -> None:
    missing = [TROUBLE[6], Look("state 3", state=3)]

    assert expected(missing, "search", None, is_new=True).what == "done"
    assert expected(missing, "search", None, is_new=False).what == "NotFound"
