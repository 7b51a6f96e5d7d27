"""Reading a request: its bytes within bounds, its parameters. forms.py reads multipart bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData, QueryParams, UploadFile
from starlette.requests import ClientDisconnect, Request

from aihub_emulator.requests.answers import Code, Refusal
from aihub_emulator.spec import Operation, Parameter

__all__ = [
    "INT64",
    "base_url_of",
    "cut_off",
    "expect_media_type",
    "invalid",
    "read_json",
    "read_parameters",
    "shown",
    "text_and_files",
    "too_long",
]

_HOST = re.compile(r"[A-Za-z0-9._~-]+(?::\d+)?|\[[0-9A-Fa-f:.]+\](?::\d+)?")
_INTEGER = re.compile(r"-?[0-9]{1,20}")
INT64 = range(-(2**63), 2**63)
_LONGEST_VALUE = 80


def shown(value: object) -> str:
    """A value as a message quotes it: as JSON, cut when it is long."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def invalid(field: str, problem: str, remedy: str) -> Refusal:
    """The refusal of a request that does not fit: which field, what is wrong with it, what to do."""
    return Refusal(Code.INVALID_REQUEST, f"{field}: {problem}. {remedy}.")


def base_url_of(request: Request) -> str:
    """The address under which the caller reached this server."""
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = request.scope.get("server") or ("127.0.0.1", 80)
        host = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
    return f"{request.scope['scheme']}://{host}{request.scope.get('root_path', '')}"


def too_long(longest: int) -> Refusal:
    """The refusal of a body that is longer than `longest` bytes."""
    return Refusal(Code.TOO_LARGE, f"body: is longer than {longest} bytes. Send a shorter one.", status=413)


def cut_off(part: str) -> Refusal:
    """The refusal of a request whose client has gone; for the log, since nobody reads it."""
    return Refusal(Code.INVALID_REQUEST, f"{part}: ended in the middle", status=400)


def expect_media_type(request: Request, wanted: str) -> None:
    """Nothing, when the body is announced as `wanted`.

    Raises:
        Refusal: It is announced as something else.
    """
    sent = request.headers.get("content-type", "")
    if sent.partition(";")[0].strip().lower() != wanted:
        raise invalid("Content-Type", f"is {shown(sent)}", f"Send the body as {wanted}")


async def read_json(request: Request, *, longest: int) -> bytes:
    """The bytes of a JSON body.

    Raises:
        Refusal: It is of another media type, longer than `longest` bytes, or ends too early.
    """
    expect_media_type(request, "application/json")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > longest:
        raise too_long(longest)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > longest:
                raise too_long(longest)
    except ClientDisconnect:
        raise cut_off("body") from None
    return bytes(body)


def text_and_files(form: FormData) -> tuple[dict[str, str], dict[str, UploadFile]]:
    """The text parts and the file parts of a form."""
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    files = {name: value for name, value in form.items() if isinstance(value, UploadFile)}
    return texts, files


def read_parameters(operation: Operation, path: Mapping[str, str], query: QueryParams) -> dict[str, str | int]:
    """The documented parameters by name, typed. Undocumented ones are ignored, as web servers do.

    Raises:
        Refusal: One is missing or does not fit.
    """
    values: dict[str, str | int] = {}
    for parameter in operation.parameters:
        sent = (path if parameter.place == "path" else query).get(parameter.name)
        if sent is not None:
            values[parameter.name] = _typed(parameter, sent)
        elif parameter.is_required:
            raise invalid(parameter.name, "is missing", f"Send it in the {parameter.place}")
    return values


def _typed(parameter: Parameter, sent: str) -> str | int:
    schema = parameter.schema
    value: Any = sent
    if schema.get("type") == "integer":
        if not _INTEGER.fullmatch(sent) or int(sent) not in INT64:
            raise invalid(parameter.name, f"is {shown(sent)}", "Send a whole number of at most 64 bits")
        value = int(sent)
    if "enum" in schema and value not in schema["enum"]:
        known = ", ".join(str(item) for item in schema["enum"])
        raise invalid(parameter.name, f"is {shown(value)}", f"Send one of {known}")
    if "minimum" in schema and value < schema["minimum"]:
        raise invalid(parameter.name, f"is {shown(value)}", f"Send {schema['minimum']} or more")
    if "maximum" in schema and value > schema["maximum"]:
        raise invalid(parameter.name, f"is {shown(value)}", f"Send {schema['maximum']} or less")
    return value  # type: ignore[no-any-return]  # text, or the whole number made from it
