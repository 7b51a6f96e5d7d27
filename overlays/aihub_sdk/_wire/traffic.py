"""Whether files move: whoever waits for a connection waits as long as those that have one get on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .effects import Fault, Sent

if TYPE_CHECKING:
    import threading

__all__ = ["LONGEST_SECONDS", "NO_SLOT", "Traffic", "entered"]

# Longer than a thread can wait for a slot on any system.
LONGEST_SECONDS = 24 * 3600.0
NO_SLOT = Fault(
    Sent.NO, is_timeout=True, reason="all connections for files are in use, and none of the files moves", error=None
)


class Traffic:
    """What the files of one client have moved.

    Attributes:
        pieces: Counts what was sent and read. Threads may lose a few: all that matters is that it changes.
    """

    __slots__ = ("pieces",)

    def __init__(self) -> None:
        self.pieces = 0


def entered(slots: threading.Semaphore, traffic: Traffic, stall: float) -> bool:
    """Take a slot; False when there was none, and none of the files that have one moved for `stall` seconds."""
    before = traffic.pieces
    while not slots.acquire(timeout=min(stall, LONGEST_SECONDS)):
        if traffic.pieces == before:
            return False
        before = traffic.pieces
    return True
