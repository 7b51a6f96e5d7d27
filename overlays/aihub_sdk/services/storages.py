"""Storages: what jobs can mount."""

from __future__ import annotations

from aihub_api.model_training.models import Storage
from aihub_sdk._calls.sessions import AsyncSession, SyncSession
from aihub_sdk._calls.steps import run, run_async
from aihub_sdk._jobs.lookups import all_storages, storage_called
from aihub_sdk._listings import Listing

__all__ = ["AsyncStorages", "Storages"]


class Storages:
    """`hub.storages`: the storages that jobs can mount."""

    def __init__(self, session: SyncSession) -> None:
        self._session = session

    def list(self) -> Listing[Storage]:
        """All storages that jobs can mount; there are no pages.

        Raises:
            AIHubError: The call failed.

        Source:
            listStorages, 模型训练 / 获取存储列表.
        """
        return run(self._session, all_storages(self._session.terms.config.environment))

    def get(self, storage: int | str) -> Storage:
        """One storage by its id (a number) or its name (text).

        Raises:
            NotFound: There is no such storage; the error names the nearest one.
            InvalidRequest: `storage` is neither, or several storages have the name.
            AIHubError: The call failed.

        Source:
            listStorages, 模型训练 / 获取存储列表. The platform has no operation for a single one.
        """
        return run(self._session, storage_called(storage, self._session.terms.config.environment))


class AsyncStorages:
    """`Storages` for asyncio: the same names, awaited."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list(self) -> Listing[Storage]:
        """All storages that jobs can mount. See `Storages.list`."""
        return await run_async(self._session, all_storages(self._session.terms.config.environment))

    async def get(self, storage: int | str) -> Storage:
        """One storage by its id or its name. See `Storages.get`."""
        return await run_async(self._session, storage_called(storage, self._session.terms.config.environment))
