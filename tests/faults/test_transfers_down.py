"""Downloads when something goes wrong on the way, on the disk, or in the folder. Every test runs sync and async."""

import errno
import os
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import duckdb
import pytest

from aihub_sdk import AIHub, AsyncAIHub
from aihub_sdk._transfers import local_paths as _local_paths
from aihub_sdk._transfers import part_file as _part_file
from aihub_sdk._transfers.download_plan import DownloadReport
from aihub_sdk._transfers.folder_lock import FolderLock
from aihub_sdk.errors import TransferFailed
from tests.unit.loopback import Server, send, serving
from tests.unit.scripted import Client

NAMES = ("a.txt", "b.txt", "c.txt")


class Storage:
    """A server with a version of three files; `answers` says what comes instead of one, once each."""

    def __init__(self, server: Server, index: bytes) -> None:
        self.server = server
        self.index = index
        self.answers: dict[str, list[Any]] = {}
        self.fetched: list[str] = []
        server.answer = self.answer

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        name = request.path.rpartition("/")[2]
        if request.path.startswith("/data"):
            address = f'"{self.server.address}/index"'
            data = f'{{"id": 7, "version": 1, "status": 3, "data_count": 3, "parquet_index_path": {address}}}'
            send(request, 200, f'{{"code": 0, "data": {data}}}'.encode())
        elif name == "index":
            send(request, 200, self.index)
        else:
            self.fetched.append(name)
            answers = self.answers.get(name, [])
            (answers.pop(0) if answers else self.whole)(request)

    @staticmethod
    def whole(request: BaseHTTPRequestHandler) -> None:
        send(request, 200, content(request.path.rpartition("/")[2]))


def content(name: str) -> bytes:
    return name.encode() * 1000


def index_of(names: tuple[str, ...], folder: Path) -> bytes:
    file = folder / "made.parquet"
    with duckdb.connect() as connection:
        connection.execute("create table t (parent_dir varchar, name varchar, s3path varchar, type integer)")
        connection.executemany("insert into t values ('', ?, 's3://b/' || ?, 0)", [(name, name) for name in names])
        connection.execute(f"copy t to '{file}' (format parquet)")
    return file.read_bytes()


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    with serving() as server:
        yield Storage(server, index_of(NAMES, tmp_path))


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def download(kind: str, storage: Storage, target: Path, *, check: bool = False, **settings: Any) -> DownloadReport:
    hub_class: Any = AIHub if kind == "sync" else AsyncAIHub
    client = Client(kind)
    hub = hub_class(env="local", base_url=storage.server.address, token="t", **{"max_retries": 0, **settings})
    try:
        report: DownloadReport = client.done(hub.datasets.version("m/V1").download(target, check=check, workers=2))
    finally:
        client.done(hub.close())
        client.end()
    return report


def tree(target: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in target.iterdir() if path.is_file()}


def cut_short(request: BaseHTTPRequestHandler) -> None:
    """The head promises more than comes before the connection ends."""
    request.send_response(200)
    request.send_header("Content-Length", "5000")
    request.end_headers()
    request.wfile.write(b"b" * 100)
    request.wfile.flush()
    request.connection.shutdown(socket.SHUT_RDWR)
    request.close_connection = True


def test_a_file_whose_connection_ends_early_is_not_kept_and_the_others_are(
    kind: str, storage: Storage, tmp_path: Path
) -> None:
    storage.answers["b.txt"] = [cut_short]
    report = download(kind, storage, tmp_path / "t")

    assert tree(tmp_path / "t") == {name: content(name) for name in ("a.txt", "c.txt")}
    assert [failure.path for failure in report.failures] == ["b.txt"]


def test_a_file_that_has_changed_between_two_tries_is_never_put_together_from_both(
    kind: str, storage: Storage, tmp_path: Path
) -> None:
    storage.answers["b.txt"] = [cut_short, lambda request: send(request, 200, b"new", ETag='"2"')]
    report = download(kind, storage, tmp_path / "t", max_retries=1)

    assert (report.is_complete, (tmp_path / "t" / "b.txt").read_bytes()) == (True, b"new")


def test_a_file_without_a_length_ends_where_its_connection_does(kind: str, storage: Storage, tmp_path: Path) -> None:
    def unbounded(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Connection", "close")
        request.end_headers()
        request.wfile.write(b"all of it")
        request.close_connection = True

    storage.answers["b.txt"] = [unbounded]
    download(kind, storage, tmp_path / "t")

    assert (tmp_path / "t" / "b.txt").read_bytes() == b"all of it"


LONG = bytes(range(256)) * (40 << 10)


def test_a_long_file_arrives_byte_for_byte_also_in_a_second_try(kind: str, storage: Storage, tmp_path: Path) -> None:
    def half(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(LONG)))
        request.end_headers()
        request.wfile.write(LONG[: len(LONG) // 2])
        request.wfile.flush()
        request.connection.shutdown(socket.SHUT_RDWR)
        request.close_connection = True

    storage.answers["b.txt"] = [half, lambda request: send(request, 200, LONG)]
    storage.answers["c.txt"] = [half]
    report = download(kind, storage, tmp_path / "t", max_retries=1)

    assert report.failures == ()
    assert (tmp_path / "t" / "b.txt").read_bytes() == LONG
    assert storage.fetched.count("c.txt") == 2


def test_a_long_file_that_ends_early_says_how_much_is_missing(kind: str, storage: Storage, tmp_path: Path) -> None:
    def most(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(LONG)))
        request.end_headers()
        request.wfile.write(LONG[:-1000])
        request.wfile.flush()
        request.connection.shutdown(socket.SHUT_RDWR)
        request.close_connection = True

    storage.answers["b.txt"] = [most]
    report = download(kind, storage, tmp_path / "t")

    assert [failure.path for failure in report.failures] == ["b.txt"]
    assert "ended 1000 bytes early" in report.failures[0].reason


def test_a_redirect_is_not_followed_and_names_the_host(kind: str, storage: Storage, tmp_path: Path) -> None:
    storage.answers["b.txt"] = [lambda request: send(request, 302, b"", Location="http://elsewhere.example/x")]
    report = download(kind, storage, tmp_path / "t")

    assert "redirects to elsewhere.example" in report.failures[0].reason


def test_a_full_disk_fails_by_name_and_leaves_nothing_behind(
    kind: str, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(_part_file.StagedFile):
        def write(self, data: bytes) -> None:
            super().write(data)
            if data.startswith(b"b.txt"):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("aihub_sdk._transfers.download_plan.StagedFile", Full)
    report = download(kind, storage, tmp_path / "t")

    assert [(each.path, "No space left on device" in each.reason) for each in report.failures] == [("b.txt", True)]
    assert sorted(path.name for path in (tmp_path / "t").rglob("*")) == sorted(
        [".aihub-download", "complete.jsonl", "a.txt", "c.txt"]
    )


def test_a_folder_in_a_files_place_is_left_alone(kind: str, storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "t" / "b.txt" / "mine").mkdir(parents=True)
    report = download(kind, storage, tmp_path / "t")

    assert (tmp_path / "t" / "b.txt" / "mine").is_dir()
    assert [failure.path for failure in report.failures] == ["b.txt"]
    assert (report.downloaded, report.is_complete) == (2, False)


def test_a_target_that_cannot_be_written_to_is_told_before_anything_is_fetched(
    kind: str, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)

    with pytest.raises(TransferFailed, match="cannot be written to: Permission denied"):
        download(kind, storage, tmp_path / "t")
    assert [path for _, path, _ in storage.server.requests if "index" in path] == []


def test_a_target_that_is_a_file_is_refused(kind: str, storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "t").write_text("mine")

    with pytest.raises(TransferFailed, match="cannot be written to"):
        download(kind, storage, tmp_path / "t")
    assert (tmp_path / "t").read_text() == "mine"


def test_a_target_that_is_a_link_to_a_folder_is_where_the_user_wants_it(
    kind: str, storage: Storage, tmp_path: Path
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "t").symlink_to(tmp_path / "real")
    download(kind, storage, tmp_path / "t")

    assert tree(tmp_path / "real") == {name: content(name) for name in NAMES}


def test_two_downloads_into_one_folder_do_not_mix(kind: str, storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "t" / ".aihub-download").mkdir(parents=True)
    other = FolderLock(tmp_path / "t" / ".aihub-download")
    with pytest.raises(TransferFailed, match="another download is writing into it"):
        download(kind, storage, tmp_path / "t")
    assert storage.fetched == []

    other.close()
    assert download(kind, storage, tmp_path / "t").is_complete


def test_a_folder_whose_file_system_has_no_locks_is_used_without(
    kind: str, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", unsupported)

    assert download(kind, storage, tmp_path / "t").is_complete


def test_names_that_differ_only_in_case_do_not_replace_each_other_where_the_disk_sees_no_difference(
    kind: str, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.index = index_of(("Read.me", "READ.ME", "caf\u00e9", "cafe\u0301"), tmp_path)
    (tmp_path / "t" / _local_paths.STATE_FOLDER.upper()).mkdir(parents=True)
    blurred = download(kind, storage, tmp_path / "t")
    clear = download(kind, storage, tmp_path / "u")

    assert [failure.path for failure in blurred.failures] == ["READ.ME", "cafe\u0301"]
    assert "no difference between upper and lower case" in blurred.failures[0].reason
    assert sorted(tree(tmp_path / "u")) == sorted(["Read.me", "READ.ME", "caf\u00e9", "cafe\u0301"])
    assert clear.is_complete


def test_what_a_failing_machine_has_left_of_a_file_is_fetched_again(
    kind: str, storage: Storage, tmp_path: Path
) -> None:
    """Without waiting for the disk, a file can have its name and not its bytes; its size then gives it away."""
    download(kind, storage, tmp_path / "t")
    os.truncate(tmp_path / "t" / "b.txt", 0)
    storage.fetched.clear()
    report = download(kind, storage, tmp_path / "t")

    assert (storage.fetched, report.skipped) == (["b.txt"], 2)
    assert tree(tmp_path / "t") == {name: content(name) for name in NAMES}
