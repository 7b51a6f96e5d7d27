"""Runs SQL over the `meta` table, each query in a process of its own that is bounded and thrown away."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

from aihub_emulator.child import running_child
from aihub_emulator.settings import SqlLimits
from aihub_emulator.warehouse.meta import COLUMNS, Row, write_rows

__all__ = ["SqlEngine", "SqlFailed"]

_log = logging.getLogger("aihub_emulator")
_WORKER = Path(__file__).with_name("worker.py")


class SqlFailed(Exception):
    """A query ended without a result; the message says why."""


def _engine_folder() -> str:
    found = find_spec("duckdb")
    if found is None or found.origin is None:
        raise SqlFailed("the SQL engine is not installed: pip install 'aihub-sdk[emulator]'")
    return str(Path(found.origin).parents[1])


class SqlEngine:
    """Answers queries about the rows that it was given.

    Args:
        folder: Where it keeps its database and unfinished results.
        limits: What one query may use.
    """

    def __init__(self, folder: Path, limits: SqlLimits) -> None:
        self._folder = folder
        self._limits = limits
        self._turn = asyncio.Semaphore(limits.at_once)
        self._loading = asyncio.Lock()
        self._revision = 0
        self._row_files: tuple[Path, ...] = ()
        self._users: Counter[Path] = Counter()
        folder.mkdir(parents=True, exist_ok=True)

    def use_rows(self, rows: Iterator[Row]) -> None:
        """Take `rows` for the table from the next query on. The first query after that loads them."""
        file = self._folder / "seed.csv"
        write_rows(file, rows)
        self._row_files = (file,)
        self._revision += 1
        self._drop_old_databases()

    def add_rows(self, file: Path) -> None:
        """Take the rows of another file that `write_rows` wrote, and that stays as it is, from the next query on."""
        self._row_files = (*self._row_files, file)
        self._revision += 1
        self._drop_old_databases()

    @property
    def _database(self) -> Path:
        return self._folder / f"meta-{self._revision}.duckdb"

    async def run(self, sql: str, result: Path) -> int:
        """Write the query's rows to `result` as CSV and return their number.

        Raises:
            SqlFailed: It is not one SELECT, it is wrong, or it went beyond a limit.
        """
        async with self._turn:
            job, database = self._job(sql, result), self._database
            self._users[database] += 1
            try:
                if database.exists():
                    return await self._in_worker(job)
                async with self._loading:
                    return await self._in_worker(job)
            finally:
                self._users[database] -= 1
                self._drop_old_databases()

    def _job(self, sql: str, result: Path) -> dict[str, object]:
        return {
            **asdict(self._limits),
            "sql": sql,
            "site": _engine_folder(),
            "columns": COLUMNS,
            "rows": [str(file) for file in self._row_files],
            "database": str(self._database),
            "result": str(result),
        }

    def _drop_old_databases(self) -> None:
        """Remove the tables of the past that no query reads any more."""
        for database in self._folder.glob("meta-*.duckdb"):
            if database != self._database and not self._users[database]:
                database.unlink(missing_ok=True)

    async def _in_worker(self, job: dict[str, object]) -> int:
        async with running_child(_WORKER, self._folder) as process:
            talk = process.communicate(json.dumps(job).encode())
            try:
                said, complaint = await asyncio.wait_for(talk, timeout=self._limits.wall_seconds)
            except asyncio.TimeoutError:
                raise SqlFailed(self._explain(-signal.SIGALRM)) from None
        if process.returncode or not said:
            _log.info("a query's process ended with status %s: %s", process.returncode, complaint.decode())
            raise SqlFailed(self._explain(process.returncode or 0))
        outcome = json.loads(said)
        if "error" in outcome:
            raise SqlFailed(outcome["error"])
        return int(outcome["rows"])

    def _explain(self, status: int) -> str:
        """Why a worker ended without a word: a negative status is the signal that ended it."""
        limits = self._limits
        if status in {-signal.SIGXCPU, -signal.SIGKILL}:
            return f"the query needs more than the {limits.cpu_seconds} s of processor time that it may use"
        if status == -signal.SIGALRM:
            return f"the query takes longer than the {limits.wall_seconds:g} s that it may take"
        if status in {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS}:
            mebibytes = limits.memory_bytes >> 20
            return f"the query needs more memory than the {mebibytes} MiB that it may use, or too deep a nesting"
        return f"the query's process ended unexpectedly (status {status})"
