"""The nouns of both clients, `hub.trainings` and its like, each loaded when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from ._many_waits import AsyncManyWaits, ManyWaits

if TYPE_CHECKING:
    from ._waits.handles import JobHandle
    from .services.clusters import AsyncClusters, Clusters
    from .services.dataset_handles import AsyncDatasetVersion, DatasetVersion
    from .services.datasets import AsyncDatasets, Datasets
    from .services.evaluations import AsyncEvaluations, Evaluations
    from .services.quota_task_handles import AsyncQuotaTask, QuotaTask
    from .services.quota_tasks import AsyncQuotaTasks, QuotaTasks
    from .services.run_handles import AsyncRun, Run
    from .services.s3 import S3, AsyncS3
    from .services.search_handles import AsyncSearch, Search
    from .services.storages import AsyncStorages, Storages
    from .services.training_handles import AsyncTraining, Training
    from .services.trainings import AsyncTrainings, Trainings
    from .services.workflows import AsyncWorkflows, Workflows

    H = TypeVar("H", bound=JobHandle[Any])

__all__ = ["AsyncNouns", "Nouns"]

# Which noun takes up the jobs of a kind again.
_NOUNS = {
    "dataset_version": "datasets",
    "quota_task": "quota_tasks",
    "run": "workflows",
    "search": "searches",
    "training": "trainings",
}


def _noun_of(handle: object, environment: str) -> str:
    """The noun of a reference or a handle.

    Raises:
        InvalidRequest: It is neither, belongs to another environment, or is of an unknown kind.
    """
    from ._choices import did_you_mean  # noqa: PLC0415  # loads the decoders; a client that calls nothing does not
    from ._waits.handles import JobHandle, parse_ref  # noqa: PLC0415  # as above
    from .errors import InvalidRequest  # noqa: PLC0415  # as above

    ref = parse_ref(handle.ref if isinstance(handle, JobHandle) else handle, environment)
    if ref.kind not in _NOUNS:
        message = f"There is no kind of job {ref.kind!r}.{did_you_mean(ref.kind, _NOUNS)}"
        raise InvalidRequest(message, field="ref", hint=f"The kinds are {', '.join(_NOUNS)}.")
    return _NOUNS[ref.kind]


class Nouns(ManyWaits):
    """What `AIHub` has a noun for."""

    @property
    def clusters(self) -> Clusters:
        """Virtual clusters that jobs can run on."""
        from .services.clusters import Clusters  # noqa: PLC0415  # loaded when it is first used

        return self._part("clusters", lambda: Clusters(self._session))

    @property
    def datasets(self) -> Datasets:
        """Datasets and their versions."""
        from .services.datasets import Datasets  # noqa: PLC0415  # loaded when it is first used

        return self._part("datasets", lambda: Datasets(self._session))

    @property
    def evaluations(self) -> Evaluations:
        """Results of models, imported for evaluation."""
        from .services.evaluations import Evaluations  # noqa: PLC0415  # loaded when it is first used

        return self._part("evaluations", lambda: Evaluations(self._session))

    @property
    def quota_tasks(self) -> QuotaTasks:
        """Quota tasks: jobs with a priority."""
        from .services.quota_tasks import QuotaTasks  # noqa: PLC0415  # loaded when it is first used

        return self._part("quota_tasks", lambda: QuotaTasks(self._session))

    @property
    def s3(self) -> S3:
        """The S3 relay: files into the object storage."""
        from .services.s3 import S3  # noqa: PLC0415  # loaded when it is first used

        return self._part("s3", lambda: S3(self._session))

    @property
    def storages(self) -> Storages:
        """Storages that jobs can mount."""
        from .services.storages import Storages  # noqa: PLC0415  # loaded when it is first used

        return self._part("storages", lambda: Storages(self._session))

    @property
    def trainings(self) -> Trainings:
        """Trainings of models."""
        from .services.trainings import Trainings  # noqa: PLC0415  # loaded when it is first used

        return self._part("trainings", lambda: Trainings(self._session))

    @property
    def workflows(self) -> Workflows:
        """Runs of workflows."""
        from .services.workflows import Workflows  # noqa: PLC0415  # loaded when it is first used

        return self._part("workflows", lambda: Workflows(self._session))

    @overload
    def attach(self, handle: str) -> DatasetVersion | QuotaTask | Run | Search | Training: ...

    @overload
    def attach(self, handle: H) -> H: ...

    def attach(self, handle: str | H) -> DatasetVersion | QuotaTask | Run | Search | Training | H:
        """The handle of a job that exists already. Sends nothing: the first look tells whether it does.

        Args:
            handle: A reference such as `aihub://internal-test/training/42`, or a handle that was unpickled.

        Returns:
            A handle of the reference's kind: a search, a dataset version, a training, a quota task or a run.

        Raises:
            InvalidRequest: It is no reference, or one of another environment or of an unknown kind.
        """
        noun: Any = getattr(self, _noun_of(handle, self._config.environment))
        found: H = noun.attach(handle)
        return found


class AsyncNouns(AsyncManyWaits):
    """What `AsyncAIHub` has a noun for: the same."""

    @property
    def clusters(self) -> AsyncClusters:
        """Virtual clusters that jobs can run on."""
        from .services.clusters import AsyncClusters  # noqa: PLC0415  # loaded when it is first used

        return self._part("clusters", lambda: AsyncClusters(self._session))

    @property
    def datasets(self) -> AsyncDatasets:
        """Datasets and their versions."""
        from .services.datasets import AsyncDatasets  # noqa: PLC0415  # loaded when it is first used

        return self._part("datasets", lambda: AsyncDatasets(self._session))

    @property
    def evaluations(self) -> AsyncEvaluations:
        """Results of models, imported for evaluation."""
        from .services.evaluations import AsyncEvaluations  # noqa: PLC0415  # loaded when it is first used

        return self._part("evaluations", lambda: AsyncEvaluations(self._session))

    @property
    def quota_tasks(self) -> AsyncQuotaTasks:
        """Quota tasks: jobs with a priority."""
        from .services.quota_tasks import AsyncQuotaTasks  # noqa: PLC0415  # loaded when it is first used

        return self._part("quota_tasks", lambda: AsyncQuotaTasks(self._session))

    @property
    def s3(self) -> AsyncS3:
        """The S3 relay: files into the object storage."""
        from .services.s3 import AsyncS3  # noqa: PLC0415  # loaded when it is first used

        return self._part("s3", lambda: AsyncS3(self._session))

    @property
    def storages(self) -> AsyncStorages:
        """Storages that jobs can mount."""
        from .services.storages import AsyncStorages  # noqa: PLC0415  # loaded when it is first used

        return self._part("storages", lambda: AsyncStorages(self._session))

    @property
    def trainings(self) -> AsyncTrainings:
        """Trainings of models."""
        from .services.trainings import AsyncTrainings  # noqa: PLC0415  # loaded when it is first used

        return self._part("trainings", lambda: AsyncTrainings(self._session))

    @property
    def workflows(self) -> AsyncWorkflows:
        """Runs of workflows."""
        from .services.workflows import AsyncWorkflows  # noqa: PLC0415  # loaded when it is first used

        return self._part("workflows", lambda: AsyncWorkflows(self._session))

    @overload
    def attach(self, handle: str) -> AsyncDatasetVersion | AsyncQuotaTask | AsyncRun | AsyncSearch | AsyncTraining: ...

    @overload
    def attach(self, handle: H) -> H: ...

    def attach(
        self, handle: str | H
    ) -> AsyncDatasetVersion | AsyncQuotaTask | AsyncRun | AsyncSearch | AsyncTraining | H:
        """The handle of a job that exists already. See `AIHub.attach`."""
        noun: Any = getattr(self, _noun_of(handle, self._config.environment))
        found: H = noun.attach(handle)
        return found
