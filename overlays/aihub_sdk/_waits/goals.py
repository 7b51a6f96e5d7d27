"""What `until=` means for a job: which of its states, or what a function says about its handle."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import Enum
from typing import Any

from aihub_api._runtime.rows import WaiterRow
from aihub_sdk._choices import did_you_mean
from aihub_sdk.errors import InvalidRequest

__all__ = ["goal_of"]


def goal_of(until: object, row: WaiterRow, seen: Callable[[Any], object]) -> Callable[[Any], bool]:
    """Whether a snapshot shows what the caller waits for.

    Args:
        until: As the caller gave it.
        row: What the states of this kind of job are.
        seen: Makes the handle of a snapshot.

    Raises:
        InvalidRequest: It is no state of such a job, and no function that can be asked.
    """
    if callable(until) and not isinstance(until, type):
        return _asked(until, seen)
    given: list[object] = [until]
    # An enum is a collection of its members, and waiting for any of them would be no wait.
    if isinstance(until, Collection) and not isinstance(until, (str, bytes, type)):
        given = list(until)
    if not given:
        raise _wrong("until is empty.", row)
    states = frozenset(_state(each, row) for each in given)
    field = row.state
    return lambda snapshot: getattr(snapshot, field, None) in states


def _asked(ask: Callable[[Any], object], seen: Callable[[Any], object]) -> Callable[[Any], bool]:
    def is_enough(snapshot: Any) -> bool:
        answer = ask(seen(snapshot))
        if hasattr(answer, "__await__"):
            # A coroutine is always true, and would end every wait at its first look.
            close = getattr(answer, "close", None)
            if close is not None:
                close()
            hint = "Pass a plain function of the handle; it is asked after every look, and must not block."
            raise InvalidRequest("until cannot be an async function.", field="until", hint=hint)
        return bool(answer)

    return is_enough


def _state(given: object, row: WaiterRow) -> int:
    """The number of a state that is given by name or by number."""
    # A member of another kind's enum may mean another number by the same name.
    word = given.name if isinstance(given, Enum) else given
    if isinstance(word, str):
        plain = word.strip().upper().replace("-", "_").replace(" ", "_")
        for number, name in row.states.items():
            if name == plain:
                return number
    elif isinstance(word, int) and not isinstance(word, bool) and word in row.states:
        return word
    question = did_you_mean(word, row.states.values()) if isinstance(word, str) else ""
    raise _wrong(f"until cannot be {word!r}: a {row.noun} has no such state.{question}", row)


def _wrong(message: str, row: WaiterRow) -> InvalidRequest:
    known = ", ".join(f"{number} ({name})" for number, name in row.states.items())
    hint = f"Pass one or several of {known}, or a function of the handle."
    return InvalidRequest(message, field="until", hint=hint)
