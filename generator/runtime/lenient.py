"""The decoder of last resort: builds the generated classes from whatever JSON the server sent, and notes each drift.

One function a class is compiled on first need. Retrying the strict decoder node by node costs eight times as much.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Any, NamedTuple, Union

import attrs

__all__ = ["Drift", "Notes", "build"]

Builder = Callable[[Any, "Notes"], Any]
_MISSING = object()


class Drift(NamedTuple):
    """One way in which an answer differs from the spec, told once however often it occurs.

    Attributes:
        schema: Schema the field belongs to.
        field: Wire name; `[]` behind it means an item of that list.
        expected: What the spec says.
        found: What came: a JSON type, or an unlisted value.
    """

    schema: str
    field: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.field}: expected {self.expected}, got {self.found}"


class Notes:
    """Collects drifts while an answer is built."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: dict[Drift, None] = {}

    def add(self, schema: str, field: str, expected: str, found: str) -> None:
        """Note one drift; the same one twice counts once."""
        self._seen[Drift(schema, field, expected, found)] = None

    @property
    def drifts(self) -> tuple[Drift, ...]:
        """Every drift so far, in the order met."""
        return tuple(self._seen)


def build(type_: Any, value: Any, notes: Notes, *, schema: str = "data", field: str = "") -> Any:
    """`value`, parsed JSON, as `type_`; what does not fit stays as the server sent it and is noted.

    Args:
        schema: The schema whose `field` is being built, for the notes.
    """
    return _builder(type_, schema, field)(value, notes)


def _found(value: Any) -> str:
    if value is _MISSING:
        return "nothing"
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")


def _builder(type_: Any, schema: str, field: str) -> Builder:
    """A function that turns one JSON value into `type_`; `schema` and `field` say where, for the notes."""
    origin = typing.get_origin(type_)
    if origin is typing.Annotated:
        return _builder(typing.get_args(type_)[0], schema, field)
    if origin is Union or origin is types.UnionType:
        inner = [a for a in typing.get_args(type_) if a is not type(None)]
        return _nullable(_builder(inner[0], schema, field)) if len(inner) == 1 else _keep
    if origin is list:
        return _list(_builder(typing.get_args(type_)[0], schema, field + "[]"), schema, field)
    return _plain_builder(type_, schema, field) if isinstance(type_, type) else _keep


def _plain_builder(type_: type, schema: str, field: str) -> Builder:
    if issubclass(type_, Enum):
        return _enum(type_, schema, field)
    if attrs.has(type_):
        return _object(type_, schema, field)
    return _SCALARS[type_](schema, field) if type_ in _SCALARS else _keep


def _keep(value: Any, _notes: Notes) -> Any:
    return value


def _nullable(inner: Builder) -> Builder:
    def build_nullable(value: Any, notes: Notes) -> Any:
        return None if value is None else inner(value, notes)

    return build_nullable


def _list(item: Builder, schema: str, field: str) -> Builder:
    def build_list(value: Any, notes: Notes) -> Any:
        if type(value) is list:
            return [item(one, notes) for one in value]
        notes.add(schema, field, "array", _found(value))
        return value

    return build_list


def _enum(type_: type[Enum], schema: str, field: str) -> Builder:
    plain = int if issubclass(type_, int) else str
    expected = f"{type_.__name__} ({'integer' if plain is int else 'string'})"
    known = {member.value: member for member in type_}

    def build_enum(value: Any, notes: Notes) -> Any:
        if type(value) is plain:
            member = known.get(value)
            if member is None:
                notes.add(schema, field, f"a listed {type_.__name__}", repr(value)[:40])
                return type_(value)
            return member
        notes.add(schema, field, expected, _found(value))
        if plain is int and type(value) is str and _is_whole(value):
            return type_(int(value))
        return value

    return build_enum


def _is_whole(text: str) -> bool:
    return len(text) <= 20 and text.lstrip("-").isdecimal() and str(int(text)) == text


def _integer(schema: str, field: str) -> Builder:
    def build_integer(value: Any, notes: Notes) -> Any:
        if type(value) is int:
            return value
        if type(value) is float and value.is_integer():
            return int(value)
        notes.add(schema, field, "integer", _found(value))
        return int(value) if type(value) is str and _is_whole(value) else value

    return build_integer


def _number(schema: str, field: str) -> Builder:
    def build_number(value: Any, notes: Notes) -> Any:
        if type(value) is float:
            return value
        if type(value) is int:
            return float(value)
        notes.add(schema, field, "number", _found(value))
        try:
            return float(value) if type(value) is str else value
        except ValueError:
            return value

    return build_number


def _exact(expected: str, type_: type) -> Callable[[str, str], Builder]:
    def make(schema: str, field: str) -> Builder:
        def build_exact(value: Any, notes: Notes) -> Any:
            if type(value) is not type_:
                notes.add(schema, field, expected, _found(value))
            return value

        return build_exact

    return make


_SCALARS: dict[type, Callable[[str, str], Builder]] = {
    int: _integer,
    float: _number,
    str: _exact("string", str),
    bool: _exact("boolean", bool),
}
_EXACT_TYPES = {int: "int", str: "str", bool: "bool", float: "float"}


def _object(type_: type, schema: str, field: str) -> Builder:
    def build_object(value: Any, notes: Notes) -> Any:
        if type(value) is dict:
            return _compiled(type_)(value, notes)
        notes.add(schema, field or type_.__name__, "object", _found(value))
        return value

    return build_object


@cache
def _compiled(cls: type) -> Builder:
    """A function made of straight-line code that fills one `cls` from a dict."""
    hints = typing.get_type_hints(cls, include_extras=True)
    scope: dict[str, Any] = {"new": cls.__new__, "cls": cls, "missing": _MISSING}
    lines = ["def fill(obj, notes):", " self = new(cls)", " get = obj.get"]
    for index, attribute in enumerate(attrs.fields(cls)):
        scope |= _slot(cls, attribute, hints[attribute.name], index)
        lines += _field_lines(attribute, hints[attribute.name], index)
    scope["known"] = frozenset(a.name for a in attrs.fields(cls))
    scope["extra"] = _extra(cls)
    lines += [" if not known.issuperset(obj): extra(obj, notes)", " return self"]
    exec("\n".join(lines), scope)  # noqa: S102  # the source holds only indexes and names that the generator checked
    return scope["fill"]  # type: ignore[no-any-return]  # exec's namespace is untyped


def _slot(cls: type, attribute: attrs.Attribute[Any], hint: Any, index: int) -> dict[str, Any]:
    expected = _plain_name(hint)
    required = attribute.default is attrs.NOTHING

    def absent(notes: Notes) -> None:
        if required:
            notes.add(cls.__name__, attribute.name, expected, "nothing")

    return {
        f"set_{index}": getattr(cls, attribute.name).__set__,
        f"build_{index}": _field_builder(hint, cls.__name__, attribute),
        f"absent_{index}": absent,
    }


def _field_builder(hint: Any, schema: str, attribute: attrs.Attribute[Any]) -> Builder:
    field = attribute.name
    if attribute.metadata.get("nullable"):
        return _builder(hint, schema, field)
    inner = [a for a in typing.get_args(hint) if a is not type(None)]
    is_union = typing.get_origin(hint) in (Union, types.UnionType)
    if is_union and len(inner) == 1 and typing.get_origin(inner[0]) is None and not attrs.has(inner[0]):
        # `str | None` says that the field may be absent: a null is still not what the spec promises.
        return _builder(inner[0], schema, field)
    return _builder(hint, schema, field)


def _field_lines(attribute: attrs.Attribute[Any], hint: Any, index: int) -> list[str]:
    exact = _EXACT_TYPES.get(_sole_type(hint))
    fast_path = [f" if type(v) is {exact}: set_{index}(self, v)"] if exact else []
    return [
        f" v = get({attribute.name!r}, missing)",
        *fast_path,
        f" {'elif' if exact else 'if'} v is missing: absent_{index}(notes); set_{index}(self, None)",
        f" else: set_{index}(self, build_{index}(v, notes))",
    ]


def _sole_type(hint: Any) -> Any:
    inner = [a for a in typing.get_args(hint) if a is not type(None)]
    return inner[0] if typing.get_origin(hint) in (Union, types.UnionType) and len(inner) == 1 else hint


def _plain_name(hint: Any) -> str:
    return getattr(_sole_type(hint), "__name__", "value")


def _extra(cls: type) -> Callable[[dict[str, Any], Notes], None]:
    known = frozenset(a.name for a in attrs.fields(cls))

    def note_extra(obj: dict[str, Any], notes: Notes) -> None:
        for name, value in obj.items():
            if name not in known:
                notes.add(cls.__name__, name, "nothing", _found(value))

    return note_extra
