"""The two drivers of one wait: they look at a job, sleep, and show that they live, as the wait's flow says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from aihub_sdk._calls.core import Clock
from aihub_sdk.errors import AIHubError

from .goals import goal_of
from .live_line import LiveLine, may_draw
from .values import JobAt, Poll, WaitEvent, WaitRules, poll_words, time_words
from .waiters import WaitFlow, wait_flow

if TYPE_CHECKING:
    from aihub_sdk._calls.sessions import AsyncSession, SyncSession

    from .handles import JobHandle
    from .job_handles import AsyncJob, Job

    J = TypeVar("J", bound=Job[Any])
    A = TypeVar("A", bound=AsyncJob[Any])

__all__ = ["OneWait", "follow", "follow_async", "job_at"]


def job_at(handle: JobHandle[Any], rules: WaitRules) -> JobAt:
    """What is waited for: the job of a handle, and when the caller has waited enough.

    Raises:
        InvalidRequest: `until` cannot be.
    """
    job = handle._job()  # noqa: SLF001  # what a wait starts with is no part of a handle's public face
    if rules.until is None:
        return job
    return job._replace(is_enough=goal_of(rules.until, job.row, handle._seen))  # noqa: SLF001  # as above


class OneWait:
    """The flow of a wait for one job, and its line on the terminal.

    Raises:
        InvalidRequest: `until` cannot be.
    """

    def __init__(self, handle: JobHandle[Any], rules: WaitRules, session: SyncSession | AsyncSession) -> None:
        self._ref = handle.ref
        self._clock: Clock = session.terms.clock
        self._started = self._clock.monotonic()
        self._last: WaitEvent | None = None
        self._on_event = rules.on_event
        mode = session.terms.config.progress
        is_wanted = may_draw(mode)
        self.line = LiveLine(self._words, is_wanted=is_wanted)
        if is_wanted:
            rules = rules._replace(on_event=self._told, before_words=self.line.hide)
        elif mode == "off":
            rules = rules._replace(still_after=None)
        self.flow: WaitFlow = wait_flow(job_at(handle, rules), rules, self._clock)

    def _told(self, event: WaitEvent) -> None:
        self._last = event
        if self._on_event is not None:
            self.line.hide()
            self._on_event(event)

    def _words(self) -> str:
        last, elapsed = self._last, time_words(self._clock.monotonic() - self._started)
        if last is None:
            return f"{self._ref}  {elapsed}"
        failed = f", the last {last.failed_polls} failed" if last.failed_polls else ""
        return f"{last.ref}  {last.state or 'not seen yet'}  {elapsed}, {poll_words(last.polls)}{failed}"


def follow(handle: J, rules: WaitRules, *, is_watched: bool = False) -> Iterator[J]:
    """The job at each look, until the wait is over.

    Args:
        handle: The job.
        rules: How to wait.
        is_watched: Whether the caller's own code runs between two looks, so that the line makes room for it.

    Raises:
        JobFailed, JobStopped, WaitTimeout: As `wait_flow`, after the look that showed it was given.
    """
    session: SyncSession = handle._attached()  # noqa: SLF001  # its own refusal says what to do
    one = OneWait(handle, rules, session)
    with one.line:
        effect = next(one.flow)
        while True:
            found: object = None
            if isinstance(effect, Poll):
                try:
                    handle = handle._looked(effect.seconds)  # noqa: SLF001  # the look that all handles share
                    found = handle.snapshot
                except AIHubError as error:
                    found = error
                else:
                    if is_watched:
                        one.line.hide()
                    yield handle
            else:
                one.line.show()
                session.pause(effect.seconds)
            try:
                effect = one.flow.send(found)
            except StopIteration:
                return


async def follow_async(handle: A, rules: WaitRules, *, is_watched: bool = False) -> AsyncIterator[A]:
    """`follow` for asyncio."""
    session: AsyncSession = handle._attached()  # noqa: SLF001  # as in follow
    one = OneWait(handle, rules, session)
    with one.line:
        effect = next(one.flow)
        while True:
            found: object = None
            if isinstance(effect, Poll):
                try:
                    handle = await handle._looked(effect.seconds)  # noqa: SLF001  # as in follow
                    found = handle.snapshot
                except AIHubError as error:
                    found = error
                else:
                    if is_watched:
                        one.line.hide()
                    yield handle
            else:
                one.line.show()
                await session.pause(effect.seconds)
            try:
                effect = one.flow.send(found)
            except StopIteration:
                return
