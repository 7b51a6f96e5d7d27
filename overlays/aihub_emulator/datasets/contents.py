"""What a version is made of: files and directories by clean relative paths, within limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aihub_emulator.objects.names import LONGEST_KEY

__all__ = ["BuildFailed", "Contents", "Copy", "StoredFile", "clean_path", "shown"]

# Brings a file's bytes to a new file, and says how many they are.
Copy = Callable[[Path], int]
_DRIVE = re.compile(r"[A-Za-z]:")
_LONGEST_SHOWN = 120


class BuildFailed(Exception):
    """The version cannot be made; the message tells the user why."""


@dataclass(frozen=True)
class StoredFile:
    """A file of the version.

    Attributes:
        path: Where it lies within the version.
        name: What it is called in the folder of the build.
    """

    path: str
    name: str
    size_bytes: int


def shown(path: str) -> str:
    """A path as a message quotes it."""
    return repr(path if len(path) <= _LONGEST_SHOWN else f"{path[:_LONGEST_SHOWN]}…")


def clean_path(path: str) -> str:
    """`path` with single slashes; empty for the root.

    Raises:
        BuildFailed: It leads elsewhere, or no object could have it as its key.
    """
    parts = path.replace("\\", "/").split("/")
    if (not parts[0] and len(parts) > 1) or _DRIVE.match(path):
        raise BuildFailed(f"{shown(path)} is an absolute path; only paths within the version are allowed")
    if ".." in parts:
        raise BuildFailed(f"{shown(path)} leads out of the version")
    clean = "/".join(part for part in parts if part not in {"", "."})
    if "\0" in clean:
        raise BuildFailed(f"{shown(path)} holds a NUL character")
    try:
        length = len(clean.encode())
    except UnicodeEncodeError:
        raise BuildFailed(f"the file name {path!a} is not UTF-8") from None
    if length > LONGEST_KEY:
        raise BuildFailed(f"{shown(path)} is {length} bytes long, and {LONGEST_KEY} are allowed")
    return clean


class Contents:
    """Gathers the files and directories of one version.

    Args:
        folder: Where the files' bytes go, under names of their own.
        most_files: How many files and directories a version may have.
        most_bytes: How large all files together may be.
    """

    def __init__(self, folder: Path, *, most_files: int, most_bytes: int) -> None:
        self._folder = folder
        self._most_files = most_files
        self._most_bytes = most_bytes
        self._files: dict[str, StoredFile] = {}
        self._directories: set[str] = set()
        self.size_bytes = 0

    def expect(self, count: int, size_bytes: int) -> None:
        """Nothing, when so many entries of so many bytes are allowed.

        Raises:
            BuildFailed: They are not.
        """
        if count > self._most_files:
            raise BuildFailed(f"there are more than the {self._most_files} files and directories that are allowed")
        if size_bytes > self._most_bytes:
            raise BuildFailed(f"the files are larger than the {self._most_bytes} bytes that are allowed")

    def add_directory(self, path: str) -> None:
        """A directory, and those that it lies in. The root is always there."""
        path = clean_path(path)
        while path and path not in self._directories:
            if path in self._files:
                raise BuildFailed(f"{shown(path)} is a file and a directory at once")
            self._directories.add(path)
            self.expect(len(self._files) + len(self._directories), self.size_bytes)
            path = path.rpartition("/")[0]

    def add_file(self, path: str, copy: Copy) -> None:
        """A file, whose bytes `copy` brings."""
        path = clean_path(path)
        if not path:
            raise BuildFailed("a file has no name")
        if path in self._files:
            raise BuildFailed(f"{shown(path)} is there twice")
        if path in self._directories:
            raise BuildFailed(f"{shown(path)} is a file and a directory at once")
        self.add_directory(path.rpartition("/")[0])
        name = str(len(self._files))
        size = copy(self._folder / name)
        self._files[path] = StoredFile(path, name, size)
        self.size_bytes += size
        self.expect(len(self._files) + len(self._directories), self.size_bytes)

    def files(self) -> Iterator[StoredFile]:
        """The files in the order of their paths."""
        return (self._files[path] for path in sorted(self._files))

    def directories(self) -> list[str]:
        """The directories in the order of their paths."""
        return sorted(self._directories)

    @property
    def count(self) -> int:
        """How many files there are."""
        return len(self._files)
