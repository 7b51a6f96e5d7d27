"""The object storage: many files at once, listings, what a killed process leaves, and how text names an object."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from aihub_emulator.objects.names import ObjectName, named_by_address, named_by_path
from aihub_emulator.objects.storage import Objects

BASE = "http://127.0.0.1:8021"


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[Objects]:
    opened = Objects(tmp_path / "objects")
    yield opened
    opened.close()


def put(objects: Objects, key: str, text: str, *, bucket: str = "b") -> None:
    file = objects.incoming / "new"
    file.write_text(text)
    objects.adopt(bucket, key, file)


def folder_of(objects: Objects, *texts: str) -> Path:
    folder = objects.incoming / "folder"
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / str(number)).write_text(text)
    return folder


def text_of(objects: Objects, key: str) -> str | None:
    file = objects.find("b", key)
    return file.read_text() if file else None


def files_on_disk(objects: Objects) -> list[str]:
    return sorted(file.read_text() for file in objects.incoming.parent.rglob("*") if file.is_file())


def test_the_files_of_a_folder_appear_together(objects: Objects) -> None:
    asyncio.run(objects.adopt_folder(folder_of(objects, "one", "two"), [("b", "x", "0"), ("b", "y", "1")]))

    assert (text_of(objects, "x"), text_of(objects, "y")) == ("one", "two")


def test_what_finds_no_room_is_not_taken_over_and_the_next_one_is_once_there_is_room(objects: Objects) -> None:
    (pages,) = objects._connection.execute("PRAGMA page_count").fetchone()
    objects._connection.execute(f"PRAGMA max_page_count = {pages}")
    long = "k" * 100_000

    for _ in range(2):
        with pytest.raises(OSError, match=r"objects\.sqlite cannot be written"):
            put(objects, long, "one")
    objects._connection.execute("PRAGMA max_page_count = 1000000")
    put(objects, "x", "two")

    assert (text_of(objects, long), text_of(objects, "x")) == (None, "two")
    assert files_on_disk(objects) == ["two"]


def test_what_grows_while_everything_is_dropped_can_be_taken_over_afterwards(objects: Objects) -> None:
    put(objects, "x", "before")
    growing = objects.incoming / "growing"
    growing.write_text("new")
    objects.clear()
    objects.adopt("b", "y", growing)

    assert (text_of(objects, "x"), text_of(objects, "y"), files_on_disk(objects)) == (None, "new", ["new"])


def test_another_file_need_not_wait_while_the_names_of_a_long_folder_are_gathered(
    objects: Objects, tmp_path: Path
) -> None:
    def names() -> Iterator[tuple[str, str, str]]:
        yield "b", "x", "0"
        with closing(sqlite3.connect(tmp_path / "objects.sqlite", timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")
        yield "b", "y", "1"

    put(objects, "y", "before")
    asyncio.run(objects.adopt_folder(folder_of(objects, "one", "two"), names()))

    assert (text_of(objects, "x"), text_of(objects, "y")) == ("one", "two")
    assert files_on_disk(objects) == ["one", "two"]


def test_a_folder_that_cannot_be_taken_over_to_its_end_shows_no_file(objects: Objects) -> None:
    def names() -> Iterator[tuple[str, str, str]]:
        yield "b", "x", "0"
        raise ZeroDivisionError

    put(objects, "x", "before")

    with pytest.raises(ZeroDivisionError):
        asyncio.run(objects.adopt_folder(folder_of(objects, "one"), names()))

    assert text_of(objects, "x") == "before"


def test_a_folder_takes_the_place_of_single_files_and_removes_them(objects: Objects) -> None:
    put(objects, "x", "before")

    asyncio.run(objects.adopt_folder(folder_of(objects, "after"), [("b", "x", "0")]))

    assert files_on_disk(objects) == ["after"]


def test_a_replaced_file_is_removed(objects: Objects) -> None:
    put(objects, "x", "before")
    put(objects, "x", "after")

    assert files_on_disk(objects) == ["after"]


def test_whoever_has_opened_a_file_reads_it_to_its_end_while_it_is_replaced(objects: Objects) -> None:
    put(objects, "x", "before")
    file = objects.find("b", "x")
    assert file is not None

    with file.open() as stream:
        put(objects, "x", "after!")

        assert stream.read() == "before"


def test_what_a_killed_process_left_behind_goes_at_the_next_start(tmp_path: Path) -> None:
    first = Objects(tmp_path / "objects")
    put(first, "kept", "kept")
    asyncio.run(first.adopt_folder(folder_of(first, "kept too"), [("b", "folder/kept", "0")]))
    (first.incoming / "half").write_text("half an upload")
    (tmp_path / "objects" / "unknown").write_text("renamed, and no key written yet")
    folder_of(first, "half a version").rename(tmp_path / "objects" / "version")

    second = Objects(tmp_path / "objects")

    assert files_on_disk(second) == ["kept", "kept too"]
    assert (text_of(second, "kept"), text_of(second, "folder/kept")) == ("kept", "kept too")
    first.close()
    second.close()


def test_a_listing_has_every_key_with_that_beginning_in_order_and_no_other(objects: Objects) -> None:
    for key in ("a", "a/", "a/z", "a/b/c", "a/\uffff", "a/\U0001f600", "a0", "b", "A/x"):
        put(objects, key, key)
    put(objects, "a/other", "other", bucket="c")

    assert [key for key, _ in objects.below("b", "a/")] == ["a/", "a/b/c", "a/z", "a/\uffff", "a/\U0001f600"]
    assert len(objects.below("b", "")) == 9


def test_a_cleared_storage_has_no_file_and_takes_new_ones(objects: Objects) -> None:
    put(objects, "x", "old")

    objects.clear()
    put(objects, "y", "new")

    assert (text_of(objects, "x"), text_of(objects, "y"), files_on_disk(objects)) == (None, "new", ["new"])


def test_every_content_has_its_own_tag(objects: Objects) -> None:
    tags = []
    for _ in range(2):
        put(objects, "x", "same")
        file = objects.find("b", "x")
        assert file is not None
        tags.append(objects.tag(file))

    assert tags[0] != tags[1]
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("s3://b/k", ObjectName("b", "k")),
        ("s3://b/a#b?c%20/", ObjectName("b", "a#b?c%20/")),
        ("s3://b", ObjectName("b", "")),
        ("s3://b/", ObjectName("b", "")),
        ("s3://", None),
        ("s3:///k", None),
        ("s3://../k", None),
        ("http://b/k", None),
        ("", None),
    ],
)
def test_a_path_names_an_object_without_any_encoding(text: str, name: ObjectName | None) -> None:
    assert named_by_path(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"{BASE}/b/k", ObjectName("b", "k")),
        ("http://localhost:8021/b/%E4%B8%AD%20%23/x?y#z", ObjectName("b", "中 #/x")),
        ("http://[::1]:8021/b/k", ObjectName("b", "k")),
        ("https://127.0.0.1:8021/b/k", None),
        ("http://127.0.0.1:8022/b/k", None),
        ("http://example.com:8021/b/k", None),
        ("http://127.0.0.1:99999/b/k", None),
        ("http://127.0.0.1:8021", None),
        (f"{BASE}/../k", None),
    ],
)
def test_an_address_of_this_emulator_names_an_object_and_no_other_does(text: str, name: ObjectName | None) -> None:
    assert named_by_address(text, BASE) == name


def test_an_address_below_a_gateways_path_names_an_object() -> None:
    assert named_by_address(f"{BASE}/gate/b/k", f"{BASE}/gate") == ObjectName("b", "k")
    assert named_by_address(f"{BASE}/b/k", f"{BASE}/gate") is None
