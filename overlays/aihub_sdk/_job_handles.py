"""Handles that are followed: look again, wait, and watch, for every kind of job."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any, TypeVar

from aihub_api.types import Call

from ._handles import JobHandle, wait, wait_async
from ._sessions import AsyncSession, SyncSession
from ._wait_values import JobAt, Poll, WaitEvent, WaitRules, wait_rules
from ._waiters import wait_flow
from .errors import AIHubError

__all__ = ["AsyncJob", "FollowedJob", "Job"]

S = TypeVar("S")
J = TypeVar("J", bound="Job[Any]")
A = TypeVar("A", bound="AsyncJob[Any]")
log = logging.getLogger("aihub_sdk")


class FollowedJob(JobHandle[S]):
    """What the sync and the async handle of a job share."""

    def _look(self) -> Call[S]:
        """The call that reads the job."""
        raise NotImplementedError

    def _said(self, snapshot: S) -> str:
        """What a snapshot says about how the job ended, `""` for nothing."""
        said = getattr(snapshot, self._row().message or "", None)
        return said if isinstance(said, str) else ""

    def _sight(self, snapshot: S) -> object:
        """What has to differ between two looks for `watch` to tell of the second."""
        return getattr(snapshot, self._row().state)

    def _job(self) -> JobAt:
        return super()._job()._replace(said=self._said)

    def _tell_interrupted(self) -> None:
        """Say what becomes of the job when its waiter is interrupted."""
        log.warning("%s goes on. Wait for it again with hub.attach(%r).wait()", self.ref, self.ref)


class Job(FollowedJob[S]):
    """A job that is followed from a thread."""

    def refresh(self: J) -> J:
        """The job as it is now.

        Returns:
            A new handle; this one is unchanged.

        Raises:
            NotFound: There is no such job.
            AIHubError: The call failed.

        Source:
            getTraining, getQuotaTask, getRun: the operation of its kind that reads a job.
        """
        session: SyncSession = self._attached()
        return self._seen(session.send(self._look()).data)

    def wait(
        self: J,
        *,
        timeout: float | timedelta | None = None,
        poll: float | timedelta | None = None,
        on_event: Callable[[WaitEvent], object] | None = None,
        check: bool = True,
    ) -> J:
        """The job when it is over. Blocks; polls at once, then after 1 s, and ever more rarely up to every 15 s.

        A poll that fails for a passing reason (no connection, HTTP 5xx or 429) does not end the wait, nor does a
        status that the spec does not know. Half an hour without any answer does. Ctrl-C leaves the job as it is, and
        the log says how to wait again.

        Args:
            timeout: Seconds until `WaitTimeout`; None waits as long as the job takes.
            poll: Seconds between two polls, when not backing off.
            on_event: Called after every poll with a `WaitEvent`.
            check: Whether a failed or stopped job raises; otherwise its handle is returned.

        Returns:
            A new handle with the last snapshot.

        Raises:
            JobFailed: The job failed; the error has what the server says about it.
            JobStopped: The job was stopped.
            WaitTimeout: Time ran out; the job goes on.
            NotFound: There is no such job.
            AIHubError: It cannot be looked at.

        Source:
            getTraining, getQuotaTask, getRun: the operation of its kind that reads a job.
        """
        rules = wait_rules(timeout=timeout, poll=poll, on_event=on_event, check=check)
        return self._waited(rules, self._tell_interrupted)

    def _waited(self: J, rules: WaitRules, on_interrupt: Callable[[], None]) -> J:
        """The job when it is over; `on_interrupt` is called before a Ctrl-C ends the wait."""
        session: SyncSession = self._attached()

        def look(seconds: float | None) -> Any:
            return session.send(self._look(), timeout=session.terms.timeout_within(seconds)).data

        try:
            return self._seen(wait(session, self._job(), rules, look))
        except KeyboardInterrupt:
            on_interrupt()
            raise

    def watch(
        self: J,
        *,
        timeout: float | timedelta | None = None,
        poll: float | timedelta | None = None,
        check: bool = True,
    ) -> Iterator[J]:
        """The job each time it has changed, until it is over: first as it is now, last as it ended.

        Polls like `wait`, and ends like it.

        Args:
            timeout: Seconds until `WaitTimeout`; None watches as long as the job takes.
            poll: Seconds between two polls, when not backing off.
            check: Whether a failed or stopped job raises, after its last state was given.

        Raises:
            JobFailed, JobStopped, WaitTimeout, NotFound, AIHubError: As `wait`.

        Source:
            getTraining, getQuotaTask, getRun: the operation of its kind that reads a job.
        """
        session: SyncSession = self._attached()
        rules = wait_rules(timeout=timeout, poll=poll, on_event=None, check=check)
        flow = wait_flow(self._job(), rules, session.terms.clock)
        seen: object = None
        effect = next(flow)
        while True:
            found: Any = None
            if isinstance(effect, Poll):
                try:
                    left = session.terms.timeout_within(effect.seconds)
                    found = session.send(self._look(), timeout=left).data
                except AIHubError as error:
                    found = error
                else:
                    if self._sight(found) != seen:
                        seen = self._sight(found)
                        yield self._seen(found)
            else:
                session.pause(effect.seconds)
            try:
                effect = flow.send(found)
            except StopIteration:
                return


class AsyncJob(FollowedJob[S]):
    """`Job` for asyncio: the same names, awaited."""

    async def refresh(self: A) -> A:
        """The job as it is now. See the sync twin."""
        session: AsyncSession = self._attached()
        return self._seen((await session.send(self._look())).data)

    async def wait(
        self: A,
        *,
        timeout: float | timedelta | None = None,  # the deadline of a wait, as in the sync twin
        poll: float | timedelta | None = None,
        on_event: Callable[[WaitEvent], object] | None = None,
        check: bool = True,
    ) -> A:
        """The job when it is over. See the sync twin."""
        return await self._waited(wait_rules(timeout=timeout, poll=poll, on_event=on_event, check=check), None)

    async def _waited(self: A, rules: WaitRules, on_interrupt: Callable[[], Awaitable[None]] | None) -> A:
        """The job when it is over; `on_interrupt` is awaited before a cancellation ends the wait."""
        import asyncio  # noqa: PLC0415  # whoever awaits this has loaded it; a synchronous client never does

        session: AsyncSession = self._attached()

        async def look(seconds: float | None) -> Any:
            return (await session.send(self._look(), timeout=session.terms.timeout_within(seconds))).data

        try:
            return self._seen(await wait_async(session, self._job(), rules, look))
        except asyncio.CancelledError:
            if on_interrupt is not None:
                await on_interrupt()
            raise

    async def watch(
        self: A,
        *,
        timeout: float | timedelta | None = None,  # as in wait
        poll: float | timedelta | None = None,
        check: bool = True,
    ) -> AsyncIterator[A]:
        """The job each time it has changed, until it is over. See the sync twin."""
        session: AsyncSession = self._attached()
        rules = wait_rules(timeout=timeout, poll=poll, on_event=None, check=check)
        flow = wait_flow(self._job(), rules, session.terms.clock)
        seen: object = None
        effect = next(flow)
        while True:
            found: Any = None
            if isinstance(effect, Poll):
                try:
                    left = session.terms.timeout_within(effect.seconds)
                    found = (await session.send(self._look(), timeout=left)).data
                except AIHubError as error:
                    found = error
                else:
                    if self._sight(found) != seen:
                        seen = self._sight(found)
                        yield self._seen(found)
            else:
                await session.pause(effect.seconds)
            try:
                effect = flow.send(found)
            except StopIteration:
                return
