"""What a noun lists: a tuple that a notebook shows as a table."""

from __future__ import annotations

from datetime import datetime
from typing import Any, SupportsIndex, TypeVar, overload

import attrs

from ._notebook import table_html
from ._waits.handles import utc_datetime

__all__ = ["Listing"]

T = TypeVar("T")
# A notebook with thousands of rows in it cannot be scrolled any more.
SHOWN = 100
LONGEST_CELL = 120


class Listing(tuple[T, ...]):
    """A tuple of what the platform has: clusters, storages, nodes. A notebook shows it as a table.

    A slice is a listing as well, and so is what anything else is made into: `Listing(job.pods())`.
    """

    __slots__ = ()

    @overload
    def __getitem__(self, place: SupportsIndex) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> Listing[T]: ...

    def __getitem__(self, place: SupportsIndex | slice) -> T | Listing[T]:
        found: Any = tuple.__getitem__(self, place)
        return Listing(found) if isinstance(place, slice) else found

    def _repr_html_(self) -> str:
        shown: list[dict[str, str]] = [_cells(item) for item in self[:SHOWN]]
        # A column in which every cell is empty says nothing; so most of a pod's would.
        columns = list(dict.fromkeys(name for cells in shown for name, text in cells.items() if text))
        more = len(self) - len(shown)
        below = ["none"] if not self else [f"and {more} more"] if more else []
        return table_html(columns, ([cells.get(name, "") for name in columns] for cells in shown), below)


def _cells(item: Any) -> dict[str, str]:
    """The fields of what the platform sent, as text."""
    if not attrs.has(type(item)):
        return {"": _cell("", item)}
    return {each.name: _cell(each.name, getattr(item, each.name)) for each in attrs.fields(type(item))}


def _cell(name: str, value: Any) -> str:
    text = _text(name, value)
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name.endswith("_at") and isinstance(value, int):
        moment: datetime | None = utc_datetime(value)
        return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, (list, tuple)):
        return ", ".join(_text("", each) for each in value)
    if attrs.has(type(value)):
        fields = ((each.name, _text(each.name, getattr(value, each.name))) for each in attrs.fields(type(value)))
        return ", ".join(f"{field} {text}" for field, text in fields if text)
    return str(value)
