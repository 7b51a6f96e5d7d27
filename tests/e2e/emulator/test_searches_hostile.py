"""Queries that were made to hurt: each fails with a message, and other requests are served meanwhile."""

import pytest

from aihub_emulator import Emulator, Settings, SqlLimits
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.search_calls import LOOP, finished, result

HOSTILE = {
    "two statements": ("select 1; drop table meta", "exactly one SELECT is allowed, and this is 2 statements"),
    "a write": ("insert into meta values (1)", "only SELECT is allowed, and this is INSERT"),
    "an export": ("copy meta to 'meta.csv'", "only SELECT is allowed, and this is COPY"),
    "a setting": ("set threads = 64", "only SELECT is allowed, and this is SET"),
    "an attachment": ("attach 'x.db'", "only SELECT is allowed, and this is ATTACH"),
    "nothing": ("-- only a comment", "exactly one SELECT is allowed, and this is 0 statements"),
    "a file": ("select * from read_text('/etc/hostname')", "Permission Error: Cannot access file"),
    "a listing": ("select * from glob('/*')", "Permission Error: Cannot access file"),
    "a long text": ("select repeat('x', 2000000000)", "the query needs more memory than the 512 MiB"),
    "a long list": ("select list(i) from range(1000000000) t(i)", "the query needs more memory than the 512 MiB"),
    "a loop": (
        LOOP,
        "the query needs more than the 1 s of processor time",
    ),
    "a mistake": ("select nothing from nowhere", "Catalog Error: Table with name nowhere does not exist"),
    "no SQL": ("selec 1", "Parser Error: syntax error at or near"),
}  # fmt: skip  # one case a line


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_query_that_must_not_run_fails_with_a_message_that_says_why(
    emulator: Emulator, admin: Caller, kind: str
) -> None:
    sql, words = HOSTILE[kind]

    data = finished(emulator, admin, sql)

    assert (data["status"], data["result_url"], data["results"]) == (4, "", None)
    assert data["message"].startswith(words)


def test_a_hostile_query_leaves_the_next_one_alone(emulator: Emulator, admin: Caller) -> None:
    finished(emulator, admin, "select 1; drop table meta")

    assert result(emulator, admin, "select count(*) from meta")[1] == ["240"]


def test_a_result_larger_than_its_limit_fails() -> None:
    limits = SqlLimits(result_bytes=1 << 20, cpu_seconds=5)
    settings = Settings(waiting_seconds=0, running_seconds=0, sql=limits)

    with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token) as caller:
        data = finished(emulator, caller, "select repeat('x', 1000) from range(2000)")

    assert data["message"] == "the result is larger than the 1048576 bytes that it may have"


def test_a_query_that_only_waits_is_ended() -> None:
    limits = SqlLimits(wall_seconds=1.5)
    settings = Settings(waiting_seconds=0, running_seconds=0, sql=limits)

    with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token) as caller:
        data = finished(emulator, caller, "select sleep_ms(60000)")

    assert data["message"] == "the query takes longer than the 1.5 s that it may take"


def test_other_requests_are_served_while_a_query_loops(emulator: Emulator, admin: Caller) -> None:
    loop = admin.create_search(HOSTILE["a loop"][0])

    while admin.get_search(loop)["data"]["status"] == 1:
        pass
    served = [admin.send("GET", "/_emulator/health").status_code for _ in range(20)]
    status = admin.get_search(loop)["data"]["status"]
    emulator.settle()

    assert (served, status) == ([200] * 20, 2)
