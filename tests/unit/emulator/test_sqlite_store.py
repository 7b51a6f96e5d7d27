"""The store that outlives its process."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from aihub_emulator.records.sqlite_store import FORMAT, SqliteStore
from aihub_emulator.settings import UnsupportedSetting


@dataclass(frozen=True)
class Apple:
    id: int
    colour: str = "red"
    tags: tuple[int, ...] = ()
    names: Sequence[str] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)
    weight: float = 0.0


@dataclass(frozen=True)
class Pear:
    id: int


FULL = Apple(3, "绿\ud800", (1, 2), ["a", "b"], {"x": [1, {"y": None}], "z": True}, 0.1 + 0.2)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


def seen_from_outside(file: Path) -> int:
    """How many records another process would find after this one was killed now."""
    other = sqlite3.connect(file)
    (count,) = other.execute("SELECT count(*) FROM records").fetchone()
    other.close()
    return int(count)


def test_a_record_comes_back_equal_to_the_last_bit(file: Path) -> None:
    store = SqliteStore(file)
    store.table(Apple).put(FULL)
    store.close()

    again = SqliteStore(file)
    kept = again.table(Apple).get(3)
    again.close()

    assert kept == FULL
    assert type(kept.tags) is tuple


def test_ids_go_on_after_a_restart_even_those_that_no_record_used(file: Path) -> None:
    store = SqliteStore(file)
    table = store.table(Apple)
    table.put(Apple(7))
    given = [table.new_id(), table.new_id()]
    store.close()

    again = SqliteStore(file)
    next_id = again.table(Apple).new_id()
    again.close()

    assert (given, next_id) == ([8, 9], 10)


def test_a_commit_is_seen_by_another_process_at_once_and_nothing_before_it(file: Path) -> None:
    store = SqliteStore(file)
    store.table(Apple).put(Apple(1))
    before = seen_from_outside(file)
    store.commit()
    after = seen_from_outside(file)
    store.close()

    assert (before, after) == (0, 1)


def test_the_changes_of_background_work_are_committed_when_its_turn_ends(file: Path) -> None:
    async def story() -> list[int]:
        store = SqliteStore(file)
        store.table(Apple).put(Apple(1))
        store.table(Pear).put(Pear(1))
        seen = [seen_from_outside(file)]
        await asyncio.sleep(0)
        seen.append(seen_from_outside(file))
        store.close()
        return seen

    assert asyncio.run(story()) == [0, 2]


def test_who_waits_for_a_commit_goes_on_when_others_see_the_change_and_all_share_one(file: Path) -> None:
    async def story() -> tuple[list[int], int]:
        store = SqliteStore(file)
        commits: list[str] = []
        store._connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)

        async def change(number: int) -> int:
            store.table(Apple).put(Apple(number))
            await store.committed()
            return seen_from_outside(file)

        seen = await asyncio.gather(*map(change, (1, 2, 3)))
        await store.committed()
        store.close()
        return seen, len(commits)

    assert asyncio.run(story()) == ([3, 3, 3], 1)


def test_one_who_gives_up_waiting_for_a_commit_leaves_the_others_waiting_well(file: Path) -> None:
    async def story() -> list[bool]:
        store = SqliteStore(file)
        store.table(Apple).put(Apple(1))
        waiting = [asyncio.ensure_future(store.committed()) for _ in range(2)]
        waiting[0].cancel()
        await asyncio.wait(waiting)
        store.close()
        return [task.cancelled() for task in waiting]

    assert asyncio.run(story()) == [True, False]


def fill_the_disk(store: SqliteStore) -> None:
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages}")


def make_room(store: SqliteStore) -> None:
    store._connection.execute("PRAGMA max_page_count = 1000000")


BIG = Apple(2, names=["a"], notes={"x": "x" * 100_000})


def test_a_commit_that_fails_is_told_to_who_waits_for_it_and_changes_nothing(file: Path) -> None:
    async def story() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        store = SqliteStore(file)
        fill_the_disk(store)
        store.table(Apple).put(BIG)
        try:
            await store.committed()
        finally:
            make_room(store)
            assert seen_from_outside(file) == 0
            store.close()

    with pytest.raises(sqlite3.OperationalError, match="full"):
        asyncio.run(story())


def test_what_found_no_room_is_written_with_the_next_change_that_does(file: Path) -> None:
    async def story() -> list[int]:
        failures: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context["exception"]))
        store = SqliteStore(file)
        fill_the_disk(store)
        for apple in (Apple(1), BIG):
            store.table(Apple).put(apple)
        store.keep_fact("now", "12")
        for _ in range(2):
            with pytest.raises(sqlite3.OperationalError, match="full"):
                await store.committed()
        seen = [seen_from_outside(file)]
        make_room(store)
        store.table(Apple).put(Apple(3))
        await store.committed()
        seen.append(seen_from_outside(file))
        store.close()
        return seen

    seen = asyncio.run(story())
    again = SqliteStore(file)
    kept = ([apple.id for apple in again.table(Apple).all()], again.table(Apple).get(2), again.fact("now"))
    again.close()

    assert seen == [0, 3]
    assert kept == ([1, 2, 3], BIG, "12")


def test_a_store_that_cannot_be_written_is_let_go_of_all_the_same(file: Path) -> None:
    store = SqliteStore(file)
    fill_the_disk(store)
    store.table(Apple).put(BIG)

    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.close()

    SqliteStore(file).close()


def test_a_cleared_store_counts_from_1_again_and_keeps_its_facts(file: Path) -> None:
    store = SqliteStore(file)
    store.keep_fact("seed", "demo")
    store.table(Apple).put(Apple(5))
    store.clear()
    store.close()

    again = SqliteStore(file)
    left = (list(again.table(Apple).all()), again.table(Apple).new_id(), again.fact("seed"), again.fact("none"))
    again.close()

    assert left == ([], 1, "demo", None)


def test_tables_of_different_kinds_do_not_share_records_or_ids(file: Path) -> None:
    store = SqliteStore(file)
    store.table(Apple).put(Apple(5))
    left = (store.table(Pear).get(5), store.table(Pear).new_id())
    store.close()

    assert left == (None, 1)


def test_a_file_of_another_format_is_refused(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()

    with pytest.raises(UnsupportedSetting, match=f"format {FORMAT + 1}, and this version of the emulator reads"):
        SqliteStore(file)


def test_a_file_that_is_no_database_is_refused(file: Path) -> None:
    file.write_bytes(b"something else" * 100)

    with pytest.raises(UnsupportedSetting, match="cannot be read"):
        SqliteStore(file)


def test_a_folder_in_place_of_the_file_is_refused(file: Path) -> None:
    file.mkdir()

    with pytest.raises(UnsupportedSetting, match="cannot be read"):
        SqliteStore(file)


@pytest.mark.parametrize("body", ['{"id": 1, "stem": 2}', "[]", '{"id": 1'])
def test_a_record_that_means_nothing_here_is_refused(file: Path, body: str) -> None:
    store = SqliteStore(file)
    store.table(Apple)
    store._connection.execute("INSERT INTO records VALUES ('Pear', 1, ?)", (body,))

    with pytest.raises(UnsupportedSetting, match="Pear was written by another version"):
        store.table(Pear)
    store.close()
