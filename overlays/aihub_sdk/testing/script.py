"""What a fake was told to answer, and what was asked of it. No I/O and no HTTP: plain values."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .failures import Failure

__all__ = ["FakeCall", "Script", "Step", "UnfitAnswer", "UnfitRequest", "UnscriptedCall", "UnusedAnswers"]


class UnscriptedCall(AssertionError):
    """Something was asked that no scripted answer is left for."""


class UnfitRequest(AssertionError):
    """A request is not what the spec says; the message names the field."""


class UnfitAnswer(AssertionError):
    """A scripted answer is not what the spec lets the platform answer; the message names the field."""


class UnusedAnswers(AssertionError):
    """Answers are left that nobody asked for."""


@dataclass(frozen=True)
class FakeCall:
    """One request that a fake received. Its token is not kept.

    Attributes:
        operation: The operationId, such as `createTraining`; `""` for the fetching of a file.
        method: HTTP method.
        path: Path without the query, percent-encoded as it was sent; the whole address for a file.
        parameters: Path and query parameters by wire name, typed.
        body: The fields of the JSON body or of the form, by wire name; None without a body.
        files: The file parts of a form by name.
    """

    operation: str
    method: str
    path: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One scripted answer.

    Attributes:
        outcome: The envelope, or what happens instead.
        seconds: How long it stays the answer once it was asked for; 0 for one request.
    """

    outcome: Mapping[str, Any] | Failure
    seconds: float = 0.0


class Script:
    """The answers still to be given, by operation, in their order."""

    def __init__(self) -> None:
        self._steps: dict[str, deque[Step]] = {}
        self._given: dict[str, int] = {}
        # Until when the first step of an operation stays, once it was asked for.
        self._staying: dict[str, float] = {}

    def add(self, operation: str, steps: list[Step]) -> None:
        """Append answers."""
        self._steps.setdefault(operation, deque()).extend(steps)

    def take(self, operation: str, now: float) -> Mapping[str, Any] | Failure:
        """The next answer.

        Raises:
            UnscriptedCall: There is none.
        """
        steps = self._steps.get(operation, deque())
        if operation in self._staying and now >= self._staying[operation]:
            del self._staying[operation]
            steps.popleft()
        given = self._given.get(operation, 0)
        if not steps:
            script = f'Script another one: fake.answer("{operation}", …).'
            raise UnscriptedCall(f"{operation} was called, and no answer is left for it ({given} given). {script}")
        self._given[operation] = given + 1
        step = steps[0]
        if step.seconds:
            self._staying.setdefault(operation, now + step.seconds)
        else:
            steps.popleft()
        return step.outcome

    def unused(self) -> dict[str, int]:
        """How many answers were never asked for, by operation; those without any left are absent."""
        left = {name: len(steps) - (name in self._staying) for name, steps in self._steps.items()}
        return {name: count for name, count in left.items() if count}
