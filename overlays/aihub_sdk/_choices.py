"""What somebody meant: the nearest of the words that exist, and the member of an enum by its name or value."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import TypeVar

from .errors import InvalidRequest

__all__ = ["did_you_mean", "member", "nearest"]

E = TypeVar("E", bound=Enum)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word that is most like `word`, None when none is."""
    import difflib  # noqa: PLC0415  # loads re and collections, for errors only

    plain = {_plain(each): each for each in words}
    wanted = _plain(word)
    close = difflib.get_close_matches(wanted, plain, n=1, cutoff=0.6)
    if not close and len(wanted) > 2:
        close = [each for each in plain if wanted in each or each in wanted][:1]
    return plain[close[0]] if close else None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """A question that ends a message, `""` when nothing is like it."""
    meant = nearest(word, words)
    return f" Did you mean {meant!r}?" if meant is not None else ""


def member(kind: type[E], value: object, field: str) -> E:
    """The member of an enum that a caller names by member, value or name, in any case.

    Raises:
        InvalidRequest: There is none; the error lists what there is.
    """
    if isinstance(value, kind):
        return value
    names = {each.name: each for each in kind}
    if isinstance(value, str):
        found = names.get(value.upper().replace("-", "_").replace(" ", "_"))
        if found is not None:
            return found
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else None
    for each in kind:
        if text == str(each.value):
            return each
    if getattr(kind, "__accepts_unlisted__", False) and isinstance(value, str):
        return kind(value)
    known = ", ".join(f"{each.value} ({name})" for name, each in names.items())
    question = did_you_mean(value, names) if isinstance(value, str) else ""
    raise InvalidRequest(f"{field} cannot be {value!r}.{question}", field=field, hint=f"Pass one of {known}.")


def _plain(word: str) -> str:
    return word.lower().replace("-", "_")
