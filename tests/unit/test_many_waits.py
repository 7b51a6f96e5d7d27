"""`hub.wait_all` and `hub.as_completed`: many jobs, one scheduler. Every test runs sync and async."""

import pickle
from typing import Any

import httpx
import pytest

from aihub_sdk.errors import ConfigurationError, InvalidRequest, JobFailed, NotFound, WaitTimeout
from tests.unit.conftest import MakeClient
from tests.unit.scripted import Client, ok, page, refused

SUCCESS, FAILED, RUNNING = 3, 4, 2


class Jobs:
    """Answers reads of jobs by their id: the states of each, one a look."""

    def __init__(self, **states: list[Any]) -> None:
        self.states = {name.removeprefix("_"): list(each) for name, each in states.items()}
        self.looks: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        job = request.url.path.rpartition("/")[2]
        self.looks.append(job)
        found = self.states[job].pop(0)
        return found if isinstance(found, httpx.Response) else ok({"id": int(job), "status": found})


def crowd(client: MakeClient, *kinds: str, **states: list[Any]) -> tuple[Client, list[Any], Jobs]:
    jobs = Jobs(**states)
    c = client(*[jobs] * sum(map(len, states.values())), max_retries=0)
    ids = [int(name.removeprefix("_")) for name in states]
    names = kinds or ("training",) * len(ids)
    handles = [c.hub.attach(f"aihub://custom/{kind}/{each}") for kind, each in zip(names, ids, strict=True)]
    return c, handles, jobs


def test_all_are_waited_for_and_come_back_in_order_whatever_their_kind(client: MakeClient) -> None:
    c, handles, _ = crowd(client, "training", "run", "search", _1=[RUNNING, SUCCESS], _2=[SUCCESS], _3=[1, SUCCESS])
    ended = c.done(c.hub.wait_all(handles))

    assert [(each.kind, each.id, int(each.status)) for each in ended] == [
        ("training", 1, 3),
        ("run", 2, 3),
        ("search", 3, 3),
    ]


def test_jobs_are_looked_at_in_turn_and_one_pause_serves_all(client: MakeClient) -> None:
    c, handles, jobs = crowd(client, _1=[RUNNING, RUNNING, SUCCESS], _2=[RUNNING, SUCCESS])
    c.done(c.hub.wait_all(handles))

    assert jobs.looks == ["1", "2", "1", "2", "1"]
    assert c.time.pauses == [1.1, 1.65]


def test_those_that_end_first_come_first_however_they_ended(client: MakeClient) -> None:
    c, handles, _ = crowd(client, _1=[RUNNING, RUNNING, SUCCESS], _2=[RUNNING, FAILED], _3=[SUCCESS])

    assert [(each.id, int(each.status)) for each in c.listed(c.hub.as_completed(handles))] == [(3, 3), (2, 4), (1, 3)]


def test_a_failure_raises_and_the_others_are_left_alone(client: MakeClient) -> None:
    c, handles, _ = crowd(client, _1=[RUNNING], _2=[FAILED])

    with pytest.raises(JobFailed) as caught:
        c.done(c.hub.wait_all(handles))
    assert caught.value.job_id == 2


def test_without_check_a_failure_is_a_handle(client: MakeClient) -> None:
    c, handles, _ = crowd(client, _1=[RUNNING, SUCCESS], _2=[FAILED])

    assert [int(each.status) for each in c.done(c.hub.wait_all(handles, check=False))] == [3, 4]


def test_a_look_that_fails_for_a_passing_reason_ends_nothing(client: MakeClient) -> None:
    c, handles, _ = crowd(client, _1=[page(503), SUCCESS], _2=[SUCCESS])

    assert [int(each.status) for each in c.done(c.hub.wait_all(handles))] == [3, 3]


def test_a_job_that_is_not_there_is_not_found(client: MakeClient) -> None:
    c, handles, _ = crowd(client, _1=[refused(2, "no such training")])

    with pytest.raises(NotFound):
        c.done(c.hub.wait_all(handles))


def test_the_deadline_is_for_all_together(client: MakeClient) -> None:
    c, handles, _ = crowd(client, _1=[SUCCESS], _2=[RUNNING, RUNNING, RUNNING])

    with pytest.raises(WaitTimeout) as caught:
        c.done(c.hub.wait_all(handles, timeout=2))
    assert (caught.value.job_id, c.time.now) == (2, 2)


def test_a_look_takes_no_longer_than_is_left_for_all(client: MakeClient) -> None:
    given = []

    def look(request: httpx.Request) -> httpx.Response:
        given.append(round(request.extensions["timeout"].get("read"), 3))
        return ok({"id": 1, "status": SUCCESS if len(given) == 2 else RUNNING})

    c = client(look, look, timeout=60)
    c.done(c.hub.wait_all([c.hub.attach("aihub://custom/training/1")], timeout=5, poll=3))

    assert given == [5.0, 2.0]


def test_none_are_over_at_once(client: MakeClient) -> None:
    c = client()

    assert c.done(c.hub.wait_all([])) == []


def test_what_is_no_handle_is_refused(client: MakeClient) -> None:
    c = client()

    with pytest.raises(InvalidRequest) as caught:
        c.done(c.hub.wait_all(["aihub://custom/training/7"]))
    assert caught.value.field == "handles"


def test_a_handle_without_a_client_is_refused(client: MakeClient) -> None:
    c = client()

    with pytest.raises(ConfigurationError, match="belongs to no client"):
        c.done(c.hub.wait_all([pickle.loads(pickle.dumps(c.hub.attach("aihub://custom/run/7")))]))


def test_a_thousand_jobs_are_looked_at_as_often_as_each_alone_would_be(client: MakeClient) -> None:
    states = {f"_{number}": [RUNNING, RUNNING, SUCCESS] for number in range(1, 1001)}
    c, handles, jobs = crowd(client, **states)
    c.done(c.hub.wait_all(handles, poll=1))

    assert len(jobs.looks) == 3000
    assert c.time.pauses == [1, 1]
