"""Handles that are followed: look again, wait, and watch, for every kind of job."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any, TypeVar

from aihub_api.types import Call
from aihub_sdk._calls.sessions import AsyncSession, SyncSession

from .following import follow, follow_async
from .handles import JobHandle
from .values import JobAt, Until, WaitEvent, WaitRules, wait_rules

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

    def _last_sight(self) -> object:
        return None if self.snapshot is None else self._sight(self.snapshot)

    def _job(self) -> JobAt:
        return super()._job()._replace(said=self._said)

    def _tell_interrupted(self) -> None:
        """Say what becomes of the job when its waiter is interrupted."""
        stop = f", or stop it with hub.attach({self.ref!r}).stop()" if self._row().stop else ""
        log.warning("%s goes on. Wait for it again with hub.attach(%r).wait()%s", self.ref, self.ref, stop)


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
            The operation that reads a job of its kind: getSearch, getDatasetVersionDetail, getRun, getTraining,
            getQuotaTask.
        """
        return self._looked(None)

    def _looked(self: J, seconds: float | None) -> J:
        """The job as a look finds it that takes no longer than some seconds, or than any call when None."""
        session: SyncSession = self._attached()
        limit = session.terms.timeout_within(seconds)
        return self._seen(session.send(self._look(), timeout=limit).data)

    def wait(
        self: J,
        *,
        timeout: float | timedelta | None = None,
        poll: float | timedelta | None = None,
        on_event: Callable[[WaitEvent], object] | None = None,
        check: bool = True,
        until: Until[J] | None = None,
    ) -> J:
        """The job when it is over. Blocks; polls at once, then after 1 s, and ever more rarely up to every 15 s.

        A poll that fails for a passing reason (no connection, HTTP 5xx or 429) does not end the wait, nor does a
        status that the spec does not know. Half an hour without any answer does. Ctrl-C leaves the job as it is, and
        the log says how to wait again. On a terminal one line shows that the wait lives (`AI_HUB_PROGRESS=off` for
        none).

        Args:
            timeout: Seconds until `WaitTimeout`; None waits as long as the job takes.
            poll: Seconds between two polls, when not backing off.
            on_event: Called after every poll with a `WaitEvent`.
            check: Whether a failed or stopped job raises; otherwise its handle is returned.
            until: What to wait for, when not for the end: a state (`"running"`, its number, its enum member), several
                states, or a function of the handle. Reaching it ends the wait well, whatever it is. A job that is over
                without it ends the wait like any other, so look at `status`: short states pass between two polls.

        Returns:
            A new handle with the last snapshot.

        Raises:
            JobFailed: The job failed; the error has what the server says about it.
            JobStopped: The job was stopped.
            WaitTimeout: Time ran out; the job goes on.
            NotFound: There is no such job.
            InvalidRequest: An argument cannot be; nothing was sent.
            AIHubError: It cannot be looked at.

        Source:
            The operation that reads a job of its kind: getSearch, getDatasetVersionDetail, getRun, getTraining,
            getQuotaTask.
        """
        rules = wait_rules(timeout=timeout, poll=poll, on_event=on_event, check=check, until=until)
        return self._waited(rules, None)

    def _waited(self: J, rules: WaitRules, on_interrupt: Callable[[], None] | None) -> J:
        """The job when it is over; `on_interrupt` is called before a Ctrl-C ends the wait, if it is given."""
        last = self
        try:
            for seen in follow(self, rules):
                last = seen
        except KeyboardInterrupt:
            if on_interrupt is None:
                last._tell_interrupted()  # noqa: SLF001  # a newer handle of this class, which may know its name by now
            else:
                on_interrupt()
            raise
        return last

    def watch(
        self: J,
        *,
        timeout: float | timedelta | None = None,
        poll: float | timedelta | None = None,
        check: bool = True,
        until: Until[J] | None = None,
    ) -> Iterator[J]:
        """The job each time it has changed, until it is over: first as it is now, last as it ended.

        Polls like `wait`, and ends like it.

        Args:
            timeout: Seconds until `WaitTimeout`; None watches as long as the job takes.
            poll: Seconds between two polls, when not backing off.
            check: Whether a failed or stopped job raises, after its last state was given.
            until: What to watch for, when not for the end, as in `wait`; the job is given as it was then.

        Raises:
            JobFailed, JobStopped, WaitTimeout, NotFound, InvalidRequest, AIHubError: As `wait`.

        Source:
            The operation that reads a job of its kind: getSearch, getDatasetVersionDetail, getRun, getTraining,
            getQuotaTask.
        """
        rules = wait_rules(timeout=timeout, poll=poll, on_event=None, check=check, until=until)
        seen = given = self
        try:
            for seen in follow(self, rules, is_watched=True):
                if given is self or seen._last_sight() != given._last_sight():  # noqa: SLF001  # handles of this class
                    given = seen
                    yield seen
            if seen is not given:
                # What is waited for may show within a state.
                yield seen
        except KeyboardInterrupt:
            seen._tell_interrupted()  # noqa: SLF001  # as in _waited
            raise


class AsyncJob(FollowedJob[S]):
    """`Job` for asyncio: the same names, awaited."""

    async def refresh(self: A) -> A:
        """The job as it is now. See the sync twin."""
        return await self._looked(None)

    async def _looked(self: A, seconds: float | None) -> A:
        """The job as a look finds it. See the sync twin."""
        session: AsyncSession = self._attached()
        limit = session.terms.timeout_within(seconds)
        return self._seen((await session.send(self._look(), timeout=limit)).data)

    async def wait(
        self: A,
        *,
        timeout: float | timedelta | None = None,  # the deadline of a wait, as in the sync twin
        poll: float | timedelta | None = None,
        on_event: Callable[[WaitEvent], object] | None = None,
        check: bool = True,
        until: Until[A] | None = None,
    ) -> A:
        """The job when it is over. See the sync twin; a cancelled task counts as interrupted, whoever cancels it."""
        return await self._waited(
            wait_rules(timeout=timeout, poll=poll, on_event=on_event, check=check, until=until), None
        )

    async def _waited(self: A, rules: WaitRules, on_interrupt: Callable[[], Awaitable[None]] | None) -> A:
        """The job when it is over; `on_interrupt` is awaited before a cancellation ends the wait, if it is given."""
        import asyncio  # noqa: PLC0415  # whoever awaits this has loaded it; a synchronous client never does

        last = self
        try:
            async for seen in follow_async(self, rules):
                last = seen
        except asyncio.CancelledError:
            # Ctrl-C arrives as a cancellation, too; and the job goes on whoever has stopped waiting for it.
            if on_interrupt is None:
                last._tell_interrupted()  # noqa: SLF001  # as in the sync twin
            else:
                await on_interrupt()
            raise
        return last

    async def watch(
        self: A,
        *,
        timeout: float | timedelta | None = None,  # as in wait
        poll: float | timedelta | None = None,
        check: bool = True,
        until: Until[A] | None = None,
    ) -> AsyncIterator[A]:
        """The job each time it has changed, until it is over. See the sync twin."""
        import asyncio  # noqa: PLC0415  # as in _waited

        rules = wait_rules(timeout=timeout, poll=poll, on_event=None, check=check, until=until)
        seen = given = self
        is_given = False
        try:
            async for seen in follow_async(self, rules, is_watched=True):
                if given is self or seen._last_sight() != given._last_sight():  # noqa: SLF001  # handles of this class
                    given, is_given = seen, True
                    yield seen
                    is_given = False
            if seen is not given:
                # What is waited for may show within a state.
                is_given = True
                yield seen
        except asyncio.CancelledError:
            # One that was left by its caller is cancelled at the end of the loop: nobody interrupted it.
            if not is_given:
                seen._tell_interrupted()  # noqa: SLF001  # as in _waited
            raise
