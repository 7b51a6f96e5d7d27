"""What a folder of downloaded files already holds, kept so that the next download knows it."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import IO

__all__ = ["Manifest"]


class Manifest:
    """The files that were completed for one source, by path: one JSON line each, appended as they are.

    Args:
        file: Where it is kept.
        mark: What the files belong to; entries under another mark count for nothing.

    Raises:
        OSError: It cannot be read or written.
    """

    def __init__(self, file: Path, mark: str) -> None:
        self._known = dict(_entries(file, mark))
        is_new = not self._known
        self._stream: IO[str] = file.open("w" if is_new else "a", encoding="utf-8")
        # A killed process may have left half a line behind: what follows begins on its own.
        self._write([mark] if is_new else None)

    def has(self, path: str, s3path: str, size_bytes: int) -> bool:
        """Whether this file of this size was completed from there."""
        return self._known.get(path) == (s3path, size_bytes)

    def add(self, path: str, s3path: str, size_bytes: int) -> None:
        """A file is complete; kept even when the process ends at once."""
        self._write([path, s3path, size_bytes])

    def close(self) -> None:
        """Write no more. What a full disk does not take any more is lost: such files are fetched again."""
        with suppress(OSError):
            self._stream.close()

    def _write(self, entry: list[object] | None) -> None:
        self._stream.write(f"{json.dumps(entry)}\n" if entry is not None else "\n")
        self._stream.flush()


def _entries(file: Path, mark: str) -> list[tuple[str, tuple[str, int]]]:
    found: list[tuple[str, tuple[str, int]]] = []
    try:
        lines = file.open(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return found
    with lines:
        if next(lines, "").strip() != json.dumps([mark]):
            return found
        for line in lines:
            # Half a line, of a process that was killed, says nothing.
            with suppress(ValueError, TypeError):
                path, s3path, size = json.loads(line)
                found.append((path, (s3path, size)))
    return found
