"""Image and text search: measures the images of datasets when they are first searched, then ranks them."""

from __future__ import annotations

import asyncio
import csv
import json
import logging
import shutil
import signal
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from aihub_emulator.child import import_paths, running_child
from aihub_emulator.datasets.catalogue import Datasets
from aihub_emulator.datasets.contents import BuildFailed, shown
from aihub_emulator.datasets.records import FILES, INDEXES, SUCCESS, VersionRecord
from aihub_emulator.objects.names import named_by_address, named_by_path
from aihub_emulator.objects.storage import Objects
from aihub_emulator.settings import ImageLimits
from aihub_emulator.warehouse.libraries import Library

__all__ = ["ImageSearch", "ImageSearchFailed"]

_log = logging.getLogger("aihub_emulator")
_WORKER = Path(__file__).with_name("image_worker.py")
# The search type of the spec; every other one that comes here is by words.
IMAGE = 2
_IMAGES_A_PROCESS = 500
_MOST_ENDED_PROCESSES = 20


class ImageSearchFailed(Exception):
    """A search ended without a result; the message says why."""


class ImageSearch:
    """Finds images among those of all dataset versions that have succeeded.

    What is measured is kept as an object next to the version's index: it is done once, and outlives a restart.

    Args:
        datasets: Whose images are searched.
        objects: Where they lie, and where query images are looked up. Nothing else is ever fetched.
        folder: For unfinished work.
        limits: What one process may use.
    """

    def __init__(self, datasets: Datasets, objects: Objects, folder: Path, limits: ImageLimits) -> None:
        self._datasets = datasets
        self._objects = objects
        self._folder = folder
        self._limits = limits
        self._turn = asyncio.Semaphore(limits.at_once)
        self._measuring: dict[str, asyncio.Lock] = {}

    async def matches(self, request: Mapping[str, Any], library: Library, base_url: str) -> list[dict[str, Any]]:
        """The best matches as `key`, `label`, `score` and `box`, the best first.

        Args:
            request: What is searched for, as it was sent.
            library: Where.
            base_url: The address under which the caller reached the emulator.

        Raises:
            ImageSearchFailed: A query image or the words are of no use, or a limit was passed.
        """
        job: dict[str, Any] = {"parts": library.parts, "top_k": request["top_k"]}
        if request["type"] == IMAGE:
            job["queries"] = [await self._query(n, image, base_url) for n, image in enumerate(request["images"])]
        else:
            job["words"] = request["keywords"]
        known = self._datasets.all_versions()
        versions = [each for each in known if each.status == SUCCESS and library.holds(each.dataset)]
        # Both cores of a small machine: the first search of all makes and measures the seed's images.
        measured = await asyncio.gather(*map(self._measured, versions), return_exceptions=True)
        for outcome in measured:
            if isinstance(outcome, BaseException):
                raise outcome
        job["measured"] = [str(file) for file in measured]
        found: list[dict[str, Any]] = (await self._in_worker(job))["matches"]
        return found

    async def _query(self, number: int, image: Mapping[str, Any], base_url: str) -> dict[str, Any]:
        url = image["url"]
        name = named_by_path(url) or named_by_address(url, base_url)
        if name is None:
            raise ImageSearchFailed(
                f"images[{number}].url: {shown(url)} is neither an s3:// path nor the address of an object on this "
                "emulator; nothing is fetched from elsewhere"
            )
        file = await self._datasets.fetched(name.bucket, name.key)
        if file is None:
            raise ImageSearchFailed(f"images[{number}].url: there is no object {shown(str(name))}")
        return {"file": str(file), "box": image["box"]}

    async def _measured(self, version: VersionRecord) -> Path:
        """The file with the features of a version's images."""
        async with self._measuring.setdefault(version.name, asyncio.Lock()):
            known = self._objects.find(INDEXES, version.features_key)
            if known is not None:
                return known
            try:
                await self._datasets.prepare(version)
            except BuildFailed as error:
                raise ImageSearchFailed(f"the images of {version.name} could not be made: {error}") from error
            folder = self._folder / f"measuring-{uuid.uuid4().hex}"
            folder.mkdir(parents=True)
            try:
                meta = self._objects.find(INDEXES, version.meta_key)
                images = await asyncio.to_thread(_listed, self._objects, version, meta, self._limits.images)
                await self._measure(images, folder)
                self._objects.adopt(INDEXES, version.features_key, folder / "features.jsonl")
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        measured = self._objects.find(INDEXES, version.features_key)
        if measured is None:
            raise ImageSearchFailed("the emulator was reset")
        return measured

    async def _measure(self, images: Sequence[str], folder: Path) -> None:
        """Write the features of all images, a few hundred a process; one that ends its process has none."""
        done, ended = 0, 0
        with (folder / "features.jsonl").open("w", encoding="utf-8") as features:
            while done < len(images):
                batch = images[done : done + _IMAGES_A_PROCESS]
                lines = await self._measure_some(batch, folder)
                features.writelines(lines)
                done += len(lines)
                if len(lines) < len(batch):
                    done, ended = done + 1, ended + 1
                if ended > _MOST_ENDED_PROCESSES:
                    raise ImageSearchFailed(f"more than {_MOST_ENDED_PROCESSES} images end the process that reads them")

    async def _measure_some(self, images: Sequence[str], folder: Path) -> list[str]:
        listing, result = folder / "images.jsonl", folder / "some.jsonl"
        listing.write_text("".join(images), encoding="utf-8")
        result.unlink(missing_ok=True)
        with suppress(_Ended):
            await self._in_worker({"listing": str(listing), "result": str(result)})
        if not result.exists():
            raise ImageSearchFailed("the process that measures images could not start")
        with result.open(encoding="utf-8") as lines:
            return [line for line in lines if line.endswith("\n")]

    async def _in_worker(self, job: Mapping[str, Any]) -> dict[str, Any]:
        limits = self._limits
        sent = json.dumps({**asdict(limits), "paths": import_paths("PIL"), **job}).encode()
        async with self._turn, running_child(_WORKER, self._folder) as process:
            try:
                said, complaint = await asyncio.wait_for(process.communicate(sent), timeout=limits.wall_seconds)
            except asyncio.TimeoutError:
                raise _Ended(self._explain(-signal.SIGALRM)) from None
        if process.returncode or not said:
            _log.info("an image search's process ended with status %s: %s", process.returncode, complaint.decode())
            raise _Ended(self._explain(process.returncode or 0))
        outcome: dict[str, Any] = json.loads(said)
        if "error" in outcome:
            raise ImageSearchFailed(outcome["error"])
        return outcome

    def _explain(self, status: int) -> str:
        """Why a process ended without a word: a negative status is the signal that ended it."""
        limits = self._limits
        if status in {-signal.SIGXCPU, -signal.SIGKILL}:
            return f"the search needs more than the {limits.cpu_seconds} s of processor time that it may use"
        if status == -signal.SIGALRM:
            return f"the search takes longer than the {limits.wall_seconds:g} s that it may take"
        if status in {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS}:
            return f"the search needs more memory than the {limits.memory_bytes >> 20} MiB that it may use"
        return f"the search's process ended unexpectedly (status {status})"


class _Ended(ImageSearchFailed):
    """The process was ended, by a limit or by what it read."""


def _listed(objects: Objects, version: VersionRecord, meta: Path | None, most: int) -> list[str]:
    """The images of a version as lines for the process that measures them."""
    if meta is None:
        return []
    files = dict(objects.below(FILES, f"{version.name}/"))
    lines = []
    with meta.open(encoding="utf-8", newline="") as stream:
        for row in islice(csv.DictReader(stream), most):
            key = row["object_name"]
            image = {
                "file": str(files[key]),
                "key": key,
                "label": row["label"],
                "width": int(row["width"]),
                "height": int(row["height"]),
                "format": row["format"],
            }
            lines.append(f"{json.dumps(image)}\n")
    return lines
