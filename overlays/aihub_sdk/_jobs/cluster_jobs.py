"""Handles of jobs that run on a cluster, trainings and quota tasks: they can be stopped, and have pods."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from aihub_api.types import Call
from aihub_sdk._calls.pages import PageWalk
from aihub_sdk._calls.sessions import AsyncSession, SyncSession
from aihub_sdk._waits.handles import utc_datetime
from aihub_sdk._waits.job_handles import AsyncJob, FollowedJob, Job
from aihub_sdk._waits.values import Until, WaitEvent, wait_rules
from aihub_sdk.errors import AIHubError

__all__ = ["AsyncClusterJob", "ClusterJob", "ClusterJobFacts"]

S = TypeVar("S")
P = TypeVar("P")
J = TypeVar("J", bound="ClusterJob[Any, Any]")
A = TypeVar("A", bound="AsyncClusterJob[Any, Any]")
log = logging.getLogger("aihub_sdk")


class ClusterJobFacts(FollowedJob[S], Generic[S, P]):
    """What is known about such a job without asking again; None, or `""`, for what was not seen yet."""

    @property
    def name(self) -> str:
        """Its name."""
        return getattr(self.snapshot, "name", None) or ""

    @property
    def created_at(self) -> datetime | None:
        """When it was created, in UTC."""
        return utc_datetime(getattr(self.snapshot, "created_at", None))

    @property
    def started_at(self) -> datetime | None:
        """When it started, in UTC; None before that."""
        return utc_datetime(getattr(self.snapshot, "started_at", None))

    @property
    def finished_at(self) -> datetime | None:
        """When it ended, in UTC; None before that."""
        return utc_datetime(getattr(self.snapshot, "finished_at", None))

    def _stopping(self) -> Call[None]:
        """The call that stops the job."""
        raise NotImplementedError

    def _pod_walk(self, page_size: int | None) -> PageWalk[P]:
        """The walk over the job's pods."""
        raise NotImplementedError

    def _said(self, snapshot: S) -> str:
        # A snapshot says nothing about a failure; about a stop it says who asked for it.
        user = getattr(snapshot, "stop_op_user", None)
        name = getattr(user, "name", None)
        return f"stopped by {name}" if name else ""

    def _tell_stopped(self, error: AIHubError | None) -> None:
        if error is None:
            log.warning("%s was asked to stop", self.ref)
        else:
            log.warning("%s could not be stopped: %s", self.ref, error)

    def _tell_unstopped(self) -> None:
        """Say what is known of the job when a second Ctrl-C came before the answer."""
        words = "%s may go on: it was being stopped. Look with hub.attach(%r).refresh(), or stop it with its stop()"
        log.warning(words, self.ref, self.ref)


class ClusterJob(ClusterJobFacts[S, P], Job[S]):
    """Such a job, followed from a thread."""

    def wait(
        self: J,
        *,
        timeout: float | timedelta | None = None,
        poll: float | timedelta | None = None,
        on_event: Callable[[WaitEvent], object] | None = None,
        check: bool = True,
        until: Until[J] | None = None,
        stop_on_interrupt: bool = False,
    ) -> J:
        """The job when it is over. Blocks; polls at once, then after 1 s, and ever more rarely up to every 15 s.

        A poll that fails for a passing reason (no connection, HTTP 5xx or 429) does not end the wait, nor does a
        status that the spec does not know. Half an hour without any answer does. On a terminal one line shows that
        the wait lives (`AI_HUB_PROGRESS=off` for none).

        Args:
            timeout: Seconds until `WaitTimeout`; None waits as long as the job takes.
            poll: Seconds between two polls, when not backing off.
            on_event: Called after every poll with a `WaitEvent`.
            check: Whether a failed or stopped job raises; otherwise its handle is returned.
            until: What to wait for, when not for the end: a state (`"running"`, its number, its enum member), several
                states, or a function of the handle. Reaching it ends the wait well, whatever it is. A job that is over
                without it ends the wait like any other, so look at `status`: short states pass between two polls.
            stop_on_interrupt: Whether Ctrl-C stops the job before it ends the wait. Default False: the job goes on,
                and the log says how to wait again and how to stop it.

        Returns:
            A new handle with the last snapshot.

        Raises:
            JobFailed: The job failed. The platform does not say why; `pods()` says which pods did.
            JobStopped: The job was stopped; the error says by whom, if the platform does.
            WaitTimeout: Time ran out; the job goes on.
            NotFound: There is no such job.
            InvalidRequest: An argument cannot be; nothing was sent.
            AIHubError: It cannot be looked at.

        Source:
            getTraining, 模型训练 / 获取训练任务信息; getQuotaTask, 配额任务 / 获取配额任务信息.
        """
        rules = wait_rules(timeout=timeout, poll=poll, on_event=on_event, check=check, until=until)
        return self._waited(rules, self._stop_interrupted if stop_on_interrupt else None)

    def _stop_interrupted(self) -> None:
        try:
            self.stop()
        except AIHubError as error:
            # The interrupt is what the caller waits for; the log says what became of the job.
            self._tell_stopped(error)
        except KeyboardInterrupt:
            self._tell_unstopped()
            raise
        else:
            self._tell_stopped(None)

    def stop(self) -> None:
        """Ask the platform to stop the job. Returns at once; `wait(check=False)` returns when it has stopped.

        Raises:
            NotFound: There is no such job.
            ResponseLost: Whether it took effect is not known; `refresh()` shows it.
            AIHubError: The call failed.

        Source:
            stopTraining, 模型训练 / 停止训练任务; stopQuotaTask, 配额任务 / 停止配额任务.
        """
        session: SyncSession = self._attached()
        session.send(self._stopping())

    def pods(self, *, page_size: int | None = None) -> Iterator[P]:
        """The job's pods, fetched page by page as they are asked for.

        Args:
            page_size: Pods to fetch at once; the document's own 9999 when None.

        Raises:
            InvalidRequest: `page_size` is no number from 1.
            NotFound: There is no such job.
            AIHubError: A call failed.

        Source:
            listTrainingPods, 模型训练 / 获取训练任务 pod 列表; listQuotaTaskPods, 配额任务 / 获取配额任务 pod 列表.
        """
        session: SyncSession = self._attached()
        walk = self._pod_walk(page_size)
        is_last = False
        while not is_last:
            pods, is_last = walk.items(session.send(walk.call()).data)
            yield from pods


class AsyncClusterJob(ClusterJobFacts[S, P], AsyncJob[S]):
    """`ClusterJob` for asyncio: the same names, awaited. Iterate over pods with `async for`."""

    async def wait(
        self: A,
        *,
        timeout: float | timedelta | None = None,  # the deadline of a wait, as in the sync twin
        poll: float | timedelta | None = None,
        on_event: Callable[[WaitEvent], object] | None = None,
        check: bool = True,
        until: Until[A] | None = None,
        stop_on_interrupt: bool = False,
    ) -> A:
        """The job when it is over. See the sync twin; a cancelled task counts as interrupted, whoever cancels it."""
        rules = wait_rules(timeout=timeout, poll=poll, on_event=on_event, check=check, until=until)
        return await self._waited(rules, self._stop_interrupted if stop_on_interrupt else None)

    async def _stop_interrupted(self) -> None:
        import asyncio  # noqa: PLC0415  # whoever awaits this has loaded it; a synchronous client never does

        try:
            await self.stop()
        except AIHubError as error:
            # As in the sync twin.
            self._tell_stopped(error)
        except asyncio.CancelledError:
            self._tell_unstopped()
            raise
        else:
            self._tell_stopped(None)

    async def stop(self) -> None:
        """Ask the platform to stop the job. See the sync twin."""
        session: AsyncSession = self._attached()
        await session.send(self._stopping())

    async def pods(self, *, page_size: int | None = None) -> AsyncIterator[P]:
        """The job's pods, fetched page by page. See the sync twin."""
        session: AsyncSession = self._attached()
        walk = self._pod_walk(page_size)
        is_last = False
        while not is_last:
            pods, is_last = walk.items((await session.send(walk.call())).data)
            for pod in pods:
                yield pod
