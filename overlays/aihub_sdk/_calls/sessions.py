"""The two drivers: they carry out what a call's flow asks for, one on a thread, one on an event loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, TypeVar

from aihub_api.types import Answer, Call
from aihub_api.user_system import login as login_operation
from aihub_api.user_system.models import LoginRequest, LoginSession
from aihub_sdk._wire.effects import Effect, Outcome, Renew, Send
from aihub_sdk._wire.sync_transport import SyncTransport
from aihub_sdk.errors import InvalidRequest

from .core import Terms, call_flow
from .envelope import checked_call

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from aihub_sdk._wire.async_transport import AsyncTransport

__all__ = ["AsyncSession", "SyncSession"]

T = TypeVar("T")


class SyncSession:
    """Sends calls from threads, with retries, renewed tokens and a limit of time.

    Attributes:
        terms: What all calls share.
        transport: What the requests go through.
    """

    def __init__(self, terms: Terms, transport: SyncTransport, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.terms = terms
        self.transport = transport
        self._sleep = sleep

    def on(self, terms: Terms, client: object) -> SyncSession:
        """A session on other terms, over the same connections, for another client."""
        return SyncSession(terms, self.transport.used_by(client), sleep=self._sleep)

    def build(self, make: Callable[[], Call[T]]) -> Call[T]:
        """The call that `make` makes.

        Raises:
            InvalidRequest: An argument does not fit the spec.
        """
        return checked_call(make, self.terms.config.environment)

    def send(self, call: Call[T], *, timeout: float | None = None, stall: float | None = None) -> Answer[T]:
        """The opened answer to `call`.

        Args:
            timeout: Seconds for this call, when not the client's own.
            stall: Seconds that nothing may happen, for a call that takes as long as it takes.

        Raises:
            AIHubError: Whatever came of it instead.
        """
        flow, spans = call_flow(call, self.terms, timeout, stall), self.terms.spans
        if spans is None:
            return self._run(flow)
        with spans.of(call.operation, self.terms.config.environment) as span:
            return span.answered(self._run(span.counted(flow)))

    def pause(self, seconds: float) -> None:
        """Do nothing for a while."""
        self._sleep(seconds)

    def _run(self, flow: Generator[Effect, Outcome, T]) -> T:
        try:
            effect = next(flow)
            while True:
                effect = flow.send(self._carry_out(effect))
        except StopIteration as done:
            result: T = done.value
            return result

    def _carry_out(self, effect: Effect) -> Outcome:
        if isinstance(effect, Send):
            return self.transport.exchange(effect)
        if isinstance(effect, Renew):
            source, left = self.terms.identity.source, _left(self.terms, effect)

            def send_login(username: str, password: str) -> str:
                return self.log_in(username, password, left).token

            source.renew(send_login, stale=effect.rejected, within=left)
        else:
            self._sleep(effect.seconds)
        return None

    def log_in(self, username: str, password: str, timeout: float | None = None) -> LoginSession:
        """What the platform answers to a login; the user's id is kept for `whoami`."""
        call = _login_call(username, password, self.terms.config.environment)
        session = self.send(call, timeout=timeout).data
        self.terms.identity.user_id = session.id
        return session


class AsyncSession:
    """`SyncSession` for asyncio."""

    def __init__(
        self,
        terms: Terms,
        transport: AsyncTransport,
        *,
        sleep: Callable[[float], Awaitable[Any]] | None = None,
    ) -> None:
        self.terms = terms
        self.transport = transport
        self._sleep = sleep

    def on(self, terms: Terms, client: object) -> AsyncSession:
        """A session on other terms, over the same connections. As `SyncSession.on`."""
        return AsyncSession(terms, self.transport.used_by(client), sleep=self._sleep)

    def build(self, make: Callable[[], Call[T]]) -> Call[T]:
        """The call that `make` makes. As `SyncSession.build`."""
        return checked_call(make, self.terms.config.environment)

    async def send(
        self, call: Call[T], *, timeout: float | None = None, stall: float | None = None
    ) -> Answer[T]:  # the total of all attempts, which the flow counts
        """The opened answer to `call`. As `SyncSession.send`."""
        flow, spans = call_flow(call, self.terms, timeout, stall), self.terms.spans
        if spans is None:
            return await self._run(flow)
        with spans.of(call.operation, self.terms.config.environment) as span:
            return span.answered(await self._run(span.counted(flow)))

    async def pause(self, seconds: float) -> None:
        """Do nothing for a while."""
        if self._sleep is not None:
            await self._sleep(seconds)
            return
        import asyncio  # noqa: PLC0415  # whoever awaits this has loaded it; a synchronous client never does

        await asyncio.sleep(seconds)

    async def _run(self, flow: Generator[Effect, Outcome, T]) -> T:
        try:
            effect = next(flow)
            while True:
                effect = flow.send(await self._carry_out(effect))
        except StopIteration as done:
            result: T = done.value
            return result

    async def _carry_out(self, effect: Effect) -> Outcome:
        if isinstance(effect, Send):
            return await self.transport.exchange(effect)
        if isinstance(effect, Renew):
            left = _left(self.terms, effect)

            async def send_login(username: str, password: str) -> str:
                return (await self.log_in(username, password, left)).token

            await self.terms.identity.source.renew_async(send_login, stale=effect.rejected, within=left)
        else:
            await self.pause(effect.seconds)
        return None

    async def log_in(self, username: str, password: str, timeout: float | None = None) -> LoginSession:  # as send
        """What the platform answers to a login. As `SyncSession.log_in`."""
        call = _login_call(username, password, self.terms.config.environment)
        session = (await self.send(call, timeout=timeout)).data
        self.terms.identity.user_id = session.id
        return session


def _left(terms: Terms, effect: Renew) -> float:
    """The seconds a login may take so that the call it is for still ends in time."""
    return max(effect.deadline - terms.clock.monotonic(), 0.001)


def _login_call(username: str, password: str, environment: str) -> Call[LoginSession]:
    given: tuple[tuple[str, object], ...] = (("username", username), ("password", password))
    for field, value in given:
        if not isinstance(value, str) or not value:
            # The value itself stays out of the message: it may be the password in the wrong place.
            raise InvalidRequest(f"The {field} is empty or not text.", field=field, hint=f"Pass the {field}.")
    body = LoginRequest(username=username, password=password)
    return checked_call(lambda: login_operation.call(body=body), environment)
