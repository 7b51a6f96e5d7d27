"""A store that outlives its process: one SQLite file, read into memory when it is opened."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar, get_origin, get_type_hints

from aihub_emulator.records.store import Record, Table
from aihub_emulator.settings import UnsupportedSetting

__all__ = ["FORMAT", "SqliteStore"]

R = TypeVar("R", bound=Record)

# Raised whenever a file of before can no longer be read.
FORMAT = 2
_TABLES = (
    "CREATE TABLE IF NOT EXISTS records (kind TEXT, id INTEGER, body TEXT NOT NULL, PRIMARY KEY (kind, id))",
    "CREATE TABLE IF NOT EXISTS ids (kind TEXT PRIMARY KEY, last INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
)
_PUT_RECORD = "INSERT OR REPLACE INTO records VALUES (?, ?, ?)"
_PUT_ID = "INSERT OR REPLACE INTO ids VALUES (?, ?)"
_PUT_FACT = "INSERT OR REPLACE INTO facts VALUES (?, ?)"
_CLEAR = ("DELETE FROM records", "DELETE FROM ids")
_FACT = "a fact"

# Takes down what the next commit writes: a statement with its values, under what it is about.
_Write = Callable[[tuple[object, ...], str, tuple[object, ...]], None]


class _SqliteTable:
    """The records of one kind, in memory; `write` takes each change down, `touch` is told of an id that was given."""

    def __init__(self, kind: type, connection: sqlite3.Connection, *, write: _Write, touch: Callable[[], None]) -> None:
        self._kind = kind
        self._name = kind.__name__
        self._write = write
        self._touch = touch
        self._field_names = tuple(field.name for field in fields(kind))
        hints = get_type_hints(kind)
        self._tuples = frozenset(name for name in self._field_names if get_origin(hints[name]) is tuple)
        rows = connection.execute("SELECT id, body FROM records WHERE kind = ? ORDER BY id", (self._name,))
        self._records: dict[int, Any] = {number: self._read(body) for number, body in rows}
        last = connection.execute("SELECT last FROM ids WHERE kind = ?", (self._name,)).fetchone()
        self._last_id: int = max(last[0] if last else 0, *self._records, 0)
        # Whether the last id was given, and no record in the file tells so.
        self._is_id_loose = False

    def _read(self, body: str) -> Any:
        try:
            # JSON has no tuples.
            values = {name: tuple(value) if name in self._tuples else value for name, value in json.loads(body).items()}
            return self._kind(**values)
        except (AttributeError, TypeError, ValueError) as error:
            raise UnsupportedSetting(f"its {self._name} was written by another version ({error})") from error

    def new_id(self) -> int:
        self._touch()
        self._last_id += 1
        self._is_id_loose = True
        return self._last_id

    def keep_id(self) -> None:
        """Write down the last id, unless a record does."""
        if self._is_id_loose:
            self._write((self._name,), _PUT_ID, (self._name, self._last_id))
            self._is_id_loose = False

    def put(self, record: Record) -> None:
        body = json.dumps({name: getattr(record, name) for name in self._field_names})
        self._write((self._name, record.id), _PUT_RECORD, (self._name, record.id, body))
        self._records[record.id] = record
        if record.id >= self._last_id:
            self._last_id, self._is_id_loose = record.id, False

    def get(self, record_id: int) -> Any:
        return self._records.get(record_id)

    def all(self) -> Iterator[Any]:
        return iter(list(self._records.values()))

    def clear(self) -> None:
        self._records.clear()
        self._last_id, self._is_id_loose = 0, False


class SqliteStore:
    """Keeps records in a file, and all of them in memory too. Only the event loop's thread uses it.

    Changes of one turn of the event loop are one transaction. It is committed at the end of the turn, and an answer
    that may tell of them goes out after that (`committed`); who cannot wait commits at once (`commit`).

    A commit hands the change to the operating system and does not wait for the disk (WAL, synchronous=NORMAL): a
    killed process loses nothing that it acknowledged. A machine that loses power may lose the last moments, and the
    file is whole even then. Waiting for the disk would cost each creation milliseconds, for data of tests.

    A commit that fails, as on a full disk, changes nothing in the file. What it was to write is written by the next
    one, so that the file has caught up with the memory as soon as there is room.

    Args:
        file: Where; made when it is not there.

    Raises:
        UnsupportedSetting: The file was written by another version of the emulator, or is no such file.
    """

    def __init__(self, file: Path) -> None:
        self._tables: dict[type, _SqliteTable] = {}
        self._unwritten: dict[tuple[object, ...], tuple[str, tuple[object, ...]]] = {}
        self._facts: dict[str, str] = {}
        self._is_dirty = self._is_commit_planned = False
        self._waiters: list[asyncio.Future[None]] = []
        try:
            # Opened by the thread that makes the instance, used by the one that serves it, never by both at a time.
            self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except sqlite3.Error as error:
            raise UnsupportedSetting(f"{file.name} cannot be read ({error})") from error

    def _prepare(self) -> None:
        (written,) = self._connection.execute("PRAGMA user_version").fetchone()
        if written not in {0, FORMAT}:
            raise UnsupportedSetting(f"it is of format {written}, and this version of the emulator reads {FORMAT}")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        for table in _TABLES:
            self._connection.execute(table)
        self._connection.execute(f"PRAGMA user_version = {FORMAT}")
        self._facts.update(self._connection.execute("SELECT name, value FROM facts"))

    def table(self, kind: type[R]) -> Table[R]:
        """The table that keeps records of this class."""
        if kind not in self._tables:
            self._tables[kind] = _SqliteTable(kind, self._connection, write=self._write, touch=self._touch)
        return self._tables[kind]

    def clear(self) -> None:
        """Forget every record, at once and for good; ids start at 1 again."""
        self._unwritten = {about: each for about, each in self._unwritten.items() if about[0] == _FACT}
        for statement in _CLEAR:
            self._write((statement,), statement, ())
        for table in self._tables.values():
            table.clear()
        self.commit()

    def fact(self, name: str) -> str | None:
        """What was kept under this name."""
        return self._facts.get(name)

    def keep_fact(self, name: str, value: str) -> None:
        """Keep `value` under a name. Facts are about the store itself, and outlive `clear`."""
        self._write((_FACT, name), _PUT_FACT, (name, value))
        self._facts[name] = value

    @property
    def is_dirty(self) -> bool:
        """Whether there are changes that are not committed."""
        return self._is_dirty

    def commit(self) -> None:
        """Make every change so far outlive the process.

        Raises:
            sqlite3.Error: It failed; the next commit tries again.
        """
        if not self._is_dirty:
            return
        waiters, self._waiters = self._waiters, []
        try:
            self._write_down()
        except sqlite3.Error as error:
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_exception(error)
            raise
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _write_down(self) -> None:
        for table in self._tables.values():
            table.keep_id()
        self._connection.execute("BEGIN")
        try:
            for statement, values in self._unwritten.values():
                self._connection.execute(statement, values)
            self._connection.execute("COMMIT")
        except BaseException:
            # Some failures, such as a full disk, have ended the transaction already.
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise
        self._unwritten.clear()
        self._is_dirty = False

    async def committed(self) -> None:
        """Return when every change so far outlives the process: requests that are answered at a time share a commit.

        Raises:
            sqlite3.Error: The commit failed.
        """
        if self._is_dirty:
            # One for each who waits: a request that is cancelled takes only its own along.
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            # The one at the end of the turn may have been, and failed.
            self._plan_commit()
            await waiter

    def close(self) -> None:
        """Commit, and let go of the file; nothing works afterwards."""
        try:
            self.commit()
        finally:
            self._connection.close()
            self._is_dirty = False

    def _write(self, about: tuple[object, ...], statement: str, values: tuple[object, ...]) -> None:
        self._touch()
        self._unwritten[about] = (statement, values)

    def _touch(self) -> None:
        self._is_dirty = True
        self._plan_commit()

    def _plan_commit(self) -> None:
        if self._is_commit_planned:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            # While an instance is being made: it commits itself.
            return
        self._is_commit_planned = True
        loop.call_soon(self._commit_late)

    def _commit_late(self) -> None:
        self._is_commit_planned = False
        # The store may have been committed or closed since.
        self.commit()
