"""Searches of the data warehouse: start one, find one again."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike

from aihub_sdk._calls.sessions import AsyncSession, SyncSession
from aihub_sdk._searches.hits import Box, Hit, Hits
from aihub_sdk._searches.requests import ImageSearch, Naming, QueryImage, local_file, sql_call, text_call
from aihub_sdk._transfers.uploading import upload, upload_async
from aihub_sdk._waits.handles import attached
from aihub_sdk.services.search_handles import AsyncSearch, Search

__all__ = ["AsyncSearch", "AsyncSearches", "Box", "Hit", "Hits", "QueryImage", "Search", "Searches"]


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
        call = sql_call(sql, Naming(name, description, self._environment))
        return self._handle(self._session.send(call).data.id, is_new=True)

    def image(
        self,
        image: str | PathLike[str] | bytes | QueryImage | Sequence[str | PathLike[str] | bytes | QueryImage],
        *,
        feature_lib_id: int,
        top_k: int,
        box: Sequence[int] | None = None,
        name: str | None = None,
        description: str | None = None,
        bucket: str = "searches",
    ) -> Search:
        """Start a search for images like a given one. Returns as soon as the platform has accepted it.

        Text with `://` in it is an address, and the platform reads it; any other text is a local path. A local image is
        uploaded through the S3 relay first (`s3_token=`, `s3_verify=`), under a key made from its content: searching
        for it again stores it in the same place. The format, the size and every argument are checked before.

        Args:
            image: A local image (path, or the bytes of its file: JPEG, PNG, GIF, BMP or WebP), an address that begins
                with `http://`, `https://` or `s3://`, a `QueryImage`, or a list of them.
            feature_lib_id: Id of the feature library to compare with.
            top_k: How many of the best matches to return.
            box: The part of the image that counts, `(x1, y1, x2, y2)` in pixels as stored, from the upper left corner.
                None takes all of a local image; an address needs one, because its size cannot be seen from here.
            name: Its name; one that is unique when None.
            description: Free text about it.
            bucket: The bucket for what is uploaded. The default is assumed: the document names none.

        Returns:
            The search, not seen yet: `wait()` for it, then take its `hits()`.

        Raises:
            InvalidRequest: An argument does not fit, or the image cannot be read or is none; nothing was sent.
            AuthenticationError: The relay does not know its token; or the platform does not know the user.
            TransferFailed: The upload broke off; no search was started.
            NameExists: There is a search of this name.
            ResponseLost: Whether the last step took effect is not known; the error says how to check.
            AIHubError: A call failed.

        Source:
            createSearch with `type` 2, 数据仓库 / 创建数据查询任务; uploadFile, S3 中转服务 / 上传文件.
        """
        asked = ImageSearch(image, box, feature_lib_id, top_k, Naming(name, description, self._environment))
        addresses = {}
        for each in asked.uploads:
            with local_file(each) as path:
                stored = upload(self._session, path, bucket=bucket, key=each.key, progress=None, stall=None)
            addresses[each.key] = stored.url or stored.path
        return self._handle(self._session.send(asked.call(addresses)).data.id, is_new=True)

    def text(
        self,
        keywords: str,
        *,
        feature_lib_id: int,
        top_k: int,
        name: str | None = None,
        description: str | None = None,
    ) -> Search:
        """Start a search for images by words. Returns as soon as the platform has accepted it.

        Args:
            keywords: What to look for, such as `a red truck`.
            feature_lib_id: Id of the feature library to compare with.
            top_k: How many of the best matches to return.
            name: Its name; one that is unique when None.
            description: Free text about it.

        Returns:
            The search, not seen yet: `wait()` for it, then take its `hits()`.

        Raises:
            InvalidRequest: The words or the name are empty, or a number is none; nothing was sent.
            NameExists: There is a search of this name.
            ResponseLost: Whether it was started is not known; the error says how to check. It is never sent twice.
            AIHubError: The call failed.

        Source:
            createSearch with `type` 3, 数据仓库 / 创建数据查询任务.
        """
        call = text_call(keywords, feature_lib_id, top_k, Naming(name, description, self._environment))
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
        return attached(Search, handle, self._session)

    @property
    def _environment(self) -> str:
        return self._session.terms.config.environment

    def _handle(self, id: int, *, is_new: bool = False) -> Search:  # noqa: A002  # as in get
        return Search(id, self._environment, None, is_new, self._session)


class AsyncSearches:
    """`Searches` for asyncio: the same names, awaited."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def sql(self, sql: str, *, name: str | None = None, description: str | None = None) -> AsyncSearch:
        """Start a search by SQL. See `Searches.sql`."""
        call = sql_call(sql, Naming(name, description, self._environment))
        return self._handle((await self._session.send(call)).data.id, is_new=True)

    async def image(
        self,
        image: str | PathLike[str] | bytes | QueryImage | Sequence[str | PathLike[str] | bytes | QueryImage],
        *,
        feature_lib_id: int,
        top_k: int,
        box: Sequence[int] | None = None,
        name: str | None = None,
        description: str | None = None,
        bucket: str = "searches",
    ) -> AsyncSearch:
        """Start a search for images like a given one. See `Searches.image`; files are read on threads."""
        import asyncio  # noqa: PLC0415  # whoever awaits this has loaded it; a synchronous client never does

        naming = Naming(name, description, self._environment)
        asked = await asyncio.to_thread(ImageSearch, image, box, feature_lib_id, top_k, naming)
        addresses = {}
        for each in asked.uploads:
            with local_file(each) as path:
                stored = await upload_async(self._session, path, bucket=bucket, key=each.key, progress=None, stall=None)
            addresses[each.key] = stored.url or stored.path
        return self._handle((await self._session.send(asked.call(addresses))).data.id, is_new=True)

    async def text(
        self,
        keywords: str,
        *,
        feature_lib_id: int,
        top_k: int,
        name: str | None = None,
        description: str | None = None,
    ) -> AsyncSearch:
        """Start a search for images by words. See `Searches.text`."""
        call = text_call(keywords, feature_lib_id, top_k, Naming(name, description, self._environment))
        return self._handle((await self._session.send(call)).data.id, is_new=True)

    async def get(self, id: int) -> AsyncSearch:  # noqa: A002  # as in the sync twin
        """A search that exists already, as it is now. See `Searches.get`."""
        return await self._handle(id).refresh()

    def attach(self, handle: str | AsyncSearch) -> AsyncSearch:
        """The handle of a search that exists already. See `Searches.attach`."""
        return attached(AsyncSearch, handle, self._session)

    @property
    def _environment(self) -> str:
        return self._session.terms.config.environment

    def _handle(self, id: int, *, is_new: bool = False) -> AsyncSearch:  # noqa: A002  # as in get
        return AsyncSearch(id, self._environment, None, is_new, self._session)
