"""Groups whose commands are made when they are used: `aihub --help` lists them all and loads none."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

import click

from ._commands import Group

__all__ = ["LazyCommand", "LazyGroup", "loaded", "spelled"]


class LazyCommand(NamedTuple):
    """The line that a group's help has for a command, and what makes the command."""

    text: str
    make: Callable[[], click.Command]


class LazyGroup(Group):
    """A group that knows the names and texts of its commands, and makes one when it is asked for.

    Underscores and capitals are understood too: `create_search` and `createSearch` are `create-search`.
    """

    def __init__(self, name: str, *, text: str, commands: Mapping[str, LazyCommand]) -> None:
        super().__init__(name=name, help=text)
        self._lazy = dict(commands)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """The names, in alphabetical order."""
        return sorted(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # as above
        """The command, made now."""
        row = self._lazy.get(spelled(cmd_name))
        return None if row is None else row.make()

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's, with the nearest name for one that does not exist."""
        if not args[0].startswith("-") and spelled(args[0]) not in self._lazy:
            ctx.fail(self._unknown(args[0]))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their texts, none of them made."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._lazy[name].text) for name in self.list_commands(ctx)])

    def _unknown(self, name: str) -> str:
        close = difflib.get_close_matches(spelled(name), self._lazy, n=1)
        advice = f"Did you mean {close[0]!r}?" if close else f"Known are: {', '.join(sorted(self._lazy))}."
        return f"There is no command {name!r}. {advice}"


def loaded(module: str, name: str) -> Callable[[], click.Command]:
    """What makes a command by importing it: `name` of a module of this package."""

    def load() -> click.Command:
        command: click.Command = getattr(importlib.import_module(f"{__package__}.{module}"), name)
        return command

    return load


def spelled(name: str) -> str:
    """A name of the API as the command line has it: `page_size` and `pageSize` are both `page-size`."""
    flat = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
    return flat.replace("_", "-").lstrip("-")
