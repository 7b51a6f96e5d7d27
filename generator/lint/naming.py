"""S010-S019: names that survive the generators and read the same everywhere."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator

from generator.lint.casing import class_name, snake_case
from generator.lint.place import Place
from generator.lint.rule import Remark, Rule
from generator.lint.survey import Operation, Survey

VERBS = ("create", "delete", "get", "import", "list", "login", "stop", "update", "upload")
_BARE_VERBS = ("login",)
_SECTIONS = ("schemas", "responses", "parameters", "requestBodies", "links", "securitySchemes", "headers")
# What a generated function calls by these names.
_ARGUMENTS = ("OPERATION", "body", "call", "client", "models", "self", "warnings")
# What a generated class calls by these names while it is made, and what a strict model does.
_ATTRIBUTES = (
    "attrs",
    "bool",
    "client",
    "float",
    "int",
    "list",
    "model_dump",
    "model_validate",
    "msgspec",
    "self",
    "str",
)
# What a generated module of models imports.
_IMPORTED = ("Annotated", "Any", "File", "OpenIntEnum", "OpenStrEnum", "RequiredWhen", "TypeAlias")
# Modules and files that stand beside the services', and `AI_HUB_BASE_URL`.
_BESIDE_SERVICES = ("aihub", "api", "base", "client", "errors", "tables", "types")


def _not_verb_noun(survey: Survey) -> Iterator[Remark]:
    pattern = rf"(?:{'|'.join(VERBS)})(?:[A-Z][A-Za-z0-9]*)+"
    for operation in survey.operations:
        place = operation.place.child("operationId")
        if place.data is None:
            message = f"operation `{operation.id}` has no operationId."
            yield Remark(operation.place, message, "add `operationId: <verb><Noun>`.")
        elif operation.id not in _BARE_VERBS and not re.fullmatch(pattern, operation.id):
            yield Remark(place, f"operationId `{operation.id}` is not verbNoun.")
        elif (made := _function(operation.id)) != snake_case(operation.id):
            message = f"operationId `{operation.id}` would become both `{made}` and `{snake_case(operation.id)}`."
            yield Remark(
                place, message, "write abbreviations as words and numbers inside of them: `getUrl`, `getV2Url`."
            )


def _function(operation_id: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in operation_id)


def _not_unique(survey: Survey) -> Iterator[Remark]:
    seen: dict[str, Operation] = {}
    for operation in survey.operations:
        first = seen.setdefault(snake_case(operation.id), operation)
        if first is not operation:
            message = f"operationId `{operation.id}` clashes with `{first.id}` of {first.service}."
            yield Remark(operation.place.child("operationId"), message)


def _tags(survey: Survey) -> Iterator[Remark]:
    for service, document in survey.spec.services.items():
        root = Place(document, (), document.data)
        key = root.child("info", "x-service")
        if key.data != service:
            message = f"info.x-service is `{key.data}`, not the file's name `{service}`."
            yield Remark(key, message, f"write `x-service: {service}`.")
        declared = list(root.children("tags"))
        if [tag.get("name") for tag in declared] != [service]:
            message = f"the file declares the tags {[tag.get('name') for tag in declared]}, not just `{service}`."
            yield Remark(root.child("tags"), message)
        for tag in declared:
            if not tag.get("x-displayName"):
                message = f"tag `{tag.get('name')}` has no x-displayName."
                yield Remark(tag, message, "add `x-displayName` with the chapter's Chinese title.")
    for operation in survey.operations:
        if operation.place.get("tags") != [operation.service]:
            message = f"operation `{operation.id}` has the tags {operation.place.get('tags') or []}."
            remedy = f"write `tags: [{operation.service}]`."
            yield Remark(operation.place.child("tags"), message, remedy)


def _unsafe_schema_name(survey: Survey) -> Iterator[Remark]:
    for place in survey.components("schemas"):
        made = class_name(place.name)
        if made != place.name:
            remedy = "choose a name that no builtin has." if made.endswith("_") else f"rename it to `{made}`."
            yield Remark(place, f"schema `{place.name}` would become the class `{made}`.", remedy)
        elif place.name in _IMPORTED:
            message = f"schema `{place.name}` would hide the `{place.name}` that generated modules import."
            yield Remark(place, message, "choose another name.")
        elif not place.name.isascii():
            yield Remark(place, f"schema `{place.name}` is not written in ASCII.", "choose an English name.")


def _same_name_twice(survey: Survey) -> Iterator[Remark]:
    for section in _SECTIONS:
        seen: dict[str, Place] = {}
        for place in survey.components(section):
            first = seen.setdefault(place.name, place)
            if first is place:
                continue
            if first.data == place.data:
                message = f"`{place.name}` is written out in {first.path} too."
                yield Remark(place, message, "move it to shared/ and refer to it from both files.")
            else:
                message = f"`{place.name}` is something else in {first.path}, line {first.line}."
                yield Remark(place, message)


def _reserved_name(survey: Survey) -> Iterator[Remark]:
    for schema in survey.schemas:
        name = schema.place.name
        if schema.role == "property" and not is_field_name(name):
            yield Remark(schema.place, f"property `{name}` cannot be a Python argument.")
    functions = [snake_case(operation.id) for operation in survey.operations]
    for place in _parameters(survey):
        name = str(place.get("name"))
        if _is_reserved(name, (*_ARGUMENTS, *functions)):
            yield Remark(place, f"parameter `{name}` cannot be a Python argument.")


def _parameters(survey: Survey) -> Iterator[Place]:
    yield from survey.components("parameters")
    for operation in survey.operations:
        for place in (*operation.item.children("parameters"), *operation.place.children("parameters")):
            if "$ref" not in place.data:
                yield place


def _is_reserved(name: str, taken: tuple[str, ...]) -> bool:
    is_name = name.isidentifier() and name.isascii() and not name.startswith("_")
    return not is_name or keyword.iskeyword(name) or name in taken


def _nameless_schema(survey: Survey) -> Iterator[Remark]:
    for schema in survey.schemas:
        if schema.role == "component" or "$ref" in schema.place.data:
            continue
        if schema.role == "body":
            yield Remark(schema.place, "the body is described in place, so its class would get an invented name.")
        elif "properties" in schema.place.data or "object" in schema.types:
            yield Remark(schema.place, "an object is described in place, so its class would get an invented name.")


def is_field_name(name: str) -> bool:
    """Whether a field can be called so as it is."""
    return not _is_reserved(name, _ATTRIBUTES)


def is_service_key(name: str) -> bool:
    """Whether a service can be called so: as a module, an attribute, a setting and a file."""
    is_plain = re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) is not None
    return is_plain and not keyword.iskeyword(name) and name not in _BESIDE_SERVICES


def _service_key(survey: Survey) -> Iterator[Remark]:
    for name, document in survey.spec.services.items():
        if not is_service_key(name):
            yield Remark(Place(document, (), document.data), f"`{name}` is no service key.")


RULES = (
    Rule(
        code="S010",
        title="operationId not verbNoun",
        why="Functions, methods and commands are named after it: get_search, `aihub search get`.",
        mend=f"write a verb ({', '.join(VERBS)}) and a noun in camelCase, such as `getSearch`.",
        check=_not_verb_noun,
    ),
    Rule(
        code="S011",
        title="operationId used twice",
        why="Both would be written to one module, and aihub.json holds all services.",
        mend="choose another noun; the snake_case form must differ too.",
        check=_not_unique,
    ),
    Rule(
        code="S012",
        title="tag not the service key",
        why="The client generator makes a folder of each tag, so it must be ASCII and one for a service.",
        mend="use the service's key as its only tag, with the Chinese title in `x-displayName`.",
        check=_tags,
    ),
    Rule(
        code="S013",
        title="schema name that the client generator changes",
        why="The class would be called something else than the schema, or shadow a builtin.",
        mend="use PascalCase that stays as it is.",
        check=_unsafe_schema_name,
    ),
    Rule(
        code="S014",
        title="one component name, two components",
        why="aihub.json holds all services, so a name means one thing.",
        mend="rename one of the two.",
        check=_same_name_twice,
    ),
    Rule(
        code="S015",
        title="name that Python reserves",
        why="Wire names are used as they are for attributes and arguments.",
        mend="the templates must learn another Python name for it first.",
        check=_reserved_name,
    ),
    Rule(
        code="S016",
        title="nameless object",
        why="A generator invents a name for it, and the invented name changes with its place.",
        mend="move it to components.schemas and refer to it.",
        check=_nameless_schema,
    ),
    Rule(
        code="S017",
        title="service that cannot be called so",
        why="A service's key is a Python module, an attribute of `hub.api`, part of a setting's name, and a file.",
        mend=f"write it in lower case, as in data_warehouse; not {', '.join(_BESIDE_SERVICES)} or a word of Python.",
        check=_service_key,
    ),
)
