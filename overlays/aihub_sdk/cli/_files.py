"""`aihub datasets` and `aihub s3`: what is stored on the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._client import with_hub
from ._commands import Group
from ._follow import follow, wait_options
from ._printing import note, print_json

if TYPE_CHECKING:
    from aihub_sdk.client import AIHub

__all__ = ["datasets", "s3"]


@click.group(cls=Group)
def datasets() -> None:
    """Make datasets, and fetch their files."""


@click.group(cls=Group)
def s3() -> None:
    """Store files through the S3 relay."""


@datasets.command()
@click.argument("name")
@click.option("--description", default="", help="What it holds.")
@with_hub
def create(hub: AIHub, name: str, description: str) -> None:
    """Make a dataset without any version, and print its id."""
    dataset = hub.datasets.create(name, description=description)
    print_json({"id": dataset.id, "name": dataset.name})


@datasets.command("upload")
@click.argument("name")
@click.argument("path", required=False)
@click.option(
    "--id", "dataset_id", type=int, required=True, help="Id of the dataset; `aihub datasets create` prints it."
)
@click.option("--host-path", help="A directory on a host of the platform, instead of PATH.")
@click.option("--description", help="Free text about the version.")
@wait_options
@with_hub
def upload_version(
    hub: AIHub,
    *,
    name: str,
    path: str | None,
    dataset_id: int,
    host_path: str | None,
    description: str | None,
    is_waiting: bool,
    timeout: float | None,
) -> None:
    """Start a new version of a dataset from a zip file, a folder or s3://bucket/key, and print its reference."""
    dataset = hub.datasets.get(name, id=dataset_id)
    version = dataset.upload(path, host_path=host_path, description=description)
    follow(version, is_waiting=is_waiting, timeout=timeout)


@datasets.command()
@click.argument("version")
@click.argument("target", metavar="FOLDER", type=click.Path(file_okay=False))
@click.option("--workers", type=click.IntRange(1, 16), default=8, show_default=True, help="Files at the same time.")
@with_hub
def download(hub: AIHub, version: str, target: str, workers: int) -> None:
    """Bring the files of a version, such as mnist/V1, into a folder. Started again, it fetches what is missing."""
    note(str(hub.datasets.version(version).download(target, workers=workers)))


@s3.command()
@click.argument("path", type=click.Path(exists=True))
@click.option("--bucket", required=True, help="The bucket to store it in.")
@click.option("--key", help="The key to store it under; without it, the file's name.")
@with_hub
def upload(hub: AIHub, path: str, bucket: str, key: str | None) -> None:
    """Store a file, or a folder as a zip archive, and print where it is."""
    stored = hub.s3.upload(path, bucket=bucket, key=key)
    print_json({"path": stored.path, "url": stored.url})
