"""What a download of many files fetches next, what is there already, and what came of it; without any fetching."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from aihub_sdk.errors import ErrorContext, InvalidRequest, TransferFailed

from .callbacks import expect_progress
from .flow import Source
from .folder_lock import FolderLock
from .index_rows import IndexRow, address_of, read_rows
from .local_paths import STATE_FOLDER, Names, UnsafePath, parts_of
from .manifest import Manifest
from .part_file import StagedFile

__all__ = ["DownloadFailure", "DownloadPlan", "DownloadReport", "Order", "Wanted"]

_MOST_WORKERS = 16
# So many files in a row that the storage or the disk failed on, and the rest would fare no better.
_MOST_FAILURES_IN_A_ROW = 20


class DownloadFailure(NamedTuple):
    """A file that is not there, and why.

    Attributes:
        path: Its path below the folder, as the platform has it.
    """

    path: str
    reason: str


@dataclass(frozen=True)
class DownloadReport:
    """What came of a download.

    Attributes:
        path: The folder.
        downloaded: How many files were fetched.
        skipped: How many were there already, complete.
        size_bytes: How many bytes were fetched.
        failures: The files that are not there.
        is_complete: Whether every file is there.
    """

    path: Path
    downloaded: int
    skipped: int
    size_bytes: int
    failures: tuple[DownloadFailure, ...]
    is_complete: bool

    def __str__(self) -> str:
        first = "; ".join(f"{failure.path}: {failure.reason}" for failure in self.failures[:3])
        more = f"; and {len(self.failures) - 3} more" if len(self.failures) > 3 else ""
        failed = f"{len(self.failures)} failed ({first}{more})" if self.failures else "none failed"
        return f"{self.downloaded} files downloaded, {self.skipped} there already, {failed}"


class Order(NamedTuple):
    """What is to be downloaded.

    Attributes:
        name: What it is, for messages.
        index_url: Where its index is; S3 paths are fetched on the same host.
        mark: What tells it from anything else.
        target: The folder.
        workers: Files at the same time.
        total: How many files there should be, None when that is not known.
        progress: Called as files are done, with how many are so far and `total`.
        context: Where it belongs.
        listed: The files, when they are known without an index.
    """

    name: str
    index_url: str
    mark: str
    target: str | PathLike[str]
    workers: int
    total: int | None
    progress: Callable[[int, int], object] | None
    context: ErrorContext
    listed: tuple[IndexRow, ...] | None = None

    def expect_usable(self) -> None:
        """Nothing, when it can be carried out.

        Raises:
            InvalidRequest: The number of workers is none, or `progress` cannot be called.
        """
        expect_progress(self.progress)
        workers: object = self.workers
        if not isinstance(workers, int) or isinstance(workers, bool) or not 1 <= workers <= _MOST_WORKERS:
            hint = f"It is a whole number from 1 to {_MOST_WORKERS}."
            raise InvalidRequest(f"workers cannot be {workers!r}.", field="workers", hint=hint)


class Wanted(NamedTuple):
    """A file that has to be fetched.

    Attributes:
        source: Where from.
        staged: Where to, until it is complete.
        target: Where it belongs then.
    """

    path: str
    s3path: str
    source: Source
    staged: Path
    target: Path


class DownloadPlan:
    """Hands out the files to fetch, one after the other, and takes in what came of them. Threads may share it.

    Raises:
        OSError: The folder cannot be made or written to, or another download writes into it.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._lock = threading.Lock()
        self._root = Path(order.target)
        self._state = self._root / STATE_FOLDER
        self._parts = self._state / "parts"
        self._state.mkdir(parents=True, exist_ok=True)
        self._hold = FolderLock(self._state)
        try:
            # What a killed download was fetching begins anew.
            shutil.rmtree(self._parts, ignore_errors=True)
            self._parts.mkdir()
            self._manifest = Manifest(self._state / "complete.jsonl", order.mark)
        except OSError:
            self._hold.close()
            raise
        self._names = Names(self._root)
        self.index = Source(order.index_url, f"the index of {order.name}", order.context, str(self._index_file))
        self._rows: Iterator[IndexRow] | None = None
        self._failures: list[DownloadFailure] = []
        self._handed_out = self._downloaded = self._skipped = self._size_bytes = self._in_a_row = 0
        self._told = self._passed = 0
        self.is_stopped = self._is_given_up = self._is_exhausted = False

    @property
    def _index_file(self) -> Path:
        return self._state / "index.parquet"

    def staged_index(self) -> StagedFile:
        """What takes in the bytes of the index."""
        aside = self._parts / "index"
        return StagedFile(aside, lambda _: aside.replace(self._index_file))

    def take(self, most: int) -> list[Wanted]:
        """The next files to fetch; none when there are none, or it was stopped.

        Raises:
            UnexpectedResponse: The index cannot be read.
        """
        found: list[Wanted] = []
        with self._lock:
            if self._rows is None:
                listed = self._order.listed
                self._rows = read_rows(self._index_file, self._order.context) if listed is None else iter(listed)
            while len(found) < most and not self.is_stopped:
                row = next(self._rows, None)
                if row is None:
                    self._is_exhausted = True
                    break
                wanted = self._taken(row)
                if wanted is not None:
                    found.append(wanted)
        return found

    def staged(self, wanted: Wanted) -> StagedFile:
        """What takes in the bytes of a file, and gives it its name when it is complete."""
        return StagedFile(wanted.staged, lambda size: self._settle(wanted, size))

    def _settle(self, wanted: Wanted, size: int) -> None:
        # The entry comes first, because a process that is killed in between has an entry without a file, which counts
        # for nothing. Over a file that was there before it comes last: the entry could be true of that one's size.
        was_there = os.path.lexists(wanted.target)
        if was_there:
            wanted.staged.replace(wanted.target)
        with self._lock:
            self._manifest.add(wanted.path, wanted.s3path, size)
        if not was_there:
            wanted.staged.replace(wanted.target)
        with self._lock:
            self._downloaded += 1
            self._size_bytes += size
            self._in_a_row = 0

    def fail(self, wanted: Wanted, error: OSError) -> None:
        """A file could not be fetched or kept."""
        reason = error.message if isinstance(error, TransferFailed) else str(error.strerror or error)
        status = error.status if isinstance(error, TransferFailed) else None
        with self._lock:
            self._failures.append(DownloadFailure(wanted.path, reason))
            # A refusal is about this file; silence and a full disk are about all of them.
            self._in_a_row = self._in_a_row + 1 if status is None or status >= 500 else 0
            if self._in_a_row >= _MOST_FAILURES_IN_A_ROW:
                self.is_stopped = True

    def tell(self) -> None:
        """One file more is done: say so, counting also those that need not be fetched."""
        with self._lock:
            self._told += 1 + self._passed
            done, self._passed = self._told, 0
        self._say(done)

    def tell_of_the_rest(self) -> None:
        """Say how many are done, when that was not said yet."""
        if self._passed:
            self._say(self._told + self._passed)

    def _say(self, done: int) -> None:
        if self._order.progress is not None:
            self._order.progress(done, self._order.total or 0)

    def stop(self) -> None:
        """Hand out nothing more."""
        self.is_stopped = True

    def give_up(self) -> None:
        """Hand out nothing more, and have nobody finish what was handed out."""
        self.stop()
        self._is_given_up = True

    def is_wanted(self) -> bool:
        """Whether what was handed out is to be finished."""
        return not self._is_given_up

    def close(self) -> None:
        """Leave only the files and what the next download needs to know."""
        self._manifest.close()
        shutil.rmtree(self._parts, ignore_errors=True)
        with suppress(OSError):
            self._index_file.unlink()
        self._hold.close()

    def report(self) -> DownloadReport:
        """What came of it."""
        failures = tuple(sorted(self._failures))
        is_complete = self._is_exhausted and not failures
        return DownloadReport(self._root, self._downloaded, self._skipped, self._size_bytes, failures, is_complete)

    def _taken(self, row: IndexRow) -> Wanted | None:
        path = f"{row.parent}/{row.name}".strip("/")
        try:
            if row.is_directory:
                self._names.folder(parts_of(row.parent, row.name))
                return None
            parts = self._names.once(parts_of(row.parent, row.name))
            target = self._names.folder(parts[:-1]) / parts[-1]
            url = row.url or address_of(row.s3path, self._order.index_url)
            if self._is_there("/".join(parts), row.s3path, target):
                self._skipped += 1
                self._passed += 1
                return None
        except (UnsafePath, OSError) as error:
            reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
            self._failures.append(DownloadFailure(path, reason))
            self._passed += 1
            return None
        self._handed_out += 1
        staged = self._parts / str(self._handed_out)
        source = Source(url, path, self._order.context, str(target))
        return Wanted("/".join(parts), row.s3path, source, staged, target)

    def _is_there(self, path: str, s3path: str, target: Path) -> bool:
        if target.is_symlink() or not target.is_file():
            return False
        return self._manifest.has(path, s3path, target.stat().st_size)
