"""S065: the success examples of an operation together show every field that it takes and answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.lint.fields import FORM, request_schemas, response_schema, unwrap
from generator.lint.place import Place
from generator.lint.rule import Remark, Rule
from generator.lint.survey import Operation, Survey
from generator.source import Pointer

_Key = tuple[str, Pointer]


def _unshown(survey: Survey) -> Iterator[Remark]:
    for operation in survey.operations:
        examples = [
            example.data
            for example in survey.spec.examples
            if (example.service, example.operation_id) == (operation.service, operation.id)
            and example.case.startswith("success")
        ]
        if not examples:
            continue
        for schema, values in _bodies(survey, operation, examples):
            shown = {key for value in values for key in _shown(survey, schema, value)}
            for key, place in _declared(survey, schema, {}).items():
                if key not in shown and not _is_message(survey, schema, place):
                    yield Remark(place, f"no success example of `{operation.id}` shows `{place.name}`.")


def _bodies(survey: Survey, operation: Operation, examples: list[Any]) -> Iterator[tuple[Place, list[Any]]]:
    """Each body that the operation takes or gives, and what the examples send or answer."""
    requests = [example.get("request", {}) for example in examples]
    for media, schema in request_schemas(survey, operation).items():
        if media == FORM:
            yield schema, [{**request.get("form", {}), **request.get("files", {})} for request in requests]
        else:
            yield schema, [request.get("body") for request in requests]
    answer = response_schema(survey, operation)
    if answer:
        yield answer, [example["response"]["body"] for example in examples]


def _is_message(survey: Survey, schema: Place, place: Place) -> bool:
    """Whether it is the envelope's `msg`, which a success need not have."""
    envelope = unwrap(survey, schema)
    if envelope is None or not envelope.get("x-envelope"):
        return False
    return place.key == envelope.child("properties", "msg").key


def _shown(survey: Survey, schema: Place, value: Any) -> Iterator[_Key]:
    """The fields that `value` fills; null and an empty list fill nothing below them."""
    owner = unwrap(survey, schema)
    if owner is None:
        return
    if isinstance(value, dict):
        for place in owner.children("properties"):
            if place.name in value:
                yield place.key
                yield from _shown(survey, place, value[place.name])
    elif isinstance(value, list):
        for item in value:
            yield from _shown(survey, owner.child("items"), item)


def _declared(survey: Survey, schema: Place, found: dict[_Key, Place]) -> dict[_Key, Place]:
    owner = unwrap(survey, schema)
    if owner is None or owner.data is None:
        return found
    for place in owner.children("properties"):
        if place.key not in found:
            found[place.key] = place
            _declared(survey, place, found)
    return _declared(survey, owner.child("items"), found)


RULES = (
    Rule(
        code="S065",
        title="field that no example shows",
        why="The emulator answers with the examples, and the client's tests decode them.",
        mend="add it to a success example of the operation.",
        check=_unshown,
    ),
)
