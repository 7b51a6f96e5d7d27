"""S001-S009: every object says what it is, in both languages, and where that comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from generator.lint.place import Place
from generator.lint.rule import Remark, Rule
from generator.lint.survey import Schema, Survey

_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_READING = re.compile(r"\breadings? (\d+)", re.IGNORECASE)
_README_READING = re.compile(r"^\W*(\d+)\b", re.MULTILINE)
_LEAVES = {"string", "integer", "number", "boolean"}


def _missing_source(survey: Survey) -> Iterator[Remark]:
    for operation in survey.operations:
        source = operation.place.child("x-source")
        if source.data is None:
            yield Remark(operation.place, f"operation `{operation.id}` has no x-source.")
        elif not re.fullmatch(r"\S.* / .*\S", str(source.data)):
            yield Remark(source, f"x-source of `{operation.id}` is `{source.data}`, not `<chapter> / <section>`.")


def _missing_description(survey: Survey) -> Iterator[Remark]:
    for operation in survey.operations:
        for key in ("summary", "description"):
            if not _is_text(operation.place.get(key)):
                yield Remark(operation.place, f"operation `{operation.id}` has no {key}.", f"add an English `{key}`.")
    for place, what in _described(survey):
        if not _is_text(place.get("description")):
            yield Remark(place, f"{what} has no description.")


def _missing_chinese(survey: Survey) -> Iterator[Remark]:
    for operation in survey.operations:
        for key in ("summary", "description"):
            if not _is_chinese(operation.place.child("x-zh").get(key)):
                message = f"operation `{operation.id}` has no Chinese {key}."
                yield Remark(operation.place, message, f"add `x-zh: {{{key}: …}}` in Chinese.")
    for place, what in _described(survey):
        chinese = place.get("x-zh")
        if isinstance(chinese, dict):
            chinese = chinese.get("description")
        if chinese is None:
            yield Remark(place, f"{what} has no x-zh.")
        elif not _is_chinese(chinese):
            yield Remark(place.child("x-zh"), f"the x-zh of {what} holds no Chinese text.")


def _missing_examples(survey: Survey) -> Iterator[Remark]:
    for schema in survey.schemas:
        place = schema.place
        if schema.role == "branch" or not set(schema.types) & _LEAVES or "enum" in place.data:
            continue
        if schema.role in ("component", "property", "parameter") and _is_value(place) and not place.get("examples"):
            yield Remark(place, f"{_schema_title(schema)} has no examples.")


def _half_a_note(survey: Survey) -> Iterator[Remark]:
    known = set(_README_READING.findall(survey.spec.readme))
    for root in survey.roots:
        for note in _notes(root):
            name = note.get("operationId") or note.get("name") or note.name
            if "x-note-zh" not in note.data or "x-note" not in note.data:
                missing = "x-note-zh" if "x-note" in note.data else "x-note"
                yield Remark(note, f"`{name}` has a note in one language only.", f"add `{missing}`.")
                continue
            numbers = _READING.findall(str(note.data["x-note"]))
            if not numbers:
                yield Remark(note.child("x-note"), f"the note of `{name}` names no reading.")
            for number in numbers:
                if number not in known:
                    yield Remark(
                        note.child("x-note"),
                        f"the note of `{name}` names reading {number}, which README.md does not list.",
                    )


def _notes(place: Place) -> Iterator[Place]:
    if isinstance(place.data, dict) and ("x-note" in place.data or "x-note-zh" in place.data):
        yield place
    for child in place.children():
        if isinstance(child.data, dict | list):
            yield from _notes(child)


def _described(survey: Survey) -> Iterator[tuple[Place, str]]:
    yield Place(survey.spec.info, ("info",), survey.spec.info.data.get("info")), "the API"
    for name, document in survey.spec.services.items():
        root = Place(document, (), document.data)
        yield root.child("info"), f"service `{name}`"
        for tag in root.children("tags"):
            yield tag, f"tag `{tag.get('name')}`"
    yield from _described_messages(survey)
    for schema in survey.schemas:
        if schema.role == "component" or (schema.role == "property" and "$ref" not in schema.place.data):
            yield schema.place, _schema_title(schema)


def _described_messages(survey: Survey) -> Iterator[tuple[Place, str]]:
    for operation in survey.operations:
        body = operation.place.child("requestBody")
        if body.data is not None:
            yield from _unless_reference(body, f"the request body of `{operation.id}`")
        for response in operation.place.children("responses"):
            yield from _unless_reference(response, f"response {response.name} of `{operation.id}`")
            for link in response.children("links"):
                yield from _unless_reference(link, f"link `{link.name}` of `{operation.id}`")
        for parameter in (*operation.item.children("parameters"), *operation.place.children("parameters")):
            yield from _unless_reference(parameter, f"parameter `{parameter.get('name')}` of `{operation.id}`")
    for section, what in (
        ("parameters", "parameter"),
        ("requestBodies", "request body"),
        ("responses", "response"),
        ("securitySchemes", "security scheme"),
    ):
        for place in survey.components(section):
            yield from _unless_reference(place, f"{what} `{place.name}`")


def _unless_reference(place: Place, what: str) -> Iterable[tuple[Place, str]]:
    return () if place.get("$ref") else ((place, what),)


def _schema_title(schema: Schema) -> str:
    if schema.role == "component":
        return f"schema `{schema.place.name}`"
    if schema.role == "parameter":
        return "the schema of a parameter"
    owner = schema.place.pointer[-3] if len(schema.place.pointer) > 2 else ""
    return f"property `{owner}.{schema.place.name}`"


def _is_value(place: Place) -> bool:
    return "$ref" not in place.data and "properties" not in place.data and place.get("format") != "binary"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_chinese(value: object) -> bool:
    return isinstance(value, str) and bool(_CHINESE.search(value))


RULES = (
    Rule(
        code="S001",
        title="operation without x-source",
        why="Whoever doubts an operation must find the printed words it was read from.",
        mend="add `x-source: <chapter> / <section>` with the document's own titles.",
        check=_missing_source,
    ),
    Rule(
        code="S002",
        title="missing description",
        why="Docstrings and the API reference are made from the descriptions.",
        mend="add an English `description`.",
        check=_missing_description,
    ),
    Rule(
        code="S003",
        title="missing x-zh",
        why="The reference is published in Chinese too, and the source is Chinese.",
        mend="add `x-zh` with the Chinese description.",
        check=_missing_chinese,
    ),
    Rule(
        code="S004",
        title="leaf without examples",
        why="The emulator and the reference show these values; an invented one misleads.",
        mend="add `examples: [<a value as the server sends it>]`.",
        check=_missing_examples,
    ),
    Rule(
        code="S005",
        title="note that leads nowhere",
        why="A doubt is stated once, in the numbered list of README.md, in both languages.",
        mend="write `Reading <number>: …` with a number of README.md's list.",
        check=_half_a_note,
    ),
)
