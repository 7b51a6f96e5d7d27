"""What a command prints: JSON for programs on stdout, notes for people on stderr."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

__all__ = ["HIDDEN", "note", "print_json", "without_secrets"]

HIDDEN = "***"


def print_json(value: Any) -> None:
    """Print a value as JSON: in one line for a pipe or a file, indented for a person at a terminal."""
    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    layout: dict[str, Any] = {"indent": 2} if sys.stdout.isatty() else {"separators": (",", ":")}
    click.echo(json.dumps(value, ensure_ascii=not is_utf8, **layout))


def note(text: str) -> None:
    """Tell the person at the terminal something that is no error."""
    click.echo(f"note: {text}", err=True)


def without_secrets(value: Any, names: frozenset[str]) -> Any:
    """A copy of JSON data in which the fields called `names` are hidden."""
    if isinstance(value, dict):
        return {
            name: HIDDEN if name in names and item not in ("", None) else without_secrets(item, names)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [without_secrets(item, names) for item in value]
    return value
