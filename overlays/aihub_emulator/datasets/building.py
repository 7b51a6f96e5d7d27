"""Building a version's files in a process of its own, step by step, and throwing the process away."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import signal
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aihub_emulator.child import import_paths, running_child
from aihub_emulator.datasets.contents import BuildFailed
from aihub_emulator.datasets.records import FILES, VersionRecord
from aihub_emulator.settings import DatasetLimits

__all__ = ["Build", "Built", "build_folder"]

_log = logging.getLogger("aihub_emulator")
_WORKER = Path(__file__).with_name("worker.py")
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class Built:
    """What a build has left in its folder: `files`, `names.jsonl`, `meta.csv` and `index.parquet`."""

    files: int
    size_bytes: int


@asynccontextmanager
async def build_folder(home: Path) -> AsyncIterator[Path]:
    """A new folder in `home` for one build; what is still in it goes when the block is left."""
    folder = home / f"build-{uuid.uuid4().hex}"
    (folder / "files").mkdir(parents=True)
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


class Build:
    """One build. Iterating over it runs it and gives its later steps as they begin; then `result` is there.

    Args:
        record: The version to build.
        source: Where its files come from, as the process wants it.
        folder: Where the process works.
        limits: What it may use.
    """

    def __init__(self, record: VersionRecord, source: Mapping[str, Any], folder: Path, limits: DatasetLimits) -> None:
        self._limits = limits
        self._folder = folder
        self._job = {
            **asdict(limits),
            # The largest file that may grow: everything in one.
            "result_bytes": limits.content_bytes,
            "paths": import_paths("duckdb", "PIL"),
            "source": source,
            "folder": str(folder),
            "bucket": FILES,
            "beginning": f"{record.name}/",
            "dataset": record.dataset,
            "version": record.version,
            "created_at": record.created_at,
        }
        self._built: Built | None = None

    @property
    def result(self) -> Built:
        """What was built, once the iteration has ended without an error."""
        if self._built is None:
            raise RuntimeError("the build has not ended")
        return self._built

    async def steps(self) -> AsyncGenerator[str, None]:
        """Run it, and give the name of each step after the first as it begins.

        Raises:
            BuildFailed: No version can be made of the source, or not within the limits.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._limits.wall_seconds
        async with running_child(_WORKER, self._folder) as process:
            if process.stdin is None or process.stdout is None or process.stderr is None:
                raise RuntimeError("a child has pipes")
            process.stdin.write(f"{json.dumps(self._job)}\n".encode())
            while True:
                try:
                    line = await asyncio.wait_for(process.stdout.readline(), deadline - loop.time())
                except asyncio.TimeoutError:
                    raise BuildFailed(self._explain(-signal.SIGALRM)) from None
                if not line:
                    status = await process.wait()
                    complaint = (await process.stderr.read(_LONGEST_LINE)).decode(errors="replace")
                    _log.info("a build's process ended with status %s: %s", status, complaint)
                    raise BuildFailed(self._explain(status))
                said = json.loads(line)
                if "error" in said:
                    raise BuildFailed(said["error"])
                if "step" not in said:
                    self._built = Built(**said)
                    return
                yield said["step"]

    def _explain(self, status: int) -> str:
        """Why a process ended without a word: a negative status is the signal that ended it."""
        limits = self._limits
        if status in {-signal.SIGXCPU, -signal.SIGKILL}:
            return f"it needs more than the {limits.cpu_seconds} s of processor time that it may use"
        if status == -signal.SIGALRM:
            return f"it takes longer than the {limits.wall_seconds:g} s that it may take"
        if status in {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS}:
            return f"it needs more memory than the {limits.memory_bytes >> 20} MiB that it may use"
        return f"its process ended unexpectedly (status {status})"
