"""Taking over a directory: of the object storage by its keys, of the host by its tree."""

from __future__ import annotations

import json
import os
import shutil
import stat
from functools import partial
from pathlib import Path

from aihub_emulator.datasets.contents import BuildFailed, Contents, shown

__all__ = ["take_host_directory", "take_objects"]

_CHUNK_BYTES = 1 << 20


def take_objects(listing: Path, contents: Contents) -> None:
    """Bring in objects.

    Args:
        listing: JSON lines of path within the version and file, one an object.
        contents: Where to.
    """
    with listing.open(encoding="utf-8") as lines:
        for line in lines:
            path, file = json.loads(line)
            contents.add_file(path, partial(_take_object, Path(file)))


def _take_object(file: Path, target: Path) -> int:
    # An object's file never changes: a second name for it is a copy that takes no room.
    try:
        target.hardlink_to(file)
    except FileNotFoundError:
        raise BuildFailed("an object was replaced while the version was being made; upload the version again") from None
    except OSError:
        shutil.copyfile(file, target)
    return target.stat().st_size


def take_host_directory(root: str, asked: str, contents: Contents) -> None:
    """Bring in a directory of the host.

    Args:
        root: The directory that was opened to datasets at the start.
        asked: The path that was asked for; a relative one starts at `root`.
        contents: Where to.

    Raises:
        BuildFailed: It is not below `root`, no directory, or holds anything but files and directories.
    """
    if "\0" in asked:
        raise BuildFailed("the path holds a NUL character")
    # Links are resolved before the comparison, so that none leads out; below, none is followed.
    real_root, real = os.path.realpath(root), os.path.realpath(os.path.join(root, asked))  # noqa: PTH118  # realpath's
    if real != real_root and not real.startswith(real_root.rstrip(os.sep) + os.sep):
        raise BuildFailed(f"{shown(asked)} is not below {root}, the only host directory that is open to datasets")
    try:
        _walk(real, "", contents)
    except OSError as error:
        raise BuildFailed(f"{shown(asked)} cannot be read ({error.strerror})") from error


def _walk(top: str, below: str, contents: Contents) -> None:
    waiting = [(top, below)]
    while waiting:
        directory, within = waiting.pop()
        with os.scandir(directory) as entries:
            for entry in sorted(entries, key=lambda found: found.name):
                path = f"{within}{entry.name}"
                if entry.is_symlink():
                    raise BuildFailed(f"{shown(path)} is a symbolic link")
                if entry.is_dir(follow_symlinks=False):
                    contents.add_directory(path)
                    waiting.append((entry.path, f"{path}/"))
                elif entry.is_file(follow_symlinks=False):
                    contents.expect(0, contents.size_bytes + entry.stat(follow_symlinks=False).st_size)
                    contents.add_file(path, partial(_copy, entry.path))
                else:
                    raise BuildFailed(f"{shown(path)} is neither a file nor a directory")


def _copy(source: str, target: Path) -> int:
    # Between the look and the opening, a file may have become a link or a pipe.
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as opened, target.open("xb") as sink:  # noqa: PTH123  # a descriptor, not a path
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise BuildFailed(f"{shown(source)} is not a file any more")
        shutil.copyfileobj(opened, sink, _CHUNK_BYTES)
        return sink.tell()
