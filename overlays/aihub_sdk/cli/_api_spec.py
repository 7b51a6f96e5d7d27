"""What an operation takes, read from the published OpenAPI document of its service."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from ._lazy import spelled

__all__ = ["Field", "OperationSpec", "operation_spec", "unknown_field"]

Node = Mapping[str, Any]
_METHODS = ("get", "put", "post", "delete", "patch")
_SCALARS = {"integer": "integer", "number": "number", "boolean": "boolean", "string": "text"}


class Field(NamedTuple):
    """One thing that a call takes.

    Attributes:
        name: Its name on the wire.
        place: `path`, `query` or `body`.
        kind: `integer`, `number`, `boolean`, `text`, `enum`, `file` or `json`; of one item, where it is a list.
        choices: Name and value of each listed value of an enum.
        is_open: Whether an enum takes values that are not listed.
        condition: When it is needed although it is not always required, such as `type is 1`.
    """

    name: str
    place: str
    kind: str
    text: str
    is_list: bool = False
    is_required: bool = False
    is_secret: bool = False
    is_open: bool = False
    choices: tuple[tuple[str, int | str], ...] = ()
    condition: str = ""
    example: Any = None


class OperationSpec(NamedTuple):
    """One operation: what it is for, what it takes, and which fields of its answer are secrets."""

    text: str
    fields: tuple[Field, ...]
    body: Node | None
    secrets: frozenset[str]
    document: Node

    @property
    def has_json_body(self) -> bool:
        """Whether its body travels as JSON rather than as a form."""
        return self.body is not None and all(field.kind != "file" for field in self.fields)


@cache
def _document(service: str) -> Node:
    text = files("aihub_openapi").joinpath(f"{service}.json").read_text(encoding="utf-8")
    document: Node = json.loads(text)
    return document


@cache
def operation_spec(service: str, operation_id: str) -> OperationSpec:
    """The operation of this id."""
    document = _document(service)
    node = next(
        item[method]
        for item in document["paths"].values()
        for method in _METHODS
        if item.get(method, {}).get("operationId") == operation_id
    )
    parameters = (resolved(document, parameter) for parameter in node.get("parameters", ()))
    fields = [_field(document, p["name"], p, p["schema"], p["in"], p.get("required", False)) for p in parameters]
    body = _body(document, node)
    if body is not None:
        required = body.get("required", ())
        properties = body.get("properties", {})
        fields += [_field(document, name, {}, one, "body", name in required) for name, one in properties.items()]
    answer = node["responses"]["200"]["content"]["application/json"]["schema"]
    secrets = frozenset(_secrets(document, answer, set()))
    return OperationSpec(_flat(node["description"]), tuple(fields), body, secrets, document)


def resolved(document: Node, node: Node) -> Node:
    """What a node stands for: the component it refers to, with what stands beside the reference on top."""
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    branches = [branch for branch in node.get("anyOf", ()) if branch.get("type") != "null"]
    if len(branches) == 1:
        rest = {key: value for key, value in node.items() if key != "anyOf"}
        return {**resolved(document, branches[0]), **rest}
    return node


def unknown_field(document: Node, schema: Node, value: Any, path: str = "") -> tuple[str, list[str]] | None:
    """The first field of JSON data that its schema does not have, and those that it has; None when all fit."""
    schema = resolved(document, schema)
    if isinstance(value, list):
        found = (unknown_field(document, schema.get("items", {}), v, f"{path}[{i}]") for i, v in enumerate(value))
        return next((one for one in found if one), None)
    if not isinstance(value, dict) or "properties" not in schema or schema.get("additionalProperties") is True:
        return None
    known = schema["properties"]
    for name, item in value.items():
        at = f"{path}.{name}" if path else name
        if name not in known:
            return at, list(known)
        if deeper := unknown_field(document, known[name], item, at):
            return deeper
    return None


def _body(document: Node, node: Node) -> Node | None:
    if "requestBody" not in node:
        return None
    ((_, media),) = resolved(document, node["requestBody"])["content"].items()
    return resolved(document, media["schema"])


def _field(document: Node, name: str, around: Node, schema: Node, place: str, is_required: bool) -> Field:  # noqa: PLR0917  # one row of a table
    described = {"description": around["description"]} if "description" in around else {}
    schema = {**resolved(document, schema), **described}
    is_list = "array" in _types(schema)
    item = resolved(document, schema["items"]) if is_list else schema
    rule = schema.get("x-required-when")
    return Field(
        name=name,
        place=place,
        kind=_kind(item),
        text=_flat(schema.get("description", "")),
        is_list=is_list,
        is_required=bool(is_required),
        is_secret=_is_secret(schema),
        is_open=bool(item.get("x-open")),
        choices=tuple(zip(item.get("x-enum-varnames", ()), item.get("enum", ()), strict=True)),
        condition=_condition(rule),
        example=next(iter(schema.get("examples", ())), None),
    )


def _kind(schema: Node) -> str:
    if "enum" in schema:
        return "enum"
    if schema.get("format") == "binary":
        return "file"
    kinds = [_SCALARS[name] for name in _types(schema) if name in _SCALARS]
    return kinds[0] if len(kinds) == 1 else "json"


def _types(schema: Node) -> list[str]:
    declared = schema.get("type", [])
    return [declared] if isinstance(declared, str) else list(declared)


def _condition(rule: Node | None) -> str:
    return "" if rule is None else f"--{spelled(rule['field'])} is {' or '.join(map(str, rule['values']))}"


def _is_secret(schema: Node) -> bool:
    return schema.get("format") == "password" or bool(schema.get("x-secret"))


def _secrets(document: Node, schema: Node, seen: set[str]) -> Iterator[str]:
    """The names of all secret fields that an answer of this schema can hold."""
    reference = schema.get("$ref", "")
    if reference in seen:
        return
    seen |= {reference} if reference else set()
    schema = resolved(document, schema)
    for name, field in schema.get("properties", {}).items():
        if _is_secret(resolved(document, field)):
            yield name
        yield from _secrets(document, field, seen)
    if "items" in schema:
        yield from _secrets(document, schema["items"], seen)


def _flat(text: str) -> str:
    return " ".join(text.split())
