"""The connections to one address: each is a pool of its own, and the one that was used last is used next.

A pool of httpx looks at all of its connections, and asks the system about each idle one, whenever one of them changes
hands: sixteen connections in one pool cost several times the processor time of sixteen pools of one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

__all__ = ["KEEPALIVE_SECONDS", "Connections"]

# Servers close idle connections; a write must not ride on one that is just being closed.
KEEPALIVE_SECONDS = 2.0

P = TypeVar("P")


class Connections(Generic[P]):
    """Hands out pools of one connection each, made when none is free. Threads may share it.

    Args:
        make: Makes a pool.
        clock: Seconds that only ever grow.
    """

    __slots__ = ("_clock", "_free", "_made", "_make")

    def __init__(self, make: Callable[[], P], clock: Callable[[], float]) -> None:
        self._make = make
        self._clock = clock
        self._free: deque[tuple[P, float]] = deque()
        self._made: dict[int, P] = {}

    def take(self) -> P:
        """A pool for one exchange; whoever takes it gives it back."""
        try:
            pool, _ = self._free.pop()
        except IndexError:
            pool = self._make()
            self._made[id(pool)] = pool
        return pool

    def give_back(self, pool: P) -> P | None:
        """Take it back; another one, to be closed, when that has been idle for so long that it will not be used."""
        now = self._clock()
        self._free.append((pool, now))
        if now - self._free[0][1] < KEEPALIVE_SECONDS:
            return None
        oldest, since = self._free.popleft()
        if now - since < KEEPALIVE_SECONDS:
            # Another thread was faster.
            self._free.appendleft((oldest, since))
            return None
        self._made.pop(id(oldest), None)
        return oldest

    def drop(self, pool: P) -> None:
        """Never hand it out again: its exchange was interrupted, and it may count its connection as busy for ever."""
        self._made.pop(id(pool), None)

    def all(self) -> Iterable[P]:
        """Every pool there is, in use or free."""
        return list(self._made.values())
