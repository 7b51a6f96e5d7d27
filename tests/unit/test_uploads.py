"""Uploading through the relay: constant memory, one request, and what is said when it breaks off. Sync and async."""

import io
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

import httpx
import pytest

from aihub_api._runtime.body import File, Form
from aihub_sdk._transfers.zip_stream import ZipStream
from aihub_sdk._wire.multipart import Multipart
from aihub_sdk.errors import AuthenticationError, InvalidRequest, ResponseLost, TransferFailed
from aihub_sdk.services.s3 import StoredObject
from tests.unit.conftest import MakeClient
from tests.unit.scripted import Client, ok

STORED = {"path": "s3://b/k", "url": "http://storage/b/k"}
MIB = 1 << 20


def part_of(request: httpx.Request) -> tuple[str | None, bytes]:
    """The name and bytes of the one part, as an independent parser sees it."""
    head = b"Content-Type: " + request.headers["content-type"].encode() + b"\r\n\r\n"
    message: Message = BytesParser(policy=HTTP).parsebytes(head + request.content)
    payload: Any = message.get_payload()
    (part,) = payload
    return part.get_filename(), part.get_payload(decode=True)


def upload(c: Client, path: Path, **more: Any) -> Any:
    return c.done(c.hub.s3.upload(path, bucket="b", **more))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "digits 数.bin"
    path.write_bytes(b"\r\n--+++\r\n" * (MIB // 4))
    return path


def test_a_file_arrives_byte_for_byte_with_its_length_announced(client: MakeClient, file: Path) -> None:
    c = client(ok(STORED), s3_token="relay")

    assert upload(c, file, key="k") == StoredObject("s3://b/k", "http://storage/b/k", file.stat().st_size)
    (request,) = c.script.requests
    assert part_of(request) == ("digits 数.bin", file.read_bytes())
    assert request.headers["content-length"] == str(len(request.content))
    assert (request.headers["token"], "authorization" in request.headers) == ("relay", False)


def test_bucket_and_key_are_percent_encoded_and_the_key_is_the_name_by_default(client: MakeClient, file: Path) -> None:
    c = client(ok(STORED), s3_token="relay")
    upload(c, file)

    assert c.script.sent() == ["POST /upload?bucket=b&key=digits%20%E6%95%B0.bin"]


def test_progress_is_told_in_steps_of_a_mebibyte(client: MakeClient, file: Path) -> None:
    size, told = file.stat().st_size, []
    upload(client(ok(STORED), s3_token="relay"), file, progress=lambda done, total: told.append((done, total)))

    assert told == [(MIB, size), (2 * MIB, size), (size, size)]


def test_a_folder_is_packed_on_the_way(client: MakeClient, tmp_path: Path) -> None:
    folder = tmp_path / "mnist"
    (folder / "图 片" / "empty").mkdir(parents=True)
    (folder / "图 片" / "a#b?.txt").write_bytes(b"x" * 200_000)
    (folder / "none").write_bytes(b"")
    c = client(ok(STORED), s3_token="relay")
    upload(c, folder)
    name, content = part_of(c.script.requests[0])

    assert name == "mnist.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {info.filename: info.file_size for info in archive.infolist()} == {
            "none": 0,
            "图 片/a#b?.txt": 200_000,
            "图 片/empty/": 0,
        }
        assert archive.read("图 片/a#b?.txt") == b"x" * 200_000


def breaks_off(sent: int, total: int) -> None:
    """A connection that ends after the first piece: what raises while the body is read, as a socket does."""
    raise httpx.WriteError("broken pipe")


def test_an_upload_that_breaks_off_stored_nothing_and_says_that_it_cannot_resume(
    client: MakeClient, file: Path
) -> None:
    c = client(s3_token="relay")

    with pytest.raises(TransferFailed) as caught:
        upload(c, file, key="k", progress=breaks_off)
    assert f"broke off after {MIB} of {file.stat().st_size} bytes" in caught.value.message
    assert "cannot resume" in caught.value.hint
    assert caught.value.path == str(file)


def test_a_lost_answer_to_a_complete_upload_may_have_been_applied(client: MakeClient, file: Path) -> None:
    c = client(httpx.ReadTimeout("slow"), s3_token="relay")

    with pytest.raises(ResponseLost) as caught:
        upload(c, file)
    assert "cannot resume" in caught.value.hint
    assert "bucket and key" in caught.value.check
    assert len(c.script.requests) == 1


def test_a_relay_that_says_to_wait_gets_the_whole_file_again(client: MakeClient, file: Path) -> None:
    c = client(httpx.Response(503, headers={"Retry-After": "1"}), ok(STORED), s3_token="relay")
    upload(c, file)

    assert [part_of(request)[1] == file.read_bytes() for request in c.script.requests] == [True, True]


def test_a_long_upload_is_not_ended_by_the_clients_timeout(client: MakeClient, file: Path) -> None:
    def slowly(request: httpx.Request) -> httpx.Response:
        assert request.extensions["timeout"].get("write") == 60
        c.time.now += 3600
        assert request.extensions["timeout"].get("write") == 60
        return ok(STORED)

    c = client(slowly, s3_token="relay")

    assert upload(c, file).path == "s3://b/k"


def test_without_the_relays_token_nothing_is_sent(client: MakeClient, file: Path) -> None:
    c = client()

    with pytest.raises(AuthenticationError, match="S3 relay"):
        upload(c, file)


@pytest.mark.parametrize("what", ["missing", "an empty folder", "no bucket"])
def test_what_cannot_be_uploaded_is_refused_before_sending(what: str, client: MakeClient, tmp_path: Path) -> None:
    c = client(s3_token="relay")
    path = tmp_path / "missing" if what == "missing" else tmp_path

    with pytest.raises(InvalidRequest):
        c.done(c.hub.s3.upload(path, bucket="" if what == "no bucket" else "b"))


def test_a_link_to_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path)

    with pytest.raises(InvalidRequest, match="link"):
        ZipStream(tmp_path)


def test_a_file_that_grows_while_it_is_sent_is_an_error() -> None:
    class Growing:
        size_bytes = 3

        def pieces(self) -> Iterator[bytes]:
            yield b"1234"

    body = Multipart(Form({}, {"file": File(Growing())}))  # type: ignore[arg-type]  # it is read as a file is

    with pytest.raises(OSError, match="has changed"):
        list(body.pieces())


def test_an_archive_over_four_gibibytes_announces_its_length(tmp_path: Path) -> None:
    """Sparse files: the sizes are real, the bytes are not read."""
    for number in range(3):
        with (tmp_path / f"{number}").open("wb") as stream:
            stream.truncate((5 << 30) * (number == 0) + 10)
    packed = ZipStream(tmp_path)

    assert packed.size_bytes > (5 << 30)
    assert packed._directory[0][20:24] == b"\xff" * 4
