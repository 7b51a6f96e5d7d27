"""`hub.wait_all` and `hub.as_completed`: many jobs at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from ._hub import Hub

if TYPE_CHECKING:
    from ._calls.sessions import AsyncSession, SyncSession
    from ._waits.crowds import Crowd
    from ._waits.handles import JobHandle
    from ._waits.values import Until, WaitEvent, WaitRules

    H = TypeVar("H", bound=JobHandle[Any])

__all__ = ["AsyncManyWaits", "ManyWaits"]


class ManyWaits(Hub):
    """Waits for many jobs from a thread."""

    def wait_all(
        self,
        handles: Iterable[H],
        *,
        timeout: float | timedelta | None = None,
        poll: float | timedelta | None = None,
        on_event: Callable[[WaitEvent], object] | None = None,
        check: bool = True,
        until: Until[H] | None = None,
    ) -> list[H]:
        """All jobs when they are over, in the order in which they were given. Blocks; kinds may be mixed.

        Polls each job as its own `wait` does, one look after another over one connection. Ctrl-C leaves the jobs as
        they are, and the log names them. On a terminal one line for all shows that the wait lives.

        Args:
            handles: The jobs, from `submit`, `run`, `sql` and their like, or from `hub.attach`.
            timeout: Seconds until `WaitTimeout`, for all together; None waits as long as they take.
            poll: Seconds between two looks at one job, when not backing off.
            on_event: Called after every look with a `WaitEvent`.
            check: Whether a failed or stopped job raises, at once; the others go on. Otherwise handles are returned,
                however their jobs ended.
            until: What to wait for with each job, when not for its end, as in a handle's own `wait`. A state must be
                one of each job's kind.

        Returns:
            New handles with the last snapshots.

        Raises:
            JobFailed, JobStopped: A job ended so.
            WaitTimeout: Time ran out for a job, which goes on.
            InvalidRequest: Something is no handle, or an argument cannot be.
            ConfigurationError: A handle was unpickled and belongs to no client: `hub.attach` gives it one.
            AIHubError: A job cannot be looked at.

        Source:
            The operations that read jobs: getSearch, getTraining, getQuotaTask, getRun, getDatasetVersionDetail.
        """
        from ._waits.crowds import endings  # noqa: PLC0415  # loaded when it is first used

        rules = _rules(timeout, poll, on_event, check=check, until=until)
        crowd = _crowd(self._session, handles, rules, is_async=False)
        ended: dict[int, H] = {}
        for ending in endings(self._session, crowd):
            if ending.error is not None:
                raise ending.error
            ended[ending.place] = ending.handle
        return [ended[place] for place in sorted(ended)]

    def as_completed(
        self,
        handles: Iterable[H],
        *,
        timeout: float | timedelta | None = None,
        poll: float | timedelta | None = None,
        on_event: Callable[[WaitEvent], object] | None = None,
        until: Until[H] | None = None,
    ) -> Iterator[H]:
        """Each job when it is over, the first to end first, however it ended: look at its `status`.

        Args:
            handles: As `wait_all`.
            timeout: Seconds, as `wait_all`.
            poll: Seconds, as `wait_all`.
            on_event: As `wait_all`.
            until: As `wait_all`; each job is given when it has come so far.

        Raises:
            WaitTimeout, InvalidRequest, ConfigurationError, AIHubError: As `wait_all`.

        Source:
            As `wait_all`.
        """
        from ._waits.crowds import endings  # noqa: PLC0415  # loaded when it is first used

        rules = _rules(timeout, poll, on_event, check=False, until=until)
        crowd = _crowd(self._session, handles, rules, is_async=False)
        for ending in endings(self._session, crowd):
            if ending.error is not None:
                raise ending.error
            yield ending.handle


class AsyncManyWaits(Hub):
    """Waits for many jobs from a task."""

    async def wait_all(
        self,
        handles: Iterable[H],
        *,
        timeout: float | timedelta | None = None,  # the deadline of a wait, as in the sync twin
        poll: float | timedelta | None = None,
        on_event: Callable[[WaitEvent], object] | None = None,
        check: bool = True,
        until: Until[H] | None = None,
    ) -> list[H]:
        """All jobs when they are over; at most 16 looks are under way at once. See `AIHub.wait_all`."""
        from ._waits.crowds import endings_async  # noqa: PLC0415  # loaded when it is first used

        rules = _rules(timeout, poll, on_event, check=check, until=until)
        crowd = _crowd(self._session, handles, rules, is_async=True)
        ended: dict[int, H] = {}
        async for ending in endings_async(self._session, crowd):
            if ending.error is not None:
                raise ending.error
            ended[ending.place] = ending.handle
        return [ended[place] for place in sorted(ended)]

    async def as_completed(
        self,
        handles: Iterable[H],
        *,
        timeout: float | timedelta | None = None,  # as in wait_all
        poll: float | timedelta | None = None,
        on_event: Callable[[WaitEvent], object] | None = None,
        until: Until[H] | None = None,
    ) -> AsyncIterator[H]:
        """Each job when it is over, the first to end first. See `AIHub.as_completed`."""
        from ._waits.crowds import endings_async  # noqa: PLC0415  # loaded when it is first used

        rules = _rules(timeout, poll, on_event, check=False, until=until)
        crowd = _crowd(self._session, handles, rules, is_async=True)
        async for ending in endings_async(self._session, crowd):
            if ending.error is not None:
                raise ending.error
            yield ending.handle


def _rules(
    timeout: float | timedelta | None,
    poll: float | timedelta | None,
    on_event: Callable[[WaitEvent], object] | None,
    *,
    check: bool,
    until: object,
) -> WaitRules:
    from ._waits.values import wait_rules  # noqa: PLC0415  # loads the decoders; a client that calls nothing does not

    return wait_rules(timeout=timeout, poll=poll, on_event=on_event, check=check, until=until)


def _crowd(session: SyncSession | AsyncSession, handles: Iterable[H], rules: WaitRules, *, is_async: bool) -> Crowd[H]:
    from ._waits.crowds import Crowd  # noqa: PLC0415  # as in _rules
    from ._waits.job_handles import AsyncJob, Job  # noqa: PLC0415  # as in _rules

    kind: type[JobHandle[Any]] = AsyncJob if is_async else Job
    return Crowd(handles, rules, session.terms.clock, session.terms.config.progress, kind)
