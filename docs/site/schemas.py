"""A schema's fields as the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .operations import resolve
from .words import cell, whole_code, word


def field_rows(document: dict[str, Any], schema: dict[str, Any], language: str, prefix: str = "") -> Iterator[str]:
    """One row of Markdown for each field, those of inner objects below their own.

    Args:
        document: The bundle that the schema's references lead into.
        schema: An object's schema.
        language: `en` or `zh`.
        prefix: Path of the object within the body, ending with a dot.
    """
    schema = resolve(document, schema)
    required = schema.get("required", ())
    for name, spec in schema.get("properties", {}).items():
        shown, inner = _shape(document, spec)
        needed = word("yes" if name in required else "no", language)
        if condition := spec.get("x-required-when"):
            values = ", ".join(map(str, condition["values"]))
            needed = f"{word('when', language)} `{condition['field']}` = {values}"
        text = cell(resolve(document, spec).get("description", ""))
        yield f"| {whole_code(prefix + name)} | {shown} | {needed} | {text}{_members(document, spec, language)} |"
        if inner is not None:
            suffix = "[]." if "array" in shown else "."
            yield from field_rows(document, inner, language, f"{prefix}{name}{suffix}")


def _shape(document: dict[str, Any], spec: dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
    """What a field's type is called, and the schema of the object in it, if there is one with fields."""
    spec = _unwrapped(resolve(document, spec), document)
    kinds = spec.get("type", "object")
    kind = next((each for each in kinds if each != "null"), "null") if isinstance(kinds, list) else kinds
    if kind == "array":
        item = _unwrapped(resolve(document, spec.get("items", {})), document)
        return f"array of {_name(item)}", item if item.get("properties") else None
    return _name(spec | {"type": kind}), spec if spec.get("properties") else None


def _unwrapped(spec: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """What is left of "this or null"."""
    for each in spec.get("anyOf", ()):
        if each.get("type") != "null":
            return resolve(document, each)
    return spec


def _name(spec: dict[str, Any]) -> str:
    unit = f", {spec['x-unit']}" if "x-unit" in spec else ""
    kind = spec.get("format") if spec.get("format") in {"binary", "int64"} else spec.get("type", "object")
    return f"{kind}{unit}"


def _members(document: dict[str, Any], spec: dict[str, Any], language: str) -> str:
    """What an enum's values mean."""
    found = _unwrapped(resolve(document, spec), document)
    if found.get("type") == "array":
        found = resolve(document, found.get("items", {}))
    if "enum" not in found:
        return ""
    texts = found.get("x-enum-descriptions", ["" for _ in found["enum"]])
    names = found.get("x-enum-varnames", ["" for _ in found["enum"]])
    rows = [
        f"`{value}` {f'`{name}` ' if name else ''}{text}".strip()
        for value, name, text in zip(found["enum"], names, texts, strict=True)
    ]
    return "<br>" + ("；" if language == "zh" else "; ").join(cell(row.rstrip(".。")) for row in rows)
