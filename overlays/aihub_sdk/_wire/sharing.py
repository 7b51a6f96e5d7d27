"""Which clients still use the connections that they share."""

from __future__ import annotations

from weakref import WeakSet

__all__ = ["Sharers"]


class Sharers:
    """The open clients of one set of connections. A client that nobody refers to any more counts as closed."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        # Weak: `hub.with_options(timeout=5).searches.get(7)` must not keep connections open for ever.
        self._open: WeakSet[object] = WeakSet()

    def join(self, client: object) -> None:
        """A client begins to use the connections."""
        self._open.add(client)

    def leave(self, client: object) -> bool:
        """A client is closed; whether it was the last one."""
        self._open.discard(client)
        return not self._open
