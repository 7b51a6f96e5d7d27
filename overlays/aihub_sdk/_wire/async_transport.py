"""Requests sent and answers read on an event loop of asyncio."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Awaitable, Callable
from typing import Any, cast
from weakref import WeakKeyDictionary

from .connections import Connections
from .effects import Fault, Reply, Send
from .long_body import LongBody
from .pools import Pools, closed
from .routes import origin_of
from .sharing import Sharers
from .traffic import NO_SLOT, Traffic
from .transport import (
    FAULTS,
    MOST_CONNECTIONS,
    STILL_ANSWERING,
    TOO_LATE,
    AsyncBody,
    AsyncPool,
    Requests,
    Response,
    async_pools,
    fault_of,
    is_encoded,
    opened_of,
    plain_body,
)

__all__ = ["AsyncStream", "AsyncTransport", "entered_while_moving"]

# Told what kept the answer from being closed, None when it was.
OnClose = Callable[[BaseException | None], Awaitable[None]]


class AsyncStream:
    """`SyncStream` for asyncio; `on_close` is called once, when it is closed."""

    def __init__(self, response: Response, url: str, stall: float, traffic: Traffic, on_close: OnClose) -> None:
        self._response = response
        self._url = url
        self._traffic = traffic
        self._on_close: OnClose | None = on_close
        # Past the response, as in `SyncStream`.
        self._chunks = response.aiter_bytes() if is_encoded(response) else aiter(cast("AsyncBody", response.stream))
        self.opened = opened_of(response)
        wire = response.extensions.get("network_stream")
        self._long = LongBody(self.opened.size_bytes, wire, url=url, stall=stall)

    async def pull(self) -> bytes | Fault | None:
        """The next piece, None at the end."""
        self._traffic.pieces += 1
        if self._long.is_begun:
            return await self._read_on() if self._long.left else None
        try:
            piece = await anext(self._chunks, None)
            return self._long.begin(piece) if self._long.left else piece
        except FAULTS as error:
            return fault_of(error, origin_of(self._url))

    async def _read_on(self) -> bytes | Fault:
        try:
            return self._long.taken(await self._long.wire.read(**self._long.how()))
        except Exception as error:  # noqa: BLE001  # as in `SyncStream`
            return self._long.broken(error)

    async def close(self) -> None:
        """Give the connection back, or end it when the body was not read to its end."""
        on_close, self._on_close = self._on_close, None
        try:
            await self._response.aclose()
        except BaseException as error:
            if on_close is not None:
                await on_close(error)
            raise
        if on_close is not None:
            await on_close(None)


class AsyncTransport:
    """`SyncTransport` for asyncio. Each event loop that uses it gets connections of its own."""

    def __init__(self, *, verify: str | bool, clock: Callable[[], float], given: Any = None) -> None:
        self._clock = clock
        self._traffic = Traffic()
        self._requests = Requests(clock, self._traffic)
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
        connections = here.pools.at(send.address, send.call.operation.service)
        slots = here.slots(is_file=send.call.form is not None)
        if not await _entered(slots, send.deadline - self._clock()):
            return TOO_LATE
        try:
            pool = connections.take()
            try:
                outcome = await self._exchanged(pool, send)
            except FAULTS as error:
                outcome = fault_of(error, send.address)
            except BaseException as error:
                await _give_up(connections, pool, error)
                raise
            await _give_back(connections, pool)
            return outcome
        finally:
            slots.release()

    async def _exchanged(self, pool: AsyncPool, send: Send) -> Reply | Fault:
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

    async def open(self, url: str, stall: float) -> AsyncStream | Fault:
        """Ask for a file, naming nobody. `stall` is how many seconds nothing may happen."""
        here = self._here()
        connections = here.pools.at(origin_of(url))
        slots = here.slots(is_file=True)
        if not await entered_while_moving(slots, self._traffic, stall):
            return NO_SLOT
        pool = None
        try:
            pool = connections.take()
            response = await pool.handle_async_request(self._requests.plain_get(url, stall))
        except BaseException as error:
            slots.release()
            if isinstance(error, FAULTS):
                if pool is not None:
                    await _give_back(connections, pool)
                return fault_of(error, origin_of(url))
            if pool is not None:
                await _give_up(connections, pool, error)
            raise

        async def on_close(error: BaseException | None) -> None:
            slots.release()
            await (_give_back(connections, pool) if error is None else _give_up(connections, pool, error))

        return AsyncStream(response, url, stall, self._traffic, on_close)

    def _here(self) -> _LoopPools:
        loop = asyncio.get_running_loop()
        here = self._by_loop.get(loop)
        if self._is_closed:
            raise closed()
        if here is None:
            here = self._by_loop[loop] = _LoopPools(self._verify, self._clock, self._given)
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
    """The connections of one event loop, and the slots that requests wait for before they ask for one."""

    def __init__(self, verify: str | bool, clock: Callable[[], float], given: AsyncPool | None) -> None:
        self.pools: Pools[AsyncPool] = Pools(async_pools, verify=verify, clock=clock, given=given)
        self._calls, self._files = (asyncio.Semaphore(MOST_CONNECTIONS) for _ in range(2))

    def slots(self, *, is_file: bool) -> asyncio.Semaphore:
        """The slots of calls, or of files, which may take hours each."""
        return self._files if is_file else self._calls


async def _entered(slots: asyncio.Semaphore, seconds: float) -> bool:
    """Take a slot; False when there was none in time."""
    if seconds <= 0:
        return False
    if not slots.locked():
        return await slots.acquire()
    try:
        return await asyncio.wait_for(slots.acquire(), seconds)
    except (TimeoutError, asyncio.TimeoutError):
        return False


async def entered_while_moving(slots: asyncio.Semaphore, traffic: Traffic, stall: float) -> bool:
    """Take a slot; False when there was none, and none of the files that have one has moved for `stall` seconds."""
    before = traffic.pieces
    while not await _entered(slots, stall):
        if traffic.pieces == before:
            return False
        before = traffic.pieces
    return True


async def _give_back(connections: Connections[AsyncPool], pool: AsyncPool) -> None:
    idle = connections.give_back(pool)
    if idle is not None:
        await idle.aclose()


async def _give_up(connections: Connections[AsyncPool], pool: AsyncPool, error: BaseException) -> None:
    """Interrupted in the middle of an exchange, by a cancellation: see `Connections.drop`."""
    connections.drop(pool)
    # A coroutine that is thrown away cannot wait for anything any more.
    if isinstance(error, asyncio.CancelledError):
        await pool.aclose()
