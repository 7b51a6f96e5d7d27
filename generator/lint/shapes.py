"""S030-S039: what answers promise, and nothing that the generators ignore or choke on."""

from __future__ import annotations

from collections.abc import Iterator

from generator.lint.fields import unwrap
from generator.lint.place import Place
from generator.lint.rule import Remark, Rule
from generator.lint.survey import Schema, Survey

_SCALARS = ("string", "integer", "number", "boolean")
IGNORED = {
    "discriminator": "describe the variants as one schema.",
    "contentMediaType": "use `format: binary`.",
    "contentEncoding": "use `format: binary`.",
    "nullable": "write `type: [array, 'null']`, or `anyOf` with `{type: 'null'}`.",
    "example": "write `examples: [...]`.",
}


def _answered(survey: Survey) -> list[Schema]:
    starts = [operation.place.child("responses") for operation in survey.operations]
    reachable = survey.reachable(starts)
    return [schema for schema in survey.schemas if schema.place.key in reachable]


def _required(survey: Survey) -> Iterator[Remark]:
    for schema in _answered(survey):
        place = schema.place
        allowed = {"code"} if place.get("x-envelope") else {"id"}
        if place.child("properties", "data", "type").data in ("array", ["array", "null"]):
            allowed.add("data")
        extra = [name for name in place.get("required") or () if name not in allowed]
        if extra and not place.get("x-required-reason"):
            for name in extra:
                index = place.data["required"].index(name)
                message = f"the answer `{place.name}` is refused when `{name}` is missing."
                yield Remark(place.child("required", index), message)


def _unknown_required(survey: Survey) -> Iterator[Remark]:
    for schema in survey.schemas:
        for entry in schema.place.children("required"):
            if "properties" in schema.place.data and entry.data not in schema.place.data["properties"]:
                message = f"`{schema.place.name}` requires `{entry.data}`, which is none of its properties."
                yield Remark(entry, message)


def _nullable_scalar(survey: Survey) -> Iterator[Remark]:
    for schema in survey.schemas:
        place = schema.place
        if place.get("x-nullable-reason"):
            continue
        if "null" in schema.types and set(schema.types) & set(_SCALARS):
            yield Remark(place, f"`{place.name}` is a nullable {_named(schema)}.")
        branches = list(place.children("anyOf"))
        if not any(branch.get("type") == "null" for branch in branches):
            continue
        for branch in branches:
            target = unwrap(survey, branch)
            if target and target.get("type") in _SCALARS:
                yield Remark(place, f"`{place.name}` is a nullable {target.get('type')}.")


def _named(schema: Schema) -> str:
    return " or ".join(str(name) for name in schema.types if name != "null")


def _not_nullable(survey: Survey) -> Iterator[Remark]:
    for schema in _answered(survey):
        place = schema.place
        if schema.role != "property":
            continue
        if "null" not in schema.types and "array" in schema.types:
            yield Remark(
                place,
                f"the list `{place.name}` of an answer is not nullable.",
                "write `type: [array, 'null']`.",
            )
        target = survey.follow(place)
        if target and "$ref" in place.data and target.get("type") == "object":
            remedy = "write `anyOf: [{$ref: ...}, {type: 'null'}]`."
            yield Remark(place, f"the object `{place.name}` of an answer is not nullable.", remedy)


def _required_when(survey: Survey) -> Iterator[Remark]:
    for schema in survey.schemas:
        condition = schema.place.child("x-required-when")
        if condition.data is None:
            continue
        owner = Place(schema.place.file, schema.place.pointer[:-2], _owner(survey, schema.place))
        field = owner.child("properties", str(condition.get("field")))
        if field.data is None:
            message = f"`{schema.place.name}` depends on `{field.name}`, which `{owner.name}` does not have."
            yield Remark(condition, message)
            continue
        if schema.place.name in (owner.get("required") or ()):
            yield Remark(condition, f"`{schema.place.name}` is required always and also on a condition.")
        target = survey.follow(field)
        known = target.get("enum") if target else None
        for value in condition.children("values"):
            if known is not None and value.data not in known:
                yield Remark(value, f"`{field.name}` is never {value.data!r}; its values are {known}.")


def _owner(survey: Survey, place: Place) -> object:
    root = next(root for root in survey.roots if root.file is place.file)
    return root.child(*place.pointer[:-2]).data


def _envelope(survey: Survey) -> Iterator[Remark]:
    for schema in survey.schemas:
        place = schema.place
        if not place.get("x-envelope"):
            continue
        if place.get("required") != ["code"]:
            message = f"the envelope `{place.name}` requires {place.get('required') or []}, not just `code`."
            yield Remark(place.child("required"), message)
        for name, wanted in (("code", "integer"), ("msg", "string")):
            field = place.child("properties", name)
            target = survey.follow(field)
            if target and target.get("type") != wanted:
                yield Remark(field, f"the envelope `{place.name}` has no {wanted} `{name}`.")
        data = place.child("properties", "data")
        if data.data is not None and not _may_be_null(data):
            yield Remark(data, f"the `data` of the envelope `{place.name}` may not be null.")


def _may_be_null(place: Place) -> bool:
    kinds = place.get("type")
    if kinds is None and "$ref" not in place.data and "anyOf" not in place.data:
        return True
    return (isinstance(kinds, list) and "null" in kinds) or {"type": "null"} in (place.get("anyOf") or ())


def _ignored(survey: Survey) -> Iterator[Remark]:
    for document in survey.spec.services.values():
        root = Place(document, (), document.data)
        for pointer, remedy in (
            (("security",), "declare `security` on each operation."),
            (("servers",), "remove it; the bundler fills it from environments.yaml."),
            (("info", "version"), "remove it; the bundler fills it from aihub.yaml."),
        ):
            place = root.child(*pointer)
            if place.data is not None:
                yield Remark(place, f"`{'.'.join(pointer)}` of a service has no effect.", remedy)
    for schema in survey.schemas:
        for key, remedy in IGNORED.items():
            if key in schema.place.data:
                yield Remark(schema.place.child(key), f"the keyword `{key}` has no effect.", remedy)


RULES = (
    Rule(
        code="S030",
        title="answer with a required field",
        why="A server that leaves the field out would make the whole answer unreadable.",
        mend="take it out of `required`, or say in `x-required-reason` why nothing is left without it.",
        check=_required,
    ),
    Rule(
        code="S031",
        title="required field that is no property",
        why="No value could ever fit.",
        mend="correct the spelling, or add the property.",
        check=_unknown_required,
    ),
    Rule(
        code="S032",
        title="nullable scalar",
        why="Unset text and numbers arrive as empty text and 0; null would burden every user with a None.",
        mend="remove the null, or say in `x-nullable-reason` where it was seen.",
        check=_nullable_scalar,
    ),
    Rule(
        code="S033",
        title="list or object of an answer that may not be null",
        why="Servers send null for an empty list or object.",
        mend="allow null.",
        check=_not_nullable,
    ),
    Rule(
        code="S034",
        title="x-required-when that cannot be met",
        why="The SDK checks the condition before it sends a request.",
        mend="name a property of the same object and values that it can have.",
        check=_required_when,
    ),
    Rule(
        code="S035",
        title="envelope of another shape",
        why="One function opens every envelope: `code` first, then `msg`, then `data`.",
        mend="require just `code`; refer to the shared Code and Message; let `data` be null.",
        check=_envelope,
    ),
    Rule(
        code="S036",
        title="keyword without effect",
        why="The generators ignore it without a word, or the bundler fills it in.",
        mend="remove it.",
        check=_ignored,
    ),
)
