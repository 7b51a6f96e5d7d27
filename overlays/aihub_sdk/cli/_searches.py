"""`aihub searches`: searches of the data warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._client import with_hub
from ._commands import Group
from ._follow import follow, wait_options

if TYPE_CHECKING:
    from aihub_sdk.client import AIHub

__all__ = ["searches"]


@click.group(cls=Group)
def searches() -> None:
    """Search the data warehouse."""


@searches.command()
@click.argument("query", metavar="SQL")
@click.option("--name", help="Name of the search; one that is unique without it.")
@click.option("--description", help="Free text about it.")
@click.option("--to-csv", type=click.Path(dir_okay=False), help="Wait, and save the result in this file.")
@wait_options
@with_hub
def sql(  # one argument an option
    hub: AIHub,
    *,
    query: str,
    name: str | None,
    description: str | None,
    to_csv: str | None,
    is_waiting: bool,
    timeout: float | None,
) -> None:
    """Start a search by SQL, and print its reference."""
    started = hub.searches.sql(query, name=name, description=description)
    search = follow(started, is_waiting=is_waiting or to_csv is not None, timeout=timeout)
    if to_csv is not None:
        search.to_csv(to_csv)
