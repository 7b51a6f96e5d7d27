"""Which requests came: the last ones, without a secret."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from dataclasses import dataclass

__all__ = ["Entry", "Journal"]

_MOST = 2_000
_LONGEST_PATH = 300


@dataclass
class Entry:
    """One request. It is filled in while it is being answered, and entered just before the answer ends.

    Neither headers nor queries nor bodies are kept, so that no secret can be.

    Attributes:
        id: Number of the request, from 1.
        at: When it came, in seconds since the epoch, in real time.
        operation: Id of the operation; `object` for the fetching of one; empty for paths that lead nowhere.
        status: The HTTP status that went out; 0 when none did.
        code: The code of the envelope; None when there was no envelope.
        user: Name of the caller; empty when it is unknown.
        ms: Milliseconds from the request's head to the answer's end.
        fault: Id of the fault that it showed, or None.
    """

    id: int
    at: float
    method: str
    path: str
    operation: str = ""
    status: int = 0
    code: int | None = None
    user: str = ""
    ms: float = 0.0
    fault: int | None = None


class Journal:
    """The last requests, in the order in which their answers ended. Any thread may read it."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._entries: deque[Entry] = deque(maxlen=_MOST)
        self._lock = threading.Lock()

    def begin(self, *, at: float, method: str, path: str) -> Entry:
        """An entry to fill in."""
        return Entry(next(self._numbers), at, method, path[:_LONGEST_PATH])

    def enter(self, entry: Entry) -> None:
        """Keep an entry that is filled in; the oldest one goes when there are too many."""
        with self._lock:
            self._entries.append(entry)

    def entries(self, operation: str | None = None) -> list[Entry]:
        """The last requests, oldest first; of one operation, or all."""
        with self._lock:
            return [entry for entry in self._entries if operation in {None, entry.operation}]

    def clear(self) -> None:
        """Forget all of them. Numbers go on."""
        with self._lock:
            self._entries.clear()
