"""Enums that keep a number or a word the spec does not list, instead of failing on it."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import TypeVar

_E = TypeVar("_E", bound=Enum)

# Members for unlisted values are interned so that `is` and `==` agree; bounded, because a server chooses the values.
_UNLISTED: dict[tuple[type[Enum], object], Enum] = {}
_UNLISTED_LIMIT = 1024


def _unlisted_member(cls: type[_E], value: object, member: _E) -> _E:
    member._name_ = f"UNKNOWN_{value}"
    member._value_ = value
    if len(_UNLISTED) < _UNLISTED_LIMIT:
        _UNLISTED[cls, value] = member
    return member


class OpenIntEnum(IntEnum):
    """An integer enum open to values the spec does not list: `Status(9)` is a member named `UNKNOWN_9`.

    Members compare equal to their number. `is_known` tells a listed member from an unlisted one.
    """

    @classmethod
    def _missing_(cls, value: object) -> OpenIntEnum | None:
        kept = _UNLISTED.get((cls, value))
        if kept is not None:
            return kept  # type: ignore[return-value]  # the key holds cls, so the member is of cls
        if type(value) is not int:
            return None
        return _unlisted_member(cls, value, int.__new__(cls, value))

    @property
    def is_known(self) -> bool:
        """Whether the spec lists this value."""
        return self._name_ in type(self)._member_map_

    def __str__(self) -> str:
        return self._name_

    def __format__(self, format_spec: str) -> str:
        return format(self._value_, format_spec) if format_spec else self._name_


class OpenStrEnum(str, Enum):
    """A text enum open to values the spec does not list: `PodStatus("Lost")` is a member named `UNKNOWN_Lost`.

    Members compare equal to their text. `is_known` tells a listed member from an unlisted one.
    """

    @classmethod
    def _missing_(cls, value: object) -> OpenStrEnum | None:
        kept = _UNLISTED.get((cls, value))
        if kept is not None:
            return kept  # type: ignore[return-value]  # the key holds cls, so the member is of cls
        if type(value) is not str:
            return None
        return _unlisted_member(cls, value, str.__new__(cls, value))

    @property
    def is_known(self) -> bool:
        """Whether the spec lists this value."""
        return self._name_ in type(self)._member_map_

    def __str__(self) -> str:
        return str(self._value_)

    def __format__(self, format_spec: str) -> str:
        return format(str(self._value_), format_spec)
