"""Work on the disk, on a thread, that is seen through: a task that is cancelled meanwhile waits for its end.

A thread cannot be stopped. One that is left alone would go on writing to a file that its task is taking away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

__all__ = ["on_thread"]

T = TypeVar("T")


async def on_thread(work: Callable[[], T], *, undo: Callable[[T], object] | None = None) -> T:
    """What `work` returns.

    Args:
        work: What the thread does.
        undo: Called with the result when nobody takes it any more.
    """
    working = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        if working.exception() is None and undo is not None:
            undo(working.result())
        raise
