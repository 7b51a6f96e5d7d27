"""The whole surface of the command line, held in one file: `make golden` writes it anew."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from aihub_sdk.cli._root import root

SURFACE = Path(__file__).parent / "cli_surface.txt"


def surface(repository: Path) -> str:
    command = [sys.executable, "-m", "tests.unit.cli_surface_text"]
    done = subprocess.run(command, cwd=repository, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_the_surface_is_the_recorded_one(repository: Path) -> None:
    """A new line here is something that users can now write; a lost one is something that broke for them."""
    now = surface(repository)
    if os.environ.get("UPDATE_GOLDEN"):
        SURFACE.write_text(now, encoding="utf-8")
    assert now == SURFACE.read_text(encoding="utf-8"), "If this is meant, run `make golden` and review the difference."


@pytest.mark.parametrize("line", ["$ aihub api data-warehouse create-search --help", "$ aihub wait --help"])
def test_the_recorded_surface_reaches_every_level(line: str) -> None:
    assert line in SURFACE.read_text(encoding="utf-8").splitlines()


def test_every_command_and_option_has_a_text() -> None:
    def mute(command: click.Command, path: str) -> Iterator[str]:
        if not command.help:
            yield path
        yield from (f"{path} {p.opts[0]}" for p in command.params if isinstance(p, click.Option) and not p.help)
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                child = command.get_command(context, name)
                assert child is not None
                yield from mute(child, f"{path} {name}")

    assert list(mute(root, "aihub")) == []
