"""S037: schemas that both generators turn into what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.lint.fields import FORM, request_schemas, unwrap
from generator.lint.rule import Remark, Rule
from generator.lint.survey import Schema, Survey
from generator.source import Pointer

_FORMATS = {
    "integer": ("int32", "int64"),
    "number": ("float", "double"),
    "string": ("password", "binary"),
}
# Which type a limit is for.
_LIMITS = {
    **dict.fromkeys(("minLength", "maxLength", "pattern"), ("string",)),
    **dict.fromkeys(("minItems", "maxItems"), ("array",)),
    **dict.fromkeys(("minimum", "maximum"), ("integer", "number")),
}


def _format(survey: Survey) -> Iterator[Remark]:
    parts = _form_parts(survey)
    for schema in survey.schemas:
        place, form = schema.place, schema.place.get("format")
        known = [name for kind in schema.types for name in _FORMATS.get(str(kind), ())]
        if form is not None and form not in known:
            remedy = "leave the format out, and say in the description how the value is written."
            yield Remark(place.child("format"), f"`{place.name}` has the format `{form}`, which nothing reads.", remedy)
        elif form == "binary" and place.key not in parts:
            remedy = "move the file into a form, or leave the format out."
            yield Remark(place.child("format"), f"`{place.name}` is a file, and only a form can carry one.", remedy)


def _form_parts(survey: Survey) -> set[tuple[str, Pointer]]:
    forms = (request_schemas(survey, operation).get(FORM) for operation in survey.operations)
    owners = (unwrap(survey, form) for form in forms if form)
    return {part.key for owner in owners if owner for part in owner.children("properties")}


def _limits(survey: Survey) -> Iterator[Remark]:
    for schema in survey.schemas:
        place = schema.place
        for key, kinds in _LIMITS.items():
            if key in place.data:
                wrong = _wrong_limit(schema, key, kinds)
                if wrong:
                    yield Remark(place.child(key), f"`{key}` of `{place.name}` {wrong}.", "correct it, or remove it.")


def _wrong_limit(schema: Schema, key: str, kinds: tuple[str, ...]) -> str:
    value, types = schema.place.get(key), [kind for kind in schema.types if kind != "null"]
    if len(types) != 1 or types[0] not in kinds or "enum" in schema.place.data:
        return f"limits a plain {' or '.join(kinds)}, which this is not"
    if key == "pattern":
        try:
            re.compile(value)
        except (re.error, TypeError):
            return f"is `{value}`, which is no regular expression"
        return ""
    is_whole = types[0] != "number"
    if isinstance(value, bool) or not isinstance(value, int if is_whole else (int, float)):
        return f"is `{value}`, which is no {'whole ' if is_whole else ''}number"
    return ""


def _kind(survey: Survey) -> Iterator[Remark]:
    for schema in survey.schemas:
        place = schema.place
        if "array" in schema.types and not isinstance(place.get("items"), dict):
            yield Remark(place, f"the list `{place.name}` does not say of what.", "add `items`.")
        if isinstance(place.get("additionalProperties"), dict):
            remedy = "write `additionalProperties: true`; every field is kept as it comes."
            yield Remark(place.child("additionalProperties"), f"`{place.name}` limits its unlisted fields.", remedy)
        if "object" in schema.types and not place.get("properties") and place.get("additionalProperties") is None:
            remedy = "list them, or add `additionalProperties: true` to keep whatever comes."
            yield Remark(
                place, f"the object `{place.name}` lists no fields, so all that it holds would be lost.", remedy
            )
        for key in ("oneOf", "allOf"):
            if key in place.data:
                remedy = "write the fields out in one schema, or refer to one with `$ref`."
                yield Remark(place.child(key), f"`{place.name}` is put together by `{key}`.", remedy)
        yield from _union(survey, schema)


def _union(survey: Survey, schema: Schema) -> Iterator[Remark]:
    targets = [unwrap(survey, branch) for branch in schema.place.children("anyOf")]
    kinds = [target.get("type") for target in targets if target and target.get("type") != "null"]
    if len(kinds) > 1 and (schema.types or set(kinds) & {"object", "array", None}):
        message = f"`{schema.place.name}` may be one of {len(kinds)} schemas, and nothing tells which."
        yield Remark(schema.place.child("anyOf"), message, "describe the variants as one schema.")


def _unreadable(survey: Survey) -> Iterator[Remark]:
    yield from _format(survey)
    yield from _limits(survey)
    yield from _kind(survey)


RULES = (
    Rule(
        code="S037",
        title="schema that a generator misreads",
        why="The client would not import, not decode, or lose data without a word.",
        mend="say it with what the other schemas use.",
        check=_unreadable,
    ),
)
