"""Waiting for many jobs at once, with one scheduler and few connections, whatever their kinds."""

from __future__ import annotations

import heapq
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from aihub_sdk._calls.core import Clock
from aihub_sdk.errors import AIHubError, InvalidRequest

from .following import job_at
from .handles import JobHandle
from .job_handles import AsyncJob
from .live_line import LiveLine, may_draw
from .values import STILL_AFTER, Pause, WaitEvent, WaitRules, poll_words, time_words
from .waiters import WaitFlow, wait_flow

if TYPE_CHECKING:
    from aihub_sdk._calls.sessions import AsyncSession, SyncSession

__all__ = ["Crowd", "Ending", "endings", "endings_async"]

H = TypeVar("H", bound=JobHandle[Any])
log = logging.getLogger("aihub_sdk")
# Looks that the async client makes side by side; more connections would cost more than they save.
AT_ONCE = 16
# Of the jobs that go on when their waiter is interrupted, so many are named.
NAMED = 20


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


def _listed(handles: Iterable[H]) -> list[H]:
    given: object = handles
    # A search can be iterated over, which would give the rows of its result.
    if isinstance(given, JobHandle):
        hint = "Pass a list of handles, or call its own wait()."
        raise InvalidRequest(f"{given.ref} is one handle, not many.", field="handles", hint=hint)
    return list(handles)


class Crowd(Generic[H]):
    """The waits for many jobs, and when each is to be looked at next. Does no I/O but for its line on a terminal.

    Args:
        handles: The jobs.
        rules: How to wait for each.
        clock: Time and chance.
        mode: `AI_HUB_PROGRESS`: whether and where to show that the wait lives.
        kind: Whose handles they must be: `Job` or `AsyncJob`.

    Raises:
        InvalidRequest: Something is no handle, or `until` is no state of such a job.
        ConfigurationError: A handle was unpickled and belongs to no client.
    """

    def __init__(
        self,
        handles: Iterable[H],
        rules: WaitRules,
        clock: Clock,
        mode: str = "auto",
        kind: type[JobHandle[Any]] = JobHandle,
    ) -> None:
        self._clock = clock
        self._handles = _listed(handles)
        self._is_over = bytearray(len(self._handles))
        self._polls = 0
        self._timeout = rules.timeout
        self._started = self._spoke_at = clock.monotonic()
        is_wanted = may_draw(mode)
        self.line = LiveLine(self._words, is_wanted=is_wanted)
        self._still_after = None if mode == "off" else STILL_AFTER
        # A line for each of a thousand jobs would say less than one for all.
        rules = rules._replace(still_after=None)
        if is_wanted:
            rules = rules._replace(on_event=self._making_room(rules.on_event), before_words=self.line.hide)
        self._flows: list[WaitFlow] = []
        for handle in self._handles:
            given: object = handle
            if not isinstance(given, JobHandle):
                hint = "Pass handles; hub.attach(ref) makes one of a reference."
                raise InvalidRequest(f"{given!r} is no handle of a job.", field="handles", hint=hint)
            if not isinstance(given, kind):
                hint = "Pass handles of this client: hub.attach(handle) makes one of it."
                message = f"{given.ref} is a handle of the {'sync' if kind is AsyncJob else 'async'} client."
                raise InvalidRequest(message, field="handles", hint=hint)
            given._attached()  # noqa: SLF001  # its own refusal says what to do
            self._flows.append(wait_flow(job_at(given, rules), rules, clock))
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

    def time_left(self) -> float | None:
        """Seconds for the next look; at least a tenth, as for a job that is waited for alone."""
        if self._timeout is None:
            return None
        return max(self._started + self._timeout - self._clock.monotonic(), 0.1)

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
        self._polls += 1
        if isinstance(found, AIHubError):
            seen: object = found
        else:
            self._handles[index] = found
            seen = found.snapshot
        try:
            effect = self._flows[index].send(seen)
        except StopIteration:
            return self._ended(index, None)
        except AIHubError as error:
            return self._ended(index, error)
        if isinstance(effect, Pause):
            heapq.heappush(self._due, (self._clock.monotonic() + effect.seconds, index))
            self._flows[index].send(None)
        return None

    def show_life(self) -> None:
        """Say in the log that the wait goes on, when that was not said for long."""
        now = self._clock.monotonic()
        if self._still_after is not None and now - self._spoke_at >= self._still_after:
            self._spoke_at = now
            log.info("still waiting: %s", self._words())

    def tell_interrupted(self) -> None:
        """Say what becomes of the jobs when their waiter is interrupted."""
        refs = [handle.ref for handle, is_over in zip(self._handles, self._is_over, strict=True) if not is_over]
        more = f" and {len(refs) - NAMED} more" if len(refs) > NAMED else ""
        stoppable = any(handle._row().stop for handle in self._handles)  # noqa: SLF001  # what the tables say of its kind
        stop = ", or stop it with .stop()" if stoppable else ""
        named = ", ".join(refs[:NAMED])
        count = f"{len(refs)} of {len(self._handles)} jobs"
        log.warning("%s go on: %s%s. Take each up again with hub.attach(ref).wait()%s", count, named, more, stop)

    def _ended(self, index: int, error: AIHubError | None) -> Ending[H]:
        self._is_over[index] = True
        return Ending(index, self._handles[index], error)

    def _words(self) -> str:
        over, elapsed = sum(self._is_over), time_words(self._clock.monotonic() - self._started)
        return f"{over} of {len(self._handles)} jobs done after {elapsed}, {poll_words(self._polls)}"

    def _making_room(self, on_event: Callable[[WaitEvent], object] | None) -> Callable[[WaitEvent], object] | None:
        if on_event is None:
            return None

        def told(event: WaitEvent) -> None:
            self.line.hide()
            on_event(event)

        return told


def endings(session: SyncSession, crowd: Crowd[H]) -> Iterator[Ending[H]]:
    """How each wait ends, as it does. Looks one after another, over one connection."""
    with crowd.line:
        try:
            while crowd.is_waiting:
                seconds = crowd.pause()
                if seconds > 0:
                    crowd.line.show()
                    session.pause(seconds)
                crowd.show_life()
                for index, handle in crowd.due():
                    found: Any
                    try:
                        found = handle._looked(crowd.time_left())  # type: ignore[attr-defined]  # noqa: SLF001  # what all kinds share
                    except AIHubError as error:
                        found = error
                    ending = crowd.take(index, found)
                    if ending is not None:
                        crowd.line.hide()
                        yield ending
                crowd.line.show_again()
        except KeyboardInterrupt:
            crowd.line.hide()
            crowd.tell_interrupted()
            raise


async def endings_async(session: AsyncSession, crowd: Crowd[H]) -> AsyncIterator[Ending[H]]:
    """`endings` for asyncio: a few looks side by side."""
    import asyncio  # noqa: PLC0415  # whoever awaits this has loaded it; a synchronous client never does

    async def look(index: int, handle: H) -> Ending[H] | None:
        found: Any
        try:
            found = await handle._looked(crowd.time_left())  # type: ignore[attr-defined]  # noqa: SLF001  # as in endings
        except AIHubError as error:
            found = error
        return crowd.take(index, found)

    is_given = False
    with crowd.line:
        try:
            while crowd.is_waiting:
                seconds = crowd.pause()
                if seconds > 0:
                    crowd.line.show()
                    await session.pause(seconds)
                crowd.show_life()
                for ending in await asyncio.gather(*(look(index, handle) for index, handle in crowd.due())):
                    if ending is not None:
                        crowd.line.hide()
                        is_given = True
                        yield ending
                        is_given = False
                crowd.line.show_again()
        except asyncio.CancelledError:
            crowd.line.hide()
            # One that was left by its caller is cancelled at the end of the loop: nobody interrupted it.
            if not is_given:
                crowd.tell_interrupted()
            raise
