"""Requests sent and answers read on the calling thread."""

from __future__ import annotations

import copy
import os
import threading
from collections.abc import Callable
from typing import Any, cast

from .connections import Connections
from .effects import Fault, Reply, Send
from .long_body import LongBody
from .pools import Pools, closed
from .routes import origin_of
from .sharing import Sharers
from .traffic import LONGEST_SECONDS, NO_SLOT, Traffic, entered
from .transport import (
    FAULTS,
    MOST_CONNECTIONS,
    STILL_ANSWERING,
    TOO_LATE,
    Requests,
    Response,
    SyncBody,
    SyncPool,
    fault_of,
    is_encoded,
    opened_of,
    plain_body,
    sync_pools,
)

__all__ = ["SyncStream", "SyncTransport"]


class SyncStream:
    """An answer that is read piece by piece. Close it, also when it was read to its end.

    `on_close` is called once, and told whether that went well.
    """

    def __init__(
        self, response: Response, url: str, stall: float, traffic: Traffic, on_close: Callable[[bool], None]
    ) -> None:
        self._response = response
        self._url = url
        self._traffic = traffic
        self._on_close: Callable[[bool], None] | None = on_close
        # Past the response, which would count and pass on each piece once more.
        self._chunks = response.iter_bytes() if is_encoded(response) else iter(cast("SyncBody", response.stream))
        self.opened = opened_of(response)
        wire = response.extensions.get("network_stream")
        self._long = LongBody(self.opened.size_bytes, wire, url=url, stall=stall)

    def pull(self) -> bytes | Fault | None:
        """The next piece, None at the end."""
        self._traffic.pieces += 1
        if self._long.is_begun:
            return self._read_on() if self._long.left else None
        try:
            piece = next(self._chunks, None)
            return self._long.begin(piece) if self._long.left else piece
        except FAULTS as error:
            return fault_of(error, origin_of(self._url))

    def _read_on(self) -> bytes | Fault:
        try:
            return self._long.taken(self._long.wire.read(**self._long.how()))
        except Exception as error:  # noqa: BLE001  # its class is not httpx's; a fault either way
            return self._long.broken(error)

    def close(self) -> None:
        """Give the connection back, or end it when the body was not read to its end."""
        on_close, self._on_close = self._on_close, None
        is_closed = False
        try:
            self._response.close()
            is_closed = True
        finally:
            if on_close is not None:
                on_close(is_closed)


class SyncTransport:
    """Sends requests over pools of connections that all threads share.

    Args:
        verify: Trust of the S3 relay alone: a CA file's path, False for no verification, True for the usual ones.
        clock: The clock that deadlines are on.
        given: An `httpx.BaseTransport` that answers everything, for tests.
    """

    def __init__(self, *, verify: str | bool, clock: Callable[[], float], given: Any = None) -> None:
        self._clock = clock
        self._traffic = Traffic()
        self._requests = Requests(clock, self._traffic)
        self._pools: Pools[SyncPool] = Pools(sync_pools, verify=verify, clock=clock, given=given)
        self._slots = _Slots()
        self._sharers = Sharers()
        self._is_closed = False

    def used_by(self, client: object) -> SyncTransport:
        """This transport, over the same connections, for one more client; each of them is closed on its own.

        Raises:
            ConfigurationError: It is closed already.
        """
        if self._is_closed:
            raise closed()
        twin = copy.copy(self)
        twin._sharers.join(client)  # noqa: SLF001  # another one of this class
        return twin

    def exchange(self, send: Send) -> Reply | Fault:
        """Send one request and read its whole answer."""
        if self._is_closed:
            raise closed()
        connections = self._pools.at(send.address, send.call.operation.service)
        slots = self._slots.of(is_file=send.call.form is not None)
        if not slots.acquire(timeout=min(max(send.deadline - self._clock(), 0.0), LONGEST_SECONDS)):
            return TOO_LATE
        try:
            pool = connections.take()
            try:
                outcome = self._exchanged(pool, send)
            except FAULTS as error:
                outcome = fault_of(error, send.address)
            except BaseException:
                _give_up(connections, pool)
                raise
            _give_back(connections, pool)
            return outcome
        finally:
            slots.release()

    def _exchanged(self, pool: SyncPool, send: Send) -> Reply | Fault:
        request = self._requests.of(send)
        if self._clock() >= send.deadline:
            return TOO_LATE
        response = pool.handle_request(request)
        stream = cast("SyncBody", response.stream)
        try:
            chunks = []
            for chunk in stream:
                chunks.append(chunk)
                if self._clock() >= send.deadline:
                    return STILL_ANSWERING
        finally:
            stream.close()
        return Reply(response.status_code, response.headers, plain_body(response, chunks))

    def open(self, url: str, stall: float) -> SyncStream | Fault:
        """Ask for a file, naming nobody. `stall` is how many seconds nothing may happen."""
        if self._is_closed:
            raise closed()
        connections = self._pools.at(origin_of(url))
        slots = self._slots.of(is_file=True)
        if not entered(slots, self._traffic, stall):
            return NO_SLOT
        pool = None
        try:
            pool = connections.take()
            response = pool.handle_request(self._requests.plain_get(url, stall))
        except BaseException as error:
            slots.release()
            if pool is not None:
                (_give_back if isinstance(error, FAULTS) else _give_up)(connections, pool)
            if isinstance(error, FAULTS):
                return fault_of(error, origin_of(url))
            raise

        def on_close(is_closed: bool) -> None:
            slots.release()
            (_give_back if is_closed else _give_up)(connections, pool)

        return SyncStream(response, url, stall, self._traffic, on_close)

    def close(self, client: object) -> None:
        """Send nothing more for this client; with the last one, all connections of this process are closed."""
        self._is_closed = True
        if self._sharers.leave(client):
            for pool in self._pools.end():
                pool.close()


def _give_back(connections: Connections[SyncPool], pool: SyncPool) -> None:
    idle = connections.give_back(pool)
    if idle is not None:
        idle.close()


def _give_up(connections: Connections[SyncPool], pool: SyncPool) -> None:
    """Interrupted in the middle of an exchange, by Ctrl-C: see `Connections.drop`."""
    connections.drop(pool)
    pool.close()


class _Slots:
    """How many requests are under way; a forked child starts with none, whatever its parent's threads were doing."""

    def __init__(self) -> None:
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._process = os.getpid()
        self._calls, self._files = (threading.Semaphore(MOST_CONNECTIONS) for _ in range(2))

    def of(self, *, is_file: bool) -> threading.Semaphore:
        """The slots of calls, or of files, which may take hours each."""
        if self._process != os.getpid():
            self._start_afresh()
        return self._files if is_file else self._calls
