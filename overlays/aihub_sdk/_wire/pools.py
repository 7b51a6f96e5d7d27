"""Connections, found by address, for this process only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from aihub_sdk.errors import ConfigurationError

from .connections import Connections
from .routes import Way, way_to

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
    """The connections to each address, made when first needed. Threads may share it; a forked child starts with none.

    Args:
        make: Gives what makes one pool of one connection for a way; called once for each way.
        verify: Trust of the S3 relay alone: a CA file's path, False for no verification, True for the usual ones.
        clock: Seconds that only ever grow.
        given: Used for every address instead, when not None.
    """

    __slots__ = ("_by_address", "_by_way", "_clock", "_given", "_is_closed", "_make", "_process", "_verify")

    def __init__(
        self,
        make: Callable[[Way], Callable[[], P]],
        *,
        verify: str | bool,
        clock: Callable[[], float],
        given: P | None = None,
    ) -> None:
        self._make = make
        self._verify = verify
        self._clock = clock
        self._given = given
        self._is_closed = False
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._process = os.getpid()
        self._by_address: dict[tuple[str, bool], Connections[P]] = {}
        self._by_way: dict[Way, Callable[[], P]] = {}

    def at(self, address: str, service: str = "") -> Connections[P]:
        """The connections to an address.

        Raises:
            ConfigurationError: The client is closed, or the proxy or the certificates for it cannot be used.
        """
        if self._is_closed:
            raise closed()
        if self._process != os.getpid():
            # A forked child on its parent's connections would read its parent's answers.
            self._start_afresh()
        is_relay = service == RELAY
        connections = self._by_address.get((address, is_relay))
        if connections is None:
            # Of two threads that get here at once both make some, and both use the first.
            made = Connections(self._maker(address, is_relay=is_relay), self._clock)
            connections = self._by_address.setdefault((address, is_relay), made)
        return connections

    def _maker(self, address: str, *, is_relay: bool) -> Callable[[], P]:
        given = self._given
        if given is not None:
            return lambda: given
        way = way_to(address, verify=self._verify if is_relay else True)
        make = self._by_way.get(way)
        return self._by_way.setdefault(way, self._make(way)) if make is None else make

    def end(self) -> Iterable[P]:
        """Every pool of this process, to be closed; there will be none afterwards."""
        self._is_closed = True
        connections = list(self._by_address.values()) if self._process == os.getpid() else []
        self._start_afresh()
        return [pool for each in connections for pool in each.all()]


def closed() -> ConfigurationError:
    """The error of a client that is used after it was closed."""
    return ConfigurationError("The client is closed; nothing was sent.", hint="Use it inside its with block.")
