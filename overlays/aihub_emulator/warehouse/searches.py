"""Searches: tasks that wait, run and end with a result file or a message."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aihub_emulator.background import Background
from aihub_emulator.clock import Clock
from aihub_emulator.control.pacing import Pacing
from aihub_emulator.datasets.contents import BuildFailed
from aihub_emulator.datasets.records import FILES
from aihub_emulator.objects.storage import Objects
from aihub_emulator.records.store import Table
from aihub_emulator.settings import Settings
from aihub_emulator.warehouse.engine import SqlEngine, SqlFailed
from aihub_emulator.warehouse.images import ImageSearch, ImageSearchFailed
from aihub_emulator.warehouse.libraries import Library

__all__ = [
    "BUCKET",
    "FAILED",
    "IMAGE",
    "RUNNING",
    "SQL",
    "SUCCESS",
    "WAITING",
    "SearchRecord",
    "Searches",
    "shown_matches",
]

WAITING, RUNNING, SUCCESS, FAILED = 1, 2, 3, 4
SQL, IMAGE = 1, 2
BUCKET = "data-warehouse"
_RESULT_COLUMNS = ("image_url", "label", "score", "box")


@dataclass(frozen=True)
class SearchRecord:
    """One search.

    Attributes:
        request: What was asked for, as it was sent.
        base_url: The address under which the caller reached the emulator.
        feature_lib_name: Name of the feature library that is searched, empty for SQL searches.
        result_key: Key of the result file, empty until there is one.
        results: For image and text searches: `key`, `label`, `score` and `box` of each match, the best first.
    """

    id: int
    owner_id: int
    username: str
    created_at: int
    request: Mapping[str, Any]
    base_url: str = ""
    feature_lib_name: str = ""
    status: int = WAITING
    message: str = ""
    result_key: str = ""
    results: tuple[Mapping[str, Any], ...] = ()

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
        images: ImageSearch,
        libraries: Mapping[int, Library],
        objects: Objects,
        clock: Clock,
        pacing: Pacing,
        background: Background,
        settings: Settings,
        scratch: Path,
    ) -> None:
        self._table = table
        self._engine = engine
        self._images = images
        self._libraries = libraries
        self._objects = objects
        self._clock = clock
        self._pacing = pacing
        self._background = background
        self._settings = settings
        self._scratch = scratch

    @property
    def libraries(self) -> Mapping[int, Library]:
        """The feature libraries by id."""
        return self._libraries

    def create(self, *, owner_id: int, username: str, request: Mapping[str, Any], base_url: str) -> SearchRecord:
        """A new search, which starts at once."""
        library = None if request["type"] == SQL else self._libraries[request["feature_lib_id"]]
        record = SearchRecord(
            id=self._table.new_id(),
            owner_id=owner_id,
            username=username,
            created_at=int(self._clock.now() * 1000),
            request=request,
            base_url=base_url,
            feature_lib_name=library.name if library else "",
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
        # One that was taken up after a restart may have waited already.
        if record.status == WAITING:
            await self._pacing.passed("search", record.id, self._settings.waiting_seconds)
        record = replace(record, status=RUNNING)
        self._table.put(record)
        at_least = asyncio.ensure_future(self._pacing.passed("search", record.id, self._settings.running_seconds))
        try:
            with self._background.working():
                ended = await self._ended(record)
            await at_least
        finally:
            at_least.cancel()
        self._table.put(ended)

    async def _ended(self, record: SearchRecord) -> SearchRecord:
        unfinished = self._scratch / f"search-{record.id}.csv"
        try:
            if record.request["type"] == SQL:
                await self._engine.run(record.request["sql"], unfinished)
            else:
                record = replace(record, results=tuple(await self._matches(record)))
                _write_matches(unfinished, shown_matches(record, record.base_url))
            key = f"search/{record.id}.csv"
            self._objects.adopt(BUCKET, key, unfinished)
        except (SqlFailed, ImageSearchFailed, BuildFailed) as error:
            return replace(record, status=FAILED, message=str(error))
        except OSError as error:
            return replace(record, status=FAILED, message=f"the search could not be done ({error.strerror or error})")
        else:
            return replace(record, status=SUCCESS, result_key=key)
        finally:
            unfinished.unlink(missing_ok=True)

    async def _matches(self, record: SearchRecord) -> list[dict[str, Any]]:
        library = self._libraries.get(record.request["feature_lib_id"])
        if library is None:
            raise ImageSearchFailed(f"there is no feature library {record.request['feature_lib_id']} any more")
        return await self._images.matches(record.request, library, record.base_url)


def shown_matches(record: SearchRecord, base_url: str) -> list[dict[str, Any]]:
    """The matches as the spec shows them, with addresses on the server at `base_url`."""
    return [
        {
            "image_url": Objects.address(base_url, FILES, match["key"]),
            "label": match["label"],
            "score": match["score"],
            "box": list(match["box"]),
        }
        for match in record.results
    ]


def _write_matches(file: Path, matches: list[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_RESULT_COLUMNS)
        writer.writerows([match[name] for name in _RESULT_COLUMNS] for match in matches)
