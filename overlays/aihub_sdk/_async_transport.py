"""Requests sent and answers read on an event loop of asyncio."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from typing import Any, cast
from weakref import WeakKeyDictionary

from ._effects import Fault, Reply, Send
from ._pools import Pools, closed
from ._routes import origin_of
from ._sharing import Sharers
from ._transport import (
    FAULTS,
    MOST_CONNECTIONS,
    STILL_ANSWERING,
    TOO_LATE,
    AsyncBody,
    AsyncPool,
    Requests,
    Response,
    async_pool,
    fault_of,
    is_encoded,
    opened_of,
    plain_body,
)

__all__ = ["AsyncStream", "AsyncTransport"]


class AsyncStream:
    """`SyncStream` for asyncio; `on_close` is called once, when it is closed."""

    def __init__(self, response: Response, url: str, on_close: Callable[[], None]) -> None:
        self._response = response
        self._url = url
        self._on_close: Callable[[], None] | None = on_close
        self._chunks = response.aiter_bytes() if is_encoded(response) else response.aiter_raw()
        self.opened = opened_of(response)

    async def pull(self) -> bytes | Fault | None:
        """The next piece, None at the end."""
        try:
            return await anext(self._chunks, None)
        except FAULTS as error:
            return fault_of(error, origin_of(self._url))

    async def close(self) -> None:
        """Give the connection back, or end it when the body was not read to its end."""
        try:
            await self._response.aclose()
        finally:
            on_close, self._on_close = self._on_close, None
            if on_close is not None:
                on_close()


class AsyncTransport:
    """`SyncTransport` for asyncio. Each event loop that uses it gets connections of its own."""

    def __init__(self, *, verify: str | bool, clock: Callable[[], float], given: Any = None) -> None:
        self._clock = clock
        self._requests = Requests(clock)
        self._verify = verify
        self._is_closed = False
        self._given: AsyncPool | None = given
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _LoopPools] = WeakKeyDictionary()
        self._sharers = Sharers()

    def used_by(self, client: object) -> AsyncTransport:
        """This transport for one more client. As `SyncTransport.used_by`."""
        if self._is_closed:
            raise closed()
        twin = copy.copy(self)
        twin._sharers.join(client)  # noqa: SLF001  # another one of this class
        return twin

    async def exchange(self, send: Send) -> Reply | Fault:
        """Send one request and read its whole answer."""
        here = self._here()
        if not await here.enter(send.deadline - self._clock()):
            return TOO_LATE
        try:
            pool = here.pools.at(send.address, send.call.operation.service)
            response = await pool.handle_async_request(self._requests.of(send))
            stream = cast("AsyncBody", response.stream)
            try:
                chunks = []
                async for chunk in stream:
                    chunks.append(chunk)
                    if self._clock() >= send.deadline:
                        return STILL_ANSWERING
            finally:
                await stream.aclose()
            return Reply(response.status_code, response.headers, plain_body(response, chunks))
        except FAULTS as error:
            return fault_of(error, send.address)
        finally:
            here.slots.release()

    async def open(self, url: str, stall: float) -> AsyncStream | Fault:
        """Ask for a file, naming nobody. `stall` is how many seconds nothing may happen."""
        here = self._here()
        if not await here.enter(stall):
            return TOO_LATE
        try:
            pool = here.pools.at(origin_of(url))
            response = await pool.handle_async_request(self._requests.plain_get(url, stall))
        except BaseException as error:
            here.slots.release()
            if isinstance(error, FAULTS):
                return fault_of(error, origin_of(url))
            raise
        return AsyncStream(response, url, here.slots.release)

    def _here(self) -> _LoopPools:
        loop = asyncio.get_running_loop()
        here = self._by_loop.get(loop)
        if self._is_closed:
            raise closed()
        if here is None:
            here = self._by_loop[loop] = _LoopPools(self._verify, self._given)
        return here

    async def close(self, client: object) -> None:
        """Send nothing more for this client; with the last one, the connections of this event loop are closed.

        A loop that has ended took its own with it.
        """
        self._is_closed = True
        if not self._sharers.leave(client):
            return
        here = self._by_loop.pop(asyncio.get_running_loop(), None)
        for pool in here.pools.end() if here is not None else ():
            await pool.aclose()


class _LoopPools:
    """The connections of one event loop, and the slots that requests wait for before they ask for one.

    Requests that queue inside httpx's pool cost it a scan of the whole queue at each change; here they cost nothing.
    """

    def __init__(self, verify: str | bool, given: AsyncPool | None) -> None:
        self.pools: Pools[AsyncPool] = Pools(async_pool, verify=verify, given=given)
        self.slots = asyncio.Semaphore(MOST_CONNECTIONS)

    async def enter(self, seconds: float) -> bool:
        """Take a slot; False when there was none in time."""
        if seconds <= 0:
            return False
        if not self.slots.locked():
            return await self.slots.acquire()
        try:
            return await asyncio.wait_for(self.slots.acquire(), seconds)
        except (TimeoutError, asyncio.TimeoutError):
            return False
