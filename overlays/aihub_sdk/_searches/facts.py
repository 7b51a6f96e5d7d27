"""What is known about a search, and what its result can be taken as; without asking anybody."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import ClassVar

from aihub_api.data_warehouse import get_search
from aihub_api.data_warehouse.models import Search as SearchData
from aihub_api.data_warehouse.models import SearchStatus, SearchType
from aihub_api.tables import WAITERS
from aihub_api.types import Call
from aihub_sdk._calls.envelope import checked_call
from aihub_sdk._transfers.download_plan import Order
from aihub_sdk._transfers.flow import Source
from aihub_sdk._transfers.local_paths import local_path
from aihub_sdk._waits.handles import context_of, utc_datetime
from aihub_sdk._waits.job_handles import FollowedJob
from aihub_sdk.errors import InvalidRequest, UnexpectedResponse

from .hits import Hits, hits_of, image_rows
from .tables import Result

__all__ = ["SearchData", "SearchFacts", "fetched_result", "found_hits", "image_order", "result_of"]


class SearchFacts(FollowedJob[SearchData]):
    """What is known about a search without asking again; None, or `""`, for what was not seen yet."""

    kind: ClassVar[str] = "search"

    @property
    def type(self) -> SearchType | None:
        """How it searches: by SQL, by image or by text."""
        return self.snapshot.type if self.snapshot is not None else None

    @property
    def status(self) -> SearchStatus | None:
        """Where the search stood when it was last seen."""
        return self.snapshot.status if self.snapshot is not None else None

    @property
    def name(self) -> str:
        """Its name."""
        return (self.snapshot.name or "") if self.snapshot is not None else ""

    @property
    def message(self) -> str:
        """Why it failed, in the server's words."""
        return (self.snapshot.message or "") if self.snapshot is not None else ""

    @property
    def result_url(self) -> str:
        """Where the result is, once the search has succeeded; it is fetched without a token."""
        return (self.snapshot.result_url or "") if self.snapshot is not None else ""

    @property
    def created_at(self) -> datetime | None:
        """When it was created, in UTC."""
        return utc_datetime(self.snapshot.created_at) if self.snapshot is not None else None

    def _look(self) -> Call[SearchData]:
        return checked_call(lambda: get_search.call(id=self.id), self.environment)

    def _is_worth_a_look(self) -> bool:
        """Whether the result may be there without this handle knowing."""
        return self.status is None or int(self.status) not in self._row().success | self._row().failure


def result_of(search: SearchFacts, path: str = "") -> Source:
    """Where the result of a search is to be fetched from.

    Raises:
        InvalidRequest: The search has not succeeded.
        UnexpectedResponse: It has, and the server names no address.
    """
    _expect_success(search)
    if not search.result_url:
        message = f"Search {search.id} has succeeded, and the server names no address of its result."
        raise UnexpectedResponse(message, reason="result_url is empty", context=context_of(search))
    return Source(search.result_url, f"the result of search {search.id}", context_of(search), path)


@contextmanager
def fetched_result(source: Source, as_text: Collection[str]) -> Iterator[Result]:
    """A place for the result file of a search, until it has been read."""
    import tempfile  # noqa: PLC0415  # only who wants a table pays

    with tempfile.TemporaryDirectory(prefix="aihub-") as folder:
        yield Result(Path(folder, "result.csv"), source.what, source.context, as_text)


def found_hits(search: SearchFacts) -> Hits:
    """The matches of a search.

    Raises:
        InvalidRequest: It has not succeeded, or is one by SQL.
    """
    _expect_success(search)
    if search.type == SearchType.SQL:
        raise InvalidRequest(
            f"Search {search.id} is one by SQL and has no hits.",
            field="search",
            context=context_of(search),
            hint="Its result has rows: rows(), to_csv(), to_pandas(), to_arrow().",
        )
    return hits_of(search.snapshot.results if search.snapshot is not None else None)


def image_order(
    search: SearchFacts,
    target: str | PathLike[str],
    workers: int,
    progress: Callable[[int, int], object] | None,
) -> Order:
    """The download of the images in which a search has found something.

    Raises:
        InvalidRequest: It has not succeeded, or is one by SQL, or `target` is no path.
    """
    folder = local_path(target, "target")
    rows = image_rows(found_hits(search))
    context = context_of(search)
    return Order(
        name=f"Images of search {search.id}",
        index_url=search.result_url,
        mark=f"{search.environment} search {search.id}",
        target=folder,
        workers=workers,
        total=len(rows),
        progress=progress,
        context=context,
        listed=rows,
    )


def _expect_success(search: SearchFacts) -> None:
    status = search.status
    if status is None or int(status) not in WAITERS[search.kind].success:
        state = f"is {status}" if status is not None else "has no status"
        words = f": {search.message}" if search.message else ""
        raise InvalidRequest(
            f"Search {search.id} {state} and has no result{words}.",
            field="search",
            context=context_of(search),
            hint="Call wait() first; it raises JobFailed when the search fails.",
        )
