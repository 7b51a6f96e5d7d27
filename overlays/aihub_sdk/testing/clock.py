"""Time that passes only when somebody sleeps."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable

from aihub_sdk._calls.core import Clock

__all__ = ["VirtualClock", "client_clock"]

# A date that no test has reason to expect; only HTTP dates (`Retry-After`) are compared with it.
_EPOCH = 1_767_225_600.0
# Turns of the event loop that every other task gets before a sleeper goes on.
_TURNS = 10


class VirtualClock:
    """Time for clients in tests: a sleep of three hours returns at once, and three hours have passed.

    Made for one thread, or for the tasks of one event loop: tasks that sleep at the same time wake in the order of
    their moments. What waits for real things, such as `asyncio.sleep` or a socket, does so in real time.

    Args:
        on_advance: Called with the seconds whenever time passes, after it has.

    Attributes:
        pauses: The seconds of every sleep so far, in order.
    """

    def __init__(self, *, on_advance: Callable[[float], object] | None = None) -> None:
        self.pauses: list[float] = []
        self._now = 0.0
        self._on_advance = on_advance
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int]] = []

    @property
    def elapsed(self) -> float:
        """Seconds that have passed since the clock was made."""
        return self._now

    @property
    def timestamp(self) -> float:
        """The moment it shows, in seconds since the epoch: for an HTTP date in `Retry-After`."""
        return _EPOCH + self._now

    def advance(self, seconds: float) -> None:
        """Let time pass.

        Args:
            seconds: How many; 0 or more.

        Raises:
            ValueError: Less than 0: time does not go back.
        """
        if seconds < 0:
            raise ValueError(f"time does not go back: {seconds!r} seconds")
        self._now += seconds
        if self._on_advance is not None:
            self._on_advance(seconds)

    def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed on this clock, which is at once."""
        self.pauses.append(seconds)
        self.advance(max(seconds, 0.0))

    async def sleep_async(self, seconds: float) -> None:
        """`sleep` for asyncio: sleepers with an earlier moment go first."""
        self.pauses.append(seconds)
        me = (self._now + max(seconds, 0.0), next(self._order))
        heapq.heappush(self._sleepers, me)
        try:
            turns = 0
            while turns < _TURNS:
                await asyncio.sleep(0)
                # Whoever wakes gets as many turns to sleep again before the next one does.
                turns = turns + 1 if self._sleepers[0] == me else 0
            self.advance(max(me[0] - self._now, 0.0))
        finally:
            self._sleepers.remove(me)
            heapq.heapify(self._sleepers)


def client_clock(clock: VirtualClock) -> Clock:
    """The clock as a client wants it; chance is always the mean, so that every run is the same."""
    return Clock(monotonic=lambda: clock.elapsed, wall=lambda: clock.timestamp, random=lambda: 0.5)
