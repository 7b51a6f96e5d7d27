"""Requests sent and answers read on the calling thread."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, cast

from ._effects import Fault, Reply, Send
from ._pools import Pools, closed
from ._routes import origin_of
from ._sharing import Sharers
from ._transport import (
    FAULTS,
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
    sync_pool,
)

__all__ = ["SyncStream", "SyncTransport"]


class SyncStream:
    """An answer that is read piece by piece. Close it, also when it was read to its end."""

    def __init__(self, response: Response, url: str) -> None:
        self._response = response
        self._url = url
        self._chunks = response.iter_bytes() if is_encoded(response) else iter(response.iter_raw())
        self.opened = opened_of(response)

    def pull(self) -> bytes | Fault | None:
        """The next piece, None at the end."""
        try:
            return next(self._chunks, None)
        except FAULTS as error:
            return fault_of(error, origin_of(self._url))

    def close(self) -> None:
        """Give the connection back, or end it when the body was not read to its end."""
        self._response.close()


class SyncTransport:
    """Sends requests over pools of connections that all threads share.

    Args:
        verify: Trust of the S3 relay alone: a CA file's path, False for no verification, True for the usual ones.
        clock: The clock that deadlines are on.
        given: An `httpx.BaseTransport` that answers everything, for tests.
    """

    def __init__(self, *, verify: str | bool, clock: Callable[[], float], given: Any = None) -> None:
        self._clock = clock
        self._requests = Requests(clock)
        self._pools: Pools[SyncPool] = Pools(sync_pool, verify=verify, given=given)
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
        try:
            pool = self._pools.at(send.address, send.call.operation.service)
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
        except FAULTS as error:
            return fault_of(error, send.address)

    def open(self, url: str, stall: float) -> SyncStream | Fault:
        """Ask for a file, naming nobody. `stall` is how many seconds nothing may happen."""
        if self._is_closed:
            raise closed()
        try:
            response = self._pools.at(origin_of(url)).handle_request(self._requests.plain_get(url, stall))
        except FAULTS as error:
            return fault_of(error, origin_of(url))
        return SyncStream(response, url)

    def close(self, client: object) -> None:
        """Send nothing more for this client; with the last one, all connections of this process are closed."""
        self._is_closed = True
        if self._sharers.leave(client):
            for pool in self._pools.end():
                pool.close()
