"""Datasets: make one, add versions to it, find a version again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from os import PathLike

from aihub_api.dataset_management import create_dataset
from aihub_api.dataset_management.models import CreateDatasetRequest, CreatedId
from aihub_api.types import Call
from aihub_sdk._calls.envelope import checked_call
from aihub_sdk._calls.sessions import AsyncSession, SyncSession
from aihub_sdk._calls.steps import Steps, WhoAsks, run, run_async
from aihub_sdk._datasets.sources import DatasetFacts, Given, VersionSource
from aihub_sdk._transfers.callbacks import Progress
from aihub_sdk._transfers.download_plan import DownloadReport
from aihub_sdk._transfers.uploading import upload, upload_async
from aihub_sdk.errors import InvalidRequest
from aihub_sdk.services.dataset_handles import AsyncDatasetVersion, DatasetVersion, version_name

__all__ = [
    "AsyncDataset",
    "AsyncDatasetVersion",
    "AsyncDatasets",
    "Dataset",
    "DatasetVersion",
    "Datasets",
    "DownloadReport",
]


class Dataset(DatasetFacts):
    """A dataset, to which versions are added.

    Attributes:
        id: Id of the dataset.
        name: Its name, which its versions' names begin with.
        environment: Name of the environment it lives in.
    """

    def upload(
        self,
        path: str | PathLike[str] | None = None,
        *,
        host_path: str | None = None,
        description: str | None = None,
        parent: DatasetVersion | int | None = None,
        bucket: str = "datasets",
        progress: Progress | None = None,
        stall: float | timedelta | None = None,
    ) -> DatasetVersion:
        """Start a new version. Returns when its data is on its way to being built: `wait()` for the version.

        A local zip file or folder is first uploaded through the S3 relay, as a stream; see `hub.s3.upload`.

        Args:
            path: A local zip file; a local folder, packed on the way; or `s3://bucket/key` of what is stored
                already: a zip file when it ends in `.zip`, else a directory.
            host_path: A directory on a host of the platform, instead of `path`.
            description: Free text about the version.
            parent: The version that this one derives from: a handle that was seen, or its id.
            bucket: The bucket for what is uploaded. The default is assumed: the document names none.
            progress: Called with the bytes uploaded so far and those there are.
            stall: Seconds that nothing may happen while uploading; None takes the client's `timeout`.

        Returns:
            The version, not seen yet. Only its id is known: the first look finds its number.

        Raises:
            InvalidRequest: Not exactly one of `path` and `host_path`, or it cannot be read; nothing was sent.
            TransferFailed: The upload broke off; no version was created.
            NotFound: There is no such dataset or parent.
            ResponseLost: Whether the last step took effect is not known; the error says how to check.
            AIHubError: A call failed.

        Source:
            uploadDatasetVersion, 数据集管理 / 上传并创建数据集版本; uploadFile, S3 中转服务 / 上传文件.
        """
        session: SyncSession = self._attached()
        source = VersionSource(Given(path, host_path), self, description, parent)
        place = source.place
        if source.local is not None:
            stored = upload(session, source.local, bucket=bucket, key=source.key(), progress=progress, stall=stall)
            place = stored.path
        created = session.send(source.call(place)).data
        return DatasetVersion(
            f"{self.name}/#{created.id}", self.environment, None, True, session
        )  # the handle's own order


class AsyncDataset(DatasetFacts):
    """`Dataset` for asyncio: the same names, awaited."""

    async def upload(
        self,
        path: str | PathLike[str] | None = None,
        *,
        host_path: str | None = None,
        description: str | None = None,
        parent: AsyncDatasetVersion | int | None = None,
        bucket: str = "datasets",
        progress: Progress | None = None,
        stall: float | timedelta | None = None,
    ) -> AsyncDatasetVersion:
        """Start a new version. See `Dataset.upload`."""
        session: AsyncSession = self._attached()
        source = VersionSource(Given(path, host_path), self, description, parent)
        place = source.place
        if source.local is not None:
            stored = await upload_async(
                session, source.local, bucket=bucket, key=source.key(), progress=progress, stall=stall
            )
            place = stored.path
        created = (await session.send(source.call(place))).data
        return AsyncDatasetVersion(
            f"{self.name}/#{created.id}", self.environment, None, True, session
        )  # as in the sync twin


class Datasets:
    """`hub.datasets`: makes datasets, and finds their versions again."""

    def __init__(self, session: SyncSession) -> None:
        self._session = session

    def create(
        self,
        name: str,
        *,
        description: str = "",
        tags: Sequence[int] = (),
        cover_img: str = "",
        create_by: int | None = None,
    ) -> Dataset:
        """A new dataset, without any version.

        Args:
            name: Its name, without a slash; unique on the platform.
            description: What it holds.
            tags: Ids of tags.
            cover_img: S3 path of a cover image.
            create_by: Id of the user it belongs to; None takes the user of the token, as `hub.whoami()` says.

        Returns:
            The dataset: `upload()` adds a version.

        Raises:
            InvalidRequest: The name cannot be one, or the token does not say whose it is; nothing was sent.
            NameExists: There is a dataset of this name.
            ResponseLost: Whether it was made is not known; the error says how to check. It is never sent twice.
            AIHubError: The call failed.

        Source:
            createDataset, 数据集管理 / 创建数据集.
        """
        environment = self._session.terms.config.environment
        created = run(self._session, _creating(name, description, tags, cover_img, create_by, environment=environment))
        return Dataset(created.id, name, environment, self._session)

    def get(self, name: str, *, id: int) -> Dataset:  # noqa: A002  # the platform's word, as everywhere in the API
        """The handle of a dataset that exists already. Sends nothing: no operation reads a dataset.

        Args:
            name: Its name.
            id: Its id, which `create` gave, the web console shows, and `version(...).refresh().snapshot` names.

        Raises:
            InvalidRequest: The name cannot be one, or `id` is no id.

        Source:
            None: the document has no operation that reads a dataset.
        """
        environment = self._session.terms.config.environment
        return Dataset(_dataset_id(id), _dataset_name(name), environment, self._session)

    def version(self, name: str) -> DatasetVersion:
        """The handle of a version that exists already. Sends nothing: the first look tells whether it does.

        Args:
            name: Its name, such as `mnist/V1`.

        Raises:
            InvalidRequest: It is no such name.

        Source:
            getDatasetVersionDetail, 数据集管理 / 获取数据集版本信息.
        """
        return self.attach(name)

    def attach(self, handle: str | DatasetVersion) -> DatasetVersion:
        """The handle of a version from its reference, its name, or a handle that was unpickled. Sends nothing.

        Args:
            handle: Such as `aihub://internal-test/dataset_version/mnist%2FV1`.

        Raises:
            InvalidRequest: It is none of them, or belongs to another environment or kind.

        Source:
            None: it is only a name.
        """
        environment = self._session.terms.config.environment
        name = version_name(handle, environment)
        snapshot = None if isinstance(handle, str) else handle.snapshot
        return DatasetVersion(name, environment, snapshot, _session=self._session)


class AsyncDatasets:
    """`Datasets` for asyncio: the same names, awaited."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(
        self,
        name: str,
        *,
        description: str = "",
        tags: Sequence[int] = (),
        cover_img: str = "",
        create_by: int | None = None,
    ) -> AsyncDataset:
        """A new dataset, without any version. See `Datasets.create`."""
        environment = self._session.terms.config.environment
        steps = _creating(name, description, tags, cover_img, create_by, environment=environment)
        return AsyncDataset((await run_async(self._session, steps)).id, name, environment, self._session)

    def get(self, name: str, *, id: int) -> AsyncDataset:  # noqa: A002  # as in the sync twin
        """The handle of a dataset that exists already. See `Datasets.get`."""
        environment = self._session.terms.config.environment
        return AsyncDataset(_dataset_id(id), _dataset_name(name), environment, self._session)

    def version(self, name: str) -> AsyncDatasetVersion:
        """The handle of a version that exists already. See `Datasets.version`."""
        return self.attach(name)

    def attach(self, handle: str | AsyncDatasetVersion) -> AsyncDatasetVersion:
        """The handle of a version from its reference, its name or a handle. See `Datasets.attach`."""
        environment = self._session.terms.config.environment
        name = version_name(handle, environment)
        snapshot = None if isinstance(handle, str) else handle.snapshot
        return AsyncDatasetVersion(name, environment, snapshot, _session=self._session)


def _dataset_name(name: object) -> str:
    if not isinstance(name, str) or not name.strip() or "/" in name:
        hint = "Versions are named <dataset>/V<number>: pass a name without a slash."
        raise InvalidRequest(f"{name!r} cannot be the name of a dataset.", field="name", hint=hint)
    return name


def _dataset_id(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        hint = "It is a whole number, which create() gave and the web console shows."
        raise InvalidRequest(f"{given!r} cannot be the id of a dataset.", field="id", hint=hint)
    return given


def _creating(
    name: str, description: str, tags: Sequence[int], cover_img: str, create_by: int | None, *, environment: str
) -> Steps[CreatedId]:
    _dataset_name(name)
    # One of a wrong kind is told by the check of the whole body, if it can be listed at all.
    given: object = tags
    if not isinstance(given, Iterable) or isinstance(given, (str, bytes, Mapping)):
        hint = "Pass a list of the tags' ids, or leave it out."
        raise InvalidRequest(f"tags cannot be {given!r}.", field="tags", hint=hint)
    if create_by is None:
        create_by = (yield WhoAsks()).user_id
    if create_by is None:
        raise InvalidRequest(
            "The token does not say whose it is, and a dataset needs to be somebody's.",
            field="create_by",
            hint="Pass create_by=<user id>, or log in with user name and password.",
        )
    body = CreateDatasetRequest(
        name=name, description=description, tags=list(tags), cover_img=cover_img, create_by=create_by
    )
    call: Call[CreatedId] = checked_call(lambda: create_dataset.call(body=body), environment)
    created: CreatedId = yield call
    return created
