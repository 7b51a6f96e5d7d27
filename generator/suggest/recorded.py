"""Where differences come from: answers in a HAR file, and the lines in which the SDK reports drift."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from generator.lint.fields import data_schema, property_of
from generator.lint.place import Place
from generator.lint.survey import Operation, Survey
from generator.suggest.differences import Difference, Shape, differences, is_plain_name

__all__ = ["from_har", "from_log", "har_of"]

# As the SDK logs it: `getSearch: the answer differs from the spec: Search.top_k: expected integer, got string`.
_DRIFT = re.compile(
    r"\b(?P<operation>\w+): the answer differs from the spec: "
    r"(?P<schema>\w+)\.(?P<field>\w+)(?P<items>(?:\[\])*): expected (?P<expected>[^,]+), got (?P<found>\S+)"
)
_GZIP = b"\x1f\x8b"
_KINDS = ("object", "array", "string", "boolean", "null", "number", "nothing")


def har_of(text: str) -> dict[str, Any] | None:
    """The recording in a HAR file; None when the text is something else."""
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return data if isinstance(data, dict) and isinstance(data.get("log"), dict) else None


def from_har(survey: Survey, har: dict[str, Any]) -> Iterator[Difference]:
    """What the recorded answers of documented operations have that the spec does not say."""
    for number, entry in enumerate(_list(har["log"].get("entries")), start=1):
        request, response = (_mapping(_mapping(entry).get(key)) for key in ("request", "response"))
        operation = _operation(survey, str(request.get("method")), _path(str(request.get("url"))))
        schema = data_schema(survey, operation) if operation else None
        data = _data(response)
        if operation is not None and schema is not None and data is not None:
            yield from differences(survey, schema, data, f"{operation.id}, entry {number} of the recording")


# A recording may have been cut off, or made by a tool that takes liberties: what is no entry is stepped over.
def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _operation(survey: Survey, method: str, path: str) -> Operation | None:
    """The operation of a request; a gateway may have put something before its path."""
    fallbacks = survey.spec.behaviours.data.get("fallbacks") or {}
    for operation in survey.operations:
        pattern = re.sub(r"\\{.+?\\}", "[^/]+", re.escape(operation.route))
        methods = {operation.method.upper(), (fallbacks.get(operation.id) or {}).get("method")}
        if method.upper() in methods and re.search(f"{pattern}$", path):
            return operation
    return None


def _data(response: dict[str, Any]) -> Any:
    """The data of a successful envelope; None for everything else."""
    content = _mapping(response.get("content"))
    text = content.get("text") or ""
    try:
        raw = base64.b64decode(text) if content.get("encoding") == "base64" else str(text).encode()
        # Some tools keep a body as it travelled.
        body = json.loads(gzip.decompress(raw) if raw.startswith(_GZIP) else raw)
    except (ValueError, OSError, EOFError, zlib.error):
        return None
    is_success = isinstance(body, dict) and body.get("code") == 0
    return body.get("data") if is_success else None


def from_log(survey: Survey, text: str) -> Iterator[Difference]:
    """What the SDK reported in the lines of a log, whatever their format."""
    schemas = {place.name: place for place in survey.components("schemas")}
    for number, line in enumerate(text.splitlines(), start=1):
        match = _DRIFT.search(line)
        if match is None or match["schema"] not in schemas:
            continue
        source = f"{match['operation']}, line {number} of the log"
        found = _told(survey, schemas[match["schema"]], match, source)
        if found is not None:
            yield found


def _told(survey: Survey, owner: Place, match: re.Match[str], source: str) -> Difference | None:
    name, expected, found = match["field"], match["expected"], match["found"]
    if expected == "nothing":
        return Difference("unknown field", owner, name, Shape(found), source) if is_plain_name(name) else None
    place = property_of(survey, owner, name)
    for _ in match["items"][::2]:
        items = place.child("items") if place else None
        place = survey.follow(items) if items and items.data is not None else None
    if place is None:
        return None
    if expected.startswith("a listed "):
        value: int | str = int(found) if re.fullmatch(r"-?\d+", found) else found.strip("'\"")
        kind = "integer" if isinstance(value, int) else "string"
        return Difference("unlisted value", place, name, Shape(kind), source, value)
    if found not in _KINDS:
        return None
    if found == "nothing":
        return Difference("missing field", owner, name, Shape(found), source)
    kind = "null" if found == "null" else "wrong type"
    return Difference(kind, place, name, Shape(found), source)
