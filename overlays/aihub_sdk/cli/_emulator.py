"""`aihub emulator`: hands its arguments to the emulator, which is an extra of its own."""

from __future__ import annotations

import sys

import click

__all__ = ["emulator"]


@click.command(
    # The emulator knows its own options, --help among them; a second list here would only fall behind.
    add_help_option=False,
    context_settings={"ignore_unknown_options": True},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def emulator(arguments: tuple[str, ...]) -> None:
    """Run the platform on this machine (see: aihub emulator --help)."""
    try:
        from aihub_emulator.__main__ import main  # noqa: PLC0415  # an extra: absent in most installations

        code = main(list(arguments))
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("aihub_"):
            raise
        click.echo(
            f"The emulator needs {error.name}, which is not installed. Install it: pip install 'aihub-sdk[emulator]'",
            err=True,
        )
        sys.exit(1)
    sys.exit(code)
