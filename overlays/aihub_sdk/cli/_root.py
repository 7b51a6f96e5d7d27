"""`aihub` itself: its groups, its versions, and how an error of the SDK ends a command."""

from __future__ import annotations

import platform
import sys

import click

from aihub_api.tables import SPEC_VERSION, TOOLS
from aihub_sdk import __version__
from aihub_sdk.errors import AIHubError

from ._emulator import emulator
from ._login import login, logout
from ._settings import config

__all__ = ["root", "run"]


def run(arguments: list[str] | None = None) -> None:
    """Run one command and end the process: 0 done, 1 an error of the SDK, 2 wrong usage."""
    try:
        root.main(args=arguments, prog_name="aihub")
    except AIHubError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


def versions() -> str:
    """The SDK, the spec it was made from, and the tools that made its generated code."""
    lines = [f"aihub-sdk {__version__}", f"spec {SPEC_VERSION}"]
    lines += [f"{tool} {version} (generated code)" for tool, version in TOOLS.items()]
    return "\n".join([*lines, f"Python {platform.python_version()} ({sys.platform})"])


def _print_versions(context: click.Context, _parameter: click.Parameter, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        click.echo(versions())
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_versions,
    help="Print the versions of SDK, spec and generator tools.",
)
def root() -> None:
    """Work with the AIHub platform from the command line."""


root.add_command(config)
root.add_command(emulator)
root.add_command(login)
root.add_command(logout)
