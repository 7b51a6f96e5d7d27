"""Quota tasks: submit one, find one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

from aihub_api.quota_schedule import create_quota_task
from aihub_api.quota_schedule.models import CreateQuotaTaskRequest, Framework, JobCategoryId, QuotaPriority
from aihub_api.tag_resource.models import ModuleType
from aihub_sdk._calls.envelope import checked_call
from aihub_sdk._calls.sessions import AsyncSession, SyncSession
from aihub_sdk._calls.steps import Steps, run, run_async
from aihub_sdk._jobs.fields import JobKind, job_request
from aihub_sdk._waits.handles import attached
from aihub_sdk.services.quota_task_handles import AsyncQuotaTask, QuotaTask

__all__ = ["AsyncQuotaTask", "AsyncQuotaTasks", "QuotaTask", "QuotaTasks"]

_KIND = JobKind(
    request=CreateQuotaTaskRequest,
    service="quota_schedule",
    operation="createQuotaTask",
    module=ModuleType.QUOTA_SCHEDULE,
    defaults={
        "enable_ssh": False,
        "envs": [],
        "storage_ids": [],
        "instances": 1,
        "use_ib_network": False,
        "always_pull_image": False,
        "category_id": JobCategoryId.TRAINING,
    },
)


class QuotaTasks:
    """`hub.quota_tasks`: submits quota tasks and finds them again."""

    def __init__(self, session: SyncSession) -> None:
        self._session = session

    def submit(
        self,
        job: str | PathLike[str] | Mapping[str, object] | None = None,
        *,
        name: str | None = None,
        image: str | None = None,
        command: str | None = None,
        framework: Framework | str | None = None,
        virtual_cluster_id: int | str | None = None,
        sku_cnt: int | None = None,
        instances: int | None = None,
        project_id: int | None = None,
        estimate_run_time: int | None = None,
        priority: QuotaPriority | int | str | None = None,
        storage_ids: Sequence[int | str] | None = None,
        envs: Mapping[str, str] | Sequence[Mapping[str, str]] | None = None,
        shm: int | None = None,
        category_id: JobCategoryId | int | str | None = None,
        enable_ssh: bool | None = None,
        use_ib_network: bool | None = None,
        always_pull_image: bool | None = None,
        description: str | None = None,
    ) -> QuotaTask:
        """Submit a quota task. Returns as soon as the platform has accepted it; nothing is sent that does not fit.

        The fields come from a job file, a dict or keyword arguments, under the same names; a keyword argument wins.
        `name`, `image`, `framework`, `virtual_cluster_id`, `sku_cnt`, `project_id`, `estimate_run_time`,
        `priority` and `shm` must be given, for the platform demands them and nobody else can know them.

        Args:
            job: A dict of fields, or the path of a `.toml`, `.yaml` or `.yml` file with them; YAML needs `[jobs]`.
            name: Name of the quota task.
            image: Container image.
            command: Command to run in the container.
            framework: `PyTorchJob`, `MpiJob`, `MpiJobMpiRun`, `MpiJobDeepspeed`, or another that the platform knows.
            virtual_cluster_id: Id or name of the cluster. A name is looked up, among those for quota tasks.
            sku_cnt: Number of SKUs; the document does not say whether an instance or in all.
            instances: Number of pods. Default 1.
            project_id: Id of the research project.
            estimate_run_time: How long it is expected to run, in seconds.
            priority: `"low"` (1) or `"high"` (2); a VIP training may kill tasks of low priority.
            storage_ids: Ids or names of the storages to mount. Names are looked up. Default none.
            envs: Environment variables, as a dict or a list of `{"key": …, "value": …}`. Default none.
            shm: Shared memory, in GiB by the document; an older client says MB for quota tasks. So there is no default.
            category_id: `"training"` (1), `"inference"` (2), `"debugging"` (3) or `"special"` (4). Default training.
            enable_ssh: Whether the pods accept SSH logins. Default False.
            use_ib_network: Whether to use the InfiniBand network. Default False.
            always_pull_image: Whether to pull the image even when the node has it. Default False.
            description: Free text about it.

        Returns:
            The quota task, not seen yet: `wait()` for it, or `watch()` it.

        Raises:
            InvalidRequest: A field is unknown, missing or does not fit, or the file cannot be read; the error names
                file, line and field. Nothing was created.
            NotFound: No cluster or storage has the name. Nothing was created.
            ConfigurationError: The reader of the file's format is not installed.
            NameExists: There is a quota task of this name.
            ResponseLost: Whether it was created is not known; the error says how to check. It is never sent twice.
            AIHubError: The call failed.

        Source:
            createQuotaTask, 配额任务 / 创建配额任务. The defaults are the SDK's own.
        """
        arguments = locals()
        return self._handle(run(self._session, _submission(arguments, self._environment)), is_new=True)

    def get(self, id: int) -> QuotaTask:  # noqa: A002  # the platform's word, as everywhere in the API
        """A quota task that exists already, as it is now.

        Raises:
            InvalidRequest: `id` is not a whole number.
            NotFound: There is no such quota task.
            AIHubError: The call failed.

        Source:
            getQuotaTask, 配额任务 / 获取配额任务信息.
        """
        return self._handle(id).refresh()

    def attach(self, handle: str | QuotaTask) -> QuotaTask:
        """The handle of a quota task that exists already. Sends nothing: the first look tells whether it does.

        Args:
            handle: A reference such as `aihub://internal-test/quota_task/42`, or a handle that was unpickled.

        Raises:
            InvalidRequest: It is no reference, or one of another environment or of another kind.
        """
        return attached(QuotaTask, handle, self._session)

    @property
    def _environment(self) -> str:
        return self._session.terms.config.environment

    def _handle(self, id: int, *, is_new: bool = False) -> QuotaTask:  # noqa: A002  # as in get
        return QuotaTask(id, self._environment, None, is_new, self._session)


class AsyncQuotaTasks:
    """`QuotaTasks` for asyncio: the same names, awaited."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def submit(
        self,
        job: str | PathLike[str] | Mapping[str, object] | None = None,
        *,
        name: str | None = None,
        image: str | None = None,
        command: str | None = None,
        framework: Framework | str | None = None,
        virtual_cluster_id: int | str | None = None,
        sku_cnt: int | None = None,
        instances: int | None = None,
        project_id: int | None = None,
        estimate_run_time: int | None = None,
        priority: QuotaPriority | int | str | None = None,
        storage_ids: Sequence[int | str] | None = None,
        envs: Mapping[str, str] | Sequence[Mapping[str, str]] | None = None,
        shm: int | None = None,
        category_id: JobCategoryId | int | str | None = None,
        enable_ssh: bool | None = None,
        use_ib_network: bool | None = None,
        always_pull_image: bool | None = None,
        description: str | None = None,
    ) -> AsyncQuotaTask:
        """Submit a quota task. See `QuotaTasks.submit`."""
        arguments = locals()
        made = await run_async(self._session, _submission(arguments, self._environment))
        return self._handle(made, is_new=True)

    async def get(self, id: int) -> AsyncQuotaTask:  # noqa: A002  # as in the sync twin
        """A quota task that exists already, as it is now. See `QuotaTasks.get`."""
        return await self._handle(id).refresh()

    def attach(self, handle: str | AsyncQuotaTask) -> AsyncQuotaTask:
        """The handle of a quota task that exists already. See `QuotaTasks.attach`."""
        return attached(AsyncQuotaTask, handle, self._session)

    @property
    def _environment(self) -> str:
        return self._session.terms.config.environment

    def _handle(self, id: int, *, is_new: bool = False) -> AsyncQuotaTask:  # noqa: A002  # as in get
        return AsyncQuotaTask(id, self._environment, None, is_new, self._session)


def _submission(arguments: Mapping[str, Any], environment: str) -> Steps[int]:
    """The id of the quota task that is made of `submit`'s arguments, whose names are the request's fields."""
    fields = {name: value for name, value in arguments.items() if name not in {"self", "job"}}
    body: CreateQuotaTaskRequest = yield from job_request(_KIND, arguments["job"], fields, environment)
    created = yield checked_call(lambda: create_quota_task.call(body=body), environment)
    number: int = created.id
    return number
