"""Where a file of an index may lie on this machine: below the target folder, and nowhere else."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

from .errors import InvalidRequest

__all__ = ["STATE_FOLDER", "Names", "UnsafePath", "local_path", "parts_of"]

# What a download keeps about itself, beside the files.
STATE_FOLDER = ".aihub-download"
_DRIVE = re.compile(r"[A-Za-z]:")


def local_path(value: object, field: str) -> Path:
    """The path that an argument gives.

    Raises:
        InvalidRequest: It gives none.
    """
    if not isinstance(value, (str, os.PathLike)) or value == "":
        raise InvalidRequest(f"{field} cannot be {value!r}.", field=field, hint="Pass a path, as text or as a Path.")
    return Path(value)


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
