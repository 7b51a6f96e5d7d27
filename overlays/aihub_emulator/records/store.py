"""Where an emulator's records live. One interface, and its keeper in memory; sqlite_store.py has the one on disk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

__all__ = ["MemoryStore", "Record", "Store", "Table"]


class Record(Protocol):
    """A frozen dataclass whose fields are JSON data, so that any keeper can write it down and read it back.

    A field may be a tuple, if it is declared as one. A field that is added later has a default.
    """

    @property
    def id(self) -> int:
        """Number of the record within its table, from 1."""


R = TypeVar("R", bound=Record)


class Table(Protocol[R]):
    """The records of one kind. Each call takes effect whole or not at all."""

    def new_id(self) -> int:
        """A number that no record of this table has had."""

    def put(self, record: R) -> None:
        """Keep `record`, in place of the one with its id."""

    def get(self, record_id: int) -> R | None:
        """The record with this id, if there is one."""

    def all(self) -> Iterator[R]:
        """Every record, oldest first, as of this moment."""


class Store(Protocol):
    """All tables of one emulator."""

    def table(self, kind: type[R]) -> Table[R]:
        """The table that keeps records of this class."""

    def clear(self) -> None:
        """Forget every record; ids start at 1 again."""

    def fact(self, name: str) -> str | None:
        """What was kept under this name."""

    def keep_fact(self, name: str, value: str) -> None:
        """Keep `value` under a name. Facts are about the store itself, and outlive `clear`."""

    @property
    def is_dirty(self) -> bool:
        """Whether there are changes that are not committed."""

    def commit(self) -> None:
        """Make every change so far outlive the process, where the keeper can."""

    async def committed(self) -> None:
        """Return when every change so far outlives the process, where the keeper can see to that."""

    def close(self) -> None:
        """Commit, and let go of what it is kept in; nothing works afterwards."""


class _MemoryTable:
    def __init__(self) -> None:
        self._records: dict[int, Any] = {}
        self._last_id = 0

    def new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def put(self, record: Record) -> None:
        self._records[record.id] = record
        self._last_id = max(self._last_id, record.id)

    def get(self, record_id: int) -> Any:
        return self._records.get(record_id)

    def all(self) -> Iterator[Any]:
        return iter(list(self._records.values()))

    def clear(self) -> None:
        self._records.clear()
        self._last_id = 0


class MemoryStore:
    """Keeps records in memory. Only the event loop's thread uses it, so no call needs a lock."""

    def __init__(self) -> None:
        self._tables: dict[type, _MemoryTable] = {}
        self._facts: dict[str, str] = {}

    def table(self, kind: type[R]) -> Table[R]:
        """The table that keeps records of this class."""
        return self._tables.setdefault(kind, _MemoryTable())

    def clear(self) -> None:
        """Forget every record; ids start at 1 again."""
        for table in self._tables.values():
            table.clear()

    def fact(self, name: str) -> str | None:
        """What was kept under this name."""
        return self._facts.get(name)

    def keep_fact(self, name: str, value: str) -> None:
        """Keep `value` under a name."""
        self._facts[name] = value

    @property
    def is_dirty(self) -> bool:
        """Never: there is nothing to commit."""
        return False

    def commit(self) -> None:
        """Nothing: memory ends with the process."""

    async def committed(self) -> None:
        """Nothing, likewise."""

    def close(self) -> None:
        """Nothing."""
