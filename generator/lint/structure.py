"""S000: every file has the shape that the other rules take for granted, so they run only after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.lint.place import Place
from generator.lint.rule import Remark, Rule
from generator.lint.survey import METHODS, Survey

_Shape = dict[str, Any]
_TEXT: _Shape = {"type": "string"}
_TEXT_OR_NULL: _Shape = {"type": ["string", "null"]}
_LIST: _Shape = {"type": "array"}
_OBJECT: _Shape = {"type": "object"}
_TYPES = ["string", "integer", "number", "boolean", "array", "object", "null"]


def _object(properties: _Shape, *, required: tuple[str, ...] = ()) -> _Shape:
    return {"type": "object", "properties": properties, "required": list(required)}


def _list(items: _Shape) -> _Shape:
    return {"type": "array", "items": items}


def _map(values: _Shape) -> _Shape:
    return {"type": "object", "additionalProperties": values}


_ANY_SCHEMA = {"$ref": "#/$defs/schema"}
_SCHEMA = _object(
    {
        "$ref": _TEXT,
        "type": {"anyOf": [{"enum": _TYPES}, _list({"enum": _TYPES})]},
        "properties": _map(_ANY_SCHEMA),
        "items": _ANY_SCHEMA,
        "additionalProperties": {"anyOf": [{"type": "boolean"}, _ANY_SCHEMA]},
        **dict.fromkeys(("anyOf", "oneOf", "allOf"), _list(_ANY_SCHEMA)),
        **dict.fromkeys(("enum", "examples"), _LIST),
        **dict.fromkeys(("required", "x-enum-varnames", "x-enum-descriptions"), _list(_TEXT)),
        "x-zh-enum-descriptions": _list(_TEXT),
        "x-required-when": _object({"field": _TEXT, "values": _LIST}, required=("field", "values")),
    }
)
_PARAMETER = _object({"$ref": _TEXT, "in": {"enum": ["path", "query", "header"]}, "name": _TEXT, "schema": _ANY_SCHEMA})
_MESSAGE = _object(
    {
        "$ref": _TEXT,
        "content": _map(_object({"schema": _ANY_SCHEMA})),
        "links": _map(_object({"operationId": _TEXT, "parameters": _OBJECT})),
    }
)
_OPERATION = _object(
    {
        "operationId": _TEXT,
        "tags": _list(_TEXT),
        "parameters": _list(_PARAMETER),
        "requestBody": _MESSAGE,
        "responses": _map(_MESSAGE),
        "security": _list(_map(_LIST)),
    }
)
_COMPONENTS = _object(
    {
        "schemas": _map(_ANY_SCHEMA),
        "parameters": _map(_PARAMETER),
        **dict.fromkeys(("requestBodies", "responses"), _map(_MESSAGE)),
        **dict.fromkeys(("securitySchemes", "links", "headers"), _map(_OBJECT)),
    }
)
_ITEM = _object({"parameters": _list(_PARAMETER), **dict.fromkeys(METHODS, _OPERATION)})
_SHARED = {
    **_object({"info": _OBJECT, "tags": _list(_OBJECT), "paths": _map(_ITEM), "components": _COMPONENTS}),
    "$defs": {"schema": _SCHEMA},
}
_SERVICE = {**_SHARED, "required": ["info", "tags", "paths"]}
_TITLED = ("title", "version", "description")
_INFO = _object({"info": _object(dict.fromkeys(_TITLED, _TEXT), required=_TITLED)}, required=("info",))
_WAITER = _object(
    {
        **dict.fromkeys(("noun", "poll", "argument", "state"), _TEXT),
        **dict.fromkeys(("message", "created_by", "created_id", "stop"), _TEXT_OR_NULL),
        **dict.fromkeys(("pending", "success", "failure", "stopped"), _list(_TEXT)),
    }
)
_BEHAVIOURS = _object(
    {
        **dict.fromkeys(("codes", "operations", "paging", "fallbacks"), _map(_OBJECT)),
        "waiters": _map(_WAITER),
        "uploads": _map(_object({"parts": _list(_TEXT)})),
    }
)
_ENVIRONMENTS = _object(
    {
        "environments": _map(_object({}, required=("title", "x-zh", "description"))),
        "services": _map(_object({"addresses": _OBJECT}, required=("addresses", "local"))),
        "gateway": _object({"addresses": _LIST}),
    },
    required=("environments", "services"),
)
_PART = _object({"filename": _TEXT, "text": _TEXT}, required=("filename", "text"))
_EXAMPLE = _object(
    {
        "request": _object(
            {**dict.fromkeys(("path", "query", "header", "form"), _OBJECT), "files": _map(_PART)},
        ),
        "response": _object({"status": {"type": "integer"}, "body": _OBJECT}, required=("status", "body")),
    },
    required=("response",),
)


def _shapes(survey: Survey) -> Iterator[tuple[_Shape, list[Place]]]:
    spec = survey.spec
    yield _INFO, [Place(spec.info, (), spec.info.data)]
    yield _SERVICE, [Place(document, (), document.data) for document in spec.services.values()]
    yield _SHARED, [Place(document, (), document.data) for document in spec.shared.values()]
    yield _BEHAVIOURS, [Place(spec.behaviours, (), spec.behaviours.data)]
    yield _ENVIRONMENTS, [Place(spec.environments, (), spec.environments.data)]
    yield _EXAMPLE, [Place(example, (), example.data) for example in spec.examples]


def _misshapen(survey: Survey) -> Iterator[Remark]:
    from generator.lint.validation import shape_misfits  # noqa: PLC0415 - jsonschema takes 100 ms to import

    for shape, places in _shapes(survey):
        for place in places:
            for misfit in shape_misfits(shape, place.data):
                yield Remark(place.child(*misfit.pointer), f"{misfit.message}.")


RULES = (
    Rule(
        code="S000",
        title="file of another shape",
        why="Nothing else can be said about a file whose lists and mappings are not where they belong.",
        mend="look at another entry of the same kind.",
        check=_misshapen,
    ),
)
