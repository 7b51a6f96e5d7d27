"""What an upload path stands for, in the terms of the process that takes it apart."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from aihub_emulator.datasets.contents import BuildFailed, shown
from aihub_emulator.datasets.records import HOST_DIRECTORY, ZIP, VersionRecord
from aihub_emulator.objects.names import ObjectName, named_by_path
from aihub_emulator.objects.storage import Objects
from aihub_emulator.settings import Settings

__all__ = ["source_of"]


async def source_of(record: VersionRecord, objects: Objects, folder: Path, settings: Settings) -> dict[str, Any]:
    """Where the version's files come from.

    Args:
        record: The version.
        objects: The object storage.
        folder: Takes long listings.
        settings: Which host directory is open, how many files there may be.

    Raises:
        BuildFailed: There is nothing at the path, or it is out of bounds.
    """
    if record.upload_type == HOST_DIRECTORY:
        return _host_directory(record, settings)
    name = named_by_path(record.source)
    if name is None:
        raise BuildFailed(
            f"{shown(record.upload_path)} is neither an s3:// path nor the address of an object on this emulator"
        )
    if record.upload_type == ZIP:
        file = objects.find(name.bucket, name.key)
        if file is None:
            raise BuildFailed(f"there is no object {shown(str(name))}")
        return {"kind": "zip", "file": str(file)}
    beginning = f"{name.key.rstrip('/')}/" if name.key.strip("/") else ""
    listing = folder / "objects.jsonl"
    directory = ObjectName(name.bucket, beginning)
    if not await asyncio.to_thread(_list, objects, directory, listing):
        raise BuildFailed(f"there is no object below {shown(str(directory))}")
    return {"kind": "objects", "listing": str(listing)}


def _host_directory(record: VersionRecord, settings: Settings) -> dict[str, Any]:
    if settings.host_root is None:
        raise BuildFailed("no host directory is open to datasets: start the emulator with --host-root DIR")
    return {"kind": "host", "root": str(settings.host_root), "path": record.upload_path}


def _list(objects: Objects, directory: ObjectName, listing: Path) -> int:
    """Write path and file of each object below `directory` as JSON lines, and return their number."""
    found = objects.below(directory.bucket, directory.key)
    with listing.open("w", encoding="utf-8") as stream:
        stream.writelines(f"{json.dumps([key.removeprefix(directory.key), str(file)])}\n" for key, file in found)
    return len(found)
