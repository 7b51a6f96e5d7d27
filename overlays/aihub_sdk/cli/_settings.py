"""`aihub config`: what is configured here, without calling anything."""

from __future__ import annotations

import click

from aihub_sdk._settings.config import resolve

from ._commands import Group

__all__ = ["config"]


@click.group(cls=Group)
def config() -> None:
    """See the settings that a client would use."""


@config.command()
@click.option("--env", metavar="NAME", help="As AIHub(env=…).")
@click.option("--base-url", metavar="URL", help="As AIHub(base_url=…).")
@click.option("--profile", metavar="NAME", help="As AIHub(profile=…).")
def explain(env: str | None, base_url: str | None, profile: str | None) -> None:
    """Print each setting, its value and where it comes from.

    Secrets are never shown, and nothing is sent. The exit code is 1 when no client could be made.
    """
    click.echo(resolve(env=env, base_url=base_url, profile=profile).explain())
