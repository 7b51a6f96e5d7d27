"""What an answer has that the spec does not say: kinds and names, never a value that could be somebody's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from generator.lint.fields import unwrap
from generator.lint.place import Place
from generator.lint.survey import Survey

__all__ = ["Difference", "Shape", "differences", "is_plain_name", "kind_of"]

_KINDS = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
_MOST_NEW_FIELDS = 40


@dataclass(frozen=True)
class Shape:
    """The structure of a value without the value."""

    kind: str
    fields: dict[str, Shape] = field(default_factory=dict)
    item: Shape | None = None


@dataclass(frozen=True)
class Difference:
    """One way in which answers differ from the spec.

    Attributes:
        kind: `unknown field`, `null`, `unlisted value`, `wrong type` or `missing field`.
        owner: The schema that the edit is about: the object, the field, or the enum.
        name: Wire name of the field.
        found: What came.
        value: The unlisted value of an enum, which has to be named; nothing else is ever quoted.
        source: Where it was seen.
    """

    kind: str
    owner: Place
    name: str
    found: Shape
    source: str
    value: int | str | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """The same for two sightings of one difference."""
        return self.kind, self.owner.key, self.name, self.found.kind, self.value


def kind_of(value: Any) -> str:
    """The JSON type of a value."""
    return "null" if value is None else _KINDS[type(value)]


def is_plain_name(name: str) -> bool:
    """Whether a name looks like one that a programmer gave, and not like data used as a key."""
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,63}", name) is not None


def differences(survey: Survey, schema: Place, value: Any, source: str) -> Iterator[Difference]:
    """Every difference between an answer's data and its schema."""
    target = unwrap(survey, schema)
    if target is None or target.data is None or value is None:
        return
    if isinstance(value, dict) and "properties" in target.data:
        yield from _object(survey, target, value, source)
    elif isinstance(value, list) and target.get("items") is not None:
        for item in value:
            yield from _value(survey, target.child("items"), target.name, item, source)


def _object(survey: Survey, owner: Place, value: dict[str, Any], source: str) -> Iterator[Difference]:
    known = owner.child("properties")
    for name in owner.get("required") or ():
        if name not in value:
            yield Difference("missing field", owner, name, Shape("nothing"), source)
    extra = [name for name in value if name not in known.data and is_plain_name(name)]
    if owner.get("additionalProperties") is not True and len(extra) <= _MOST_NEW_FIELDS:
        for name in extra:
            yield Difference("unknown field", owner, name, _shape(value[name]), source)
    for name, item in value.items():
        if name in known.data:
            yield from _value(survey, known.child(name), name, item, source)


def _value(survey: Survey, place: Place, name: str, value: Any, source: str) -> Iterator[Difference]:
    target = unwrap(survey, place)
    if target is None or target.data is None:
        return
    found = Shape(kind_of(value))
    if value is None:
        if not _may_be_null(survey, place):
            yield Difference("null", target, name, found, source)
    elif "enum" in target.data and found.kind == target.get("type"):
        if value not in target.data["enum"]:
            yield Difference("unlisted value", target, name, found, source, value)
    elif not _fits(found.kind, value, target):
        yield Difference("wrong type", target, name, found, source)
    else:
        yield from differences(survey, target, value, source)


def _may_be_null(survey: Survey, place: Place) -> bool:
    if any(branch.get("type") == "null" for branch in place.children("anyOf")):
        return True
    target = survey.follow(place)
    declared = target.get("type") if target else None
    return declared is None or "null" in declared


def _fits(kind: str, value: Any, target: Place) -> bool:
    declared = target.get("type")
    kinds = [declared] if isinstance(declared, str) else declared or [kind]
    is_whole = kind == "number" and float(value).is_integer() and "integer" in kinds
    return kind in kinds or is_whole or (kind == "integer" and "number" in kinds)


def _shape(value: Any) -> Shape:
    if isinstance(value, dict):
        return Shape("object", {name: _shape(item) for name, item in value.items() if is_plain_name(name)})
    if isinstance(value, list):
        return Shape("array", item=_shape(value[0]) if value else None)
    return Shape(kind_of(value))
