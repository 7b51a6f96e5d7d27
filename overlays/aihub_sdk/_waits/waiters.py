"""Waiting for a job, without any I/O: what to poll next, when to sleep, and how a wait ends.

`wait_flow` is a generator: it yields `Poll` and `Pause`, is sent a snapshot or the error that the poll raised, and
returns the last snapshot. Many waits can be driven side by side, because each says how long it wants to sleep.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from typing import Any, TypedDict

from aihub_sdk._calls.core import Clock
from aihub_sdk.errors import (
    AIHubError,
    CallTimeout,
    ConnectionFailed,
    ErrorContext,
    JobFailed,
    JobStopped,
    NotFound,
    RateLimited,
    ServerError,
    UnexpectedResponse,
    WaitTimeout,
)

from .values import JobAt, Pause, Poll, WaitEvent, WaitRules, poll_words, time_words

__all__ = ["WaitFlow", "wait_flow"]

log = logging.getLogger("aihub_sdk")

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 15.0
GROWTH = 1.5
# Waits that began together must not poll together: each pause is up to this much shorter or longer.
JITTER = 0.1
# A job that was just created may not be readable at once, when the platform reads from a copy of its database.
GRACE_SECONDS = 15.0
# A platform that answers nothing for this long is down; waiting on would hide it.
LONGEST_OUTAGE = 1800.0


WaitEffect = Poll | Pause
WaitFlow = Generator[WaitEffect, Any, Any]


def wait_flow(job: JobAt, rules: WaitRules, clock: Clock) -> WaitFlow:
    """The effects of one wait.

    Returns:
        The last snapshot: the job is over, or it shows what the caller waits for.

    Raises:
        JobFailed, JobStopped: It ended so, and `check` is on.
        WaitTimeout: Time ran out; the job goes on.
        AIHubError: It cannot be looked at, now or later.
    """
    watch = _Watch(job, rules, clock)
    while True:
        found = yield Poll(watch.time_left())
        if watch.is_over(found):
            return watch.snapshot
        yield Pause(watch.pause())


class _JobFacts(TypedDict):
    """What every error of a wait says about the job."""

    job_id: int | str
    ref: str
    state: int | None
    state_name: str
    server_message: str
    context: ErrorContext


class _Watch:
    """What a wait has seen so far."""

    def __init__(self, job: JobAt, rules: WaitRules, clock: Clock) -> None:
        self._job = job
        self._rules = rules
        self._clock = clock
        self._started = self._spoke_at = clock.monotonic()
        self._pause = FIRST_PAUSE
        self._polls = 0
        self._failed_polls = 0
        self._failing_since: float | None = None
        self._not_before = 0.0
        self._state: int | None = None
        self._has_warned = False
        self.snapshot: Any = None

    def time_left(self) -> float | None:
        """Seconds for the next look; at least a tenth, so that a job is looked at even with no time to wait."""
        if self._rules.timeout is None:
            return None
        return max(self._started + self._rules.timeout - self._clock.monotonic(), 0.1)

    def is_over(self, found: object) -> bool:
        """Take in a snapshot or an error; whether the wait has ended well."""
        self._polls += 1
        if isinstance(found, AIHubError):
            self._take_error(found)
        else:
            self._take_snapshot(found)
            # What the caller asked for comes first: a failed state that was asked for is no failure of the wait.
            if self._job.is_enough is not None and self._job.is_enough(found):
                return True
            if self._state in self._job.row.success:
                return True
            if self._is_ended_badly():
                return True
        self._check_deadline(found if isinstance(found, AIHubError) else None)
        self._show_life()
        return False

    def pause(self) -> float:
        """Seconds until the next look; none goes past the deadline, where the last look is made."""
        wanted = self._rules.poll
        if wanted is None:
            wanted = self._pause * (1 + JITTER * (2 * self._clock.random() - 1))
            self._pause = min(self._pause * GROWTH, LONGEST_PAUSE)
        wanted = max(wanted, self._not_before - self._clock.monotonic())
        if self._rules.timeout is None:
            return wanted
        return max(min(wanted, self._started + self._rules.timeout - self._clock.monotonic()), 0.0)

    def _take_snapshot(self, snapshot: Any) -> None:
        if self._job.named is not None:
            found_id, ref = self._job.named(snapshot)
            self._job = self._job._replace(id=found_id, ref=ref)
        row = self._job.row
        state = getattr(snapshot, row.state, None)
        number = int(state) if isinstance(state, int) else None
        is_change = number != self._state or self._polls == 1
        if number not in row.states and not self._has_warned:
            self._has_warned = True
            self._say(logging.WARNING, "%s: unknown state %s; waiting on", state)
        self.snapshot, self._state = snapshot, number
        self._failed_polls, self._failing_since = 0, None
        if is_change:
            self._say(logging.INFO, "%s: %s", self._state_name())
        self._tell(None, is_change=is_change)

    def _take_error(self, error: AIHubError) -> None:
        now = self._clock.monotonic()
        if self._failing_since is None:
            self._failing_since = now
        self._failed_polls += 1
        if isinstance(error, RateLimited):
            self._not_before = now + min(error.retry_after or 0.0, LONGEST_OUTAGE)
        is_over = not self._is_passing(error) or now - self._failing_since >= LONGEST_OUTAGE
        if not is_over:
            # The first of a row is worth a line; the rest would only repeat it.
            level = logging.WARNING if self._failed_polls == 1 else logging.DEBUG
            self._say(level, "%s: could not be read (%s); waiting on", type(error).__name__)
        self._tell(error, is_change=False)
        if is_over:
            raise error

    def _say(self, level: int, text: str, *facts: object) -> None:
        """A line in the log about the job."""
        if level >= logging.INFO:
            self._spoke_at = self._clock.monotonic()
        if log.isEnabledFor(level):
            if self._rules.before_words is not None:
                self._rules.before_words()
            log.log(level, text, self._job.ref, *facts)

    def _show_life(self) -> None:
        """Say that the wait goes on, when nothing was said for long."""
        still_after = self._rules.still_after
        if still_after is None:
            return
        now = self._clock.monotonic()
        if now - self._spoke_at >= still_after:
            state, elapsed = self._state_name() or "not seen", time_words(now - self._started)
            self._say(logging.INFO, "%s: still %s after %s, %s", state, elapsed, poll_words(self._polls))

    def _is_passing(self, error: AIHubError) -> bool:
        """Whether a poll's failure says nothing about the job."""
        if isinstance(error, NotFound):
            is_fresh = self._job.is_new and self.snapshot is None
            return is_fresh and self._clock.monotonic() - self._started < GRACE_SECONDS
        if isinstance(error, UnexpectedResponse):
            return error.status is not None and error.status >= 500
        return isinstance(error, (ConnectionFailed, CallTimeout, ServerError, RateLimited))

    def _is_ended_badly(self) -> bool:
        row = self._job.row
        kind = JobFailed if self._state in row.failure else JobStopped if self._state in row.stopped else None
        if kind is not None and self._rules.check:
            said = self._server_message()
            what = "failed" if kind is JobFailed else "was stopped"
            words = f": {said}" if said else ", and the server says no more"
            message = f"{self._noun()} {what}{words}."
            raise kind(message, **self._facts(), hint=f"Look at it again with hub.attach({self._job.ref!r}).")
        return kind is not None

    def _check_deadline(self, error: AIHubError | None) -> None:
        timeout = self._rules.timeout
        if timeout is None or self._clock.monotonic() < self._started + timeout:
            return
        state = self._state_name() or "not seen"
        message = f"{self._noun()} did not end within {timeout:g} s; its last state is {state}."
        hint = f"It goes on. Wait again with hub.attach({self._job.ref!r}).wait()."
        raise WaitTimeout(message, timeout=timeout, **self._facts(), hint=hint) from error

    def _facts(self) -> _JobFacts:
        row = self._job.row
        elapsed = self._clock.monotonic() - self._started
        context = ErrorContext(
            service=row.service,
            operation=row.poll,
            environment=self._job.environment,
            elapsed=elapsed,
        )
        return {
            "job_id": self._job.id,
            "ref": self._job.ref,
            "state": self._state,
            "state_name": row.states.get(self._state or 0, ""),
            "server_message": self._server_message(),
            "context": context,
        }

    def _noun(self) -> str:
        noun = self._job.row.noun
        return f"{noun[:1].upper()}{noun[1:]} {self._job.id}"

    def _state_name(self) -> str:
        if self._state is None:
            return ""
        return self._job.row.states.get(self._state, f"UNKNOWN_{self._state}")

    def _server_message(self) -> str:
        if self._job.said is not None and self.snapshot is not None:
            return self._job.said(self.snapshot)
        field = self._job.row.message
        said = getattr(self.snapshot, field, None) if field else None
        return said if isinstance(said, str) else ""

    def _tell(self, error: AIHubError | None, *, is_change: bool) -> None:
        if self._rules.on_event is None:
            return
        elapsed = self._clock.monotonic() - self._started
        state = self._state_name()
        event = WaitEvent(self._job.ref, state, is_change, self._polls, elapsed, self._failed_polls, error)
        self._rules.on_event(event)
