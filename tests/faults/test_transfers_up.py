"""Uploads when something goes wrong on the way, or with the files. Every test of a client runs sync and async."""

import errno
import io
import os
import socket
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from aihub_sdk import AIHub, AsyncAIHub
from aihub_sdk._transfers import zip_stream as _zip_stream
from aihub_sdk._transfers.zip_stream import ZipStream
from aihub_sdk._wire.multipart import ContentChanged
from aihub_sdk.errors import AIHubError, InvalidRequest, ResponseLost, TransferFailed
from tests.unit.loopback import Server, send, serving
from tests.unit.scripted import Client

STORED = b'{"code": 0, "data": {"path": "s3://b/k", "url": ""}}'
MIB = 1 << 20


@pytest.fixture
def relay() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def upload(kind: str, relay: Server, path: Path, **more: Any) -> Any:
    hub_class: Any = AIHub if kind == "sync" else AsyncAIHub
    client = Client(kind)
    hub = hub_class(env="local", services={"s3_relay": relay.address}, token="t", s3_token="t")
    try:
        return client.done(hub.s3.upload(path, bucket="b", key="k", **more))
    finally:
        client.done(hub.close())
        client.end()


def body_of(request: BaseHTTPRequestHandler) -> bytes:
    return request.rfile.read(int(request.headers["Content-Length"]))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Larger than what fits between two ends of a connection."""
    path = tmp_path / "f.bin"
    with path.open("wb") as stream:
        stream.truncate(64 * MIB)
    return path


def test_a_relay_that_closes_in_the_middle_has_stored_nothing_and_cannot_resume(
    kind: str, relay: Server, file: Path
) -> None:
    def close(request: BaseHTTPRequestHandler) -> None:
        request.rfile.read(MIB)
        request.connection.shutdown(socket.SHUT_RDWR)
        request.close_connection = True

    relay.answer = close

    with pytest.raises(TransferFailed) as caught:
        upload(kind, relay, file)
    assert "cannot resume" in caught.value.hint
    assert caught.value.on_disk == "The local file is unchanged; nothing is stored under the key."
    assert len(relay.requests) == 1


def test_a_relay_that_closes_after_the_last_byte_may_have_stored_it(kind: str, relay: Server, tmp_path: Path) -> None:
    def take_and_close(request: BaseHTTPRequestHandler) -> None:
        body_of(request)
        request.connection.shutdown(socket.SHUT_RDWR)
        request.close_connection = True

    relay.answer = take_and_close
    (tmp_path / "small").write_bytes(b"x" * 100)

    with pytest.raises(ResponseLost) as caught:
        upload(kind, relay, tmp_path / "small")
    assert (caught.value.maybe_applied, "cannot resume" in caught.value.hint) == (True, True)
    assert len(relay.requests) == 1


@pytest.mark.parametrize(("status", "words"), [(413, "413"), (302, "redirect")])
def test_a_relay_that_refuses_says_so_in_its_own_error(
    kind: str, relay: Server, tmp_path: Path, status: int, words: str
) -> None:
    def refuse(request: BaseHTTPRequestHandler) -> None:
        body_of(request)
        send(request, status, b"", Location="http://elsewhere.example/")

    relay.answer = refuse
    (tmp_path / "small").write_bytes(b"x")

    with pytest.raises(AIHubError, match=words):
        upload(kind, relay, tmp_path / "small")
    assert len(relay.requests) == 1


def test_an_empty_file_is_a_file(kind: str, relay: Server, tmp_path: Path) -> None:
    seen = []

    def take(request: BaseHTTPRequestHandler) -> None:
        seen.append(body_of(request))
        send(request, 200, STORED)

    relay.answer = take
    (tmp_path / "empty").touch()

    assert upload(kind, relay, tmp_path / "empty").size_bytes == 0
    assert b"octet-stream\r\n\r\n\r\n--" in seen[0]


@pytest.mark.parametrize("change", [lambda size: size // 2, lambda size: size + 1], ids=["shorter", "longer"])
def test_a_file_whose_length_changes_while_it_is_sent_is_an_error_and_nothing_is_stored(
    kind: str, relay: Server, file: Path, change: Callable[[int], int]
) -> None:
    is_whole = []

    def take(request: BaseHTTPRequestHandler) -> None:
        announced = int(request.headers["Content-Length"])
        is_whole.append(len(body_of(request)) == announced)
        request.close_connection = True

    def progress(sent: int, total: int) -> None:
        if sent == 4 * MIB:
            os.truncate(file, change(total))

    relay.answer = take

    with pytest.raises(TransferFailed, match="has changed while it was being sent"):
        upload(kind, relay, file, progress=progress)
    assert is_whole in ([], [False])


def test_a_file_of_an_evaluation_that_changes_while_it_is_sent_imports_nothing(
    kind: str, relay: Server, file: Path, tmp_path: Path
) -> None:
    (tmp_path / "pred.jsonl").write_text("{}\n")

    def shorten(request: BaseHTTPRequestHandler) -> None:
        os.truncate(file, MIB)
        body_of(request)
        request.close_connection = True

    relay.answer = shorten
    client = Client(kind)
    hub: Any = (AIHub if kind == "sync" else AsyncAIHub)(env="local", services={"evaluation": relay.address}, token="t")
    names = dict.fromkeys(("dataset_name", "id_dataset_name", "gallery_dataset_name"), "faces/V1")
    files = {"model_file": file, "pred_file": tmp_path / "pred.jsonl"}
    with pytest.raises(TransferFailed, match="has changed while it was being sent") as caught:
        client.done(hub.evaluations.import_result("face-r50", model_type="face", **names, **files))
    client.done(hub.close())
    client.end()

    assert (caught.value.path, caught.value.on_disk) == (str(file), "Nothing was imported.")


def unreadable(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path.write_bytes(b"x")
    is_open_to_all, opened = os.access, Path.open

    def refuse(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self == path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return opened(self, *args, **kwargs)

    # A test that runs as root reads everything.
    monkeypatch.setattr(os, "access", lambda name, mode: Path(name) != path and is_open_to_all(name, mode))
    monkeypatch.setattr(Path, "open", refuse)
    return path


def pipe(path: Path, _: pytest.MonkeyPatch) -> Path:
    os.mkfifo(path)
    return path


def listening(path: Path, _: pytest.MonkeyPatch) -> Path:
    # The path of a socket is limited to about a hundred characters; a relative one is short.
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)
    return path


def loop(path: Path, _: pytest.MonkeyPatch) -> Path:
    path.symlink_to(path)
    return path


def dangling(path: Path, _: pytest.MonkeyPatch) -> Path:
    path.symlink_to(path.with_name("nowhere"))
    return path


SPECIAL = [unreadable, pipe, listening, loop, dangling]


@pytest.mark.parametrize("make", SPECIAL, ids=[make.__name__ for make in SPECIAL])
def test_what_cannot_be_read_is_refused_by_name_before_anything_is_sent(
    kind: str, relay: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[..., Path]
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "good").write_bytes(b"x")
    special = make(tmp_path / "folder" / "special", monkeypatch)

    for path in (special, tmp_path / "folder"):
        with pytest.raises(InvalidRequest, match="special"):
            upload(kind, relay, path)
    assert relay.requests == []


def test_a_folder_that_cannot_be_listed_is_refused_by_name(
    kind: str, relay: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder" / "closed").mkdir(parents=True)
    listed = os.scandir

    def refuse(path: Any) -> Any:
        if Path(path).name == "closed":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)

    with pytest.raises(InvalidRequest, match="closed cannot be read: Permission denied"):
        upload(kind, relay, tmp_path / "folder")
    assert relay.requests == []


@pytest.mark.parametrize("size", [10, 30])
def test_a_packed_file_whose_length_changes_is_an_error(tmp_path: Path, size: int) -> None:
    (tmp_path / "f").write_bytes(bytes(20))
    packed = ZipStream(tmp_path)
    os.truncate(tmp_path / "f", size)

    with pytest.raises(ContentChanged, match="f has become"):
        list(packed.pieces())


# --- archives beyond the old limits ---------------------------------------------------------------


@pytest.mark.slow
def test_an_archive_of_more_entries_than_the_old_format_counts_is_read_by_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Directories without a place on the disk: the format counts them as it counts files."""
    many = [_zip_stream._Entry(b"%05d/" % number, None, 0) for number in range(66_000)]
    (tmp_path / "f").write_bytes(b"content")
    one = list(_zip_stream._entries_of(tmp_path))
    monkeypatch.setattr(_zip_stream, "_entries_of", lambda _: [*many, *one])
    packed = ZipStream(tmp_path)
    content = b"".join(packed.pieces())

    assert len(content) == packed.size_bytes
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert (len(archive.infolist()), archive.read("f")) == (66_001, b"content")
