"""What the templates need to know beyond what openapi-python-client's parser keeps, read from the same bundle."""

from __future__ import annotations

import keyword
import textwrap
from typing import Any

import attrs

from .bundle import Json, operations
from .deprecation import deprecation_of
from .project import GeneratorError, header
from .retrying import is_retry_safe

WIDTH = 104
# JSON Schema keyword → argument of `msgspec.Meta`.
_LIMITS = {
    "minItems": "min_length",
    "maxItems": "max_length",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minimum": "ge",
    "maximum": "le",
    "pattern": "pattern",
}
UNITS = {"ms": "Milliseconds since the epoch, UTC.", "s": "Seconds.", "GiB": "GiB.", "bytes": "Bytes.", "px": "Pixels."}


@attrs.frozen
class OperationFacts:
    """One operation as its module shows it."""

    id: str
    function: str
    path: str
    method: str
    data: str | None
    body: str | None
    is_multipart: bool
    items: str
    security: str
    is_retry_safe: bool
    summary: str
    description: str
    source: str
    deprecation: str
    parameters: dict[str, str]
    body_text: str
    answer_text: str


@attrs.frozen
class ServiceFacts:
    """One service as its package shows it. `requests` are the schemas that can be part of a request body."""

    key: str
    title: str
    description: str
    class_name: str
    header: str
    operations: dict[str, OperationFacts]
    schemas: dict[str, Json]
    requests: frozenset[str]

    def is_envelope(self, schema: str) -> bool:
        """Whether `schema` is an envelope, which the runtime opens and no class is made of."""
        return bool(self.schemas.get(schema, {}).get("x-envelope"))

    def is_open_object(self, schema: str) -> bool:
        """Whether objects of `schema` may have fields that the spec does not list: a plain dict keeps them."""
        return self.schemas.get(schema, {}).get("additionalProperties") is True

    def required_keys(self, schema: str, name: str) -> tuple[str, ...]:
        """Keys that the open objects in a request field must have."""
        if schema not in self.requests:
            return ()
        targets = [self.schemas[target] for target in _refs(self.property(schema, name)) if self.is_open_object(target)]
        return tuple(key for target in targets for key in target.get("required", ()))

    def text(self, schema: str) -> str:
        """The schema's description."""
        return str(self.schemas[schema]["description"]).strip()

    def property(self, schema: str, name: str) -> Json:
        """The schema of one field, its `$ref` siblings included."""
        return dict(self.schemas[schema]["properties"][name])

    def field_text(self, schema: str, name: str) -> str:
        """What a field holds: description, unit, condition and doubts, on one line."""
        return _field_text(self, self.property(schema, name))

    def constraint(self, schema: str, name: str) -> str:
        """Arguments of `msgspec.Meta` for a request field, `""` for none. Answers are never constrained."""
        if schema not in self.requests:
            return ""
        field = self.property(schema, name)
        return ", ".join(f"{_LIMITS[key]}={field[key]!r}" for key in _LIMITS if key in field)

    def is_secret(self, schema: str, name: str) -> bool:
        """Whether a field must not show up when its object is printed."""
        field = self.property(schema, name)
        return field.get("format") == "password" or bool(field.get("x-secret"))

    def default(self, schema: str, name: str, *, is_required: bool) -> str:
        """What stands behind a field's annotation: its default and what the runtime has to know, `""` for nothing."""
        notes = self._notes(schema, name, is_required=is_required)
        given = {
            "default": "" if is_required else "None",
            "metadata": f"{{{', '.join(notes)}}}" if notes else "",
            "repr": "False" if self.is_secret(schema, name) else "",
        }
        arguments = [f"{key}={value}" for key, value in given.items() if value]
        if arguments == ["default=None"]:
            return " = None"
        return f" = attrs.field({', '.join(arguments)})" if arguments else ""

    def _notes(self, schema: str, name: str, *, is_required: bool) -> list[str]:
        field = self.property(schema, name)
        keys, rule = self.required_keys(schema, name), field.get("x-required-when")
        notes = [f"'required_keys': {keys!r}"] if keys else []
        if rule and not is_required:
            notes.append(f"'required_when': RequiredWhen({rule['field']!r}, {tuple(rule['values'])!r})")
        # Of a text, a number or a truth value; lists and objects may be null without a word.
        if field.get("x-nullable-reason"):
            notes.append("'nullable': True")
        return notes

    def members(self, schema: str) -> list[tuple[str, int | str, str]]:
        """An enum's members: name, value, description."""
        enum = self.schemas[schema]
        return list(zip(enum["x-enum-varnames"], enum["enum"], enum["x-enum-descriptions"], strict=True))

    def is_open(self, schema: str) -> bool:
        """Whether a request may carry values of this enum that the spec does not list."""
        return bool(self.schemas[schema].get("x-open"))


def wrap(text: str, indent: int, hang: int = 0) -> str:
    """`text` in lines that fit and are safe inside a docstring, whatever the spec says.

    The first line's indent is left to the template; `hang` is added from line two on.
    """
    flat = " ".join(str(text).split()).replace("\\", "\\\\").replace('"""', "'''")
    lines = textwrap.wrap(flat, WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    wrapped = ("\n" + " " * (indent + hang)).join(lines)
    return wrapped + " " if wrapped.endswith('"') else wrapped  # a quote must not touch the closing ones


def of(service: str, document: Json, behaviours: Json) -> dict[str, Any]:
    """The `aihub` global of the templates."""
    schemas = document["components"].get("schemas", {})
    facts = ServiceFacts(
        key=service,
        title=document["info"]["title"],
        description=document["info"]["description"].strip(),
        class_name="".join(part.capitalize() for part in service.split("_")),
        header=header(f"spec/services/{service}.yaml"),
        operations={
            function_name(name): _operation(name, *rest, components=document["components"], behaviours=behaviours)
            for name, rest in operations(document).items()
        },
        schemas=schemas,
        requests=_request_schemas(document, schemas),
    )
    return {"service": facts, "wrap": wrap}


def function_name(operation_id: str) -> str:
    """`verbNoun` → `verb_noun`."""
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in operation_id)
    if not name.isidentifier() or keyword.iskeyword(name):
        raise GeneratorError(f"operationId {operation_id!r} does not give a Python name. Rename it to verbNoun.")
    return name


def _operation(
    name: str, path: str, method: str, operation: Json, *, components: Json, behaviours: Json
) -> OperationFacts:
    body = operation.get("requestBody", {})
    content: dict[str, Json] = body.get("content", {})
    media_type, media = next(iter(content.items()), ("", {}))
    security = [scheme for requirement in operation["security"] for scheme in requirement]
    success = operation["responses"]["200"]
    return OperationFacts(
        id=name,
        function=function_name(name),
        path=path,
        method=method,
        data=_data_class(components["schemas"][_ref_name(success["content"]["application/json"]["schema"])]),
        body=_ref_name(media["schema"]) if media else None,
        is_multipart=media_type == "multipart/form-data",
        items=behaviours["paging"].get(name, {}).get("items", ""),
        security=security[0] if security else "",
        is_retry_safe=is_retry_safe(behaviours, name, method),
        summary=operation["summary"],
        description=operation["description"].strip(),
        source=operation["x-source"],
        deprecation=deprecation_of({**operation, "operationId": name}),
        parameters=_parameter_texts(operation, components),
        body_text=str(body.get("description", "")).strip(),
        answer_text=str(success["description"]).strip(),
    )


def _parameter_texts(operation: Json, components: Json) -> dict[str, str]:
    given = operation.get("parameters", [])
    parameters = [components["parameters"][_ref_name(p)] if "$ref" in p else p for p in given]
    return {p["name"]: p["description"].strip() for p in parameters}


def _ref_name(schema: Json) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[-1]


def _data_class(envelope: Json) -> str | None:
    """The class of an envelope's data; None when the operation answers none."""
    data = envelope["properties"].get("data")
    if data is None:
        return None
    return next(_ref_name(option) for option in data["anyOf"] if "$ref" in option)


def _request_schemas(document: Json, schemas: dict[str, Json]) -> frozenset[str]:
    pending = [
        _ref_name(media["schema"])
        for _, _, operation in operations(document).values()
        for media in operation.get("requestBody", {}).get("content", {}).values()
    ]
    reached: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in schemas:
            raise GeneratorError(f"a request refers to {name!r}, which is no schema of its document.")
        if name not in reached:
            reached.add(name)
            pending += _refs(schemas[name])
    return frozenset(reached)


def _refs(node: Any) -> list[str]:
    if isinstance(node, list):
        return [name for item in node for name in _refs(item)]
    if not isinstance(node, dict):
        return []
    own = [_ref_name(node)] if isinstance(node.get("$ref"), str) else []
    return own + [name for value in node.values() for name in _refs(value)]


def _field_text(service: ServiceFacts, field: Json) -> str:
    text = str(field.get("description", "")).strip()
    if not text and "$ref" in field:
        text = service.text(_ref_name(field))
    unit = UNITS.get(field.get("x-unit", ""), "")
    note = str(field.get("x-note", "")).strip()
    said = text.lower()
    shown_unit = "" if any(word in said for word in ("millisecond", "second", "gib", "byte", "pixel")) else unit
    return " ".join(part for part in (text, shown_unit, note) if part)
