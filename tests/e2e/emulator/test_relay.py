"""The S3 relay and the object storage behind it, over real TCP and TLS, with a client that follows no rule of ours."""

import re
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from aihub_emulator import Emulator, Settings
from tests.e2e.emulator.caller import Caller, check_answer
from tests.e2e.emulator.dataset_calls import upload

CONTENT = bytes(range(256)) * 1000
ODD_KEYS = [
    "a b",
    "图片/猫.jpg",
    "#",
    "a?b=c&d",
    "100%",
    "%41%2F..",
    "a+b;c",
    "\\..\\x",
    "...",
    "x" * 1024,
    "a\nb",
    "~'\"<>",
]


@pytest.fixture(scope="module")
def relay(emulator: Emulator) -> Iterator[httpx.Client]:
    context = ssl.create_default_context(cafile=str(emulator.ca_file))
    headers = {"Token": emulator.s3_token}
    with httpx.Client(base_url=emulator.s3_url, verify=context, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def plain() -> Iterator[httpx.Client]:
    """Somebody without any token."""
    with httpx.Client(trust_env=False) as client:
        yield client


def incoming(emulator: Emulator) -> list[Path]:
    return list((emulator.ca_file.parent / "objects" / "incoming").iterdir())


@pytest.mark.parametrize("key", ODD_KEYS)
def test_a_file_sent_over_tls_is_fetched_over_plain_http(
    emulator: Emulator, relay: httpx.Client, plain: httpx.Client, key: str
) -> None:
    response = relay.post("/upload", params={"bucket": "odd", "key": key}, files={"file": ("name", CONTENT)})

    check_answer("uploadFile", response.text)
    assert response.json()["data"] == {
        "path": f"s3://odd/{key}",
        "url": f"{emulator.base_url}/odd/{quote(key)}",
    }
    assert plain.get(response.json()["data"]["url"]).content == CONTENT


def test_the_address_names_the_host_that_the_caller_used(emulator: Emulator, relay: httpx.Client) -> None:
    port = emulator.s3_url.rpartition(":")[2]
    place = {"bucket": "b", "key": "k"}

    response = relay.post("/upload", params=place, files={"file": b"x"}, headers={"Host": f"localhost:{port}"})

    assert response.json()["data"]["url"] == f"http://localhost:{emulator.base_url.rpartition(':')[2]}/b/k"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "is empty"),
        ("/a", "has a segment that is empty, `.` or `..`"),
        ("a/", "has a segment that is empty, `.` or `..`"),
        ("a//b", "has a segment that is empty, `.` or `..`"),
        ("..", "has a segment that is empty, `.` or `..`"),
        ("a/../../etc/passwd", "has a segment that is empty, `.` or `..`"),
        ("a/./b", "has a segment that is empty, `.` or `..`"),
        ("a\0b", "holds a NUL character"),
        ("字" * 342, "is 1026 bytes long, and 1024 are allowed"),
    ],
)
def test_a_key_that_could_not_be_fetched_again_is_refused(admin: Caller, key: str, words: str) -> None:
    answer = upload(admin, b"x", key=key)

    assert answer["code"] == 400
    assert answer["msg"].startswith("key: ")
    assert answer["msg"].endswith(f"{words}. Send another one.")


@pytest.mark.parametrize("bucket", ["", ".", "..", "a/b", "-a", "_emulator", "a b", "桶", "x" * 64])
def test_a_bucket_with_a_name_that_is_none_is_refused(admin: Caller, bucket: str) -> None:
    answer = upload(admin, b"x", bucket=bucket)

    assert answer["code"] == 400
    assert "is no name of a bucket" in answer["msg"]


@pytest.mark.parametrize(
    "bucket", ["upload", "api", "data-warehouse", "dataset-mng", "dataset-files", "dataset-indexes"]
)
def test_a_bucket_that_is_the_platforms_own_is_refused(admin: Caller, bucket: str) -> None:
    answer = upload(admin, b"x", bucket=bucket, key="search/1.csv")

    assert answer["code"] == 400
    assert "is kept for the platform's own files" in answer["msg"]


def test_a_second_file_takes_the_place_of_the_first(admin: Caller, plain: httpx.Client) -> None:
    url = upload(admin, b"first", key="twice")["data"]["url"]
    first = plain.get(url)

    upload(admin, b"other", key="twice")
    second = plain.get(url)

    assert (first.content, second.content) == (b"first", b"other")
    assert first.headers["ETag"] != second.headers["ETag"]


def test_a_file_that_looks_like_the_end_of_a_form_arrives_byte_for_byte(admin: Caller, plain: httpx.Client) -> None:
    content = b'\r\n--+++\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--+++--\r\n' * 3

    url = upload(admin, content)["data"]["url"]

    assert plain.get(url).content == content


def test_an_empty_file_is_a_file(admin: Caller, plain: httpx.Client) -> None:
    response = plain.get(upload(admin, b"", key="empty")["data"]["url"])

    assert (response.status_code, response.content, response.headers["Content-Length"]) == (200, b"", "0")


def test_a_large_file_arrives_whole_and_nothing_of_it_is_left_aside(
    emulator: Emulator, relay: httpx.Client, plain: httpx.Client
) -> None:
    content = CONTENT * 100

    answer = relay.post("/upload", params={"bucket": "b", "key": "large"}, files={"file": content}).json()

    assert plain.get(answer["data"]["url"]).content == content
    assert incoming(emulator) == []


def test_head_tells_length_and_tag_without_the_content(admin: Caller, plain: httpx.Client) -> None:
    url = upload(admin, CONTENT)["data"]["url"]

    head, whole = plain.head(url), plain.get(url)

    assert (head.status_code, head.content) == (200, b"")
    assert {name: head.headers[name] for name in ("Content-Length", "ETag", "Accept-Ranges")} == {
        "Content-Length": str(len(CONTENT)),
        "ETag": whole.headers["ETag"],
        "Accept-Ranges": "bytes",
    }


@pytest.mark.parametrize(
    ("asked", "part", "content_range"),
    [
        ("bytes=0-0", slice(0, 1), "bytes 0-0/256000"),
        ("bytes=1000-1999", slice(1000, 2000), "bytes 1000-1999/256000"),
        ("bytes=255990-", slice(255990, None), "bytes 255990-255999/256000"),
        ("bytes=-10", slice(-10, None), "bytes 255990-255999/256000"),
        ("bytes=255990-999999", slice(255990, None), "bytes 255990-255999/256000"),
    ],
)
def test_a_range_is_answered_with_its_part(
    admin: Caller, plain: httpx.Client, asked: str, part: slice, content_range: str
) -> None:
    url = upload(admin, CONTENT)["data"]["url"]

    response = plain.get(url, headers={"Range": asked})

    assert (response.status_code, response.content) == (206, CONTENT[part])
    assert response.headers["Content-Range"] == content_range
    assert response.headers["Content-Length"] == str(len(CONTENT[part]))


def test_a_range_beyond_the_end_is_refused_with_the_length(admin: Caller, plain: httpx.Client) -> None:
    url = upload(admin, CONTENT)["data"]["url"]

    response = plain.get(url, headers={"Range": "bytes=256000-"})

    assert (response.status_code, response.headers["Content-Range"]) == (416, "bytes */256000")


def test_a_download_goes_on_where_it_stopped_only_while_the_file_is_the_same(
    admin: Caller, plain: httpx.Client
) -> None:
    url = upload(admin, CONTENT, key="resumed")["data"]["url"]
    rest = {"Range": "bytes=100-", "If-Range": plain.head(url).headers["ETag"]}

    same = plain.get(url, headers=rest)
    upload(admin, CONTENT[::-1], key="resumed")
    changed = plain.get(url, headers=rest)

    assert (same.status_code, same.content) == (206, CONTENT[100:])
    assert (changed.status_code, changed.content) == (200, CONTENT[::-1])


def test_a_page_that_somebody_uploaded_does_not_run_in_a_browser(admin: Caller, plain: httpx.Client) -> None:
    response = plain.get(upload(admin, b"<script>", key="x.html")["data"]["url"])

    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "target",
    [
        "/uploads/../../../../etc/passwd",
        "/uploads/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/..%2fobjects.sqlite",
        "/%00",
    ],
)
def test_no_path_leads_out_of_the_storage(emulator: Emulator, target: str) -> None:
    answer = exchange(emulator, f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 404 ")


def exchange(emulator: Emulator, sent: bytes) -> bytes:
    """What comes back, to the end of the connection."""
    host, port = emulator.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(sent)
        received = b""
        while data := connection.recv(65536):
            received += data
    return received


def raw_upload(emulator: Emulator, key: str, body: bytes, *, length: int | None = None) -> bytes:
    head = (
        f"POST /upload?bucket=raw&key={key} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nToken: {emulator.s3_token}\r\n"
        f"Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {length or len(body)}\r\n\r\n"
    )
    return head.encode() + body


PART = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'


def test_an_upload_that_is_killed_leaves_what_the_key_held(
    emulator: Emulator, admin: Caller, plain: httpx.Client
) -> None:
    address = f"{emulator.base_url}/raw/killed"
    host, port = emulator.base_url.removeprefix("http://").split(":")
    upload(admin, b"before", bucket="raw", key="killed")

    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(raw_upload(emulator, "killed", PART + CONTENT * 20, length=len(CONTENT) * 100))
        while not incoming(emulator):
            pass
        during = plain.get(address).content
    while incoming(emulator):
        pass

    assert (during, plain.get(address).content) == (b"before", b"before")


def test_a_form_without_its_last_boundary_stores_nothing(emulator: Emulator, plain: httpx.Client) -> None:
    answer = exchange(emulator, raw_upload(emulator, "cut", PART + b"content"))

    assert b"form: cannot be read (it ends before its last boundary)" in answer
    assert plain.get(f"{emulator.base_url}/raw/cut").status_code == 404
    assert incoming(emulator) == []


@pytest.mark.parametrize(
    "part",
    [
        b"--edge\r\nContent-Disposition: form-data\r\n\r\nx\r\n--edge--\r\n",
        b"--other\r\n\r\nx\r\n--other--\r\n",
        b"--edge\r\n" + b"X-Long: y\r\n" * 1000 + b"\r\nx\r\n--edge--\r\n",
        b'--edge\r\nContent-Disposition: form-data; name="t"\r\n\r\nx\r\n' * 101 + b"--edge--\r\n",
        b'--edge\r\nContent-Disposition: form-data; name="t"\r\n\r\n' + b"x" * 1_100_000 + b"\r\n--edge--\r\n",
    ],
    ids=["no name", "other boundary", "many headers", "many parts", "long text"],
)
def test_a_form_made_to_hurt_is_refused(emulator: Emulator, part: bytes) -> None:
    answer = exchange(emulator, raw_upload(emulator, "hurt", part))

    assert re.search(rb'"code":400,"msg":"form: cannot be read \(', answer)
    assert incoming(emulator) == []


def test_other_requests_are_served_during_an_upload(emulator: Emulator, plain: httpx.Client) -> None:
    host, port = emulator.base_url.removeprefix("http://").split(":")

    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(raw_upload(emulator, "slow", PART + CONTENT, length=len(CONTENT) * 10))
        served = [plain.get(f"{emulator.control_url}/health").status_code for _ in range(20)]

    assert served == [200] * 20


def test_a_form_that_is_too_long_is_not_read_to_its_end() -> None:
    with Emulator(Settings(upload_bytes=100_000)) as small, Caller(small.base_url, None, small.s3_token) as caller:
        announced = upload(caller, b"x" * 200_000)
        chunked = caller.send(
            "POST",
            "/upload?bucket=b&key=k",
            data=iter([PART, *[b"x" * 50_000] * 3, b"\r\n--edge--\r\n"]),
            headers={"Content-Type": "multipart/form-data; boundary=edge"},
        ).json()
        left = incoming(small)
        kept = caller.send("GET", "/b/k").status_code

    message = "body: is longer than 100000 bytes. Send a shorter one."
    assert [(answer["code"], answer["msg"]) for answer in (announced, chunked)] == [(413, message)] * 2
    assert (left, kept) == ([], 404)
