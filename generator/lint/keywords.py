"""S038: every keyword is one that a stage reads."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from generator.lint.place import Place
from generator.lint.rule import Remark, Rule
from generator.lint.shapes import IGNORED
from generator.lint.survey import Survey

_NOTES = ("x-zh", "x-note", "x-note-zh")
_TOP = ("openapi", "info", "tags", "paths", "components")
_INFO = ("title", "description", "contact", "license", "x-zh", "x-service", "x-note", "x-note-zh")
# Other rules speak of the last ones.
_ITEM = ("get", "put", "post", "delete", "patch", "parameters", "head", "options", "trace")
_OPERATION = (
    *("operationId", "tags", "summary", "description", "parameters", "requestBody", "responses", "security"),
    *("deprecated", "x-source", "x-replaced-by", "x-sunset", *_NOTES),
)
_PARAMETER = ("$ref", "name", "in", "required", "description", "schema", "deprecated", *_NOTES)
_MESSAGE = ("$ref", "description", "required", "content", "links", "headers", *_NOTES)
_SCHEMA = (
    *("$ref", "type", "format", "properties", "required", "items", "additionalProperties", "anyOf", "oneOf", "allOf"),
    *("enum", "default", "examples", "title", "description", "deprecated", "$comment"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
    *("x-enum-varnames", "x-enum-descriptions", "x-zh-enum-descriptions", "x-open", "x-secret", "x-unit", "x-envelope"),
    *("x-required-when", "x-required-reason", "x-nullable-reason", *_NOTES),
)
# How much an extension that nobody knows must look like a known one to be taken for a slip of the pen.
_ALIKE = 0.75


def _places(survey: Survey) -> Iterator[tuple[Place, tuple[str, ...]]]:
    """Everything that has keywords, and those that are read there."""
    for document in survey.spec.services.values():
        root = Place(document, (), document.data)
        yield root, _TOP
        yield root.child("info"), _INFO
        for item in root.children("paths"):
            yield item, _ITEM
    for operation in survey.operations:
        yield operation.place, _OPERATION
        for parameter in operation.place.children("parameters"):
            yield parameter, _PARAMETER
        for message in (operation.place.child("requestBody"), *operation.place.children("responses")):
            yield from _message(message)
    for section in ("requestBodies", "responses"):
        for message in survey.components(section):
            yield from _message(message)
    for parameter in survey.components("parameters"):
        yield parameter, _PARAMETER
    for schema in survey.schemas:
        yield schema.place, (*_SCHEMA, *IGNORED)


def _message(message: Place) -> Iterator[tuple[Place, tuple[str, ...]]]:
    yield message, _MESSAGE
    for media in message.children("content"):
        yield media, ("schema",)


def _unknown(survey: Survey) -> Iterator[Remark]:
    for place, known in _places(survey):
        for key in place.data if isinstance(place.data, dict) else ():
            if key in known:
                continue
            alike = difflib.get_close_matches(key, known, 1, _ALIKE)
            if alike or not key.startswith("x-"):
                where = f"`{place.get('name') or place.name}`" if place.name else "the file"
                remedy = f"did you mean `{alike[0]}`?" if alike else ""
                yield Remark(place.child(key), f"{where} has the keyword `{key}`, which nothing reads.", remedy)


RULES = (
    Rule(
        code="S038",
        title="keyword that nothing reads",
        why="It has no effect; if it is a slip of the pen, what was meant is silently missing.",
        mend="remove it, or teach the stages to read it and state it in generator/lint/keywords.py.",
        check=_unknown,
    ),
)
