"""The options of a command that stand for the fields of its request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from ._api_spec import Field
from ._lazy import spelled
from ._values import Enumerated, Json, ListOf, Number, Whole

__all__ = ["FieldOption", "field_options", "variable"]

_METAVARS = {"integer": "INTEGER", "number": "NUMBER", "text": "TEXT", "file": "PATH", "json": "JSON|@FILE|-"}


class FieldOption(click.Option):
    """The option of one field."""

    def __init__(self, declarations: list[str], *, field: Field, attributes: dict[str, Any]) -> None:
        super().__init__(declarations, **attributes)
        self.field = field

    @property
    def shown(self) -> str:
        """Its name as people write it."""
        return self.opts[0]


def field_options(fields: Iterable[Field], *, reserved: frozenset[str]) -> list[FieldOption]:
    """One option a field, and one more for a secret: to read it from the input.

    Args:
        reserved: Names that the command uses for something else.
    """
    options: list[FieldOption] = []
    taken = set(reserved)
    for field in fields:
        name = spelled(field.name)
        # A field that is called like an option of ours, or like a field elsewhere in the request, says where it goes.
        name = name if name not in taken else f"{field.place}-{name}"
        taken.add(name)
        options.append(_option(field, name))
        if field.is_secret:
            options.append(_from_input(field, name))
    return options


def _option(field: Field, name: str) -> FieldOption:
    attributes: dict[str, Any] = {
        "type": ListOf(_type(field)) if field.is_list else _type(field),
        "multiple": field.is_list,
        "help": _help(field),
        "metavar": _metavar(field),
        "default": None,
    }
    declaration = [f"--{name}", variable(field)]
    if field.kind == "boolean" and not field.is_list:
        attributes |= {"type": click.BOOL, "metavar": None}
        declaration[0] = f"--{name}/--no-{name}"
    return FieldOption(declaration, field=field, attributes=attributes)


def _from_input(field: Field, name: str) -> FieldOption:
    attributes = {"is_flag": True, "default": None, "help": f"Read --{name} from the first line of the input."}
    return FieldOption([f"--{name}-stdin", f"{variable(field)}__stdin"], field=field, attributes=attributes)


def variable(field: Field) -> str:
    """The name under which a command gets the option's value."""
    # Apart from the names of the client's options, and from a field of this name elsewhere in the request.
    return f"{field.place}__{field.name}".lower()


def _type(field: Field) -> click.ParamType[Any] | type:
    if field.kind == "enum":
        return Enumerated(field.choices, is_open=field.is_open)
    if field.kind == "file":
        return click.Path(exists=True, dir_okay=False)
    if field.kind == "integer":
        return Whole(field.example)
    types: dict[str, Any] = {"number": Number(), "boolean": click.BOOL, "text": str, "json": Json()}
    found: click.ParamType[Any] | type = types[field.kind]
    return found


def _metavar(field: Field) -> str:
    if field.kind == "enum":
        return "|".join(name for name, _ in field.choices)
    return _METAVARS.get(field.kind, field.kind.upper())


def _help(field: Field) -> str:
    # The spec's own words name the condition most of the time.
    is_said = not field.condition or "Needed when" in field.text
    needed = "required" if field.is_required else "" if is_said else f"required when {field.condition}"
    tags = [needed, "repeat it for each one" if field.is_list else ""]
    shown = "; ".join(tag for tag in tags if tag)
    return f"{field.text} [{shown}]" if shown else field.text
