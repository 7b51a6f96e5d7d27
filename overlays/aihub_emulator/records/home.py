"""The folder that an emulator lives in: one that the user gave and that is kept, or a temporary one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path

from aihub_emulator.records.sqlite_store import SqliteStore
from aihub_emulator.records.store import MemoryStore, Store
from aihub_emulator.settings import UnsupportedSetting

__all__ = ["Home"]

# What tells that an emulator has lived in a folder, and what one makes there, and would replace.
_SIGNS = ("lock", "records.sqlite")
_OWN = ("ca.pem", "evaluations", "objects", "objects.sqlite", "relay.key", "relay.pem", "scratch")


class Home:
    """An emulator's folder and the store in it. Only one emulator at a time lives in a folder.

    Args:
        state: The folder to keep; it is made when it is not there. None takes a temporary one, whose records are
            kept in memory, and which goes when the home is closed.
        seed: What the data it starts with is called; a folder stays with the seed that it was started with.

    Attributes:
        folder: The folder.
        scratch: A folder in it that is empty at each start.
        store: The records.

    Raises:
        UnsupportedSetting: Another emulator uses the folder, nothing can be kept in it, or it holds things of
            somebody else that would be lost.
    """

    def __init__(self, state: Path | None, *, seed: str) -> None:
        self._is_temporary = state is None
        self._lock: int | None = None
        if state is None:
            self.folder = Path(tempfile.mkdtemp(prefix="aihub-emulator-"))
            self.store: Store = MemoryStore()
            _empty_scratch(self.folder)
        else:
            self.folder = state.absolute()
            try:
                self._take(self.folder)
                _empty_scratch(self.folder)
                self.store = _opened(self.folder, seed)
            except OSError as error:
                self._release()
                raise UnsupportedSetting(f"state {str(state)!r}: {error.strerror or error}.") from error
            except UnsupportedSetting as error:
                self._release()
                raise UnsupportedSetting(f"state {str(state)!r}: {error}. Give another folder.") from error
        self.scratch = self.folder / "scratch"

    def close(self) -> None:
        """Let go of the folder, and remove it when it is a temporary one."""
        try:
            self.store.close()
        finally:
            self._release()
            if self._is_temporary:
                shutil.rmtree(self.folder, ignore_errors=True)

    def _take(self, folder: Path) -> None:
        try:
            import fcntl  # noqa: PLC0415  # not on Windows, where a temporary folder works all the same
        except ImportError:
            raise UnsupportedSetting("a state folder needs Linux or macOS") from None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _expect_own(folder)
        # The operating system lets go of the lock when the process ends, however it ends.
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(self._lock, 20).decode(errors="replace").strip() or "another process"
            raise UnsupportedSetting(f"an emulator with the process id {owner} uses this folder") from None
        os.ftruncate(self._lock, 0)
        os.write(self._lock, f"{os.getpid()}\n".encode())

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _expect_own(folder: Path) -> None:
    """Nothing, when an emulator may live here: what it makes would replace what is called the same."""
    if any((folder / name).exists() for name in _SIGNS):
        return
    for name in _OWN:
        if (folder / name).exists():
            raise UnsupportedSetting(f"it holds {name!r}, which no emulator put there")


def _empty_scratch(folder: Path) -> None:
    scratch = folder / "scratch"
    # A killed process leaves its scratch behind.
    shutil.rmtree(scratch, ignore_errors=True)
    # Not empty yet where a worker of the killed process is still on its way out.
    scratch.mkdir(exist_ok=True)


def _opened(folder: Path, seed: str) -> Store:
    store = SqliteStore(folder / "records.sqlite")
    kept = store.fact("seed")
    if kept not in {None, seed}:
        store.close()
        raise UnsupportedSetting(f"it was started with the seed {kept!r}, not with {seed!r}")
    store.keep_fact("seed", seed)
    try:
        store.commit()
    except sqlite3.Error as error:
        with suppress(sqlite3.Error):
            store.close()
        raise UnsupportedSetting(f"records.sqlite cannot be written ({error})") from error
    return store
