"""Requests that mean harm: each is refused with a message, and the others go on being served."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from aihub_emulator import Emulator
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.processes import emulator_process

SEARCHES = "/data-warehouse/api/v1/searches"
GIB = 1 << 30
CHUNK = b" " * (1 << 20)


@contextmanager
def connected(base_url: str) -> Iterator[socket.socket]:
    host, _, port = base_url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        yield connection


def whole_answer(connection: socket.socket) -> bytes:
    """Head and body; an answer may come in more than one piece."""
    with connection.makefile("rb") as stream:
        lines = list(iter(stream.readline, b"\r\n"))
        length = next(int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:"))
        return b"".join(lines) + stream.read(length)


def head(token: str, framing: str) -> bytes:
    lines = (
        f"POST {SEARCHES} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        framing,
    )
    return "\r\n".join((*lines, "", "")).encode()


def resident_bytes(process_id: int) -> int:
    lines = Path(f"/proc/{process_id}/status").read_text("ascii", "replace").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:"))


def test_a_gibibyte_of_json_is_refused_by_its_length_before_a_byte_of_it_is_sent(emulator: Emulator) -> None:
    with connected(emulator.base_url) as connection:
        connection.sendall(head(emulator.token, f"Content-Length: {GIB}"))
        answer = whole_answer(connection)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'{"code":413,"msg":"body: is longer than 16777216 bytes. Send a shorter one.","data":null}' in answer


def test_json_without_an_end_is_refused_once_it_is_too_long(emulator: Emulator) -> None:
    with connected(emulator.base_url) as connection:
        connection.sendall(head(emulator.token, "Transfer-Encoding: chunked"))
        for _ in range(17):
            connection.sendall(b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK))
        answer = whole_answer(connection)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_who_hangs_up_in_the_middle_of_a_body_is_no_error_of_the_emulator(
    emulator: Emulator, admin: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    before = len(emulator.requests("createSearch"))
    with connected(emulator.base_url) as connection:
        connection.sendall(head(emulator.token, "Content-Length: 1000") + b'{"type"')
    while len(emulator.requests("createSearch")) == before:
        admin.send("HEAD", "/nowhere")

    ended = emulator.requests("createSearch")[-1]

    assert (ended.status, ended.code) == (400, 400)
    assert [record.message for record in caplog.records if record.name == "aihub_emulator"] == []


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's memory like this")
def test_a_gibibyte_that_is_sent_all_the_same_takes_no_memory_and_holds_nobody_up() -> None:
    with emulator_process() as (process, addresses), connected(addresses["base_url"]) as connection:
        before = resident_bytes(process.pid)
        framing = f"Content-Length: {GIB}"

        def send() -> None:
            connection.sendall(head(addresses["token"], framing))
            for _ in range(GIB // len(CHUNK)):
                connection.sendall(CHUNK)

        sending = threading.Thread(target=send)
        sending.start()
        served = 0
        with Caller(addresses["base_url"], addresses["token"]) as caller:
            while sending.is_alive():
                served += caller.get_search(1)["code"] == 2
        sending.join()
        answer = whole_answer(connection)
        grown = resident_bytes(process.pid) - before

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert served > 0
    assert grown < 64 << 20


@pytest.mark.parametrize("deep", ['{"a":' * 100_000, "[" * 1_000_000, '{"type": 1e999999999}', '{"type": NaN}'])
def test_json_that_is_meant_to_exhaust_its_reader(admin: Caller, deep: str) -> None:
    headers = {"Content-Type": "application/json"}

    response = admin.send("POST", SEARCHES, data=deep, headers=headers)

    assert (response.status_code, response.json()["code"]) == (200, 400)


INJECTIONS = [
    # Quotes and line breaks in a file name, which a careless client or server takes for another part.
    'x"; name="bucket',
    "x\r\nContent-Type: text/html\r\n\r\n<script>",
    "../../etc/passwd",
    "a\0b",
]


@pytest.mark.parametrize("name", INJECTIONS)
def test_a_file_name_injects_no_part_and_leads_nowhere(emulator: Emulator, admin: Caller, name: str) -> None:
    upload: Any = {"params": {"bucket": "b", "key": "k"}, "files": {"file": (name, b"content")}}

    stored = admin.send("POST", "/upload", **upload).json()

    assert stored["data"]["path"] == "s3://b/k"
    assert requests.get(stored["data"]["url"], timeout=30).content == b"content"


def test_a_boundary_inside_a_file_is_part_of_the_file(admin: Caller) -> None:
    boundary = "frontier"
    file = b"\r\n--frontie\r\n--frontierX\r\n\r\n--+++\r\nmore"
    body = (
        b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        + file
        + b"\r\n--frontier--\r\n"
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}

    stored = admin.send("POST", "/upload", params={"bucket": "b", "key": "k"}, data=body, headers=headers).json()

    assert requests.get(stored["data"]["url"], timeout=30).content == file


def raw(base_url: str, target: str) -> tuple[int, bytes]:
    """The answer to a target that no client library would send as it stands."""
    with connected(base_url) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode("latin-1"))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(answer.split(b" ", 2)[1]), answer


TRICKS = [
    "/../../../../etc/passwd",
    "/b/../../../../etc/passwd",
    "/b/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/b/..%2f..%2f..%2fetc%2fpasswd",
    "/b/..%5c..%5cetc%5cpasswd",
    "//etc/passwd",
    "/%00/etc/passwd",
    "/b/%ff%fe",
    "/objects.sqlite",
    "/b/" + "a" * 20_000,
    "/_emulator/../records.sqlite",
    "/_emulator/page.css/../../emulator.py",
    "/_emulator/%2e%2e/ca.pem",
    "/_emulator/page.py",
]


@pytest.mark.parametrize("target", TRICKS)
def test_no_path_leads_to_a_file_that_is_no_object(emulator: Emulator, target: str) -> None:
    status, answer = raw(emulator.base_url, target)

    assert status in {400, 404}
    assert b"root:" not in answer
    assert b"BEGIN" not in answer


def test_an_object_is_what_its_key_says_dots_and_all(emulator: Emulator, admin: Caller) -> None:
    keys = ["..a/b..", "a\\..\\b", "%2e%2e/x", "a;b=c/d?e#f", "名 称/ü"]
    urls = []
    for key in keys:
        upload: Any = {"params": {"bucket": "b", "key": key}, "files": {"file": key.encode()}}
        urls.append(admin.send("POST", "/upload", **upload).json()["data"]["url"])

    assert [requests.get(url, timeout=30).content.decode() for url in urls] == keys
