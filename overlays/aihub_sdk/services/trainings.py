"""Trainings: submit one, find one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

from aihub_api.model_training import create_training
from aihub_api.model_training.models import CreateTrainingRequest, Framework, JobCategoryId, PreemptPolicy
from aihub_api.tag_resource.models import ModuleType
from aihub_sdk._calls.envelope import checked_call
from aihub_sdk._calls.sessions import AsyncSession, SyncSession
from aihub_sdk._calls.steps import Steps, run, run_async
from aihub_sdk._jobs.fields import JobKind, job_request
from aihub_sdk._waits.handles import attached
from aihub_sdk.services.training_handles import AsyncTraining, Training

__all__ = ["AsyncTraining", "AsyncTrainings", "Training", "Trainings"]

_KIND = JobKind(
    request=CreateTrainingRequest,
    service="model_training",
    operation="createTraining",
    module=ModuleType.TRAINING,
    defaults={
        "enable_ssh": False,
        "envs": [],
        "storage_ids": [],
        "instances": 1,
        "use_ib_network": False,
        "always_pull_image": False,
        "shm": 1,
        "category_id": JobCategoryId.TRAINING,
        "is_vip": False,
    },
)


class Trainings:
    """`hub.trainings`: submits trainings and finds them again."""

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
        storage_ids: Sequence[int | str] | None = None,
        envs: Mapping[str, str] | Sequence[Mapping[str, str]] | None = None,
        shm: int | None = None,
        category_id: JobCategoryId | int | str | None = None,
        enable_ssh: bool | None = None,
        use_ib_network: bool | None = None,
        always_pull_image: bool | None = None,
        is_vip: bool | None = None,
        preempt_policy: PreemptPolicy | int | str | None = None,
        vip_node_names: Sequence[str] | None = None,
        description: str | None = None,
    ) -> Training:
        """Submit a training. Returns as soon as the platform has accepted it; nothing is sent that does not fit.

        The fields come from a job file, a dict or keyword arguments, under the same names; a keyword argument wins.
        `name`, `image`, `framework`, `virtual_cluster_id`, `sku_cnt`, `project_id` and `estimate_run_time` must be
        given, for the platform demands them and nobody else can know them.

        Args:
            job: A dict of fields, or the path of a `.toml`, `.yaml` or `.yml` file with them; YAML needs `[jobs]`.
            name: Name of the training.
            image: Container image.
            command: Command to run in the container.
            framework: `PyTorchJob`, `MpiJob`, `MpiJobMpiRun`, `MpiJobDeepspeed`, or another that the platform knows.
            virtual_cluster_id: Id or name of the cluster. A name is looked up, among those for trainings.
            sku_cnt: Number of SKUs; the document does not say whether an instance or in all.
            instances: Number of pods. Default 1.
            project_id: Id of the research project.
            estimate_run_time: How long it is expected to run, in seconds.
            storage_ids: Ids or names of the storages to mount. Names are looked up. Default none.
            envs: Environment variables, as a dict or a list of `{"key": …, "value": …}`. Default none.
            shm: Shared memory in GiB. Default 1, as in the document's example.
            category_id: `"training"` (1), `"inference"` (2), `"debugging"` (3) or `"special"` (4). Default training.
            enable_ssh: Whether the pods accept SSH logins. Default False.
            use_ib_network: Whether to use the InfiniBand network. Default False.
            always_pull_image: Whether to pull the image even when the node has it. Default False.
            is_vip: Whether this is a VIP training; needs the next two. Default False.
            preempt_policy: How a VIP training gets its nodes: `"wait"` (1) or `"kill"` (2) low-priority jobs.
            vip_node_names: Names of the nodes reserved for a VIP training.
            description: Free text about it.

        Returns:
            The training, not seen yet: `wait()` for it, or `watch()` it.

        Raises:
            InvalidRequest: A field is unknown, missing or does not fit, or the file cannot be read; the error names
                file, line and field. Nothing was created.
            NotFound: No cluster or storage has the name. Nothing was created.
            ConfigurationError: The reader of the file's format is not installed.
            NameExists: There is a training of this name.
            ResponseLost: Whether it was created is not known; the error says how to check. It is never sent twice.
            AIHubError: The call failed.

        Source:
            createTraining, 模型训练 / 创建训练任务. The defaults are the SDK's own.
        """
        arguments = locals()
        return self._handle(run(self._session, _submission(arguments, self._environment)), is_new=True)

    def get(self, id: int) -> Training:  # noqa: A002  # the platform's word, as everywhere in the API
        """A training that exists already, as it is now.

        Raises:
            InvalidRequest: `id` is not a whole number.
            NotFound: There is no such training.
            AIHubError: The call failed.

        Source:
            getTraining, 模型训练 / 获取训练任务信息.
        """
        return self._handle(id).refresh()

    def attach(self, handle: str | Training) -> Training:
        """The handle of a training that exists already. Sends nothing: the first look tells whether it does.

        Args:
            handle: A reference such as `aihub://internal-test/training/42`, or a handle that was unpickled.

        Raises:
            InvalidRequest: It is no reference, or one of another environment or of another kind.
        """
        return attached(Training, handle, self._session)

    @property
    def _environment(self) -> str:
        return self._session.terms.config.environment

    def _handle(self, id: int, *, is_new: bool = False) -> Training:  # noqa: A002  # as in get
        return Training(id, self._environment, None, is_new, self._session)


class AsyncTrainings:
    """`Trainings` for asyncio: the same names, awaited."""

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
        storage_ids: Sequence[int | str] | None = None,
        envs: Mapping[str, str] | Sequence[Mapping[str, str]] | None = None,
        shm: int | None = None,
        category_id: JobCategoryId | int | str | None = None,
        enable_ssh: bool | None = None,
        use_ib_network: bool | None = None,
        always_pull_image: bool | None = None,
        is_vip: bool | None = None,
        preempt_policy: PreemptPolicy | int | str | None = None,
        vip_node_names: Sequence[str] | None = None,
        description: str | None = None,
    ) -> AsyncTraining:
        """Submit a training. See `Trainings.submit`."""
        arguments = locals()
        made = await run_async(self._session, _submission(arguments, self._environment))
        return self._handle(made, is_new=True)

    async def get(self, id: int) -> AsyncTraining:  # noqa: A002  # as in the sync twin
        """A training that exists already, as it is now. See `Trainings.get`."""
        return await self._handle(id).refresh()

    def attach(self, handle: str | AsyncTraining) -> AsyncTraining:
        """The handle of a training that exists already. See `Trainings.attach`."""
        return attached(AsyncTraining, handle, self._session)

    @property
    def _environment(self) -> str:
        return self._session.terms.config.environment

    def _handle(self, id: int, *, is_new: bool = False) -> AsyncTraining:  # noqa: A002  # as in get
        return AsyncTraining(id, self._environment, None, is_new, self._session)


def _submission(arguments: Mapping[str, Any], environment: str) -> Steps[int]:
    """The id of the training that is made of `submit`'s arguments, whose names are the request's fields."""
    fields = {name: value for name, value in arguments.items() if name not in {"self", "job"}}
    body: CreateTrainingRequest = yield from job_request(_KIND, arguments["job"], fields, environment)
    created = yield checked_call(lambda: create_training.call(body=body), environment)
    number: int = created.id
    return number
