"""Each fault, as a client meets it over TCP; each is consumed, and the next request is answered as usual."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from aihub_emulator import Emulator, Settings
from aihub_emulator.faults import Code, Delay, Drift, Drip, ExpireTokens, Json, Kind, Refuse, Reset, Status
from tests.e2e.emulator.caller import Caller, check_answer

SEARCHES = "/data-warehouse/api/v1/searches"
SEARCH = {"type": 1, "name": "x", "sql": "select 1"}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    # Searches stay as they are: what a fault did or did not do shows in whether they are there.
    with Emulator(Settings(clock="manual")) as running:
        yield running


@pytest.fixture(autouse=True)
def _nothing_is_left(emulator: Emulator) -> Iterator[None]:
    yield
    left = emulator.faults.unconsumed()
    emulator.reset()
    assert left == []


def create(admin: Caller) -> requests.Response:
    return admin.send("POST", SEARCHES, json=SEARCH)


def was_done(admin: Caller) -> bool:
    """Whether a search was created; asking shows that requests are answered again, too."""
    return bool(admin.get_search(1)["code"] == 0)


@pytest.mark.parametrize(
    ("kind", "is_done"), [(Refuse(), False), (Reset(at="before"), True), (Reset(at="midway"), True)]
)
def test_a_reset_connection(emulator: Emulator, admin: Caller, kind: Kind, is_done: bool) -> None:
    emulator.faults.add(kind, operation="createSearch")

    # Which of them it is depends on whether the client was still sending.
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        create(admin)

    assert was_done(admin) == is_done


def test_a_reset_midway_comes_after_half_of_the_answer(emulator: Emulator, admin: Caller) -> None:
    usual = create(admin).content
    emulator.faults.add(Reset(at="midway"), operation="createSearch")

    with admin.send("POST", SEARCHES, json=SEARCH, stream=True) as response:
        got = response.raw.read(len(usual) // 2)
        with pytest.raises(Exception, match=r"(?i)reset|broken|incomplete"):
            response.raw.read(1)

    assert response.status_code == 200
    assert got == usual[: len(usual) // 2]


def test_the_relay_shows_faults_over_tls_too(emulator: Emulator) -> None:
    emulator.faults.add(Refuse(), operation="uploadFile")
    upload: dict[str, Any] = {"params": {"bucket": "b", "key": "k"}, "files": {"file": b"x"}}

    with Caller(emulator.s3_url, relay_token=emulator.s3_token) as relay:
        with pytest.raises(requests.ConnectionError):
            relay.send("POST", "/upload", verify=str(emulator.ca_file), **upload)
        after = relay.send("POST", "/upload", verify=str(emulator.ca_file), **upload).json()["code"]

    assert after == 0


def test_a_delay(emulator: Emulator, admin: Caller) -> None:
    emulator.faults.add(Delay(seconds=0.2), operation="createSearch")
    started = time.monotonic()

    response = create(admin)

    assert time.monotonic() - started >= 0.2
    assert response.json()["code"] == 0


def test_a_dripping_answer_is_whole_in_the_end(emulator: Emulator, admin: Caller) -> None:
    emulator.faults.add(Drip(size_bytes=3, seconds=0.001), operation="createSearch")

    response = create(admin)

    check_answer("createSearch", response.text)


@pytest.mark.parametrize(
    ("kind", "status", "headers"),
    [
        (Status(status=503, retry_after=2), 503, {"Retry-After": "2"}),
        (Status(status=429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"), 429, {"Retry-After": "Wed, 21 Oct 2026"}),
        (Status(status=502, body="<h1>Bad Gateway</h1>"), 502, {"Content-Type": "text/html"}),
    ],
)
def test_a_status(emulator: Emulator, admin: Caller, kind: Status, status: int, headers: dict[str, str]) -> None:
    emulator.faults.add(kind, operation="createSearch")

    response = create(admin)

    assert (response.status_code, response.text) == (status, kind.body)
    assert {name: response.headers[name][: len(value)] for name, value in headers.items()} == headers
    assert not was_done(admin)


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_that_has_no_body_comes_without_one(
    emulator: Emulator, admin: Caller, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.faults.add(Status(status=status, body="x"), operation="getSearch")

    response = admin.send("GET", f"{SEARCHES}/1")
    admin.send("HEAD", "/nowhere")

    assert (response.status_code, response.content) == (status, b"")
    assert [record.message for record in caplog.records if record.name == "uvicorn.error"] == []


@pytest.mark.parametrize("kind", [Status(status=504, does_work=True), Code(code=3, does_work=True)])
def test_a_failure_after_the_work_was_done(emulator: Emulator, admin: Caller, kind: Kind) -> None:
    emulator.faults.add(kind, operation="createSearch")
    create(admin)

    assert was_done(admin)


DATA = [
    ("null", {"data": None}),
    ("missing", {}),
    ("object", {"data": {}}),
    ("text", {"data": ""}),
    ("list", {"data": []}),
]


@pytest.mark.parametrize(("data", "fields"), DATA)
def test_a_code_with_data_of_each_shape(emulator: Emulator, admin: Caller, data: Any, fields: Any) -> None:
    emulator.faults.add(Code(code=3, msg="数据库", data=data), operation="createSearch")

    response = create(admin)

    assert (response.status_code, response.json()) == (200, {"code": 3, "msg": "数据库", **fields})
    assert not was_done(admin)


@pytest.mark.parametrize("shape", ["truncated", "invalid"])
def test_json_that_is_none(emulator: Emulator, admin: Caller, shape: Any) -> None:
    emulator.faults.add(Json(shape=shape), operation="createSearch")

    response = create(admin)

    with pytest.raises(json.JSONDecodeError):
        json.loads(response.text)
    assert was_done(admin)


def test_a_field_that_drifts(emulator: Emulator, admin: Caller) -> None:
    create(admin)
    emulator.faults.add(Drift(field="data.status", to="unknown"), operation="getSearch")

    drifted, usual = (admin.send("GET", f"{SEARCHES}/1").json()["data"]["status"] for _ in range(2))

    assert (drifted, usual) == (9973, 1)


def test_a_drift_waits_for_an_answer_that_has_the_field(emulator: Emulator, admin: Caller) -> None:
    emulator.faults.add(Drift(field="data.status", to="null"), operation="getSearch")

    admin.send("GET", f"{SEARCHES}/1")
    waiting = [fault.consumed for fault in emulator.faults.all()]
    create(admin)
    admin.send("GET", f"{SEARCHES}/1")

    assert (waiting, [fault.consumed for fault in emulator.faults.all()]) == ([0], [1])


def test_tokens_expire_in_the_middle_and_a_new_login_helps(emulator: Emulator, admin: Caller) -> None:
    emulator.faults.add(ExpireTokens(), operation="createSearch")

    first, second = create(admin), admin.send("GET", f"{SEARCHES}/1")
    with Caller(emulator.base_url, emulator.issue_token("admin")) as again:
        third = create(again)

    assert (first.status_code, second.status_code, third.json()["code"]) == (401, 401, 0)
    assert "the token expired" in first.json()["msg"]


def test_a_drift_leaves_an_object_alone_that_has_no_fields(emulator: Emulator, admin: Caller) -> None:
    admin.send("POST", "/upload", params={"bucket": "b", "key": "k.csv"}, files={"file": b"a,b\n1,2\n"})
    drift = emulator.faults.add(Drift(field="data", to="null"), operation="object")

    content = admin.send("GET", "/b/k.csv").content
    consumed = [fault.consumed for fault in emulator.faults.all()]
    emulator.faults.remove(drift)

    assert (content, consumed) == (b"a,b\n1,2\n", [0])


def test_an_object_that_is_fetched_breaks_off(emulator: Emulator, admin: Caller) -> None:
    admin.send("POST", "/upload", params={"bucket": "b", "key": "k.bin"}, files={"file": b"x" * 300_000})
    emulator.faults.add(Reset(at="midway"), operation="object")
    got: list[bytes] = []

    response = admin.send("GET", "/b/k.bin", stream=True)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        got.extend(response.iter_content(10_000))
    response.close()

    assert 0 < len(b"".join(got)) <= 150_000
    assert len(admin.send("GET", "/b/k.bin").content) == 300_000


def test_faults_over_http(emulator: Emulator, admin: Caller) -> None:
    plane = "/_emulator/faults"
    described = {"operation": "createSearch", "kind": "code", "code": 8, "count": 2}
    made = admin.send("POST", plane, json=described)
    refused = create(admin).json()
    seen = admin.send("GET", plane).json()
    removed = [admin.send("DELETE", f"{plane}/{made.json()['id']}", json={}).status_code for _ in range(2)]
    wrong = admin.send("POST", plane, json={"kind": "none"})
    half = admin.send("POST", plane, json={"kind": "code", "msg": "\ud800"})

    assert (made.status_code, refused["code"]) == (201, 8)
    assert seen["unconsumed"] == [made.json()["id"]]
    assert [(fault["kind"], fault["consumed"], fault["count"]) for fault in seen["faults"]] == [("code", 1, 2)]
    assert (removed, wrong.status_code) == ([200, 404], 400)
    assert wrong.json()["error"].startswith("kind: ")
    assert (half.status_code, half.json()["error"]) == (400, "send one JSON object, without half characters in it")


def test_a_faults_request_is_in_the_log_with_the_faults_id(emulator: Emulator, admin: Caller) -> None:
    fault = emulator.faults.add(Refuse(), operation="createSearch")
    with pytest.raises(requests.ConnectionError):
        create(admin)

    entry = emulator.requests("createSearch")[-1]

    assert (entry.fault, entry.status, entry.code) == (fault, 0, None)
