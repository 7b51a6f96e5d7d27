"""`aihub clusters` and `aihub storages`: what a job can be given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from aihub_api.tag_resource.models import ModuleType

from ._client import with_hub
from ._commands import Group
from ._printing import print_json

if TYPE_CHECKING:
    from aihub_sdk.client import AIHub

__all__ = ["clusters", "storages"]

_KINDS = [kind.name.lower() for kind in ModuleType]


@click.group(cls=Group)
def clusters() -> None:
    """See the virtual clusters that jobs can run on."""


@click.group(cls=Group)
def storages() -> None:
    """See the storages that jobs can mount."""


@clusters.command("list")
@click.option(
    "--module-type", type=click.Choice(_KINDS), default="training", show_default=True, help="The kind of job."
)
@with_hub
def list_clusters(hub: AIHub, module_type: str) -> None:
    """Print the clusters that the user of the token may choose for one kind of job."""
    print_json(msgspec.to_builtins(list(hub.clusters.list(module_type=module_type))))


@storages.command("list")
@with_hub
def list_storages(hub: AIHub) -> None:
    """Print the storages that jobs can mount, with their paths in the container."""
    print_json(msgspec.to_builtins(list(hub.storages.list())))
