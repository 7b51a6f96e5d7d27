"""All that is wrong with a job file at once, as the strict models of the spec see it. Needs the extra `jobs`.

Without the extra, a file is checked field by field and the first field that does not fit is the one that is named.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple, get_args, get_type_hints

from aihub_api._runtime.enums import OpenIntEnum, OpenStrEnum
from aihub_sdk._choices import did_you_mean, member
from aihub_sdk.errors import InvalidRequest

from .files import JobSource

__all__ = ["Problem", "problems_of"]

# What a YAML or TOML reader makes of a value, in words.
_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a table"}


class Problem(NamedTuple):
    """One thing that is wrong.

    Attributes:
        field: The field, such as `envs[0].value`.
        text: What is wrong with it, beginning with its place.
    """

    field: str
    text: str


def problems_of(
    request: type[Any], service: str, fields: Mapping[str, Any], source: JobSource
) -> tuple[Problem, ...] | None:
    """What the strict model of a request finds wrong with the fields of a file.

    Args:
        request: The generated request class.
        service: Key of its service.
        fields: The fields, with numbers in place of the names that are to be looked up.
        source: Where they were written.

    Returns:
        One problem a field, in the order of the model; None without the extra.
    """
    try:
        from pydantic import ValidationError  # noqa: PLC0415  # an extra, and 70 ms

        model = getattr(importlib.import_module(f"aihub_models.{service}"), request.__name__)
    except ImportError:
        return None
    wire, found = _wire(request, fields, source)
    try:
        model.model_validate(wire)
    except ValidationError as error:
        found += [_problem(each, source, model) for each in error.errors(include_url=False)]
    return tuple({each.field: each for each in reversed(found)}.values())[::-1]


def _wire(request: type[Any], fields: Mapping[str, Any], source: JobSource) -> tuple[dict[str, Any], list[Problem]]:
    """The fields with members of enums as the values that are sent, and the enums that have no such member."""
    wire, found = dict(fields), []
    for name, hint in get_type_hints(request).items():
        inner = next((each for each in get_args(hint) if each is not type(None)), hint)
        if name in wire and isinstance(inner, type) and issubclass(inner, (OpenIntEnum, OpenStrEnum)):
            try:
                wire[name] = member(inner, wire[name], name).value
            except InvalidRequest as error:
                found.append(Problem(name, source.at(name) + error.message.rstrip(".")))
                wire[name] = next(iter(inner)).value
    if isinstance(wire.get("envs"), Mapping):
        found += [_no_text(key, value, source) for key, value in wire["envs"].items() if not isinstance(value, str)]
        wire["envs"] = []
    return wire, found


def _no_text(key: object, value: object, source: JobSource) -> Problem:
    field = f"envs.{key}"
    word = _WORDS.get(type(value), type(value).__name__)
    return Problem(field, f"{source.at(field)}{field} cannot be {value!r}, which is {word}: it has to be text")


def _problem(error: Any, source: JobSource, model: Any) -> Problem:
    where = error["loc"]
    field = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where).lstrip(".")
    place = source.at(field)
    if error["type"] == "extra_forbidden":
        question = did_you_mean(str(where[-1]), model.model_fields) if len(where) == 1 else ""
        return Problem(field, f"{place}there is no field {field!r}.{question}".rstrip("."))
    if error["type"] == "missing":
        return Problem(field, f"{place}{field} is missing")
    value = error["input"]
    word = _WORDS.get(type(value), type(value).__name__)
    message = error["msg"].removeprefix("Input ")
    return Problem(field, f"{place}{field} cannot be {value!r}, which is {word}: it {message}")
