"""Records and objects."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from aihub_emulator.objects.storage import Objects
from aihub_emulator.records.store import MemoryStore


@dataclass(frozen=True)
class Apple:
    id: int
    colour: str = "red"


@dataclass(frozen=True)
class Pear:
    id: int


def test_ids_are_never_given_twice_even_when_records_bring_their_own() -> None:
    table = MemoryStore().table(Apple)
    table.put(Apple(7))

    assert [table.new_id(), table.new_id()] == [8, 9]


def test_a_record_takes_the_place_of_the_one_with_its_id() -> None:
    table = MemoryStore().table(Apple)
    table.put(Apple(1))
    table.put(Apple(1, "green"))

    assert list(table.all()) == [Apple(1, "green")]


def test_tables_do_not_share_records_or_ids() -> None:
    store = MemoryStore()
    store.table(Apple).put(Apple(5))

    assert (store.table(Pear).get(5), store.table(Pear).new_id()) == (None, 1)


def test_all_shows_one_moment_while_records_are_added() -> None:
    table = MemoryStore().table(Apple)
    table.put(Apple(1))
    seen = []
    for apple in table.all():
        table.put(Apple(table.new_id()))
        seen.append(apple.id)

    assert seen == [1]


def test_a_cleared_store_counts_from_1_again() -> None:
    store = MemoryStore()
    table = store.table(Apple)
    table.put(Apple(table.new_id()))

    store.clear()

    assert (list(table.all()), table.new_id()) == ([], 1)


KEYS = ["a/b.csv", "../../outside", "/etc/passwd", "..", ".", "a\0b", "名 称#?%", "x" * 5000, "\ud800"]


@pytest.mark.parametrize("key", KEYS)
def test_any_key_holds_its_file_inside_the_folder(tmp_path: Path, key: str) -> None:
    objects = Objects(tmp_path / "objects")
    new = tmp_path / "new"
    new.write_text(key.encode("unicode_escape").decode())

    objects.adopt("bucket", key, new)

    found = objects.find("bucket", key)
    assert found is not None
    assert found.parent == tmp_path / "objects"
    assert (found.read_text(), objects.find("other", key)) == (key.encode("unicode_escape").decode(), None)


def test_bucket_and_key_are_told_apart(tmp_path: Path) -> None:
    objects = Objects(tmp_path / "objects")
    (tmp_path / "new").touch()
    objects.adopt("a", "b/c", tmp_path / "new")

    assert objects.find("a/b", "c") is None


def test_an_address_is_percent_encoded() -> None:
    address = Objects.address("http://127.0.0.1:1", "b", "a b/#?.zip")

    assert address == "http://127.0.0.1:1/b/a%20b/%23%3F.zip"
