"""`hub.searches`: what is sent, and what comes back as a handle. Every test runs sync and async."""

import json
import pickle
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from aihub_api.data_warehouse.models import SearchStatus
from aihub_sdk._waits.handles import utc_datetime
from aihub_sdk.errors import ConfigurationError, InvalidRequest, NameExists, NotFound
from tests.unit.conftest import MakeClient
from tests.unit.scripted import Client, ok, refused, search

REF = "aihub://custom/search/7"
MILLISECONDS = 1_700_000_000_123


def body(c: Client) -> Any:
    return json.loads(c.script.requests[0].content)


def test_a_search_is_started_with_what_was_given_and_nothing_empty(client: MakeClient) -> None:
    c = client(ok({"id": 7}))
    handle = c.done(c.hub.searches.sql("select 1", name="search-001", description="first"))

    assert body(c) == {"type": 1, "name": "search-001", "description": "first", "sql": "select 1"}
    assert (handle.id, handle.environment, handle.ref, handle.snapshot) == (7, "custom", REF, None)


def test_a_search_without_a_name_gets_one_of_its_own(client: MakeClient) -> None:
    names = []
    for _ in range(2):
        c = client(ok({"id": 7}))
        c.done(c.hub.searches.sql("select 1"))
        names.append(body(c)["name"])

    assert names[0] != names[1]
    assert re.fullmatch(r"sdk-\d{8}-\d{6}-[0-9a-f]{6}", names[0])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"sql": ""}, "sql"),
        ({"sql": " \n"}, "sql"),
        ({"sql": None}, "body.sql"),
        ({"sql": 5}, "body.sql"),
        ({"sql": "select 1", "name": ""}, "name"),
        ({"sql": "select 1", "name": 5}, "body.name"),
        ({"sql": "select 1", "description": b"x"}, "body.description"),
    ],
    ids=str,
)
def test_a_search_that_cannot_be_is_refused_before_anything_is_sent(
    client: MakeClient, given: dict[str, Any], field: str
) -> None:
    c = client()

    with pytest.raises(InvalidRequest) as caught:
        c.done(c.hub.searches.sql(**given))
    assert caught.value.field == field


def test_a_name_that_is_taken_raises_and_creates_nothing(client: MakeClient) -> None:
    c = client(refused(8, "名称已存在"))

    with pytest.raises(NameExists):
        c.create_search()


def test_a_search_is_found_by_its_id(client: MakeClient) -> None:
    c = client(
        search(4, name="n", message="no table", result_url="http://h/7.csv", created_at=MILLISECONDS, username="u")
    )
    found = c.done(c.hub.searches.get(7))

    assert (found.status, found.name, found.message, found.result_url) == (
        SearchStatus.FAILED,
        "n",
        "no table",
        "http://h/7.csv",
    )
    assert found.created_at == datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=UTC)
    assert found.snapshot.username == "u"


def test_a_search_that_is_not_there_is_not_found(client: MakeClient) -> None:
    c = client(refused(2, "no such search"))

    with pytest.raises(NotFound):
        c.done(c.hub.searches.get(7))


@pytest.mark.parametrize("value", ["7", None, 7.0, True])
def test_an_id_that_is_no_number_is_refused_before_anything_is_sent(client: MakeClient, value: object) -> None:
    c = client()

    with pytest.raises(InvalidRequest) as caught:
        c.done(c.hub.searches.get(value))
    assert caught.value.field == "id"


def test_what_was_not_seen_yet_reads_as_nothing(client: MakeClient) -> None:
    handle = client().hub.attach(REF)

    assert (handle.status, handle.name, handle.message, handle.result_url, handle.created_at) == (
        None,
        "",
        "",
        "",
        None,
    )


@pytest.mark.parametrize("value", [None, 0, 10**30, "soon"])
def test_a_time_that_is_none_reads_as_none(value: Any) -> None:
    assert utc_datetime(value) is None


# --- handles --------------------------------------------------------------------------------------


def test_refresh_gives_a_new_handle_and_leaves_the_old_one(client: MakeClient) -> None:
    c = client(search(2), search(3))
    first = c.done(c.hub.searches.get(7))
    second = c.done(first.refresh())

    assert (first.status, second.status) == (SearchStatus.RUNNING, SearchStatus.SUCCESS)


def test_a_handle_is_a_frozen_value(client: MakeClient) -> None:
    handle = client().hub.attach(REF)

    with pytest.raises(AttributeError):
        handle.id = 8


def test_handles_of_one_search_are_equal_however_they_saw_it(client: MakeClient) -> None:
    c = client(search(2))
    unseen = c.hub.attach(REF)
    seen = c.done(unseen.refresh())

    assert (unseen == seen, len({unseen, seen}), seen == c.hub.attach("aihub://custom/search/8")) == (
        True,
        1,
        False,
    )


def test_a_handle_shows_no_secret(client: MakeClient) -> None:
    c = client(search(2), token="secret-token")

    assert "secret-token" not in repr(c.done(c.hub.searches.get(7)))


def test_a_pickled_handle_keeps_what_it_saw_and_no_client(client: MakeClient) -> None:
    c = client(search(99, name="n"), search(3), token="secret-token")
    handle = c.done(c.hub.searches.get(7))
    frozen = pickle.dumps(handle)
    thawed = pickle.loads(frozen)

    assert b"secret-token" not in frozen
    assert (thawed == handle, thawed.name, thawed.status) == (True, "n", 99)
    with pytest.raises(ConfigurationError):
        c.done(thawed.refresh())
    attached = c.hub.attach(thawed)
    assert attached.name == "n"
    assert c.done(attached.refresh()).status == SearchStatus.SUCCESS


@pytest.mark.parametrize(
    "ref",
    [
        "7",
        "",
        7,
        None,
        "aihub://custom/search",
        "aihub://custom/search/",
        "aihub://custom/search/7/8",
        "aihub://custom/search/x",
        "aihub://custom/training/7",
        "http://custom/search/7",
    ],
)
def test_what_is_no_reference_of_a_search_is_refused(client: MakeClient, ref: Any) -> None:
    with pytest.raises(InvalidRequest) as caught:
        client().hub.searches.attach(ref)
    assert caught.value.field == "ref"


def test_a_reference_of_another_environment_is_refused(client: MakeClient) -> None:
    """The same number is another search there."""
    with pytest.raises(InvalidRequest, match=r'AIHub\(env="production"\)'):
        client(env="internal-test", base_url=None).hub.attach("aihub://production/search/7")
