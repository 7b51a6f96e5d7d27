"""Pools of connections, found by address: one for every way that requests take, for this process only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from ._routes import Way, way_to
from .errors import ConfigurationError

__all__ = ["CONNECT_SECONDS", "Pools", "TimeLeft", "closed"]

CONNECT_SECONDS = 10.0
_LONGEST_SECONDS = 7 * 24 * 3600.0
RELAY = "s3_relay"

P = TypeVar("P")


class TimeLeft(dict[str, float]):
    """The timeouts of an exchange by step, each getting what is left of the whole call's time when it begins."""

    __slots__ = ("_clock", "_deadline", "_stall")

    def __init__(self, deadline: float, clock: Callable[[], float], stall: float | None = None) -> None:
        self._deadline = deadline
        self._clock = clock
        self._stall = _LONGEST_SECONDS if stall is None else stall

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ARG002  # the signature of dict.get
        """Seconds for a step: `connect`, `read`, `write` or `pool`."""
        left = min(max(self._deadline - self._clock(), 0.001), self._stall, _LONGEST_SECONDS)
        return min(left, CONNECT_SECONDS) if key == "connect" else left


class Pools(Generic[P]):
    """Makes a pool for a way when it is first needed. Threads may share it; a forked child starts with none.

    Args:
        make: Makes the pool for a way.
        verify: Trust of the S3 relay alone: a CA file's path, False for no verification, True for the usual ones.
        given: Used for every address instead, when not None.
    """

    __slots__ = ("_by_address", "_by_way", "_given", "_is_closed", "_make", "_process", "_verify")

    def __init__(self, make: Callable[[Way], P], *, verify: str | bool, given: P | None = None) -> None:
        self._make = make
        self._verify = verify
        self._given = given
        self._is_closed = False
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._process = os.getpid()
        self._by_address: dict[tuple[str, bool], P] = {}
        self._by_way: dict[Way, P] = {}

    def at(self, address: str, service: str = "") -> P:
        """The pool for an address.

        Raises:
            ConfigurationError: The client is closed, or the proxy or the certificates for it cannot be used.
        """
        if self._is_closed:
            raise closed()
        if self._given is not None:
            return self._given
        if self._process != os.getpid():
            # A forked child on its parent's connections would read its parent's answers.
            self._start_afresh()
        is_relay = service == RELAY
        pool = self._by_address.get((address, is_relay))
        if pool is None:
            way = way_to(address, verify=self._verify if is_relay else True)
            pool = self._by_way.get(way)
            if pool is None:
                # Of two threads that get here at once both make one, and both use the first.
                pool = self._by_way.setdefault(way, self._make(way))
            self._by_address[address, is_relay] = pool
        return pool

    def end(self) -> Iterable[P]:
        """Every pool of this process, to be closed; there will be none afterwards."""
        self._is_closed = True
        pools = list(self._by_way.values()) if self._process == os.getpid() else []
        self._start_afresh()
        return pools


def closed() -> ConfigurationError:
    """The error of a client that is used after it was closed."""
    return ConfigurationError("The client is closed; nothing was sent.", hint="Use it inside its with block.")
