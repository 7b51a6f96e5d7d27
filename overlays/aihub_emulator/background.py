"""Work that goes on after a request was answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

__all__ = ["Background"]

_log = logging.getLogger("aihub_emulator")


class Background:
    """The tasks of one emulator. They start on the running event loop and end with `cancel_all` at the latest."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> Callable[[], object]:
        """Let `work` run, and return what cancels it. An error in it is logged, since nobody awaits it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task.cancel

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("background work failed", exc_info=error)

    async def settled(self) -> None:
        """Return when nothing runs any more, neither what runs now nor what that starts."""
        while self._tasks:
            await asyncio.wait(self._tasks)
            # A task leaves the set in a callback, one turn of the loop after it ended.
            await asyncio.sleep(0)

    async def cancel_all(self) -> None:
        """Cancel what runs, and return when all of it has ended."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
