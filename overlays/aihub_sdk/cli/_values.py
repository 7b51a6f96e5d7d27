"""What may stand behind an option: each type says which text it does not take, and what to write instead."""

from __future__ import annotations

import json
import math
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]
else:
    _ParamType = click.ParamType  # not generic in click 8.1

__all__ = ["Enumerated", "Json", "ListOf", "Number", "Whole", "read_json"]

_WHOLE = re.compile(r"[+-]?[0-9]+", re.ASCII)


class Whole(_ParamType):
    """A whole number."""

    name = "integer"

    def __init__(self, example: Any = None) -> None:
        self._example = example if isinstance(example, int) else 7

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number."""
        if isinstance(value, str) and not _WHOLE.fullmatch(value):
            self.fail(f"{value!r} is no whole number. Write it as in {self._example}.", param, ctx)
        return int(value)


class Number(_ParamType):
    """A number, with or without a fraction."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number."""
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.fail(f"{value!r} is no number. Write it as in 0.5.", param, ctx)
        return number


class Enumerated(_ParamType):
    """One of the values that the spec lists, by its name or as the value itself."""

    name = "enum"

    def __init__(self, choices: tuple[tuple[str, int | str], ...], *, is_open: bool) -> None:
        self._choices = choices
        self._is_open = is_open

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """The value that goes over the wire."""
        for name, known in self._choices:
            if value == known or str(value).lower().replace("-", "_") in {name.lower(), str(known).lower()}:
                return known
        if self._is_open and isinstance(self._choices[0][1], str):
            return str(value)
        if self._is_open and _WHOLE.fullmatch(str(value)):
            return int(value)
        listed = ", ".join(name if name == known else f"{name} ({known})" for name, known in self._choices)
        return self.fail(f"{value!r} is not listed. Write one of {listed}.", param, ctx)


class Json(_ParamType):
    """JSON: as text, from a file (`@file.json`), or from the input (`-`)."""

    name = "json"

    def __init__(self, *, is_object: bool = False) -> None:
        self._is_object = is_object

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The data."""
        if not isinstance(value, str):
            return value
        try:
            data = read_json(value)
        except OSError as error:
            self.fail(f"{value!r} cannot be read: {error.strerror}. Name a file that exists behind the @.", param, ctx)
        except ValueError as error:
            hint = 'Write it as in \'{"name": "a"}\', or @file.json.'
            self.fail(f"it is no JSON: {error}. {hint}", param, ctx)
        if self._is_object and not isinstance(data, dict):
            self.fail('it is no JSON object. Write it as in \'{"name": "a"}\', or @file.json.', param, ctx)
        return data


class ListOf(_ParamType):
    """Items of a list: one, or a whole JSON list of them, such as `[]` for none."""

    name = "list"

    def __init__(self, item: Any) -> None:
        self._item = click.types.convert_type(item)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[Any]:
        """The items."""
        whole = _json_list(value)
        if whole is not None:
            return [self._item.convert(each, param, ctx) for each in whole]
        item = self._item.convert(value, param, ctx)
        return item if isinstance(item, list) else [item]


def _json_list(value: Any) -> list[Any] | None:
    try:
        data = json.loads(value) if isinstance(value, str) and value.startswith("[") else value
    except ValueError:
        return None  # text that happens to start like a list
    return data if isinstance(data, list) else None


def read_json(text: str) -> Any:
    """The data that an argument stands for.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no JSON, or not UTF-8.
    """
    if text in {"-", "@-"}:
        text = sys.stdin.read()
    elif text.startswith("@"):
        text = Path(text[1:]).read_text(encoding="utf-8-sig")
    return json.loads(text, parse_constant=_refuse)


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON value")
