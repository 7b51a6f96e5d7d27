"""Datasets and their versions: who made them, how far they are, which of them can be seen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

from aihub_emulator.background import Background
from aihub_emulator.clock import Clock
from aihub_emulator.datasets.building import Build, Built, build_folder
from aihub_emulator.datasets.contents import BuildFailed
from aihub_emulator.datasets.records import (
    BUILDING_INDEX,
    CREATING,
    FAILED,
    FILES,
    INDEXES,
    LOADING_META,
    SUCCESS,
    DatasetRecord,
    VersionRecord,
)
from aihub_emulator.datasets.sources import source_of
from aihub_emulator.objects import Objects
from aihub_emulator.pacing import Pacing
from aihub_emulator.settings import Settings
from aihub_emulator.store import Table
from aihub_emulator.warehouse.engine import SqlEngine

__all__ = ["Datasets", "NameTaken"]

# Step of a build -> the status that shows it.
_SHOWN_AS = {"measuring": LOADING_META, "indexing": BUILDING_INDEX}


class NameTaken(Exception):
    """There is a dataset of this name already."""


class Datasets:
    """Takes datasets and versions in, and builds the versions in the background.

    Args:
        taken_names: Names of datasets that exist as rows of the `meta` table only.
    """

    def __init__(
        self,
        datasets: Table[DatasetRecord],
        versions: Table[VersionRecord],
        *,
        taken_names: Iterable[str],
        engine: SqlEngine,
        objects: Objects,
        clock: Clock,
        pacing: Pacing,
        background: Background,
        settings: Settings,
    ) -> None:
        self._datasets = datasets
        self._versions = versions
        self._taken_names = frozenset(taken_names)
        self._engine = engine
        self._objects = objects
        self._clock = clock
        self._pacing = pacing
        self._background = background
        self._settings = settings
        self._turn = asyncio.Semaphore(settings.datasets.at_once)
        self._by_name: dict[str, int] = {}
        self._by_version: dict[str, int] = {}

    def load(self) -> None:
        """Look into the tables anew, after they were opened or cleared, and show searches the images of all versions.

        The engine has the seed's rows by then, and no others.
        """
        self._by_name = {record.name: record.id for record in self._datasets.all()}
        self._by_version = {record.name: record.id for record in self._versions.all()}
        for record in self._versions.all():
            if record.status == SUCCESS:
                self._show_images(record)

    def create(self, record: Mapping[str, Any]) -> DatasetRecord:
        """A new dataset from the fields of its record that the caller knows.

        Raises:
            NameTaken: The name is not free.
        """
        if record["name"] in self._by_name or record["name"] in self._taken_names:
            raise NameTaken(record["name"])
        made = DatasetRecord(id=self._datasets.new_id(), created_at=self._now(), **record)
        self._datasets.put(made)
        self._by_name[made.name] = made.id
        return made

    def find(self, dataset_id: int) -> DatasetRecord | None:
        """The dataset with this id."""
        return self._datasets.get(dataset_id)

    def add_version(self, dataset: DatasetRecord, version: Mapping[str, Any]) -> VersionRecord:
        """A new version, whose building starts at once, from the fields of its record that the caller knows."""
        made = VersionRecord(
            id=self._versions.new_id(),
            dataset_id=dataset.id,
            dataset=dataset.name,
            version=dataset.next_version,
            created_at=self._now(),
            **version,
        )
        self._versions.put(made)
        self._datasets.put(replace(dataset, next_version=dataset.next_version + 1))
        self._by_version[made.name] = made.id
        self._background.start(self._work_off(made))
        return made

    def find_version(self, version_id: int) -> VersionRecord | None:
        """The version with this id."""
        return self._versions.get(version_id)

    def version_named(self, name: str) -> VersionRecord | None:
        """The version that is called `<dataset>/V<number>`."""
        return self._versions.get(self._by_version.get(name, 0))

    def resume(self) -> None:
        """Start again what had not ended when the store was last closed."""
        for record in self._versions.all():
            if not record.has_ended:
                self._background.start(self._work_off(record))

    def _now(self) -> int:
        return int(self._clock.now() * 1000)

    async def _work_off(self, record: VersionRecord) -> None:
        await self._pacing.passed("dataset_version", record.id, self._settings.waiting_seconds)
        async with self._turn:
            self._versions.put(replace(record, status=CREATING))
            # Each step takes its part of the time at least; all of them are on their way from the start, so that one
            # turn of a manual clock gets past them.
            seconds = self._settings.running_seconds
            passed = self._pacing.passed
            marks = [asyncio.ensure_future(passed("dataset_version", record.id, seconds / 3, nth=n)) for n in (1, 2, 3)]
            try:
                await self._built(record, marks)
            except BuildFailed as error:
                await marks[-1]
                self._versions.put(replace(record, status=FAILED, message=str(error)))
            finally:
                for mark in marks:
                    mark.cancel()

    async def _built(self, record: VersionRecord, marks: Sequence[asyncio.Future[None]]) -> None:
        async with build_folder(self._objects.incoming) as folder:
            source = await source_of(record, self._objects, folder, self._settings)
            build = Build(record, source, folder, self._settings.datasets)
            begun = 0
            async with aclosing(build.steps()) as steps:
                async for step in steps:
                    await marks[begun]
                    begun += 1
                    self._versions.put(replace(record, status=_SHOWN_AS[step]))
            await marks[-1]
            await self._publish(record, folder, build.result)

    async def _publish(self, record: VersionRecord, folder: Path, built: Built) -> None:
        """Make the files reachable, then the version and its images visible, in one turn of the event loop."""
        names = folder / "names.jsonl"
        await self._objects.adopt_folder(folder / "files", _listed(names))
        self._objects.adopt(INDEXES, record.index_key, folder / "index.parquet")
        self._objects.adopt(INDEXES, record.meta_key, folder / "meta.csv")
        ended = replace(record, status=SUCCESS, data_count=built.files, data_size=built.size_bytes)
        self._versions.put(ended)
        self._show_images(ended)

    def _show_images(self, record: VersionRecord) -> None:
        rows = self._objects.find(INDEXES, record.meta_key)
        if rows is not None:
            self._engine.add_rows(rows)


def _listed(names: Path) -> Iterator[tuple[str, str, str]]:
    with names.open(encoding="utf-8") as lines:
        for line in lines:
            key, name = json.loads(line)
            yield FILES, key, name
