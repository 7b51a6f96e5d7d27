"""Searches from creation to result file, over real TCP."""

from aihub_emulator import Emulator, Settings
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.conftest import QUICK
from tests.e2e.emulator.search_calls import LOOP, result


def test_the_documents_query_finds_the_wide_objects(emulator: Emulator, admin: Caller) -> None:
    header, *rows = result(emulator, admin, "select object_name from meta where width>1000")
    (_, counted) = result(emulator, admin, "select count(*) from meta where width > 1000")

    assert header == ["object_name"]
    assert rows[0] == ["street-day/V1/bus/00003.jpg"]
    assert [str(len(rows))] == counted


def test_the_meta_table_has_the_same_rows_in_every_emulator(emulator: Emulator, admin: Caller) -> None:
    sql = "select * from meta"

    with Emulator(QUICK) as other, Caller(other.base_url, other.token) as caller:
        rows = result(other, caller, sql)

    assert rows == result(emulator, admin, sql)
    assert ",".join(rows[0]) == "object_name,dataset,version,width,height,format,size_bytes,label,created_at"
    assert len(rows) == 241


def test_a_result_keeps_chinese_quotes_commas_newlines_and_nulls(emulator: Emulator, admin: Caller) -> None:
    sql = """select '中文' as 列, 'a"b,c' as q, 'one' || chr(10) || 'two' as n, null as z, 1.50 as d, true as t"""

    assert result(emulator, admin, sql) == [
        ["列", "q", "n", "z", "d", "t"],
        ["中文", 'a"b,c', "one\ntwo", "", "1.50", "true"],
    ]


def test_times_and_nested_values_have_a_text_form(emulator: Emulator, admin: Caller) -> None:
    sql = "select timestamptz '2024-07-19 09:41:13+00' as at, [1, 2] as list, {'a': 1} as struct"

    assert result(emulator, admin, sql)[1] == ["2024-07-19 09:41:13+00", "[1, 2]", "{'a': 1}"]


def test_a_result_keeps_the_querys_order_and_names(emulator: Emulator, admin: Caller) -> None:
    sql = "select width as a, height as a from meta order by width desc, height limit 50; -- the widest"

    header, *rows = result(emulator, admin, sql)

    assert header == ["a", "a"]
    assert [int(row[0]) for row in rows] == sorted((int(row[0]) for row in rows), reverse=True)


def test_a_result_without_rows_is_its_header(emulator: Emulator, admin: Caller) -> None:
    assert result(emulator, admin, "select label from meta where false") == [["label"]]


def test_status_moves_from_waiting_to_running_to_success_on_the_clock() -> None:
    settings = Settings(clock="manual", waiting_seconds=60, running_seconds=60)

    with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token) as caller:
        search_id = caller.create_search("select 1")
        seen = [caller.get_search(search_id)["data"]["status"]]
        for _ in range(2):
            emulator.advance(61)
            if len(seen) == 2:
                emulator.settle()
            seen.append(caller.get_search(search_id)["data"]["status"])

    assert seen == [1, 2, 3]


def test_a_search_shows_what_was_asked_and_by_whom(emulator: Emulator, stranger: Caller) -> None:
    body = {"type": 1, "name": "名称", "description": "words", "sql": "select 1"}

    search_id = stranger.post_search(body)["data"]["id"]
    data = stranger.get_search(search_id)["data"]
    emulator.settle()

    assert {name: data[name] for name in body} == body
    assert (data["id"], data["username"]) == (search_id, "demo")
    assert (data["feature_lib_id"], data["images"], data["keywords"], data["top_k"]) == (0, None, "", 0)


def test_a_search_was_created_at_a_moment_of_the_emulators_clock_in_milliseconds() -> None:
    with Emulator(Settings(clock="manual")) as emulator, Caller(emulator.base_url, emulator.token) as caller:
        now = caller.send("GET", "/_emulator/clock").json()["now"]
        created_at = caller.get_search(caller.create_search("select 1"))["data"]["created_at"]

    assert created_at == int(now * 1000)


def test_there_is_no_search_of_an_unknown_id(admin: Caller) -> None:
    assert admin.get_search(987)["code"] == 2


def test_another_users_search_does_not_exist(emulator: Emulator, admin: Caller, stranger: Caller) -> None:
    search_id = admin.create_search("select 1")
    emulator.settle()

    assert (admin.get_search(search_id)["code"], stranger.get_search(search_id)["code"]) == (0, 2)


def test_two_searches_may_have_one_name(admin: Caller) -> None:
    assert admin.create_search("select 1", name="twin") != admin.create_search("select 1", name="twin")


def test_the_result_is_on_the_host_that_the_caller_used(emulator: Emulator, admin: Caller) -> None:
    port = emulator.base_url.rpartition(":")[2]
    search_id = admin.create_search("select 1")
    emulator.settle()

    path = f"/data-warehouse/api/v1/searches/{search_id}"
    by_name = admin.send("GET", path, headers={"Host": f"localhost:{port}"}).json()["data"]["result_url"]
    by_nonsense = admin.send("GET", path, headers={"Host": "no/host"}).json()["data"]["result_url"]

    assert by_name == f"http://localhost:{port}/data-warehouse/search/{search_id}.csv"
    assert by_nonsense == f"{emulator.base_url}/data-warehouse/search/{search_id}.csv"


def test_a_reset_goes_back_to_the_seed_and_ends_what_runs() -> None:
    with Emulator(QUICK) as emulator, Caller(emulator.base_url, emulator.token) as caller:
        first = caller.create_search("select 1")
        emulator.settle()
        url = caller.get_search(first)["data"]["result_url"]
        caller.create_search(LOOP)

        emulator.reset()

        assert caller.get_search(first)["code"] == 2
        assert caller.session.get(url, timeout=60).status_code == 404
        assert caller.create_search("select 1") == 1
        emulator.settle()
        assert caller.get_search(1)["data"]["status"] == 3
