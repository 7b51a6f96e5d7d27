"""The time inside an emulator: real, faster or slower, or standing still until somebody turns it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from typing import Protocol

from aihub_emulator.settings import UnsupportedSetting

__all__ = ["Clock", "ManualClock", "RunningClock", "clock_named"]

# A day in a tenth of a second: any faster, and times soon leave what the platform's numbers can hold.
_FASTEST = 1_000_000
# Turns of the event loop that a woken task may take until it sleeps again or waits for real work.
_TURNS = 20


class Clock(Protocol):
    """What everything that takes time asks for it."""

    def now(self) -> float:
        """Seconds since the epoch."""

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` have passed on this clock."""


class RunningClock:
    """Runs `scale` times as fast as real time, from the present moment on, or from `not_before` if that is later."""

    def __init__(self, scale: float = 1.0, *, not_before: float = 0.0) -> None:
        self._scale = scale
        self._epoch = max(time.time(), not_before)
        self._started = time.monotonic()

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._epoch + (time.monotonic() - self._started) * self._scale

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` have passed on this clock."""
        await asyncio.sleep(seconds / self._scale)


class ManualClock:
    """Stands still at the moment it was made, or at `not_before` if that is later, until `advance` turns it."""

    def __init__(self, *, not_before: float = 0.0) -> None:
        self._now = max(time.time(), not_before)
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` have been turned past on this clock."""
        if seconds <= 0:
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._order), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Turn the clock on, waking each sleeper at its own moment so that chains of sleeps keep their order.

        Raises:
            ValueError: It would go back.
        """
        if not seconds >= 0:
            raise ValueError(f"advance by {seconds} seconds: a clock does not go back")
        target = self._now + seconds
        # What was started a moment ago gets to its first sleep before the clock moves.
        await _take_turns()
        while self._sleepers and self._sleepers[0][0] <= target:
            moment, _, woken = heapq.heappop(self._sleepers)
            if woken.done():
                continue
            self._now = moment
            woken.set_result(None)
            await _take_turns()
        self._now = target


async def _take_turns() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)


def clock_named(name: str, *, not_before: float = 0.0) -> RunningClock | ManualClock:
    """The clock that a `--clock` setting asks for.

    Args:
        name: The setting.
        not_before: A moment that has passed on the clock of a life before.

    Raises:
        UnsupportedSetting: It is neither `real`, `manual` nor a positive number.
    """
    if name == "manual":
        return ManualClock(not_before=not_before)
    try:
        scale = 1.0 if name == "real" else float(name)
    except ValueError:
        scale = 0.0
    if not 0 < scale <= _FASTEST:
        raise UnsupportedSetting(
            f"clock {name!r}: give `real`, `manual`, or how many times as fast, as in `60`; {_FASTEST} at most."
        )
    return RunningClock(scale, not_before=not_before)
