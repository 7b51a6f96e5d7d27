"""One version of a dataset: look at it, wait until it is built, download its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from os import PathLike
from typing import ClassVar, TypeVar

from aihub_api.dataset_management.models import DatasetVersion as VersionData
from aihub_api.dataset_management.models import DatasetVersionStatus
from aihub_sdk._download_plan import DownloadReport, Order
from aihub_sdk._downloading import download, download_async
from aihub_sdk._handles import JobHandle, context_of, parse_ref, utc_datetime, wait, wait_async
from aihub_sdk._sessions import AsyncSession, SyncSession
from aihub_sdk._version_finder import find_version, find_version_async, version_call
from aihub_sdk._wait_values import WaitEvent, wait_rules
from aihub_sdk.errors import InvalidRequest, UnexpectedResponse

__all__ = ["AsyncDatasetVersion", "DatasetVersion", "version_name"]

V = TypeVar("V", bound="_VersionHandle")


@dataclass(frozen=True)
class _VersionHandle(JobHandle[VersionData]):
    """What is known about a version without asking again; None, or `""`, for what was not seen yet."""

    kind: ClassVar[str] = "dataset_version"

    id: str  # type: ignore[assignment]  # the platform knows versions by name

    @property
    def dataset(self) -> str:
        """Name of its dataset."""
        return self.id.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Its name, such as `mnist/V1`; `""` until its number is known, which the first look finds out."""
        return "" if self._unnamed_id() is not None else self.id

    @property
    def version_id(self) -> int | None:
        """The id that the platform gave it, which `parent=` takes."""
        return self.snapshot.id if self.snapshot is not None else self._unnamed_id()

    @property
    def version(self) -> int | None:
        """Its number within the dataset."""
        return int(self.id.rpartition("/V")[2]) if self.name else None

    @property
    def status(self) -> DatasetVersionStatus | None:
        """How far it was when it was last seen."""
        return self.snapshot.status if self.snapshot is not None else None

    @property
    def message(self) -> str:
        """Why it failed, in the server's words."""
        return (self.snapshot.message or "") if self.snapshot is not None else ""

    @property
    def file_count(self) -> int | None:
        """How many files it has, once it is built."""
        return self.snapshot.data_count if self.snapshot is not None else None

    @property
    def size_bytes(self) -> int | None:
        """How large its files are together, once it is built."""
        return self.snapshot.data_size if self.snapshot is not None else None

    @property
    def created_at(self) -> datetime | None:
        """When it was created, in UTC."""
        return utc_datetime(self.snapshot.created_at) if self.snapshot is not None else None

    def _unnamed_id(self) -> int | None:
        """Its id, while its number is not known."""
        last = self.id.rpartition("/")[2]
        return int(last[1:]) if last.startswith("#") else None

    def _seen(self: V, snapshot: VersionData) -> V:  # Self is in typing from Python 3.11 on
        named = self
        if self._unnamed_id() is not None and snapshot.version is not None:
            named = replace(self, id=f"{self.dataset}/V{snapshot.version}")
        return JobHandle._seen(named, snapshot)  # noqa: SLF001  # the method that this one extends

    def _order(self, target: str | PathLike[str], workers: int, progress: Callable[[int, int], object] | None) -> Order:
        """What is to be downloaded, once the version is built.

        Raises:
            InvalidRequest: It is not.
        """
        context = context_of(self)
        data = self.snapshot
        if data is None or data.status != DatasetVersionStatus.SUCCESS:
            words = f": {self.message}" if self.message else ""
            raise InvalidRequest(
                f"Dataset version {self.id} is {self.status} and has no files to download{words}.",
                field="version",
                context=context,
                hint="Call wait() first; it raises JobFailed when the version cannot be built.",
            )
        if not data.parquet_index_path:
            message = f"Dataset version {self.id} is built, and the server names no index of its files."
            raise UnexpectedResponse(message, reason="parquet_index_path is empty", context=context)
        mark = f"{self.environment} {self.id} {data.id}"
        return Order(self.id, data.parquet_index_path, mark, target, workers, data.data_count, progress, context)


class DatasetVersion(_VersionHandle):
    """A version of a dataset: a frozen value, so that what changes comes back as a new handle.

    Attributes:
        id: Its name, such as `mnist/V1`; `mnist/#42` for the version with id 42 while its number is not known.
        environment: Name of the environment it lives in.
        snapshot: How it was last seen, None before the first look.
    """

    def refresh(self) -> DatasetVersion:
        """The version as it is now.

        Right after an upload its number is not known: the version with its id is looked for, in a few reads.

        Returns:
            A new handle; this one is unchanged.

        Raises:
            NotFound: There is no such version.
            AIHubError: The call failed.

        Source:
            getDatasetVersionDetail, 数据集管理 / 获取数据集版本信息.
        """
        return self._seen(self._look(None))

    def _look(self, seconds: float | None) -> VersionData:
        session: SyncSession = self._attached()
        limit = session.terms.timeout_within(seconds)
        unnamed = self._unnamed_id()
        if unnamed is not None:
            return find_version(session, self.dataset, unnamed, seconds=limit)
        return session.send(version_call(self.id, self.environment), timeout=limit).data

    def wait(
        self,
        *,
        timeout: float | timedelta | None = None,
        poll: float | timedelta | None = None,
        on_event: Callable[[WaitEvent], object] | None = None,
        check: bool = True,
    ) -> DatasetVersion:
        """The version when it is built. Blocks; polls at once, then after 1 s, and ever more rarely up to every 15 s.

        A poll that fails for a passing reason (no connection, HTTP 5xx or 429) does not end the wait, nor does a
        status that the spec does not know. Half an hour without any answer does.

        Args:
            timeout: Seconds until `WaitTimeout`; None waits as long as the build takes.
            poll: Seconds between two polls, when not backing off.
            on_event: Called after every poll with a `WaitEvent`.
            check: Whether a failed build raises; otherwise its handle is returned.

        Returns:
            A new handle with the last snapshot.

        Raises:
            JobFailed: It cannot be built; the error has the server's message.
            WaitTimeout: Time ran out; the build goes on.
            NotFound: There is no such version.
            AIHubError: It cannot be looked at.

        Source:
            getDatasetVersionDetail, 数据集管理 / 获取数据集版本信息.
        """
        rules = wait_rules(timeout=timeout, poll=poll, on_event=on_event, check=check)
        handle = self

        def look(seconds: float | None) -> VersionData:
            nonlocal handle
            handle = handle._seen(handle._look(seconds))  # a newer handle of this class
            return handle.snapshot  # type: ignore[return-value]  # it was just seen

        return handle._seen(wait(self._attached(), self._job(), rules, look))  # as above

    def download(
        self,
        target: str | PathLike[str],
        *,
        workers: int = 8,
        progress: Callable[[int, int], object] | None = None,
        check: bool = True,
    ) -> DownloadReport:
        """Bring the files into a folder, several at a time. Started again, it fetches only what is missing.

        Each file is written aside and takes its name when it is complete. Nothing is ever written outside the folder,
        whatever the paths of the files say. A hidden folder `.aihub-download` in it keeps what is complete; do not
        run two downloads into one folder at once. Needs the extra `datasets`.

        Args:
            target: The folder, made when it is missing.
            workers: Files that are fetched at the same time, 1 to 16.
            progress: Called after each file, on the thread that fetched it, with the files done so far and those there
                are, 0 when that is not known.
            check: Whether files that could not be fetched raise; otherwise the report names them.

        Returns:
            What was fetched, what was there already, and what failed.

        Raises:
            InvalidRequest: The version is not built, or `workers` is out of range.
            ConfigurationError: The packages that read the index are not installed.
            TransferFailed: The index or some files could not be fetched; the others are complete.
            AIHubError: The version cannot be looked at.

        Source:
            getDatasetVersionDetail's `parquet_index_path`; the columns of the index rest on an older client.
        """
        version = self if self.status == DatasetVersionStatus.SUCCESS else self.refresh()
        return download(self._attached(), version._order(target, workers, progress), check=check)  # noqa: SLF001  # a newer handle of this class


class AsyncDatasetVersion(_VersionHandle):
    """`DatasetVersion` for asyncio: the same names, awaited."""

    async def refresh(self) -> AsyncDatasetVersion:
        """The version as it is now. See `DatasetVersion.refresh`."""
        return self._seen(await self._look(None))

    async def _look(self, seconds: float | None) -> VersionData:
        session: AsyncSession = self._attached()
        limit = session.terms.timeout_within(seconds)
        unnamed = self._unnamed_id()
        if unnamed is not None:
            return await find_version_async(session, self.dataset, unnamed, seconds=limit)
        return (await session.send(version_call(self.id, self.environment), timeout=limit)).data

    async def wait(
        self,
        *,
        timeout: float | timedelta | None = None,  # the deadline of a wait, as in the sync twin
        poll: float | timedelta | None = None,
        on_event: Callable[[WaitEvent], object] | None = None,
        check: bool = True,
    ) -> AsyncDatasetVersion:
        """The version when it is built. See `DatasetVersion.wait`."""
        rules = wait_rules(timeout=timeout, poll=poll, on_event=on_event, check=check)
        handle = self

        async def look(seconds: float | None) -> VersionData:
            nonlocal handle
            handle = handle._seen(await handle._look(seconds))  # a newer handle of this class
            return handle.snapshot  # type: ignore[return-value]  # it was just seen

        return handle._seen(await wait_async(self._attached(), self._job(), rules, look))  # as above

    async def download(
        self,
        target: str | PathLike[str],
        *,
        workers: int = 8,
        progress: Callable[[int, int], object] | None = None,
        check: bool = True,
    ) -> DownloadReport:
        """Bring the files into a folder. See `DatasetVersion.download`; files are written on threads."""
        version = self if self.status == DatasetVersionStatus.SUCCESS else await self.refresh()
        return await download_async(self._attached(), version._order(target, workers, progress), check=check)  # noqa: SLF001  # a newer handle of this class


def version_name(handle: object, environment: str) -> str:
    """The name in a reference, a handle, or plain text such as `mnist/V1`.

    Raises:
        InvalidRequest: It is none of them, or belongs to another environment.
    """
    name = handle
    if isinstance(handle, JobHandle) or (isinstance(handle, str) and "://" in handle):
        ref = parse_ref(handle.ref if isinstance(handle, JobHandle) else handle, environment)
        name = ref.id if ref.kind == _VersionHandle.kind else None
    dataset, _, last = name.rpartition("/") if isinstance(name, str) else ("", "", "")
    number = last[1:]
    if not dataset or last[:1] not in {"V", "#"} or not (number.isascii() and number.isdecimal()) or int(number) < 1:
        raise InvalidRequest(
            f"{name if isinstance(name, str) else handle!r} is not the name of a dataset version.",
            field="name",
            hint="It is <dataset>/V<number>, such as mnist/V1.",
        )
    return f"{dataset}/{last[0]}{int(number)}"
