"""Waiting for many jobs at once, with one scheduler and few connections, whatever their kinds."""

from __future__ import annotations

import heapq
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._core import Clock
from ._handles import JobHandle
from ._wait_values import Pause, WaitRules
from ._waiters import WaitFlow, wait_flow
from .errors import AIHubError, InvalidRequest

if TYPE_CHECKING:
    from ._sessions import AsyncSession, SyncSession

__all__ = ["Crowd", "Ending", "endings", "endings_async"]

H = TypeVar("H", bound=JobHandle[Any])
# Looks that the async client makes side by side; more connections would cost more than they save.
AT_ONCE = 16


@dataclass(frozen=True)
class Ending(Generic[H]):
    """How the wait for one job has ended.

    Attributes:
        place: Where it stands among the handles.
        handle: Its last handle.
        error: What waiting for it alone would raise, None when it has ended well.
    """

    place: int
    handle: H
    error: AIHubError | None


class Crowd(Generic[H]):
    """The waits for many jobs, and when each is to be looked at next. Does no I/O.

    Raises:
        InvalidRequest: Something is no handle.
        ConfigurationError: A handle was unpickled and belongs to no client.
    """

    def __init__(self, handles: Iterable[H], rules: WaitRules, clock: Clock) -> None:
        self._clock = clock
        self._handles = list(handles)
        self._flows: list[WaitFlow] = []
        for handle in self._handles:
            given: object = handle
            if not isinstance(given, JobHandle):
                hint = "Pass handles; hub.attach(ref) makes one of a reference."
                raise InvalidRequest(f"{given!r} is no handle of a job.", field="handles", hint=hint)
            given._attached()  # noqa: SLF001  # its own refusal says what to do
            self._flows.append(wait_flow(given._job(), rules, clock))  # noqa: SLF001  # what its own wait starts with
        for flow in self._flows:
            next(flow)
        now = clock.monotonic()
        self._due = [(now, index) for index in range(len(self._flows))]

    @property
    def is_waiting(self) -> bool:
        """Whether a job is still waited for."""
        return bool(self._due)

    def pause(self) -> float:
        """Seconds until the next look, 0 when one is due."""
        return max(self._due[0][0] - self._clock.monotonic(), 0.0)

    def due(self) -> list[tuple[int, H]]:
        """The jobs to look at now: the longest due ones, a few."""
        now = self._clock.monotonic()
        found: list[tuple[int, H]] = []
        while self._due and self._due[0][0] <= now and len(found) < AT_ONCE:
            _, index = heapq.heappop(self._due)
            found.append((index, self._handles[index]))
        return found

    def take(self, index: int, found: H | AIHubError) -> Ending[H] | None:
        """Take in what a look has found; how the wait ended, if it did."""
        if isinstance(found, AIHubError):
            seen: object = found
        else:
            self._handles[index] = found
            seen = found.snapshot
        try:
            effect = self._flows[index].send(seen)
        except StopIteration:
            return Ending(index, self._handles[index], None)
        except AIHubError as error:
            return Ending(index, self._handles[index], error)
        if isinstance(effect, Pause):
            heapq.heappush(self._due, (self._clock.monotonic() + effect.seconds, index))
            self._flows[index].send(None)
        return None


def endings(session: SyncSession, crowd: Crowd[H]) -> Iterator[Ending[H]]:
    """How each wait ends, as it does. Looks one after another, over one connection."""
    while crowd.is_waiting:
        seconds = crowd.pause()
        if seconds > 0:
            session.pause(seconds)
        for index, handle in crowd.due():
            found: Any
            try:
                found = handle.refresh()  # type: ignore[attr-defined]  # every kind of handle has one of its own type
            except AIHubError as error:
                found = error
            ending = crowd.take(index, found)
            if ending is not None:
                yield ending


async def endings_async(session: AsyncSession, crowd: Crowd[H]) -> AsyncIterator[Ending[H]]:
    """`endings` for asyncio: a few looks side by side."""
    import asyncio  # noqa: PLC0415  # whoever awaits this has loaded it; a synchronous client never does

    async def look(index: int, handle: H) -> Ending[H] | None:
        found: Any
        try:
            found = await handle.refresh()  # type: ignore[attr-defined]  # as in endings
        except AIHubError as error:
            found = error
        return crowd.take(index, found)

    while crowd.is_waiting:
        seconds = crowd.pause()
        if seconds > 0:
            await session.pause(seconds)
        for ending in await asyncio.gather(*(look(index, handle) for index, handle in crowd.due())):
            if ending is not None:
                yield ending
