"""Examples that show what the spec now says: edited at every object of one schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from generator.lint.fields import response_schema, unwrap
from generator.lint.place import Place
from generator.lint.survey import Survey
from generator.source import ExampleFile, Pointer

__all__ = ["with_placeholder"]

_Edit = Callable[[dict[str, Any]], dict[str, Any]]


def with_placeholder(survey: Survey, example: ExampleFile, data: Any, schema: tuple[str, Pointer], edit: _Edit) -> Any:
    """The example with `edit` applied to every object of its answer that the schema describes."""
    operation = next((one for one in survey.operations if one.id == example.operation_id), None)
    answer = response_schema(survey, operation) if operation else None
    if answer is None:
        return data
    body = _edited(survey, answer, data["response"]["body"], schema, edit)
    return {**data, "response": {**data["response"], "body": body}}


def _edited(survey: Survey, place: Place, value: Any, schema: tuple[str, Pointer], edit: _Edit) -> Any:
    target = unwrap(survey, place)
    if target is None or target.data is None:
        return value
    if isinstance(value, list):
        return [_edited(survey, target.child("items"), item, schema, edit) for item in value]
    if not isinstance(value, dict) or "properties" not in target.data:
        return value
    known = target.child("properties")
    inner = {
        name: _edited(survey, known.child(name), item, schema, edit) if name in known.data else item
        for name, item in value.items()
    }
    return edit(inner) if target.key == schema else inner
