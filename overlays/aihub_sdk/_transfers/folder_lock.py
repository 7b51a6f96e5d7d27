"""One download at a time for a folder, among all processes of this machine."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

__all__ = ["FolderInUse", "FolderLock"]


class FolderInUse(OSError):
    """Another download writes into the folder."""


class FolderLock:
    """Holds a folder until it is closed; the system lets go of it when the process ends, however it ends.

    Raises:
        FolderInUse: Somebody else holds it.
        OSError: It cannot be opened.
    """

    def __init__(self, folder: Path) -> None:
        self._opened: int | None = None
        if sys.platform == "win32":
            # There are no locks on folders: two downloads into the same one are not told apart.
            return
        self._opened = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(self._opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise FolderInUse("another download is writing into it") from None
        except OSError:
            # A file system without locks, as some that are mounted over a network.
            self.close()

    def close(self) -> None:
        """Let others have it."""
        opened, self._opened = self._opened, None
        if opened is not None:
            with suppress(OSError):
                os.close(opened)
