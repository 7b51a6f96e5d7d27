"""A request that does not fit is refused with the field, its value and the remedy."""

from typing import Any

import pytest

from aihub_emulator import Emulator, Settings
from tests.e2e.emulator.caller import Caller, check_answer

SEARCHES = "/data-warehouse/api/v1/searches"
BOX = {"url": "http://storage.example.com/1.jpg", "box": [1, 2, 3, 4]}
IMAGE_SEARCH = {"type": 2, "name": "x", "feature_lib_id": 1, "images": [BOX], "top_k": 1}


MISFITS = [
    ({"type": 1, "sql": "select 1"}, "body.name: is missing. Send it."),
    ({"type": 7, "name": "x"}, "body.type: is 7. Send one of 1, 2 or 3."),
    ({"type": True, "name": "x", "sql": "x"}, "body.type: is true. Send one of 1, 2 or 3."),
    ({"type": 1, "name": 5, "sql": "x"}, "body.name: is 5. What fits: a valid string."),
    ({"type": 1, "name": "x"}, "body.sql: is missing, and type is 1. Send it."),
    ({"type": 3, "name": "x", "top_k": 1}, "body.feature_lib_id: is missing, and type is 3. Send it."),
    (
        {"type": 1, "name": "x", "sql": "x", "description": None},
        "body.description: is null. Leave it out, or send a value.",
    ),
    (
        {"type": 1, "name": "x", "sql": "x", "limit": 3},
        "body.limit: is not a field of this operation. Leave it out.",
    ),
    (
        {"type": 1, "name": "x", "sql": "x", "feature_lib_id": 2**63},
        "body.feature_lib_id: is 9223372036854775808. Send a whole number of at most 64 bits.",
    ),
    ({**IMAGE_SEARCH, "images": [{"box": [1, 2, 3, 4]}]}, "body.images[0].url: is missing. Send it."),
    ([], "body: is []. What fits: an object."),
]


@pytest.mark.parametrize(("body", "message"), MISFITS)
def test_a_body_that_does_not_fit(admin: Caller, body: Any, message: str) -> None:
    response = admin.send("POST", SEARCHES, json=body)

    check_answer("createSearch", response.text)
    assert response.status_code == 200
    assert response.json() == {"code": 400, "msg": message, "data": None}


@pytest.mark.parametrize("sent", [b"", b"{", b"\xff", b"[" * 100_000], ids=["empty", "cut", "not UTF-8", "deep"])
def test_a_body_that_is_not_json(admin: Caller, sent: bytes) -> None:
    response = admin.send("POST", SEARCHES, data=sent, headers={"Content-Type": "application/json"})

    assert response.json()["code"] == 400
    assert response.json()["msg"].startswith("body: is not JSON (")


def test_a_body_of_another_media_type(admin: Caller) -> None:
    response = admin.send("POST", SEARCHES, data=b"{}", headers={"Content-Type": "text/plain"})

    assert response.json()["msg"] == 'Content-Type: is "text/plain". Send the body as application/json.'


def test_a_body_that_is_too_long_is_not_read_to_its_end() -> None:
    with Emulator(Settings(json_bytes=1000)) as small, Caller(small.base_url, small.token) as caller:
        response = caller.send("POST", SEARCHES, json={"type": 1, "name": "x" * 2000, "sql": "select 1"})

    assert (response.status_code, response.json()["code"]) == (413, 413)
    assert response.json()["msg"] == "body: is longer than 1000 bytes. Send a shorter one."


@pytest.mark.parametrize("sent", ["abc", "1.5", "%20", "１", "9999999999999999999"])
def test_a_path_parameter_that_is_no_id(admin: Caller, sent: str) -> None:
    response = admin.send("GET", f"{SEARCHES}/{sent}")

    assert response.json()["code"] == 400
    assert response.json()["msg"].endswith("Send a whole number of at most 64 bits.")


def test_a_query_parameter_that_is_missing(admin: Caller) -> None:
    response = admin.send("GET", "/tag-resource-management/api/v1/select-clusters?user_id=1")

    assert response.json()["msg"] == "module_type: is missing. Send it in the query."


def test_a_secret_is_not_repeated_in_a_message(nobody: Caller) -> None:
    response = nobody.send("POST", "/api/v1/auth/login", json={"username": "demo", "password": 987_654_321})

    assert response.json()["msg"].startswith("body.password: is a secret that does not fit.")
    assert "987" not in response.text


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"files": {"other": b"x"}}, "form.file: is missing."),
        ({"files": {"file": (None, b"x")}}, "form.file: is a text part, and a file is wanted."),
        ({"files": [("file", ("a", b"x")), ("file", ("b", b"y"))]}, "form.file: is sent more than once."),
        ({"data": b"x", "headers": {"Content-Type": "multipart/form-data"}}, "form: cannot be read ("),
    ],
)
def test_a_form_that_does_not_fit(admin: Caller, form: dict[str, Any], message: str) -> None:
    response = admin.send("POST", "/upload", params={"bucket": "b", "key": "k"}, **form)

    check_answer("uploadFile", response.text)
    assert response.json()["code"] == 400
    assert response.json()["msg"].startswith(message)


def test_a_forms_fields_are_checked_too(admin: Caller) -> None:
    fields = {
        "model_name": "m",
        "model_type": "9",
        "dataset_name": "q",
        "id_dataset_name": "i",
        "gallery_dataset_name": "g",
    }
    files = {"model_file": ("m", b"m"), "pred_file": ("p", b"{}")}

    response = admin.send("POST", "/api/v2/tasks/import_result", data=fields, files=files)

    assert response.json()["msg"] == "form.model_type: is \"9\". Send one of '3', '4' or '5'."
