"""Does a value fit a schema of the spec? JSON Schema 2020-12 plus what our extensions mean.

Beyond the standard: a field that the schema does not declare is a mistake (examples must not drift
ahead of the spec), `x-required-when` is enforced, and an enum marked `x-open` takes any value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from generator.lint.place import Place
from generator.lint.survey import Survey
from generator.source import Pointer

_YAML_WORDS = {"object": "mapping", "array": "list", "string": "text"}


@dataclass(frozen=True)
class Misfit:
    """Where in a value something does not fit, and why."""

    pointer: Pointer
    message: str


class Validation:
    """Validates values against schemas of one spec."""

    def __init__(self, survey: Survey) -> None:
        self._root = _validator(survey)

    def misfits(self, schema: Place, value: Any) -> Iterator[Misfit]:
        """Everything in `value` that does not fit `schema`, in the value's order."""
        reference = _uri(schema.path) + "#" + "".join(f"/{_escape(str(step))}" for step in schema.pointer)
        try:
            errors = [_deepest(error) for error in self._root.evolve(schema={"$ref": reference}).iter_errors(value)]
        except (Unresolvable, RecursionError, re.error):
            return  # S050, S053 and S037 report the reference or the pattern; what lies behind cannot be judged
        for error in sorted(errors, key=lambda error: [str(step) for step in error.absolute_path]):
            path = tuple(error.absolute_path)
            yield Misfit(path, f"`{path[-1]}`: {error.message}" if path else error.message)


def shape_misfits(shape: dict[str, Any], value: Any) -> Iterator[Misfit]:
    """Everything in `value` that does not have the plain JSON Schema `shape`."""
    for error in map(_deepest, Draft202012Validator(shape).iter_errors(value)):
        path = tuple(error.absolute_path)
        if "propertyNames" in error.absolute_schema_path:
            yield Misfit((*path, str(error.instance)), f"`{error.instance}` in {_named(path)} {_unlike(error)}")
            continue
        where = _named(path)
        wanted: Any = error.validator_value
        if error.validator == "type":
            kinds = [_YAML_WORDS.get(kind, kind) for kind in ([wanted] if isinstance(wanted, str) else wanted)]
            yield Misfit(path, f"{where} is no {' or '.join(kinds)}")
        elif error.validator == "enum":
            yield Misfit(path, f"{where} is {error.instance!r}, not one of {', '.join(map(repr, wanted))}")
        elif error.validator == "required":
            missing = next(name for name in wanted if f"{name!r} is a required" in error.message)
            yield Misfit(path, f"{where} has no `{missing}`")
        elif error.validator == "pattern":
            yield Misfit(path, f"{where} is {error.instance!r}, and {_unlike(error)}")
        else:
            yield Misfit(path, f"in {where}, {error.message}")


def _named(path: Pointer) -> str:
    names = [step for step in path if isinstance(step, str)]
    return f"`{names[-1]}`" if names else "the file"


def _unlike(error: ValidationError) -> str:
    return f"is not written like `{error.validator_value}`"


def _validator(survey: Survey) -> Validator:
    resources = [(_uri(root.path), DRAFT202012.create_resource(root.data)) for root in survey.roots]
    registry: Registry[Any] = Registry().with_resources(resources)
    keywords = {"properties": _properties, "enum": _enum}
    extended = extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]  # no hints in its stub
    made: Validator = extended({}, registry=registry)
    return made


def _properties(validator: Any, properties: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for name, value in instance.items():
        if name in properties:
            yield from validator.descend(value, properties[name], path=name, schema_path=name)
        elif "additionalProperties" not in schema:
            yield ValidationError(f"the field {name!r} is not declared", path=[name])
    for name, declared in properties.items():
        condition = declared.get("x-required-when", {})
        value = instance.get(condition.get("field"))
        if name not in instance and value in condition.get("values", ()):
            yield ValidationError(f"{name!r} is required when {condition['field']!r} is {value!r}")


def _enum(_: Any, values: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if instance not in values and not schema.get("x-open"):
        yield ValidationError(f"{instance!r} is none of {values}")


def _deepest(error: ValidationError) -> ValidationError:
    """The cause inside a failed anyOf that came furthest; the null branch never explains anything."""
    while error.context:
        error = max(error.context, key=lambda cause: (len(cause.absolute_path), cause.validator != "type"))
    return error


def _uri(path: str) -> str:
    return f"file:///{path}"


def _escape(step: str) -> str:
    return quote(step.replace("~", "~0").replace("/", "~1"), safe="~$")
