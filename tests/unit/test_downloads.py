"""Downloading many files: never outside the folder, resumable, one report. With a client, sync and async."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import httpx
import pytest

from aihub_sdk._transfers.local_paths import UnsafePath, parts_of
from aihub_sdk._transfers.manifest import Manifest
from aihub_sdk.errors import ConfigurationError, InvalidRequest, TransferFailed, UnexpectedResponse
from tests.unit.conftest import MakeClient
from tests.unit.scripted import Client, ok

HOST = "http://storage.example:9000"
INDEX = f"{HOST}/indexes/mnist.parquet"
Rows = list[tuple[str, str, str, int]]


def index_of(rows: Rows, folder: Path) -> bytes:
    file = folder / "made.parquet"
    with duckdb.connect() as connection:
        connection.execute("create table t (parent_dir varchar, name varchar, s3path varchar, type integer)")
        connection.executemany("insert into t values (?, ?, ?, ?)", rows)
        connection.execute(f"copy t to '{file}' (format parquet)")
    return file.read_bytes()


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that is read as it comes, as from a connection."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __iter__(self) -> Any:
        yield self.content

    async def __aiter__(self) -> Any:
        yield self.content


class Storage:
    """Answers the version, its index and its files, whatever their order."""

    def __init__(self, rows: Rows, folder: Path) -> None:
        self.index = index_of(rows, folder)
        self.fetched: list[str] = []
        self.answers: dict[str, Callable[[], httpx.Response]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        if request.url.path.endswith("dataset-versions-detail"):
            count = {"data_count": 2, "parquet_index_path": INDEX}
            return ok({"id": 7, "version": 1, "status": 3, **count})
        if url == INDEX:
            return httpx.Response(200, stream=Body(self.index))
        assert "authorization" not in request.headers
        self.fetched.append(url.removeprefix(HOST))
        return self.answers.get(self.fetched[-1], lambda: httpx.Response(200, stream=Body(unquote(url).encode())))()


def download(make: MakeClient, storage: Storage, target: Path, **more: Any) -> Any:
    c: Client = make(max_retries=0)
    c.script.steps = [storage] * 1000
    try:
        return c.done(c.hub.datasets.version("mnist/V1").download(target, **more))
    finally:
        c.script.steps = []


def listed(target: Path) -> list[str]:
    return sorted(
        path.relative_to(target).as_posix()
        for path in target.rglob("*")
        if path.is_file() and ".aihub-download" not in path.parts
    )


def file(parent: str, name: str, key: str = "k") -> tuple[str, str, str, int]:
    return (parent, name, f"s3://b/{key}", 0)


def test_every_character_of_a_key_reaches_the_storage(client: MakeClient, tmp_path: Path) -> None:
    keys = ["a#b", "a?b", "100%25", "two words", "中文", "a/../b", "x;y&z=+"]
    storage = Storage([file("", f"{n}", key) for n, key in enumerate(keys)], tmp_path)
    download(client, storage, tmp_path / "t")

    assert sorted(storage.fetched) == sorted(
        [
            "/b/a%23b",
            "/b/a%3Fb",
            "/b/100%2525",
            "/b/two%20words",
            "/b/%E4%B8%AD%E6%96%87",
            "/b/a/%2E%2E/b",
            "/b/x%3By%26z%3D%2B",
        ]
    )


@pytest.mark.parametrize(
    ("parent", "name"),
    [
        ("..", "x"),
        ("a/../..", "x"),
        ("", ".."),
        ("", "a\\..\\x"),
        ("C:", "x"),
        ("a", "c:x"),
        ("", "\\\\host\\share"),
        ("a", ""),
        ("", "/"),
        ("", "a\0b"),
        (".aihub-download", "x"),
        (".AIHUB-download/parts", "x"),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(parent: str, name: str) -> None:
    with pytest.raises(UnsafePath):
        parts_of(parent, name)


@pytest.mark.parametrize(("parent", "name"), [("/a//b/", "c"), ("./a/b", "c"), ("a", "b/c")])
def test_a_path_is_taken_from_the_root_of_the_version(parent: str, name: str) -> None:
    assert parts_of(parent, name) == ("a", "b", "c")


def test_what_leads_outside_fails_by_name_and_the_rest_arrives(client: MakeClient, tmp_path: Path) -> None:
    target = tmp_path / "t"
    target.mkdir()
    (target / "link").symlink_to(tmp_path)
    rows = [file("../", "evil"), file("link", "evil"), file("/etc", "fine"), ("..", "evil", "", 1)]
    report = download(client, Storage(rows, tmp_path), target, check=False)

    assert listed(target) == ["etc/fine"]
    assert sorted(tmp_path.rglob("*evil*")) == []
    assert [failure.path for failure in report.failures] == ["..//evil", "../evil", "link/evil"]
    assert (report.downloaded, report.is_complete) == (1, False)


def test_a_link_in_a_files_place_is_replaced_and_not_followed(client: MakeClient, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"mine")
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "f").symlink_to(tmp_path / "outside")
    download(client, Storage([file("", "f")], tmp_path), tmp_path / "t")

    assert (tmp_path / "outside").read_bytes() == b"mine"
    assert not (tmp_path / "t" / "f").is_symlink()


def test_one_report_names_every_file_that_failed(client: MakeClient, tmp_path: Path) -> None:
    storage = Storage([file("", "a", "a"), file("", "b", "b"), ("", "c", "nowhere", 0), file("", "a", "a")], tmp_path)
    storage.answers["/b/b"] = lambda: httpx.Response(404)

    with pytest.raises(TransferFailed) as caught:
        download(client, storage, tmp_path / "t")
    for words in ("1 files downloaded", "3 failed", "b: ", "HTTP 404", "no S3 path", "lists it twice"):
        assert words in caught.value.message
    assert caught.value.on_disk == "1 files are there and complete."


def test_a_file_of_the_wrong_length_is_not_kept(client: MakeClient, tmp_path: Path) -> None:
    storage = Storage([file("", "a", "a")], tmp_path)
    storage.answers["/b/a"] = lambda: httpx.Response(200, headers={"Content-Length": "5"}, stream=Body(b"abc"))
    report = download(client, storage, tmp_path / "t", check=False)

    assert (listed(tmp_path / "t"), "3 of 5 bytes came" in report.failures[0].reason) == ([], True)


def test_only_what_is_missing_is_fetched_again(client: MakeClient, tmp_path: Path) -> None:
    storage = Storage([file("", name, name) for name in "abcd"], tmp_path)
    storage.answers["/b/c"] = lambda: httpx.Response(404)
    first = download(client, storage, tmp_path / "t", check=False)
    storage.answers, storage.fetched = {}, []
    second = download(client, storage, tmp_path / "t")

    assert (first.downloaded, second.downloaded, second.skipped) == (3, 1, 3)
    assert storage.fetched == ["/b/c"]


def test_a_file_that_the_download_did_not_complete_itself_is_not_trusted(client: MakeClient, tmp_path: Path) -> None:
    """It may have the right size by chance."""
    storage = Storage([file("", "a", "a")], tmp_path)
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "a").write_bytes(b"?" * len(f"{HOST}/b/a"))
    download(client, storage, tmp_path / "t")

    assert (tmp_path / "t" / "a").read_bytes() == f"{HOST}/b/a".encode()


def test_a_storage_that_is_down_is_not_asked_for_every_file(client: MakeClient, tmp_path: Path) -> None:
    storage = Storage([file("", str(n), str(n)) for n in range(200)], tmp_path)
    storage.answers = {f"/b/{n}": lambda: httpx.Response(503) for n in range(200)}
    report = download(client, storage, tmp_path / "t", check=False, workers=1)

    assert (len(storage.fetched), len(report.failures), report.is_complete) == (20, 20, False)


def test_progress_counts_the_files_that_are_done(client: MakeClient, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    rows = [file("", "a"), file("", "b")]
    download(client, Storage(rows, tmp_path), tmp_path / "t", workers=1, progress=lambda *now: told.append(now))

    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize("content", [b"<html>", b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", b"PAR1" * 30])
def test_what_is_no_index_is_an_unexpected_response(content: bytes, client: MakeClient, tmp_path: Path) -> None:
    storage = Storage([file("", "a")], tmp_path)
    storage.index = content

    with pytest.raises(UnexpectedResponse, match="index"):
        download(client, storage, tmp_path / "t")


def test_an_index_of_bytes_is_read_as_one_of_text(client: MakeClient, tmp_path: Path) -> None:
    """Some writers of parquet do not mark text as such. A name in no encoding keeps the bytes that it has."""
    made = tmp_path / "bytes.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select ''::blob parent_dir, '\\xCA\\xFD'::blob as name, 's3://b/\\xCA\\xFD'::blob s3path, 0 as type"
            f" union all select ''::blob, 'b'::blob, 's3://b/b'::blob, 0) to '{made}' (format parquet)"
        )
    storage = Storage([file("", "a")], tmp_path)
    storage.index = made.read_bytes()
    download(client, storage, tmp_path / "t")

    assert sorted(storage.fetched) == ["/b/%CA%FD", "/b/b"]
    assert sorted(map(os.fsencode, listed(tmp_path / "t"))) == [b"b", b"\xca\xfd"]


def test_a_version_that_is_not_built_has_nothing_to_download(client: MakeClient, tmp_path: Path) -> None:
    c = client(ok({"id": 7, "version": 1, "status": 2}))

    with pytest.raises(InvalidRequest, match="wait"):
        c.done(c.hub.datasets.version("mnist/V1").download(tmp_path / "t"))


def test_without_the_reader_the_error_says_what_to_install(
    client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "arro3.io", None)

    with pytest.raises(ConfigurationError, match=r"aihub-sdk\[datasets\]"):
        download(client, Storage([file("", "a")], tmp_path), tmp_path / "t")
    assert not (tmp_path / "t").exists()


def test_half_a_line_of_a_killed_process_counts_for_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "m"
    kept.write_text(f'{json.dumps(["mark"])}\n["a", "s3://b/a", 1]\n["b", "s3://b/b"')
    manifest = Manifest(kept, "mark")
    manifest.add("c", "s3://b/c", 3)
    manifest.close()
    again = Manifest(kept, "mark")
    again.close()

    assert [again.has(name, f"s3://b/{name}", size) for name, size in (("a", 1), ("b", 2), ("c", 3))] == [
        True,
        False,
        True,
    ]


def test_what_another_version_left_counts_for_nothing(tmp_path: Path) -> None:
    first = Manifest(tmp_path / "m", "one")
    first.add("a", "s3://b/a", 1)
    first.close()
    second = Manifest(tmp_path / "m", "two")
    second.close()

    assert not second.has("a", "s3://b/a", 1)


def test_nothing_but_the_list_of_complete_files_is_left_behind(client: MakeClient, tmp_path: Path) -> None:
    download(client, Storage([file("", "a")], tmp_path), tmp_path / "t")

    assert [path.name for path in (tmp_path / "t" / ".aihub-download").iterdir()] == ["complete.jsonl"]
