"""Work that goes on after a request was answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Background"]

_log = logging.getLogger("aihub_emulator")
# Turns of the event loop in which what was started a moment ago gets to its work.
_TURNS = 20


class Background:
    """The tasks of one emulator. They start on the running event loop and end with `cancel_all` at the latest."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._at_work = 0
        self._has_caught_up = asyncio.Event()
        self._has_caught_up.set()

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

    @contextmanager
    def working(self) -> Iterator[None]:
        """A block that takes real time, whatever the emulator's clock does: `caught_up` waits for its end."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    async def passed(self, moment: Awaitable[None]) -> None:
        """Wait inside a `working` block for what the emulator's clock decides."""
        self._count(-1)
        try:
            await moment
        finally:
            self._count(1)

    def _count(self, change: int) -> None:
        self._at_work += change
        if self._at_work:
            self._has_caught_up.clear()
        else:
            self._has_caught_up.set()

    async def caught_up(self) -> None:
        """Return when everything has ended or waits for the emulator's clock."""
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        while self._at_work:
            await self._has_caught_up.wait()
            # Whoever went on in this very turn may be at work again.
            await asyncio.sleep(0)

    async def cancel_all(self) -> None:
        """Cancel what runs, what is started meanwhile included, and return when nothing runs any more."""
        while tasks := list(self._tasks):
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
