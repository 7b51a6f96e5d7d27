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
_NUMBER: _Shape = {"type": "number"}
_LIST: _Shape = {"type": "array"}
_OBJECT: _Shape = {"type": "object"}
_TYPES = ["string", "integer", "number", "boolean", "array", "object", "null"]


def _object(properties: _Shape, *, required: tuple[str, ...] = ()) -> _Shape:
    return {"type": "object", "properties": properties, "required": list(required)}


def _list(items: _Shape) -> _Shape:
    return {"type": "array", "items": items}


def _map(values: _Shape) -> _Shape:
    return {"type": "object", "additionalProperties": values}


def _named(values: _Shape, pattern: str) -> _Shape:
    return {**_map(values), "propertyNames": {"pattern": pattern}}


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
        **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), _NUMBER),
        **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _NUMBER),
        "pattern": _TEXT,
        "x-unit": {"enum": ["ms", "s", "GiB", "bytes", "px"]},
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
_SERVICE = {
    **_SHARED,
    "properties": {
        **_SHARED["properties"],
        "openapi": {"type": "string", "pattern": r"^3\.1\.\d+$"},
        "info": _object({"title": _TEXT, "description": _TEXT}, required=("title",)),
    },
    "required": ["openapi", "info", "tags", "paths"],
}
_VERSION = {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"}
_TITLED = ("title", "version", "description")
_WORDS = {**dict.fromkeys(_TITLED, _TEXT), "version": _VERSION}
_INFO = _object({"info": _object(_WORDS, required=_TITLED)}, required=("info",))
_WAITER = _object(
    {
        **dict.fromkeys(("noun", "poll", "argument", "state"), _TEXT),
        **dict.fromkeys(("message", "created_by", "created_id", "stop"), _TEXT_OR_NULL),
        **dict.fromkeys(("pending", "success", "failure", "stopped"), _list(_TEXT)),
    }
)
_WHOLE: _Shape = {"type": "integer", "minimum": 0}
_POSITIVE: _Shape = {"type": "integer", "minimum": 1}
_PAGING = {**dict.fromkeys(("page", "size", "total", "items"), _TEXT), "first": _WHOLE, "default_size": _POSITIVE}
# The rows have no place for another answer than these.
_ALWAYS: _Shape = {"enum": [True]}
_FALLBACK = {
    "method": {"enum": ["GET", "PUT", "POST", "DELETE", "PATCH"]},
    "when_status": _list({"type": "integer"}),
    **dict.fromkeys(("unless_envelope", "remember"), _ALWAYS),
}
_UPLOAD = {
    "parts": _list(_TEXT),
    "resumable": {"type": "boolean"},
    "max_bytes": {"type": ["integer", "null"], "minimum": 1},
}
_BEHAVIOURS = _object(
    {
        "codes": _named(_object({"name": _TEXT, "description": _TEXT}), r"^-?[1-9]\d*$"),
        "operations": _map(_OBJECT),
        "paging": _map(_object(_PAGING)),
        "fallbacks": _map(_object(_FALLBACK)),
        "waiters": _map(_WAITER),
        "uploads": _map(_object(_UPLOAD)),
    }
)
_ENVIRONMENT = _object(
    dict.fromkeys(("title", "x-zh", "description"), _TEXT), required=("title", "x-zh", "description")
)
_ROW = {"addresses": _OBJECT, "local": _TEXT, **dict.fromkeys(("x-source", "note", "note-zh"), _TEXT)}
_ENVIRONMENTS = _object(
    {
        "environments": {**_named(_ENVIRONMENT, "^[a-z][a-z0-9-]*$"), "required": ["local"]},
        "services": _map({**_object(_ROW, required=("addresses", "local")), "additionalProperties": False}),
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
