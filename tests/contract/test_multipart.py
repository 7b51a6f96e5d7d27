"""Files travel byte for byte, and nothing in them can pass for a form field."""

import asyncio
import io
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, cast

import httpx
import pytest

from aihub_api.client import AsyncClient, Client
from aihub_api.errors import InvalidArgument
from aihub_api.types import File

from .test_requests import BY_ID, FORMS, arguments, module, send_both, success, typed

# What a fixed boundary would let through: the end of this part, and a new field behind it.
HOSTILE = b'start\r\n--+++\r\nContent-Disposition: form-data; name="user_id"\r\n\r\nattacker\r\n--+++--\r\n\x00\xff end'


def parts(request: httpx.Request) -> dict[str, tuple[str | None, bytes]]:
    """The parts of a multipart request as an independent parser sees them: name → (filename, bytes)."""
    head = b"Content-Type: " + request.headers["content-type"].encode() + b"\r\n\r\n"
    message: Message = BytesParser(policy=HTTP).parsebytes(head + request.content)
    found: dict[str, tuple[str | None, bytes]] = {}
    payloads: Any = message.get_payload()
    for part in payloads:
        name = part.get_param("name", header="content-disposition")
        assert name not in found
        found[name] = (part.get_filename(), part.get_payload(decode=True))
    return found


@pytest.mark.parametrize("as_stream", [False, True], ids=["bytes", "stream"])
def test_a_file_full_of_boundaries_arrives_byte_for_byte_and_injects_nothing(as_stream: bool) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return httpx.Response(200, json=success(BY_ID["importEvaluationResult"]))

    operation = module("importEvaluationResult")
    fields = {**FORMS["importEvaluationResult"], "user_id": "1"}

    def call() -> Any:
        content: Any = io.BytesIO(HOSTILE) if as_stream else HOSTILE
        return typed(operation.OPERATION.body, {**fields, "pred_file": File(content, filename="p.jsonl")})

    with Client("http://host:1", http=httpx.Client(transport=httpx.MockTransport(handler))) as client:
        operation.sync(client, body=call())

    async def run() -> None:
        async def async_handler(request: httpx.Request) -> httpx.Response:
            await request.aread()
            seen.append(request)
            return httpx.Response(200, json=success(BY_ID["importEvaluationResult"]))

        http = httpx.AsyncClient(transport=httpx.MockTransport(async_handler))
        async with AsyncClient("http://host:1", http=http) as client:
            await operation.asyncio(client, body=call())

    asyncio.run(run())
    assert len(seen) == 2
    for request in seen:
        arrived = parts(request)
        assert arrived["pred_file"] == ("p.jsonl", HOSTILE)
        assert arrived["user_id"] == (None, b"1")
        assert sorted(arrived) == sorted(fields)


def test_boundaries_are_chosen_anew_for_each_request() -> None:
    row = BY_ID["uploadFile"]
    *_, first, second = send_both(row, lambda: httpx.Response(200, json=success(row)))
    assert first.headers["content-type"] != second.headers["content-type"]
    assert parts(first) == parts(second) == {"file": ("a.zip", b"zip")}


@pytest.mark.parametrize("filename", ['a"b.zip', "a\r\nX-Injected: 1.zip", "数据.zip"])
def test_a_file_name_cannot_end_its_own_header(filename: str) -> None:
    operation = module("uploadFile")
    body = typed(operation.OPERATION.body, {"file": File(b"zip", filename=filename)})
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return httpx.Response(200, json=success(BY_ID["uploadFile"]))

    with Client("http://host:1", http=httpx.Client(transport=httpx.MockTransport(handler))) as client:
        operation.sync(client, **{**arguments(BY_ID["uploadFile"]), "body": body})
    assert b"\r\nX-Injected" not in seen[0].content
    assert list(parts(seen[0])) == ["file"]


@pytest.mark.parametrize(
    ("operation", "changes", "complaint"),
    [
        ("uploadFile", {"file": "path/to/file"}, r"body\.file is str\. Pass a File"),
        ("uploadFile", {"file": None}, r"body\.file is missing\. Pass a File"),
        (
            "uploadFile",
            {"file": File(cast("Any", "text"))},
            r"content is str\. Pass bytes, or a file opened in binary",
        ),
        ("uploadFile", {"file": File(cast("Any", io.StringIO("text")))}, r"body\.file\.content is StringIO"),
        ("importEvaluationResult", {"user_id": 1}, r"body\.user_id is int\. Pass text"),
        ("importEvaluationResult", {"model_name": None}, r"body\.model_name is missing\. Pass text"),
        ("importEvaluationResult", {"model_type": "9"}, r"body\.model_type is '9'\. Pass one of 3 \(FACE\)"),
    ],
)
def test_a_part_that_does_not_fit_is_refused_before_sending(
    operation: str, changes: dict[str, Any], complaint: str
) -> None:
    body = typed(module(operation).OPERATION.body, {**FORMS[operation], **changes})
    with pytest.raises(InvalidArgument, match=complaint):
        module(operation).call(**{**arguments(BY_ID[operation]), "body": body})


def test_an_enum_member_travels_as_its_value_and_an_absent_field_not_at_all() -> None:
    from aihub_api.evaluation.models import EvaluationModelType

    body = typed(
        module("importEvaluationResult").OPERATION.body,
        {**FORMS["importEvaluationResult"], "model_type": EvaluationModelType.BODY, "epoch": None},
    )
    form = module("importEvaluationResult").call(body=body).form
    assert form.fields["model_type"] == "4"
    assert "epoch" not in form.fields
