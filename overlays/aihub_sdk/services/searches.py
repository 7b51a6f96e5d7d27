"""Searches of the data warehouse: start one, find one again."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace

from aihub_api.data_warehouse import create_search
from aihub_api.data_warehouse.models import CreatedId, CreateSearchRequest, SearchType
from aihub_api.types import Call
from aihub_sdk._envelope import checked_call
from aihub_sdk._sessions import AsyncSession, SyncSession
from aihub_sdk.errors import InvalidRequest
from aihub_sdk.services.search_handles import AsyncSearch, Search, search_id

__all__ = ["AsyncSearch", "AsyncSearches", "Search", "Searches"]


class Searches:
    """`hub.searches`: starts searches and finds them again."""

    def __init__(self, session: SyncSession) -> None:
        self._session = session

    def sql(self, sql: str, *, name: str | None = None, description: str | None = None) -> Search:
        """Start a search by SQL. Returns as soon as the platform has accepted it.

        Args:
            sql: The query, such as `select object_name from meta where width > 1000`.
            name: Its name; one that is unique when None.
            description: Free text about it.

        Returns:
            The search, not seen yet: `wait()` for it.

        Raises:
            InvalidRequest: The query or the name is empty; nothing was sent.
            NameExists: There is a search of this name.
            ResponseLost: Whether it was started is not known; the error says how to check. It is never sent twice.
            AIHubError: The call failed.

        Source:
            createSearch with `type` 1, 数据仓库 / 创建数据查询任务.
        """
        call = _sql_call(sql, name, description, self._session.terms.config.environment)
        return self._handle(self._session.send(call).data.id, is_new=True)

    def get(self, id: int) -> Search:  # noqa: A002  # the platform's word, as everywhere in the API
        """A search that exists already, as it is now.

        Raises:
            InvalidRequest: `id` is not a whole number.
            NotFound: There is no such search.
            AIHubError: The call failed.

        Source:
            getSearch, 数据仓库 / 获取数据查询任务信息.
        """
        return self._handle(id).refresh()

    def attach(self, handle: str | Search) -> Search:
        """The handle of a search that exists already. Sends nothing: the first look tells whether it does.

        Args:
            handle: A reference such as `aihub://internal-test/search/42`, or a handle that was unpickled.

        Raises:
            InvalidRequest: It is no reference, or one of another environment or of another kind.
        """
        environment = self._session.terms.config.environment
        found = self._handle(search_id(handle, environment))
        return found if isinstance(handle, str) else replace(found, snapshot=handle.snapshot)

    def _handle(self, id: int, *, is_new: bool = False) -> Search:  # noqa: A002  # as in get
        return Search(id, self._session.terms.config.environment, None, is_new, self._session)


class AsyncSearches:
    """`Searches` for asyncio: the same names, awaited."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def sql(self, sql: str, *, name: str | None = None, description: str | None = None) -> AsyncSearch:
        """Start a search by SQL. See `Searches.sql`."""
        call = _sql_call(sql, name, description, self._session.terms.config.environment)
        return self._handle((await self._session.send(call)).data.id, is_new=True)

    async def get(self, id: int) -> AsyncSearch:  # noqa: A002  # as in the sync twin
        """A search that exists already, as it is now. See `Searches.get`."""
        return await self._handle(id).refresh()

    def attach(self, handle: str | AsyncSearch) -> AsyncSearch:
        """The handle of a search that exists already. See `Searches.attach`."""
        environment = self._session.terms.config.environment
        found = self._handle(search_id(handle, environment))
        return found if isinstance(handle, str) else replace(found, snapshot=handle.snapshot)

    def _handle(self, id: int, *, is_new: bool = False) -> AsyncSearch:  # noqa: A002  # as in get
        return AsyncSearch(id, self._session.terms.config.environment, None, is_new, self._session)


def _sql_call(sql: str, name: str | None, description: str | None, environment: str) -> Call[CreatedId]:
    for field, value in (("sql", sql), ("name", name)):
        if isinstance(value, str) and not value.strip():
            raise InvalidRequest(f"{field} is empty.", field=field, hint=f"Pass the {field}.")
    if name is None:
        # Names are unique on the platform; the time tells a person which search it was.
        name = f"sdk-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"
    body = CreateSearchRequest(type=SearchType.SQL, name=name, description=description, sql=sql)
    return checked_call(lambda: create_search.call(body=body), environment)
