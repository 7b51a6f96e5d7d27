"""Lists that come in pages, walked without any I/O: which page to ask for next, and when the last one was seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from aihub_api.tables import PAGING
from aihub_api.types import Call
from aihub_sdk.errors import InvalidRequest

__all__ = ["PageWalk"]

P = TypeVar("P")


class PageWalk(Generic[P]):
    """One walk over all pages of an operation.

    Args:
        operation: operationId; `PAGING` says how it pages.
        call: The call for a page: its size and its number.
        page_size: Items to ask for at once; the spec's own number when None.

    Raises:
        InvalidRequest: `page_size` is no number from 1.
    """

    def __init__(self, operation: str, call: Callable[[int, int], Call[Any]], page_size: int | None) -> None:
        self._row = PAGING[operation]
        given: object = page_size
        if given is not None and (isinstance(given, bool) or not isinstance(given, int) or given < 1):
            hint = "It is a whole number from 1; leave it out for the platform's own."
            raise InvalidRequest(f"page_size cannot be {given!r}.", field="page_size", hint=hint)
        self._call = call
        self._size = page_size or self._row.default_size
        self._number = self._row.first
        self._taken = 0
        self._ids: set[object] = set()

    def call(self) -> Call[Any]:
        """The call for the next page."""
        return self._call(self._size, self._number)

    def items(self, page: Any) -> tuple[list[P], bool]:
        """The items of a page that were not seen yet, and whether it is the last one.

        Items may move to another page between two calls, because the list changes meanwhile; each is given once.
        """
        found: list[Any] = getattr(page, self._row.items) or []
        total = getattr(page, self._row.total)
        self._taken += len(found)
        self._number += 1
        # A null in a list is kept by the decoder, and nothing that anybody could use.
        there = [item for item in found if item is not None]
        new = [item for item in there if item.id not in self._ids]
        self._ids.update(item.id for item in there)
        is_last = not found or (self._taken >= total if isinstance(total, int) else len(found) < self._size)
        return new, is_last
