"""The rest of a long body, read off the wire in large pieces, past the parser of HTTP.

The parser hands out 64 KiB at a time, which costs as much as everything else together. It knows nothing of what is read
here, so the connection is not used again: little, for a body this long.
"""

from __future__ import annotations

from typing import Any

from .effects import Fault, Sent
from .routes import origin_of

__all__ = ["LongBody"]

# From here on a new connection costs less than reading in small pieces.
_LONG_BYTES = 8 << 20
_READ_BYTES = 1 << 20


class LongBody:
    """How far a body has been read, and how to read on.

    Args:
        size_bytes: How long it is, None when the server did not say.
        wire: What httpx gives with an answer to read from its connection, None when it does not.
        url: Where it comes from, for words.
        stall: Seconds that nothing may happen.

    Attributes:
        left: Bytes that are still to come; 0 for a body that is not long.
        is_begun: Whether the parser has given all that it had of it, and the wire has the rest.
    """

    __slots__ = ("_address", "_stall", "is_begun", "left", "wire")

    def __init__(self, size_bytes: int | None, wire: Any, *, url: str, stall: float) -> None:
        is_long = size_bytes is not None and size_bytes >= _LONG_BYTES and wire is not None
        self.left = size_bytes if is_long and size_bytes is not None else 0
        self.is_begun = False
        self.wire = wire
        self._stall = stall
        self._address = origin_of(url)

    def begin(self, first: bytes | None) -> bytes | None:
        """The first piece as the parser gives it: everything that came together with the head."""
        self.left -= len(first or b"")
        self.is_begun = True
        return first

    def how(self) -> dict[str, Any]:
        """How to read on."""
        return {"max_bytes": min(self.left, _READ_BYTES), "timeout": self._stall}

    def taken(self, data: bytes) -> bytes | Fault:
        """What was read, when it was not the end of the connection."""
        self.left -= len(data)
        if data:
            return data
        reason = f"the connection to {self._address} ended {self.left} bytes early"
        return Fault(Sent.MAYBE, is_timeout=False, reason=reason, error=None)

    def broken(self, error: Exception) -> Fault:
        """What a failed read says. Its class belongs to what is below httpx, which is no dependency of this package."""
        is_timeout = type(error).__name__.endswith("Timeout")
        words = str(error) or type(error).__name__
        reason = "no answer in time" if is_timeout else f"the connection broke ({words})"
        return Fault(Sent.MAYBE, is_timeout, f"{reason} from {self._address}", error)
