"""The YAML of a field that the spec does not have yet: its type, and a placeholder where a value would stand."""

from __future__ import annotations

import json
import re
from typing import Any

from generator.lint.casing import class_name
from generator.suggest.differences import Shape

__all__ = ["PLACEHOLDERS", "enum_member", "field_lines"]

PLACEHOLDERS: dict[str, Any] = {"string": "text", "integer": 1, "number": 0.5, "boolean": True}
_TOLD = ("description: To be written.", "x-zh: 待补充。")


def enum_member(value: int | str | None) -> str | None:
    """The name of an unlisted value; None for text that does not look like a name."""
    if isinstance(value, int):
        return f"UNLISTED_{value}" if value >= 0 else f"UNLISTED_MINUS_{-value}"
    if value is None or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,40}", value):
        return None
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", value).replace("-", "_").upper()


def field_lines(owner: str, name: str, shape: Shape) -> tuple[list[str], list[list[str]]]:
    """The lines of a field, and those of the components that it needs."""
    components: list[list[str]] = []
    lines = [f"{name}:", *(f"  {line}" for line in _schema(owner, name, shape, components))]
    return lines, components


def _schema(owner: str, name: str, shape: Shape, components: list[list[str]]) -> list[str]:
    if shape.kind == "object":
        target = _component(owner, name, shape, components)
        return [*_TOLD, "anyOf:", f"  - {{$ref: '#/components/schemas/{target}'}}", "  - {type: 'null'}"]
    if shape.kind == "array":
        return ["type: [array, 'null']", *_TOLD, f"items: {_items(owner, name, shape.item, components)}"]
    return [f"type: {shape.kind}", *_TOLD, f"examples: [{json.dumps(PLACEHOLDERS[shape.kind])}]"]


def _items(owner: str, name: str, item: Shape | None, components: list[list[str]]) -> str:
    if item is not None and item.kind == "object":
        return f"{{$ref: '#/components/schemas/{_component(owner, name, item, components)}'}}"
    kind = item.kind if item is not None and item.kind in PLACEHOLDERS else "string"
    return f"{{type: {kind}, examples: [{json.dumps(PLACEHOLDERS[kind])}]}}"


def _component(owner: str, name: str, shape: Shape, components: list[list[str]]) -> str:
    target = class_name(f"{owner}_{name}")
    properties: list[str] = []
    for inner, kind in shape.fields.items():
        if kind.kind != "null":
            properties += [f"    {inner}:", *(f"      {line}" for line in _schema(target, inner, kind, components))]
    told = [f"  {line}" for line in _TOLD]
    body = ["  properties:", *properties] if properties else ["  additionalProperties: true"]
    components.append([f"{target}:", "  type: object", *told, *body])
    return target
