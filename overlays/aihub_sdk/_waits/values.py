"""What a wait is told, what it asks for, and what it tells: plain values."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from inspect import iscoroutinefunction
from typing import Any, NamedTuple, TypeVar, Union

from aihub_api._runtime.rows import WaiterRow
from aihub_sdk.errors import AIHubError, InvalidRequest

__all__ = [
    "JobAt",
    "Pause",
    "Poll",
    "State",
    "Until",
    "WaitEvent",
    "WaitRules",
    "poll_words",
    "seconds_of",
    "time_words",
    "wait_rules",
]

H = TypeVar("H")
# A state of a job: its name in any case, its number, or its member of the status enum, which is a number too.
State = Union[str, int]  # noqa: UP007  # an alias that is subscripted below has to exist at run time, on 3.10 too
# What a wait goes on until: a state, several, or whatever a function says about the handle.
Until = Union[State, Collection[State], Callable[[H], object]]  # noqa: UP007  # as above

# How often a wait that nothing happens in says so in the log.
STILL_AFTER = 300.0


class Poll(NamedTuple):
    """Look at the job now; answered with its snapshot or with the error of the attempt.

    Attributes:
        seconds: How long the look may take, None for as long as any call.
    """

    seconds: float | None


class Pause(NamedTuple):
    """Sleep before going on."""

    seconds: float


class JobAt(NamedTuple):
    """Which job, and where.

    Attributes:
        row: What its statuses mean.
        id: Its id, or its name where the platform knows it by name.
        ref: The reference that `hub.attach()` takes.
        environment: Environment name.
        is_new: Whether it was created a moment ago, so that it may not be found yet.
        said: What a snapshot says about how the job ended, where no single field does.
        is_enough: Whether a snapshot shows what the caller waits for, None for the end of the job.
        named: Its id and reference as a snapshot tells them, where they are not known before.
    """

    row: WaiterRow
    id: int | str
    ref: str
    environment: str
    is_new: bool
    said: Callable[[Any], str] | None = None
    is_enough: Callable[[Any], bool] | None = None
    named: Callable[[Any], tuple[int | str, str]] | None = None


class WaitEvent(NamedTuple):
    """One look at a job.

    Attributes:
        ref: The reference of the job.
        state: Name of its state, such as `RUNNING`; the last known one when this look failed, `""` for none yet.
        is_change: Whether the state differs from the one before.
        polls: How often the job was looked at, this time included.
        elapsed: Seconds since the wait began.
        failed_polls: How many looks in a row have failed; 0 when this one did not.
        error: What went wrong with this look, None when nothing did.
    """

    ref: str
    state: str
    is_change: bool
    polls: int
    elapsed: float
    failed_polls: int
    error: AIHubError | None


class WaitRules(NamedTuple):
    """How to wait.

    Attributes:
        timeout: Seconds until `WaitTimeout`; None waits as long as the job takes.
        poll: Seconds between two looks; None backs off from 1 to 15.
        on_event: Called after every look.
        check: Whether a failed or stopped job raises.
        until: What the caller waits for, as it was given; None for the end of the job.
        still_after: Seconds without a line in the log after which there is one all the same; None for never.
        before_words: Called before something is logged, so that a line on the terminal can make room.
    """

    timeout: float | None = None
    poll: float | None = None
    on_event: Callable[[WaitEvent], object] | None = None
    check: bool = True
    until: object = None
    still_after: float | None = STILL_AFTER
    before_words: Callable[[], object] | None = None


def wait_rules(
    *,
    timeout: float | timedelta | None,
    poll: float | timedelta | None,
    on_event: Callable[[WaitEvent], object] | None,
    check: bool,
    until: object = None,
) -> WaitRules:
    """The rules, if they can be followed. What `until` means depends on the kind of job: see `goals`.

    Raises:
        InvalidRequest: `timeout` is not a number of seconds from 0, `poll` not one above 0, or `on_event` no plain
            function.
    """
    given: object = on_event
    if given is not None and (not callable(given) or iscoroutinefunction(given)):
        # A coroutine that nobody awaits would never run.
        hint = "Pass a plain function that takes a WaitEvent; it is called after every poll, and must not block."
        raise InvalidRequest(f"on_event cannot be {given!r}.", field="on_event", hint=hint)
    return WaitRules(seconds_of("timeout", timeout, from_zero=True), seconds_of("poll", poll), on_event, check, until)


def time_words(seconds: float) -> str:
    """A duration for people, in its two largest units: `48 s`, `12 min`, `3 h 5 min`, `2 d 4 h`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days:
        return f"{days} d {hours_left} h"
    if hours:
        return f"{hours} h {minutes_left} min"
    return f"{minutes} min" if minutes else f"{rest} s"


def poll_words(polls: int) -> str:
    """How often was looked, for people."""
    return f"{polls} poll{'' if polls == 1 else 's'}"


def seconds_of(name: str, value: float | timedelta | None, *, from_zero: bool = False) -> float | None:
    """A duration that an argument gives, in seconds; None for none.

    Raises:
        InvalidRequest: It is no duration, not finite, or less than it may be.
    """
    if value is None:
        return None
    seconds: object = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(seconds, (int, float)) and not isinstance(seconds, bool):
        number = float(seconds)
        if 0 < number < float("inf") or (number == 0 and from_zero):
            return number
    least = "0 or more" if from_zero else "more than 0"
    raise InvalidRequest(
        f"{name} cannot be {value!r}.",
        field=name,
        hint=f"It is a number of seconds, {least} and finite, or a timedelta; leave it out for the default.",
    )
