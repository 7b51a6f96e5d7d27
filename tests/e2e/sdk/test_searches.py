"""An SQL search from the login to the rows of its result, sync and async, against both kinds of emulator."""

import csv
import pickle
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from aihub_api.data_warehouse.models import SearchStatus
from aihub_sdk.errors import AuthenticationError, JobFailed, NotFound
from tests.e2e.sdk.conftest import Platform

SQL = "select object_name, width from meta where width > 1000 order by object_name"
# Work of milliseconds: no need to wait a second before the second look.
QUICK: dict[str, Any] = {"poll": 0.02, "timeout": 60}


def finished(platform: Platform, sql: str = SQL) -> Any:
    return platform.done(platform.done(platform.hub.searches.sql(sql)).wait(**QUICK))


def test_the_documents_example_runs(platform: Platform, tmp_path: Path) -> None:
    search = platform.done(platform.hub.searches.sql(SQL, name="search-001", description="wide"))
    search = platform.done(search.wait(**QUICK))
    path = platform.done(search.to_csv(tmp_path / "result.csv"))
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))

    assert (search.status, search.name) == (SearchStatus.SUCCESS, "search-001")
    assert len(rows) > 50
    assert [row for row in rows if int(row["width"]) <= 1000] == []


def test_the_rows_are_those_of_the_file(platform: Platform, tmp_path: Path) -> None:
    search = finished(platform)
    path = platform.done(search.to_csv(tmp_path / "result.csv"))
    with path.open(newline="", encoding="utf-8") as stream:
        expected = list(csv.DictReader(stream))

    assert platform.listed(search.rows()) == expected


def test_values_with_quotes_line_breaks_and_chinese_survive(platform: Platform) -> None:
    search = finished(platform, """select 'a"b' as q, 'x' || chr(10) || 'y' as l, '图,片' as c""")

    assert platform.listed(search.rows()) == [{"q": 'a"b', "l": "x\ny", "c": "图,片"}]


def test_a_failed_search_raises_with_the_servers_message(platform: Platform) -> None:
    search = platform.done(platform.hub.searches.sql("select nothing_of_this_name from meta"))

    with pytest.raises(JobFailed) as caught:
        platform.done(search.wait(**QUICK))
    assert "nothing_of_this_name" in caught.value.server_message
    assert caught.value.ref == search.ref


def test_a_search_that_does_not_exist_is_not_found(platform: Platform) -> None:
    with pytest.raises(NotFound):
        platform.done(platform.hub.searches.get(999_999))


def test_a_search_is_taken_up_again_from_its_reference_and_from_a_pickle(platform: Platform) -> None:
    search = finished(platform)
    by_ref = platform.done(platform.hub.attach(search.ref).wait(**QUICK))
    by_pickle = platform.done(platform.hub.attach(pickle.loads(pickle.dumps(search))).refresh())

    assert [handle.result_url for handle in (by_ref, by_pickle)] == [search.result_url] * 2


def test_a_searchs_time_is_in_utc(platform: Platform) -> None:
    assert finished(platform).created_at.tzinfo is UTC


def test_whoami_knows_the_user_who_logged_in(platform: Platform) -> None:
    user = platform.done(platform.hub.whoami())

    assert user.username == "demo"
    assert user.user_id is not None
    assert user.expires_at > user.issued_at


def test_a_wrong_password_is_an_authentication_error(platform: Platform) -> None:
    with pytest.raises(AuthenticationError):
        platform.done(platform.hub.login("demo", "wrong"))


def test_a_client_with_user_and_password_logs_in_by_itself(platform: Platform, base_url: str) -> None:
    other = Platform(type(platform.hub)(env="local", base_url=base_url, username="demo", password="demo"))
    try:
        assert other.done(finished(other).refresh()).status == SearchStatus.SUCCESS
        other.done(other.hub.close())
    finally:
        other.runner.close()


def test_the_low_level_api_reads_the_same_search(platform: Platform) -> None:
    search = finished(platform)

    assert platform.done(platform.hub.api.data_warehouse.get_search(id=search.id)) == search.snapshot
