"""Prints the help of every command: in a process of its own, which no other test has left anything in."""

import sys
from collections.abc import Iterator

import click

from aihub_sdk.cli._root import root


def helps(command: click.Command, context: click.Context, path: str) -> Iterator[str]:
    """The help of a command and of all below it."""
    yield f"$ {path} --help\n{command.get_help(context)}\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            below = click.Context(child, info_name=name, parent=context, terminal_width=100, max_content_width=100)
            yield from helps(child, below, f"{path} {name}")


def surface() -> str:
    """The help of everything, at one width."""
    context = click.Context(root, info_name="aihub", terminal_width=100, max_content_width=100)
    return "\n".join(helps(root, context, "aihub"))


if __name__ == "__main__":
    sys.stdout.buffer.write(surface().encode())
