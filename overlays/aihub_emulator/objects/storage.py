"""The object storage: files by bucket and key, fetched over plain HTTP at `/<bucket>/<key>`."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import uuid
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

__all__ = ["Objects"]

_BUSY_SECONDS = 30.0
_TABLE = """
    CREATE TABLE IF NOT EXISTS objects (
        bucket BLOB NOT NULL, key BLOB NOT NULL, file TEXT NOT NULL, PRIMARY KEY (bucket, key)
    ) WITHOUT ROWID
"""
_FIND = "SELECT file FROM objects WHERE bucket = ? AND key = ?"
_PUT = "INSERT INTO objects VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET file = excluded.file"
_REPLACED = "SELECT objects.file FROM temp.arriving JOIN objects USING (bucket, key)"
_PUT_ALL = "INSERT INTO objects SELECT * FROM temp.arriving WHERE true ON CONFLICT DO UPDATE SET file = excluded.file"


class Objects:
    """Files by bucket and key, in one folder.

    A file's name on disk is random and its content never changes: no key, whatever its dots and slashes, leads out
    of the folder, and whoever reads an object while it is replaced reads the old one to its end. Which key holds
    which file stands in a database next to the folder: many files appear at once or not at all, also when the
    process is killed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._database = folder.with_name(f"{folder.name}.sqlite")
        self._folder.mkdir(parents=True, exist_ok=True)
        # Used by one thread at a time; another one makes the instance than serves it.
        self._connection = self._connected()
        self._sweep()

    @property
    def incoming(self) -> Path:
        """The folder where files grow that will be adopted: on the same disk, and emptied at each start."""
        return self._folder / "incoming"

    def adopt(self, bucket: str, key: str, file: Path) -> None:
        """Take over `file`, whole or not at all, in place of what the key held.

        Raises:
            OSError: There is no room for it, for example; the file is gone.
        """
        name = uuid.uuid4().hex
        taken = file.replace(self._folder / name)
        try:
            self._record(bucket, key, name)
        except BaseException:
            taken.unlink(missing_ok=True)
            raise

    async def adopt_folder(self, folder: Path, names: Iterable[tuple[str, str, str]]) -> None:
        """Take over the files of `folder`: all keys hold theirs at the same moment, or none does.

        Args:
            folder: Moved as it is; nothing in it may change afterwards.
            names: Bucket, key and name in the folder, one for each file.
        """
        home = uuid.uuid4().hex

        def record() -> None:
            folder.replace(self._folder / home)
            with closing(self._connected()) as connection:
                self._record_all(connection, ((bucket, key, f"{home}/{name}") for bucket, key, name in names))

        recording = asyncio.ensure_future(asyncio.to_thread(record))
        try:
            await asyncio.shield(recording)
        except asyncio.CancelledError:
            # A thread cannot be stopped: whoever cancels must not go on while it still writes.
            await recording
            raise

    def find(self, bucket: str, key: str) -> Path | None:
        """The file that a key holds, if it holds one."""
        found = self._connection.execute(_FIND, (_bytes(bucket), _bytes(key))).fetchone()
        return self._folder / found[0] if found else None

    def below(self, bucket: str, beginning: str) -> list[tuple[str, Path]]:
        """Key and file of every object whose key begins so, in the order of the keys. Any thread may ask."""
        first = _bytes(beginning)
        asked = "SELECT key, file FROM objects WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key"
        with closing(self._connected()) as connection:
            rows = connection.execute(asked, (_bytes(bucket), first, first + b"\xff")).fetchall()
        return [(key.decode("utf-8", "surrogatepass"), self._folder / file) for key, file in rows]

    def tag(self, file: Path) -> str:
        """The ETag of a file that `find` gave: no other content ever has it."""
        return f'"{"-".join(file.relative_to(self._folder).parts)}"'

    def clear(self) -> None:
        """Drop every object. What grows in `incoming` stays: whoever receives it has not come to its end."""
        self._connection.execute("DELETE FROM objects")
        self._remove_all_but({self.incoming.name})

    def close(self) -> None:
        """Let go of the database; nothing works afterwards."""
        self._connection.close()

    @staticmethod
    def address(base_url: str, bucket: str, key: str) -> str:
        """Where an object is fetched, on the server at `base_url`."""
        return f"{base_url}/{quote(bucket, safe='')}/{quote(key)}"

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._database, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(_TABLE)
        return connection

    def _record(self, bucket: str, key: str, file: str) -> None:
        place = (_bytes(bucket), _bytes(key))
        with _transaction(self._connection):
            replaced = self._connection.execute(_FIND, place).fetchone()
            self._connection.execute(_PUT, (*place, file))
        if replaced:
            (self._folder / replaced[0]).unlink(missing_ok=True)

    def _record_all(self, connection: sqlite3.Connection, names: Iterable[tuple[str, str, str]]) -> None:
        # Gathered beside the database: others need not wait until a long folder has been listed.
        connection.execute("CREATE TEMP TABLE arriving (bucket BLOB, key BLOB, file TEXT)")
        connection.execute("BEGIN")
        try:
            rows = ((_bytes(bucket), _bytes(key), file) for bucket, key, file in names)
            connection.executemany("INSERT INTO temp.arriving VALUES (?, ?, ?)", rows)
        finally:
            connection.execute("COMMIT")
        with _transaction(connection):
            replaced = connection.execute(_REPLACED).fetchall()
            connection.execute(_PUT_ALL)
        for (name,) in replaced:
            (self._folder / name).unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what a killed process left behind: files that no key holds."""
        shutil.rmtree(self.incoming, ignore_errors=True)
        self._remove_all_but(
            {file.partition("/")[0] for (file,) in self._connection.execute("SELECT file FROM objects")}
        )
        # Not empty yet where a worker of the killed process is still on its way out.
        self.incoming.mkdir(exist_ok=True)

    def _remove_all_but(self, kept: Collection[str]) -> None:
        for entry in self._folder.iterdir():
            if entry.name not in kept:
                shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink()


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException as error:
        # Some failures, such as a full disk, have ended the transaction already.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        if isinstance(error, sqlite3.Error):
            raise OSError(f"objects.sqlite cannot be written ({error})") from error
        raise


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
