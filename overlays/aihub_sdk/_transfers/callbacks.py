"""What a caller passes to be told how far a transfer is."""

from __future__ import annotations

from collections.abc import Callable
from inspect import iscoroutinefunction

from aihub_sdk.errors import InvalidRequest

__all__ = ["Progress", "expect_progress"]

Progress = Callable[[int, int], object]


def expect_progress(given: object) -> None:
    """Nothing, when it can be called, or is None.

    Raises:
        InvalidRequest: It cannot, or would have to be awaited, which nobody does.
    """
    if given is not None and (not callable(given) or iscoroutinefunction(given)):
        hint = "Pass a plain function of two numbers, how much is done and how much there is in all, or leave it out."
        raise InvalidRequest(f"progress cannot be {given!r}.", field="progress", hint=hint)
