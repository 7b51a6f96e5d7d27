"""Searches: tasks that wait, run and end with a result file or a message."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aihub_emulator.background import Background
from aihub_emulator.clock import Clock
from aihub_emulator.objects import Objects
from aihub_emulator.pacing import Pacing
from aihub_emulator.settings import Settings
from aihub_emulator.store import Table
from aihub_emulator.warehouse.engine import SqlEngine, SqlFailed

__all__ = ["BUCKET", "FAILED", "RUNNING", "SUCCESS", "WAITING", "SearchRecord", "Searches"]

WAITING, RUNNING, SUCCESS, FAILED = 1, 2, 3, 4
SQL = 1
BUCKET = "data-warehouse"
_RESULT_COLUMNS = ("image_url", "label", "score", "box")


@dataclass(frozen=True)
class SearchRecord:
    """One search.

    Attributes:
        request: What was asked for, as it was sent.
        example: For image and text searches, the spec's example of a finished search, whose matches they answer.
        result_key: Key of the result file, empty until there is one.
    """

    id: int
    owner_id: int
    username: str
    created_at: int
    request: Mapping[str, Any]
    example: Mapping[str, Any] = field(default_factory=dict)
    status: int = WAITING
    message: str = ""
    result_key: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in {SUCCESS, FAILED}


class Searches:
    """Takes searches in and works them off in the background."""

    def __init__(
        self,
        table: Table[SearchRecord],
        *,
        engine: SqlEngine,
        objects: Objects,
        clock: Clock,
        pacing: Pacing,
        background: Background,
        settings: Settings,
        scratch: Path,
    ) -> None:
        self._table = table
        self._engine = engine
        self._objects = objects
        self._clock = clock
        self._pacing = pacing
        self._background = background
        self._settings = settings
        self._scratch = scratch

    def create(
        self, *, owner_id: int, username: str, request: Mapping[str, Any], example: Mapping[str, Any]
    ) -> SearchRecord:
        """A new search, which starts at once."""
        record = SearchRecord(
            id=self._table.new_id(),
            owner_id=owner_id,
            username=username,
            created_at=int(self._clock.now() * 1000),
            request=request,
            example={} if request["type"] == SQL else example,
        )
        self._table.put(record)
        self._background.start(self._work_off(record))
        return record

    def find(self, search_id: int, *, owner_id: int) -> SearchRecord | None:
        """The search with this id, if this user made it."""
        record = self._table.get(search_id)
        return record if record is not None and record.owner_id == owner_id else None

    def resume(self) -> None:
        """Start again what had not ended when the store was last closed."""
        for record in self._table.all():
            if not record.has_ended:
                self._background.start(self._work_off(record))

    async def _work_off(self, record: SearchRecord) -> None:
        await self._pacing.passed("search", record.id, self._settings.waiting_seconds)
        record = replace(record, status=RUNNING)
        self._table.put(record)
        at_least = asyncio.ensure_future(self._pacing.passed("search", record.id, self._settings.running_seconds))
        try:
            ended = await self._ended(record)
            await at_least
        finally:
            at_least.cancel()
        self._table.put(ended)

    async def _ended(self, record: SearchRecord) -> SearchRecord:
        unfinished = self._scratch / f"search-{record.id}.csv"
        try:
            if record.example:
                _write_matches(unfinished, record.example["results"])
            else:
                await self._engine.run(record.request["sql"], unfinished)
        except SqlFailed as error:
            return replace(record, status=FAILED, message=str(error))
        else:
            key = f"search/{record.id}.csv"
            self._objects.adopt(BUCKET, key, unfinished)
            return replace(record, status=SUCCESS, result_key=key)
        finally:
            unfinished.unlink(missing_ok=True)


def _write_matches(file: Path, matches: list[Mapping[str, Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_RESULT_COLUMNS)
        writer.writerows([match.get(name, "") for name in _RESULT_COLUMNS] for match in matches)
