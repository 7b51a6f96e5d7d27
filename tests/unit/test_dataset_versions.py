"""Finding a version's number from its id, and following it. Every test with a client runs sync and async."""

import asyncio
from typing import Any

import httpx
import pytest

from aihub_api.dataset_management.models import DatasetVersion
from aihub_sdk._datasets.version_finder import version_flow
from aihub_sdk.errors import InvalidRequest, JobFailed, NotFound, ResponseLost, ServerError
from tests.unit.conftest import MakeClient
from tests.unit.scripted import Client, ok, page, refused


def found(ids: dict[int, int], wanted: int) -> tuple[int | None, list[int]]:
    """The number that is found among versions number → id, and the numbers that were looked at."""
    looked = []
    flow = version_flow(wanted)
    try:
        number = next(flow)
        while True:
            looked.append(number)
            number = flow.send(DatasetVersion(id=ids[number], version=number) if number in ids else None)
    except StopIteration as done:
        return (done.value.version if done.value else None), looked


def test_the_first_version_takes_one_look() -> None:
    assert found({1: 42}, 42) == (1, [1])


@pytest.mark.parametrize("last", [2, 3, 7, 8, 100, 1000])
def test_the_newest_of_many_versions_takes_few_looks(last: int) -> None:
    ids = {number: 1000 + 3 * number for number in range(1, last + 1)}
    number, looked = found(ids, ids[last])

    assert number == last
    assert len(looked) <= 2 * last.bit_length()
    assert len(set(looked)) == len(looked)


def test_every_version_among_others_is_found_by_its_id() -> None:
    ids = {number: 1000 + 7 * number for number in range(1, 41)}

    assert {n: found(ids, ids[n])[0] for n in ids} == {n: n for n in ids}


@pytest.mark.parametrize("gone", [{1}, {1, 2, 3}, {4}, {2, 4, 8}, {15, 16, 17}, set(range(1, 8))])
def test_deleted_versions_do_not_hide_the_newest(gone: set[int]) -> None:
    ids = {number: 100 + number for number in range(1, 20) if number not in gone}

    assert {n: found(ids, ids[n])[0] for n in ids} == {n: n for n in ids}


def test_an_id_that_no_version_has_ends_in_nothing() -> None:
    ids = {number: 10 * number for number in range(1, 20)}

    assert [found(ids, wanted)[0] for wanted in (5, 55, 1000)] == [None, None, None]


def version(number: int, version_id: int, status: int = 3, **more: Any) -> httpx.Response:
    return ok({"id": version_id, "version": number, "status": status, "dataset_id": 5, **more})


def started(c: Client) -> Any:
    return c.done(c.hub.datasets.get("数 据", id=5).upload("s3://b/d"))


def names(c: Client) -> list[str]:
    return [request.url.params.get("name", request.url.path) for request in c.script.requests]


def test_an_upload_asks_for_nothing_but_the_version(client: MakeClient) -> None:
    c = client(ok({"id": 42}))
    handle = started(c)

    assert (handle.name, handle.version_id, handle.version, handle.dataset) == ("", 42, None, "数 据")
    assert handle.ref == "aihub://custom/dataset_version/%E6%95%B0%20%E6%8D%AE%2F%2342"
    assert len(c.script.requests) == 1


def test_a_wait_finds_the_number_once_and_polls_by_name_then(client: MakeClient) -> None:
    c = client(ok({"id": 42}), version(1, 41), version(2, 42, status=1), version(2, 42, status=5), version(2, 42))
    handle = c.done(started(c).wait())

    assert (handle.name, handle.version, handle.version_id) == ("数 据/V2", 2, 42)
    assert names(c)[1:] == ["数 据/V1", "数 据/V2", "数 据/V2", "数 据/V2"]


def test_a_version_that_cannot_be_seen_yet_is_waited_for(client: MakeClient) -> None:
    unseen = [refused(2, "not found") for _ in range(9)]
    c = client(ok({"id": 42}), *unseen, version(1, 42))

    assert c.done(started(c).wait()).name == "数 据/V1"


def test_a_gateways_404_is_not_taken_for_a_missing_version(client: MakeClient) -> None:
    c = client(ok({"id": 42}), page(404))

    with pytest.raises(NotFound, match="without a message"):
        c.done(started(c).refresh())


def test_a_failed_build_raises_with_the_servers_message(client: MakeClient) -> None:
    c = client(version(1, 42, status=4, message="坏的压缩包"))

    with pytest.raises(JobFailed, match="坏的压缩包") as caught:
        c.done(c.hub.datasets.version("mnist/V1").wait())
    assert caught.value.ref == "aihub://custom/dataset_version/mnist%2FV1"


def test_what_is_told_of_a_wait_has_the_name_as_soon_as_it_is_known(client: MakeClient) -> None:
    c = client(ok({"id": 42}), version(1, 41), version(2, 42, status=1), version(2, 42, status=4, message="broken"))
    told: list[str] = []
    with pytest.raises(JobFailed) as caught:
        c.done(started(c).wait(on_event=lambda event: told.append(event.ref)))

    ref = "aihub://custom/dataset_version/%E6%95%B0%20%E6%8D%AE%2FV2"
    assert caught.value.message == "Dataset version 数 据/V2 failed: broken."
    assert (caught.value.job_id, caught.value.ref, ref in caught.value.hint) == ("数 据/V2", ref, True)
    assert told == [ref, ref]


def test_an_interrupted_wait_tells_the_name_when_it_is_known(
    client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    c = client(ok({"id": 42}), version(1, 42, status=1))
    interruption = asyncio.CancelledError if c.is_async else KeyboardInterrupt

    def interrupt(event: object) -> None:
        raise interruption

    with pytest.raises(interruption):
        c.done(started(c).wait(on_event=interrupt))
    assert "hub.attach('aihub://custom/dataset_version/%E6%95%B0%20%E6%8D%AE%2FV1').wait()" in caplog.text


def test_a_lost_answer_to_a_new_version_says_how_to_check(client: MakeClient) -> None:
    c = client(httpx.ReadTimeout("slow"))

    with pytest.raises(ResponseLost) as caught:
        started(c)
    assert "<dataset>/V<number>" in caught.value.check


def test_the_owner_is_the_user_of_the_token_unless_given(client: MakeClient) -> None:
    c = client(ok({"id": 5}))
    c.done(c.hub.datasets.create("mnist", create_by=9))

    assert b'"create_by":9' in c.script.requests[0].content


def test_a_token_that_names_nobody_asks_for_create_by(client: MakeClient) -> None:
    c = client()

    with pytest.raises(InvalidRequest, match="whose it is"):
        c.done(c.hub.datasets.create("mnist"))


@pytest.mark.parametrize("name", ["mnist", "mnist/1", "mnist/V0", "mnist/Vx", "/V1", "aihub://custom/search/7"])
def test_what_is_no_name_of_a_version_is_refused(name: str, client: MakeClient) -> None:
    with pytest.raises(InvalidRequest):
        client().hub.datasets.version(name)


@pytest.mark.parametrize("given", [{}, {"path": "s3://b/d", "host_path": "/d"}, {"host_path": " "}])
def test_exactly_one_source_is_needed(given: dict[str, str], client: MakeClient) -> None:
    c = client()

    with pytest.raises(InvalidRequest):
        c.done(c.hub.datasets.get("mnist", id=5).upload(**given))


def test_a_server_error_while_the_number_is_looked_for_is_not_hidden(client: MakeClient) -> None:
    c = client(ok({"id": 42}), refused(1, "boom"), max_retries=0)

    with pytest.raises(ServerError, match="boom"):
        c.done(started(c).refresh())
