"""Commands and groups that answer `-h` as well as `--help`, in whatever context their help is asked for."""

from __future__ import annotations

import click

__all__ = ["Command", "Group"]

_NAMES = ["-h", "--help"]


class Command(click.Command):
    """A command with both names of the help."""

    def get_help_option_names(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Both. Click takes them from the context that asks first, and keeps the option for every later one."""
        return list(_NAMES)


class Group(click.Group):
    """A group of such commands."""

    command_class = Command

    def get_help_option_names(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """As `Command.get_help_option_names`."""
        return list(_NAMES)
