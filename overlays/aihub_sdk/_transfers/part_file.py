"""Files that appear under their name only when they are complete."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO

__all__ = ["PartFile", "StagedFile"]


class PartFile:
    """Bytes that are written beside a target and take its place at the end, all at once.

    Args:
        target: Where the file will be. What is there already stays until `commit`.

    Raises:
        OSError: The folder does not exist or cannot be written to, or the target is a folder, a device or a pipe.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        # Known before anything is fetched, rather than when the rename fails.
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
        # The rename would put a file in the place of /dev/stdout itself, for whoever is allowed to.
        if target.exists() and not target.is_file():
            raise OSError(errno.EINVAL, "it is no regular file", str(target))
        # Beside the target, because a rename is atomic only within one file system. The name has to be a short one:
        # that of the target may be as long as the system allows.
        self._aside = target.with_name(f".aihub-{secrets.token_hex(4)}.part")
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
        try:
            self._stream.close()
        finally:
            self._aside.unlink(missing_ok=True)


class StagedFile:
    """Bytes of one file among very many, written in a folder that is aside already.

    The disk is not waited for, as `PartFile` does: what a failing machine loses is found by its size afterwards.

    Args:
        path: Where they are written; made with the first bytes.
        keep: Called with the size of the complete file, to give it its name.
    """

    def __init__(self, path: Path, keep: Callable[[int], object]) -> None:
        self._path = path
        self._keep = keep
        self._stream: IO[bytes] | None = None
        self.size_bytes = 0

    def write(self, data: bytes) -> None:
        """Append to what was written."""
        if self._stream is None:
            self._stream = self._path.open("xb")
        self._stream.write(data)
        self.size_bytes += len(data)

    def restart(self) -> None:
        """Forget what was written."""
        if self._stream is not None:
            self._stream.seek(0)
            self._stream.truncate()
        self.size_bytes = 0

    def commit(self) -> None:
        """Hand it over."""
        if self._stream is None:
            self.write(b"")
        if self._stream is not None:
            self._stream.close()
        self._keep(self.size_bytes)
        self._stream = None

    def discard(self) -> None:
        """Leave nothing behind; does nothing after `commit`."""
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.close()
            finally:
                self._path.unlink(missing_ok=True)
