"""A file that appears under its name only when it is complete."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

__all__ = ["PartFile"]


class PartFile:
    """Bytes that are written beside a target and take its place at the end, all at once.

    Args:
        target: Where the file will be. What is there already stays until `commit`.

    Raises:
        OSError: The folder does not exist or cannot be written to.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        # Beside the target, because a rename is atomic only within one file system.
        self._aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        self._stream = self._aside.open("xb")
        self.size_bytes = 0

    def write(self, data: bytes) -> None:
        """Append to what was written."""
        self._stream.write(data)
        self.size_bytes += len(data)

    def restart(self) -> None:
        """Forget what was written."""
        self._stream.seek(0)
        self._stream.truncate()
        self.size_bytes = 0

    def commit(self) -> None:
        """Put the file in its place, complete on the disk before its name points to it."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._aside.replace(self.target)

    def discard(self) -> None:
        """Leave nothing behind; does nothing after `commit`."""
        self._stream.close()
        self._aside.unlink(missing_ok=True)
