"""Whether a body fits: the strict model of the operation, then the rules of the spec that no model holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from aihub_emulator.requests.answers import Refusal
from aihub_emulator.requests.reading import INT64, invalid, shown
from aihub_emulator.spec import Body, Node, Operation, resolve

__all__ = ["check_form", "check_json"]


@cache
def _model(service: str, name: str) -> type[BaseModel]:
    # Each service's models load with its first request: all nine together double the start-up time.
    model: type[BaseModel] = getattr(import_module(f"aihub_models.{service}"), name)
    return model


def check_json(operation: Operation, body: Body, sent: bytes) -> BaseModel:
    """The typed body of a request.

    Raises:
        Refusal: It does not fit.
    """
    try:
        typed = _model(operation.service, body.schema_name).model_validate_json(sent, strict=True)
    except ValidationError as error:
        raise _refusal("body", body.schema, error) from None
    _check_rules("body", body.schema, json.loads(sent))
    return typed


def check_form(operation: Operation, body: Body, texts: Mapping[str, str], files: Mapping[str, Any]) -> BaseModel:
    """The typed body of a multipart request; its file fields hold no bytes.

    Raises:
        Refusal: It does not fit.
    """
    values: dict[str, Any] = {**texts, **dict.fromkeys(files, b"")}
    try:
        typed = _model(operation.service, body.schema_name).model_validate(values)
    except ValidationError as error:
        raise _refusal("form", body.schema, error) from None
    _check_rules("form", body.schema, values)
    return typed


def _refusal(root: str, schema: Node, error: ValidationError) -> Refusal:
    first = error.errors(include_url=False)[0]
    field = _dotted(root, first["loc"])
    others = error.error_count() - 1
    problem, remedy = _explain(schema, first)
    if others:
        remedy = f"{remedy} ({others} more {'fields do' if others > 1 else 'field does'} not fit)"
    return invalid(field, problem, remedy)


def _explain(schema: Node, error: ErrorDetails) -> tuple[str, str]:
    kind, value = error["type"], error["input"]
    said = error["msg"][:1].lower() + error["msg"][1:]
    if kind == "json_invalid":
        return f"is not JSON ({said})", "Send one JSON object"
    if kind == "missing":
        return "is missing", "Send it"
    if kind == "extra_forbidden":
        return "is not a field of this operation", "Leave it out"
    if isinstance(value, bytes):
        return "is a file part, and text is wanted", "Send it as a text part"
    if kind == "bytes_type":
        return "is a text part, and a file is wanted", "Send it as a file part, with a file name"
    quoted = "a secret that does not fit" if _is_secret(schema, error["loc"]) else shown(value)
    if kind == "enum":
        return f"is {quoted}", f"Send one of {error['ctx']['expected']}"
    return f"is {quoted}", f"What fits: {said.removeprefix('input should be ')}"


def _is_secret(schema: Node, place: tuple[int | str, ...]) -> bool:
    field = resolve(schema).get("properties", {}).get(place[0] if place else "", {})
    return resolve(field).get("format") == "password"


def _dotted(root: str, place: tuple[int | str, ...]) -> str:
    path = root
    for part in place:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path


def _check_rules(at: str, schema: Node, value: Any) -> None:
    """What the models let pass: nulls where the schema has none, true for 1, endless integers, fields that others need.

    To a model, a field that was left out and one that was sent as null are the same.
    """
    schema = resolve(schema)
    if isinstance(value, str):
        return
    if value is None and not _allows_null(schema):
        raise invalid(at, "is null", "Leave it out, or send a value")
    if isinstance(value, bool) and "enum" in schema and "boolean" not in schema["type"]:
        # To Python, true is 1, and so a member of an enum of numbers.
        *others, last = map(shown, schema["enum"])
        raise invalid(at, f"is {shown(value)}", f"Send one of {', '.join(others)} or {last}")
    if isinstance(value, int) and schema.get("format") == "int64" and value not in INT64:
        raise invalid(at, f"is {shown(value)}", "Send a whole number of at most 64 bits")
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            _check_rules(f"{at}[{index}]", schema["items"], item)
    if not isinstance(value, dict):
        return
    for name, field in schema.get("properties", {}).items():
        if name in value:
            _check_rules(f"{at}.{name}", field, value[name])
        elif (rule := field.get("x-required-when")) and value.get(rule["field"]) in rule["values"]:
            because = f"{rule['field']} is {json.dumps(value[rule['field']])}"
            raise invalid(f"{at}.{name}", f"is missing, and {because}", "Send it")


def _allows_null(schema: Node) -> bool:
    kinds = schema.get("type", ())
    if kinds == "null" or (isinstance(kinds, list) and "null" in kinds):
        return True
    return any(_allows_null(resolve(choice)) for choice in schema.get("anyOf", ()))
