"""Where a file of an index may lie on this machine: below the target folder, and nowhere else."""

from __future__ import annotations

import errno
import os
import re
import unicodedata
from pathlib import Path

from aihub_sdk.errors import InvalidRequest

__all__ = ["STATE_FOLDER", "Names", "UnsafePath", "expect_no_special_file", "local_path", "parts_of", "shown"]

# What a download keeps about itself, beside the files.
STATE_FOLDER = ".aihub-download"
_LONGEST_SHOWN = 200
_DRIVE = re.compile(r"[A-Za-z]:")


def local_path(value: object, field: str) -> Path:
    """The path that an argument gives.

    Raises:
        InvalidRequest: It gives none.
    """
    text: object = os.fspath(value) if isinstance(value, (str, os.PathLike)) else None
    if not isinstance(text, str) or not text or "\0" in text:
        hint = "Pass a path, as text or as a Path."
        if isinstance(value, (bytes, bytearray, memoryview)) or hasattr(value, "read"):
            hint = f"{hint} What is in memory or in a stream has to be written to a file first."
        raise InvalidRequest(f"{field} cannot be {shown(value)}.", field=field, hint=hint)
    return Path(text)


def shown(value: object) -> str:
    """A value for a message, which is not the place for the contents of a file."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"{len(value)} bytes"
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def expect_no_special_file(path: Path) -> None:
    """Nothing, when opening it does not wait for somebody to write into it, as with a pipe.

    Raises:
        OSError: It would, or it is a folder.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a file", str(path))


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


class Names:
    """The names that a download takes below its target: each once, and in folders that are no links.

    Where the file system sees no difference between upper and lower case, or between two ways to write an accent, names
    that differ in nothing else are the same: the second file would replace the first.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._is_blurred = (root / STATE_FOLDER.upper()).exists()
        self._taken: set[str] = set()
        self._folders: set[tuple[str, ...]] = set()

    def once(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """The path, when no file has had it before.

        Raises:
            UnsafePath: One has.
        """
        path = "/".join(parts)
        key = unicodedata.normalize("NFC", path).casefold() if self._is_blurred else path
        if key in self._taken:
            where = ", and this file system sees no difference between upper and lower case" if self._is_blurred else ""
            raise UnsafePath(f"the index lists it twice{where}")
        self._taken.add(key)
        return parts

    def folder(self, parts: tuple[str, ...]) -> Path:
        """The folder below the root, made when it is missing; no part of it is a link, which could lead anywhere.

        Raises:
            UnsafePath: A part is a link or a file.
            OSError: It cannot be made.
        """
        folder = self._root.joinpath(*parts)
        if parts in self._folders:
            return folder
        folder = self._root
        for count, part in enumerate(parts, start=1):
            folder = folder / part
            if parts[:count] in self._folders:
                continue
            if folder.is_symlink():
                raise UnsafePath(f"{part} is a link there, and links are not followed")
            try:
                folder.mkdir(exist_ok=True)
            except FileExistsError:
                raise UnsafePath(f"{part} is a file there and should be a folder") from None
            self._folders.add(parts[:count])
        return folder
