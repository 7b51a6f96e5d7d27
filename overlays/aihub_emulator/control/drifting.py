"""Changing one field of an answer into something that the spec does not have."""

from __future__ import annotations

from typing import Any

__all__ = ["EXTRA", "UNKNOWN_NUMBER", "UNKNOWN_TEXT", "drifted"]

# What is put in: unlikely enough to be found again, and to be in no enum ever.
EXTRA = "emulator_extra"
UNKNOWN_NUMBER = 9973
UNKNOWN_TEXT = "EMULATOR_UNKNOWN"


def drifted(envelope: Any, field: str, to: str) -> Any | None:
    """`envelope` with one field changed; None when it has no such field.

    Args:
        envelope: JSON data; changed in place.
        field: Names and indexes with dots between them; `*` stands for every item of a list.
        to: null, unknown, wrong_type, missing or extra.
    """
    *way, last = field.split(".")
    holders = [envelope]
    for part in way:
        holders = [value for holder in holders for _, value in _found(holder, part)]
    places = [(holder, key, value) for holder in holders for key, value in _found(holder, last)]
    if to == "extra":
        places = [place for place in places if isinstance(place[2], dict)]
    # From the end, so that an item that goes leaves the indexes of those before it as they are.
    for holder, key, value in reversed(places):
        _change(holder, key, value, to)
    return envelope if places else None


def _found(holder: Any, part: str) -> list[tuple[Any, Any]]:
    if isinstance(holder, dict):
        return [(part, holder[part])] if part in holder else []
    if not isinstance(holder, list):
        return []
    if part == "*":
        return list(enumerate(holder))
    return [(int(part), holder[int(part)])] if part.isdecimal() and int(part) < len(holder) else []


def _change(holder: Any, key: Any, value: Any, to: str) -> None:
    if to == "missing":
        del holder[key]
    elif to == "extra":
        value[EXTRA] = UNKNOWN_NUMBER
    else:
        changes = {"null": None, "unknown": _unknown(value), "wrong_type": _of_another_type(value)}
        holder[key] = changes[to]


def _unknown(value: Any) -> Any:
    return UNKNOWN_TEXT if isinstance(value, str) else UNKNOWN_NUMBER


def _of_another_type(value: Any) -> Any:
    if isinstance(value, str):
        return UNKNOWN_NUMBER
    if isinstance(value, dict):
        return [UNKNOWN_TEXT]
    return {EXTRA: UNKNOWN_NUMBER} if isinstance(value, list) else UNKNOWN_TEXT
