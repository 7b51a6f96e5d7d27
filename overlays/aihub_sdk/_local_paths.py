"""Where a file of an index may lie on this machine: below the target folder, and nowhere else."""

from __future__ import annotations

import os
import re
from pathlib import Path

__all__ = ["STATE_FOLDER", "UnsafePath", "make_folder", "parts_of"]

# What a download keeps about itself, beside the files.
STATE_FOLDER = ".aihub-download"
_DRIVE = re.compile(r"[A-Za-z]:")


class UnsafePath(ValueError):
    """A path that would lead out of the target folder, or that no file can have; the message says why."""


def parts_of(parent: str, name: str) -> tuple[str, ...]:
    """The path of a row of the index, part by part, relative to the target.

    A leading slash means the root of the version. On systems where a backslash is a letter like others it stays one.

    Raises:
        UnsafePath: It leads elsewhere.
    """
    path = f"{parent}/{name}"
    if ".." in re.split(r"[/\\]", path):
        raise UnsafePath("it leads out of the folder with `..`")
    if "\0" in path:
        raise UnsafePath("it holds a NUL character")
    parts = tuple(part for part in path.split("/") if part not in {"", "."})
    if not name.strip("/") or not parts:
        raise UnsafePath("it has no name")
    if any(_DRIVE.match(part) for part in parts):
        raise UnsafePath("it begins with a drive letter")
    if any(part.startswith("\\") for part in parts) or (os.name == "nt" and any(c in path for c in '\\:<>"|?*')):
        raise UnsafePath("it is a path of another kind of system")
    if parts[0].lower() == STATE_FOLDER:
        raise UnsafePath(f"{STATE_FOLDER} is where the download keeps its state")
    return parts


def make_folder(root: Path, parts: tuple[str, ...], known: set[tuple[str, ...]]) -> Path:
    """The folder below `root`, made when it is missing; no part of it is a link, which could lead anywhere.

    Args:
        known: Folders that were looked at before; grows.

    Raises:
        UnsafePath: A part is a link or a file.
        OSError: It cannot be made.
    """
    folder = root
    for count, part in enumerate(parts, start=1):
        folder = folder / part
        if parts[:count] in known:
            continue
        if folder.is_symlink():
            raise UnsafePath(f"{part} is a link there, and links are not followed")
        try:
            folder.mkdir(exist_ok=True)
        except FileExistsError:
            raise UnsafePath(f"{part} is a file there and should be a folder") from None
        known.add(parts[:count])
    return folder
