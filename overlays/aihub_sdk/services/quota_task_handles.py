"""One quota task: look at it, wait for it, watch it, stop it, see its pods."""

from __future__ import annotations

from typing import ClassVar

from aihub_api.quota_schedule import get_quota_task, list_quota_task_pods, stop_quota_task
from aihub_api.quota_schedule.models import Pod, QuotaTaskStatus
from aihub_api.quota_schedule.models import QuotaTask as QuotaTaskData
from aihub_api.types import Call
from aihub_sdk._calls.envelope import checked_call
from aihub_sdk._calls.pages import PageWalk
from aihub_sdk._jobs.cluster_jobs import AsyncClusterJob, ClusterJob, ClusterJobFacts

__all__ = ["AsyncQuotaTask", "QuotaTask"]


class _QuotaTaskFacts(ClusterJobFacts[QuotaTaskData, Pod]):
    """What is known about a quota task without asking again."""

    kind: ClassVar[str] = "quota_task"

    @property
    def status(self) -> QuotaTaskStatus | None:
        """Where the quota task stood when it was last seen, None before the first look."""
        return self.snapshot.status if self.snapshot is not None else None

    @property
    def training_id(self) -> int | None:
        """Id of the training that carries the task, None while there is none."""
        return (self.snapshot.mtp_id or None) if self.snapshot is not None else None

    def _look(self) -> Call[QuotaTaskData]:
        return checked_call(lambda: get_quota_task.call(id=self.id), self.environment)

    def _stopping(self) -> Call[None]:
        return checked_call(lambda: stop_quota_task.call(id=self.id), self.environment)

    def _pod_walk(self, page_size: int | None) -> PageWalk[Pod]:
        return PageWalk(
            "listQuotaTaskPods",
            lambda size, number: list_quota_task_pods.call(id=self.id, page_size=size, page_num=number),
            page_size,
        )


class QuotaTask(_QuotaTaskFacts, ClusterJob[QuotaTaskData, Pod]):
    """A quota task: a frozen value, so that what changes comes back as a new handle.

    Attributes:
        id: Id of the quota task.
        environment: Name of the environment it lives in.
        snapshot: How it was last seen, None before the first look.
    """


class AsyncQuotaTask(_QuotaTaskFacts, AsyncClusterJob[QuotaTaskData, Pod]):
    """`QuotaTask` for asyncio: the same names, awaited."""
