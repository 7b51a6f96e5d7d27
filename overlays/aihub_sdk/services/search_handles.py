"""One search of the data warehouse: look at it, wait for it, take its result as rows or as a CSV file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import ClassVar

from aihub_api.data_warehouse import get_search
from aihub_api.data_warehouse.models import Search as SearchData
from aihub_api.data_warehouse.models import SearchStatus
from aihub_api.tables import WAITERS
from aihub_api.types import Call
from aihub_sdk._csv_rows import CsvRows
from aihub_sdk._envelope import checked_call
from aihub_sdk._fetching import fetch_to_file, fetch_to_file_async, pieces, pieces_async
from aihub_sdk._handles import JobHandle, context_of, parse_ref, utc_datetime, wait, wait_async
from aihub_sdk._sessions import AsyncSession, SyncSession
from aihub_sdk._transfers import Source
from aihub_sdk._wait_values import WaitEvent, wait_rules
from aihub_sdk.errors import InvalidRequest, UnexpectedResponse

__all__ = ["AsyncSearch", "Search", "search_id"]


@dataclass(frozen=True)
class _SearchHandle(JobHandle[SearchData]):
    """What is known about a search without asking again; None, or `""`, for what was not seen yet."""

    kind: ClassVar[str] = "search"

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


class Search(_SearchHandle):
    """A search: a frozen value, so that what changes comes back as a new handle.

    Iterating over it gives the rows of its result.

    Attributes:
        id: Id of the search.
        environment: Name of the environment it lives in.
        snapshot: How it was last seen, None before the first look.
    """

    def refresh(self) -> Search:
        """The search as it is now.

        Returns:
            A new handle; this one is unchanged.

        Raises:
            NotFound: There is no such search.
            AIHubError: The call failed.

        Source:
            getSearch, 数据仓库 / 获取数据查询任务信息.
        """
        session: SyncSession = self._attached()
        return self._seen(session.send(self._look()).data)

    def wait(
        self,
        *,
        timeout: float | timedelta | None = None,
        poll: float | timedelta | None = None,
        on_event: Callable[[WaitEvent], object] | None = None,
        check: bool = True,
    ) -> Search:
        """The search when it is over. Blocks; polls at once, then after 1 s, and ever more rarely up to every 15 s.

        A poll that fails for a passing reason (no connection, HTTP 5xx or 429) does not end the wait, nor does a
        status that the spec does not know. Half an hour without any answer does.

        Args:
            timeout: Seconds until `WaitTimeout`; None waits as long as the search takes.
            poll: Seconds between two polls, when not backing off.
            on_event: Called after every poll with a `WaitEvent`.
            check: Whether a failed search raises; otherwise its handle is returned.

        Returns:
            A new handle with the last snapshot.

        Raises:
            JobFailed: The search failed; the error has the server's message.
            WaitTimeout: Time ran out; the search goes on.
            NotFound: There is no such search.
            AIHubError: It cannot be looked at.

        Source:
            getSearch, 数据仓库 / 获取数据查询任务信息.
        """
        session: SyncSession = self._attached()
        rules = wait_rules(timeout=timeout, poll=poll, on_event=on_event, check=check)

        def look(seconds: float | None) -> SearchData:
            return session.send(self._look(), timeout=session.terms.timeout_within(seconds)).data

        return self._seen(wait(session, self._job(), rules, look))

    def rows(self) -> Iterator[dict[str, str]]:
        """The rows of the result, each as column name to text, read from the server as they are asked for.

        Raises:
            InvalidRequest: The search has not succeeded.
            TransferFailed: The result cannot be fetched, or broke off.
            UnexpectedResponse: It is not CSV.

        Source:
            getSearch's `result_url`; that its first row names the columns is assumed.
        """
        search = self.refresh() if self._is_worth_a_look() else self
        source = _result_of(search)
        reader = CsvRows(source.what, source.context)
        for piece in pieces(self._attached(), source):
            yield from reader.feed(piece)
        yield from reader.feed(None)

    def __iter__(self) -> Iterator[dict[str, str]]:
        return self.rows()

    def to_csv(self, path: str | PathLike[str]) -> Path:
        """Save the result as the CSV file that the server made, byte for byte.

        The file appears under its name when it is complete, in place of one that was there before. Memory stays
        small however large it is. `timeout` of the client is how long nothing may happen, not how long it may take.

        Args:
            path: The file to write; its folder must exist.

        Returns:
            Where the file is.

        Raises:
            InvalidRequest: The search has not succeeded.
            TransferFailed: It cannot be fetched or written; what was there before still is.

        Source:
            getSearch's `result_url`.
        """
        target = Path(path)
        search = self.refresh() if self._is_worth_a_look() else self
        fetch_to_file(self._attached(), _result_of(search, str(target)), target)
        return target


class AsyncSearch(_SearchHandle):
    """`Search` for asyncio: the same names, awaited. Iterate over it with `async for`."""

    async def refresh(self) -> AsyncSearch:
        """The search as it is now. See `Search.refresh`."""
        session: AsyncSession = self._attached()
        return self._seen((await session.send(self._look())).data)

    async def wait(
        self,
        *,
        timeout: float | timedelta | None = None,  # the deadline of a wait, as in the sync twin
        poll: float | timedelta | None = None,
        on_event: Callable[[WaitEvent], object] | None = None,
        check: bool = True,
    ) -> AsyncSearch:
        """The search when it is over. See `Search.wait`."""
        session: AsyncSession = self._attached()
        rules = wait_rules(timeout=timeout, poll=poll, on_event=on_event, check=check)

        async def look(seconds: float | None) -> SearchData:
            return (await session.send(self._look(), timeout=session.terms.timeout_within(seconds))).data

        return self._seen(await wait_async(session, self._job(), rules, look))

    async def rows(self) -> AsyncIterator[dict[str, str]]:
        """The rows of the result. See `Search.rows`."""
        search = await self.refresh() if self._is_worth_a_look() else self
        source = _result_of(search)
        reader = CsvRows(source.what, source.context)
        async for piece in pieces_async(self._attached(), source):
            for row in reader.feed(piece):
                yield row
        for row in reader.feed(None):
            yield row

    def __aiter__(self) -> AsyncIterator[dict[str, str]]:
        return self.rows()

    async def to_csv(self, path: str | PathLike[str]) -> Path:
        """Save the result as a CSV file. See `Search.to_csv`."""
        target = Path(path)
        search = await self.refresh() if self._is_worth_a_look() else self
        await fetch_to_file_async(self._attached(), _result_of(search, str(target)), target)
        return target


def _result_of(search: _SearchHandle, path: str = "") -> Source:
    """Where the result of a search is to be fetched from.

    Raises:
        InvalidRequest: The search has not succeeded.
        UnexpectedResponse: It has, and the server names no address.
    """
    status, context = search.status, context_of(search)
    if status is None or int(status) not in WAITERS[search.kind].success:
        state = f"is {status}" if status is not None else "has no status"
        words = f": {search.message}" if search.message else ""
        raise InvalidRequest(
            f"Search {search.id} {state} and has no result{words}.",
            field="search",
            context=context,
            hint="Call wait() first; it raises JobFailed when the search fails.",
        )
    if not search.result_url:
        message = f"Search {search.id} has succeeded, and the server names no address of its result."
        raise UnexpectedResponse(message, reason="result_url is empty", context=context)
    return Source(search.result_url, f"the result of search {search.id}", context, path)


def search_id(handle: object, environment: str) -> int:
    """The id in a reference or a handle of a search.

    Raises:
        InvalidRequest: It is neither, or belongs to another environment.
    """
    ref = parse_ref(handle.ref if isinstance(handle, JobHandle) else handle, environment)
    if ref.kind != _SearchHandle.kind or not ref.id.isdecimal():
        raise InvalidRequest(
            f"{ref} is not the reference of a search.",
            field="ref",
            hint="It is aihub://<environment>/search/<number>.",
        )
    return int(ref.id)
