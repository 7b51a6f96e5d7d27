"""Processes of the emulator's own that do one bounded job for it: started without the environment, ended for sure."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

__all__ = ["import_paths", "running_child"]

# What an interpreter may need to start; nothing else of the environment reaches a child.
_INHERITED = ("LD_LIBRARY_PATH", "PATH", "SYSTEMROOT")
# glibc reserves 64 MiB of address space for each thread that allocates. DuckDB has nine: without this bound the
# reservations alone reach a limit on memory now and then, and innocent work crashes.
_ALLOCATOR = {"MALLOC_ARENA_MAX": "1"}


@asynccontextmanager
async def running_child(program: Path, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """An isolated interpreter that runs `program` in `folder`, with pipes; killed when the block is left."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(program),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env={**_ALLOCATOR, **{name: os.environ[name] for name in _INHERITED if name in os.environ}},
        start_new_session=True,  # Ctrl-C in a terminal is the emulator's to handle
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def import_paths(*libraries: str) -> list[str]:
    """The folders that installed libraries are imported from, for a child that does not look there by itself."""
    found = [find_spec(name) for name in libraries]
    return sorted({str(Path(spec.origin).parents[1]) for spec in found if spec is not None and spec.origin})
