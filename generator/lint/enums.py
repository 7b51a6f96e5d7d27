"""S020-S029: every enum value has one good name and two descriptions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from generator.lint.casing import member_name
from generator.lint.place import Place
from generator.lint.rule import Remark, Rule
from generator.lint.survey import Survey

_PYTHON_TYPES = {"integer": int, "string": str}


def _enums(survey: Survey) -> Iterator[Place]:
    for schema in survey.schemas:
        if isinstance(schema.place.get("enum"), list):
            yield schema.place


def _names(enum: Place) -> list[str]:
    names = enum.get("x-enum-varnames")
    return [str(name) for name in names] if isinstance(names, list) else []


def _nameless(survey: Survey) -> Iterator[Remark]:
    for enum in _enums(survey):
        if not _names(enum):
            yield Remark(enum, f"enum `{enum.name}` has no x-enum-varnames.")


def _wrong_count(survey: Survey) -> Iterator[Remark]:
    for enum in _enums(survey):
        values, names = len(enum.get("enum")), len(_names(enum))
        if names and names != values:
            yield Remark(
                enum.child("x-enum-varnames"),
                f"enum `{enum.name}` has {names} names for {_count(values, 'value')}.",
            )


def _duplicate_names(survey: Survey) -> Iterator[Remark]:
    for enum in _enums(survey):
        counted = Counter(member_name(name) for name in _names(enum))
        for name in (name for name, count in counted.items() if count > 1):
            yield Remark(enum.child("x-enum-varnames"), f"enum `{enum.name}` has two values named `{name}`.")


def _not_upper_snake(survey: Survey) -> Iterator[Remark]:
    for enum in _enums(survey):
        for index, name in enumerate(_names(enum)):
            place = enum.child("x-enum-varnames", index)
            if not re.fullmatch(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*", name):
                yield Remark(place, f"`{name}` of enum `{enum.name}` is not UPPER_SNAKE.")
            elif member_name(name) != name:
                message = f"`{name}` of enum `{enum.name}` would become the member `{member_name(name)}`."
                yield Remark(place, message)


def _undescribed(survey: Survey) -> Iterator[Remark]:
    for enum in _enums(survey):
        for key in ("x-enum-descriptions", "x-zh-enum-descriptions"):
            texts = enum.get(key) or []
            if len(texts) != len(enum.get("enum")):
                message = f"enum `{enum.name}` has {len(texts)} {key} for {_count(len(enum.get('enum')), 'value')}."
                yield Remark(enum.child(key), message)


def _values(survey: Survey) -> Iterator[Remark]:
    for enum in _enums(survey):
        values = enum.get("enum")
        wanted = _PYTHON_TYPES.get(str(enum.get("type")))
        if wanted is None:
            yield Remark(enum, f"enum `{enum.name}` is neither an integer nor a string.")
            continue
        for index, value in enumerate(values):
            if type(value) is not wanted:
                yield Remark(
                    enum.child("enum", index),
                    f"value {value!r} of enum `{enum.name}` is no {enum.get('type')}.",
                )
            elif value in values[:index]:
                yield Remark(enum.child("enum", index), f"value {value!r} of enum `{enum.name}` stands there twice.")


def _in_place(survey: Survey) -> Iterator[Remark]:
    for schema in survey.schemas:
        if "enum" in schema.place.data and schema.role != "component":
            yield Remark(schema.place, f"`{schema.place.name}` lists its values in place, so the enum has no name.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


RULES = (
    Rule(
        code="S020",
        title="enum without names",
        why="Without names the members would be called VALUE_1, VALUE_2, and waiters name them.",
        mend="add `x-enum-varnames`, one UPPER_SNAKE name for each value.",
        check=_nameless,
    ),
    Rule(
        code="S021",
        title="enum with too many or too few names",
        why="openapi-python-client drops all names without a word when the counts differ.",
        mend="give exactly one name for each value, in the same order.",
        check=_wrong_count,
    ),
    Rule(
        code="S022",
        title="enum with a duplicate name",
        why="openapi-python-client keeps one of the two members without a word.",
        mend="give each value a name of its own; case and underscores make no difference.",
        check=_duplicate_names,
    ),
    Rule(
        code="S023",
        title="enum name not UPPER_SNAKE",
        why="openapi-python-client rewrites it, so the spec and the class would differ.",
        mend="write capital letters, digits and single underscores, each word starting with a letter.",
        check=_not_upper_snake,
    ),
    Rule(
        code="S024",
        title="enum value without descriptions",
        why="The reference explains every value in both languages.",
        mend="give one text for each value, in the same order.",
        check=_undescribed,
    ),
    Rule(
        code="S025",
        title="enum value twice or of another type",
        why="Decoding looks a value up by itself, and its type is the enum's.",
        mend="make every value a different `integer`, or every value a different `string`.",
        check=_values,
    ),
    Rule(
        code="S026",
        title="nameless enum",
        why="A generator invents a class name from its place.",
        mend="move it to components.schemas and refer to it.",
        check=_in_place,
    ),
)
