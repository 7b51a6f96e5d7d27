"""`aihub searches`: searches of the data warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._client import with_hub
from ._commands import Group
from ._follow import follow, wait_options

if TYPE_CHECKING:
    from collections.abc import Callable

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


def _by_likeness(function: Callable[..., None]) -> Callable[..., None]:
    """The options of a search that compares with a feature library."""
    for option in (
        click.option("--feature-lib-id", type=int, required=True, help="Id of the feature library to compare with."),
        click.option("--top-k", type=int, required=True, help="How many of the best matches to return."),
        click.option("--name", help="Name of the search; one that is unique without it."),
        click.option("--description", help="Free text about it."),
    )[::-1]:
        function = option(function)
    return function


@searches.command()
@click.argument("keywords", metavar="WORDS")
@_by_likeness
@wait_options
@with_hub
def text(  # one argument an option
    hub: AIHub,
    *,
    keywords: str,
    feature_lib_id: int,
    top_k: int,
    name: str | None,
    description: str | None,
    is_waiting: bool,
    timeout: float | None,
) -> None:
    """Start a search for images by words, and print its reference. `aihub show` prints what it has found."""
    started = hub.searches.text(
        keywords, feature_lib_id=feature_lib_id, top_k=top_k, name=name, description=description
    )
    follow(started, is_waiting=is_waiting, timeout=timeout)


@searches.command()
@click.argument("image", metavar="IMAGE")
@_by_likeness
@click.option("--box", type=int, nargs=4, metavar="X1 Y1 X2 Y2", help="The part that counts, in pixels.")
@click.option("--bucket", default="searches", show_default=True, help="Where a local image is stored first.")
@wait_options
@with_hub
def image(  # one argument an option
    hub: AIHub,
    *,
    image: str,
    feature_lib_id: int,
    top_k: int,
    box: tuple[int, int, int, int] | None,
    bucket: str,
    name: str | None,
    description: str | None,
    is_waiting: bool,
    timeout: float | None,
) -> None:
    """Start a search for images like a local one or one at an address, and print its reference.

    A local image is stored through the S3 relay first; an address needs --box.
    """
    started = hub.searches.image(
        image,
        feature_lib_id=feature_lib_id,
        top_k=top_k,
        box=box,
        bucket=bucket,
        name=name,
        description=description,
    )
    follow(started, is_waiting=is_waiting, timeout=timeout)
