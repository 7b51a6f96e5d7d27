"""One version of a dataset: look at it, wait until it is built, download its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from os import PathLike
from typing import ClassVar, TypeVar

from aihub_api.dataset_management.models import DatasetVersion as VersionData
from aihub_api.dataset_management.models import DatasetVersionStatus
from aihub_api.types import Call
from aihub_sdk._datasets.version_finder import find_version, find_version_async, version_call
from aihub_sdk._transfers.download_plan import DownloadReport, Order
from aihub_sdk._transfers.downloading import download, download_async
from aihub_sdk._transfers.local_paths import local_path
from aihub_sdk._waits.handles import JobHandle, context_of, parse_ref, utc_datetime
from aihub_sdk._waits.job_handles import AsyncJob, FollowedJob, Job
from aihub_sdk._waits.values import JobAt
from aihub_sdk.errors import InvalidRequest, UnexpectedResponse

__all__ = ["AsyncDatasetVersion", "DatasetVersion", "version_name"]

V = TypeVar("V", bound="_VersionHandle")


@dataclass(frozen=True, repr=False)
class _VersionHandle(FollowedJob[VersionData]):
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

    def _look(self) -> Call[VersionData]:
        return version_call(self.id, self.environment)

    def _unnamed_id(self) -> int | None:
        """Its id, while its number is not known."""
        last = self.id.rpartition("/")[2]
        return int(last[1:]) if last.startswith("#") else None

    def _seen(self: V, snapshot: VersionData) -> V:  # Self is in typing from Python 3.11 on
        named = self
        if self._unnamed_id() is not None and snapshot.version is not None:
            named = replace(self, id=f"{self.dataset}/V{snapshot.version}")
        return JobHandle._seen(named, snapshot)  # noqa: SLF001  # the method that this one extends

    def _job(self) -> JobAt:
        job = super()._job()
        return job if self._unnamed_id() is None else job._replace(named=self._named)

    def _named(self, snapshot: VersionData) -> tuple[str, str]:
        seen = self._seen(snapshot)
        return seen.id, seen.ref

    def _order(self, target: str | PathLike[str], workers: int, progress: Callable[[int, int], object] | None) -> Order:
        """What is to be downloaded, once the version is built.

        Raises:
            InvalidRequest: It is not, or `target` is no path.
        """
        folder = local_path(target, "target")
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
        return Order(self.id, data.parquet_index_path, mark, folder, workers, data.data_count, progress, context)


class DatasetVersion(_VersionHandle, Job[VersionData]):
    """A version of a dataset: a frozen value, so that what changes comes back as a new handle.

    Right after an upload its number is not known: the first look finds it by the version's id, in a few reads.

    Attributes:
        id: Its name, such as `mnist/V1`; `mnist/#42` for the version with id 42 while its number is not known.
        environment: Name of the environment it lives in.
        snapshot: How it was last seen, None before the first look.
    """

    def _looked(self, seconds: float | None) -> DatasetVersion:
        unnamed = self._unnamed_id()
        if unnamed is None:
            return super()._looked(seconds)
        session = self._attached()
        limit = session.terms.timeout_within(seconds)
        return self._seen(find_version(session, self.dataset, unnamed, seconds=limit))

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
        whatever the paths of the files say. A hidden folder `.aihub-download` in it keeps what is complete; while one
        download runs, a second one into the same folder is refused. Needs the extra `datasets`.

        Args:
            target: The folder, made when it is missing.
            workers: Files that are fetched at the same time, 1 to 16.
            progress: Called after each file that was fetched, on its thread, or on the event loop of an async client,
                with the files done so far and those there are, 0 when that is not known.
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


class AsyncDatasetVersion(_VersionHandle, AsyncJob[VersionData]):
    """`DatasetVersion` for asyncio: the same names, awaited."""

    async def _looked(self, seconds: float | None) -> AsyncDatasetVersion:
        unnamed = self._unnamed_id()
        if unnamed is None:
            return await super()._looked(seconds)
        session = self._attached()
        limit = session.terms.timeout_within(seconds)
        return self._seen(await find_version_async(session, self.dataset, unnamed, seconds=limit))

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
