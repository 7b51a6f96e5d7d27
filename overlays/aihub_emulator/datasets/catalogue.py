"""Datasets and their versions: who made them, how far they are, which of them can be seen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from aihub_emulator.background import Background
from aihub_emulator.clock import Clock
from aihub_emulator.control.pacing import Pacing
from aihub_emulator.datasets.building import Build, build_folder
from aihub_emulator.datasets.contents import BuildFailed
from aihub_emulator.datasets.records import (
    BUILDING_INDEX,
    CREATING,
    FAILED,
    FILES,
    INDEXES,
    LOADING_META,
    SUCCESS,
    WAITING,
    DatasetRecord,
    VersionRecord,
)
from aihub_emulator.datasets.seeded import seeded_datasets, seeded_versions
from aihub_emulator.datasets.sources import source_of
from aihub_emulator.objects.names import named_by_path
from aihub_emulator.objects.storage import Objects
from aihub_emulator.records.store import Table
from aihub_emulator.settings import Settings
from aihub_emulator.warehouse.engine import SqlEngine

__all__ = ["Datasets", "NameTaken"]

# Step of a build -> the status that shows it.
_SHOWN_AS = {"measuring": LOADING_META, "indexing": BUILDING_INDEX}


class NameTaken(Exception):
    """There is a dataset of this name already."""


class Datasets:
    """Takes datasets and versions in, and builds the versions in the background.

    Args:
        seed: Declares the datasets that are there from the start. Their files are made when they are first needed.
    """

    def __init__(
        self,
        datasets: Table[DatasetRecord],
        versions: Table[VersionRecord],
        *,
        seed: Mapping[str, Any],
        engine: SqlEngine,
        objects: Objects,
        clock: Clock,
        pacing: Pacing,
        background: Background,
        settings: Settings,
    ) -> None:
        self._datasets = datasets
        self._versions = versions
        self._seeded_datasets = {record.id: record for record in seeded_datasets(seed)}
        self._seeded_names = {record.name for record in self._seeded_datasets.values()}
        self._seeded = {record.name: (record, source) for record, source in seeded_versions(seed)}
        self._preparing: dict[str, asyncio.Future[str]] = {}
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
        if record["name"] in self._by_name or record["name"] in self._seeded_names:
            raise NameTaken(record["name"])
        made = DatasetRecord(id=self._datasets.new_id(), created_at=self._now(), **record)
        self._datasets.put(made)
        self._by_name[made.name] = made.id
        return made

    def find(self, dataset_id: int) -> DatasetRecord | None:
        """The dataset with this id."""
        return self._datasets.get(dataset_id) or self._seeded_datasets.get(dataset_id)

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
        if name in self._seeded:
            return self._seeded[name][0]
        return self._versions.get(self._by_version.get(name, 0))

    def all(self) -> list[DatasetRecord]:
        """Every dataset, the seed's first."""
        return [*self._seeded_datasets.values(), *self._datasets.all()]

    def all_versions(self) -> list[VersionRecord]:
        """Every version, the seed's first."""
        return [*(record for record, _ in self._seeded.values()), *self._versions.all()]

    async def fetched(self, bucket: str, key: str) -> Path | None:
        """The file that a key holds, if it holds one; a file of the seed's is made when it is not there yet.

        Raises:
            BuildFailed: It could not be made.
        """
        file = self._objects.find(bucket, key)
        name = key if bucket == FILES else key.rpartition(".")[0] if bucket == INDEXES else ""
        record, _ = self._seeded.get("/".join(name.split("/")[:2]), (None, None))
        if file is not None or record is None:
            return file
        await self.prepare(record)
        return self._objects.find(bucket, key)

    async def prepare(self, record: VersionRecord) -> None:
        """Return once the files and the index of a version that has succeeded are there.

        Raises:
            BuildFailed: They could not be made.
        """
        is_there = record.name not in self._seeded or self._objects.find(INDEXES, record.meta_key) is not None
        if is_there or record.status == FAILED:
            return
        if record.name not in self._preparing:
            ready = self._preparing[record.name] = asyncio.get_running_loop().create_future()
            self._background.start(self._make_seeded(*self._seeded[record.name], ready))
        # Who gives up waiting does not end it for the others.
        if problem := await asyncio.shield(self._preparing[record.name]):
            raise BuildFailed(problem)

    async def _prepare_source(self, record: VersionRecord) -> None:
        """Have the seed's files made that a version is taken from. Before its own turn: their making takes one too."""
        name = named_by_path(record.source)
        if name is None or name.bucket != FILES:
            return
        for version, _ in self._seeded.values():
            own = f"{version.name}/"
            if own.startswith(name.key) or name.key.startswith(own):
                # What is not there is missed, and told, when it is taken.
                with suppress(BuildFailed):
                    await self.prepare(version)

    async def _make_seeded(self, record: VersionRecord, source: Mapping[str, Any], ready: asyncio.Future[str]) -> None:
        problem = ""
        try:
            async with self._turn, build_folder(self._objects.incoming) as folder:
                build = Build(record, source, folder, self._settings.datasets)
                async with aclosing(build.steps()) as steps:
                    async for _ in steps:
                        pass
                await self._publish(record, folder)
        except (BuildFailed, OSError) as error:
            problem = _told(error)
        except asyncio.CancelledError:
            problem = "the emulator was reset or stopped"
            raise
        finally:
            del self._preparing[record.name]
            ready.set_result(problem)

    def resume(self) -> None:
        """Start again what had not ended when the store was last closed."""
        for record in self._versions.all():
            if not record.has_ended:
                self._background.start(self._work_off(record))

    def _now(self) -> int:
        return int(self._clock.now() * 1000)

    async def _work_off(self, record: VersionRecord) -> None:
        if record.status == WAITING:
            await self._pacing.passed("dataset_version", record.id, self._settings.waiting_seconds)
        await self._prepare_source(record)
        async with self._turn:
            self._versions.put(replace(record, status=CREATING))
            # Each step takes its part of the time at least; all of them are on their way from the start, so that one
            # turn of a manual clock gets past them.
            seconds = self._settings.running_seconds
            passed = self._pacing.passed
            marks = [asyncio.ensure_future(passed("dataset_version", record.id, seconds / 3, nth=n)) for n in (1, 2, 3)]
            try:
                with self._background.working():
                    await self._built(record, marks)
            except (BuildFailed, OSError) as error:
                await marks[-1]
                self._versions.put(replace(record, status=FAILED, message=_told(error)))
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
                    await self._background.passed(marks[begun])
                    begun += 1
                    self._versions.put(replace(record, status=_SHOWN_AS[step]))
            await self._background.passed(marks[-1])
            await self._publish(record, folder)
            built = build.result
            ended = replace(record, status=SUCCESS, data_count=built.files, data_size=built.size_bytes)
            self._versions.put(ended)
            self._show_images(ended)

    async def _publish(self, record: VersionRecord, folder: Path) -> None:
        """Make the files reachable. What follows in the same turn of the event loop is seen together with them."""
        names = folder / "names.jsonl"
        await self._objects.adopt_folder(folder / "files", _listed(names))
        self._objects.adopt(INDEXES, record.index_key, folder / "index.parquet")
        self._objects.adopt(INDEXES, record.meta_key, folder / "meta.csv")

    def _show_images(self, record: VersionRecord) -> None:
        rows = self._objects.find(INDEXES, record.meta_key)
        if rows is not None:
            self._engine.add_rows(rows)


def _told(error: BuildFailed | OSError) -> str:
    if isinstance(error, OSError):
        return f"it could not be made ({error.strerror or error})"
    return str(error)


def _listed(names: Path) -> Iterator[tuple[str, str, str]]:
    with names.open(encoding="utf-8") as lines:
        for line in lines:
            key, name = json.loads(line)
            yield FILES, key, name
