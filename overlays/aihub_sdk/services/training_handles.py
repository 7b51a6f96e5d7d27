"""One training: look at it, wait for it, watch it, stop it, see its pods."""

from __future__ import annotations

from typing import ClassVar

from aihub_api.model_training import get_training, list_training_pods, stop_training
from aihub_api.model_training.models import Pod, TrainingStatus
from aihub_api.model_training.models import Training as TrainingData
from aihub_api.types import Call
from aihub_sdk._calls.envelope import checked_call
from aihub_sdk._calls.pages import PageWalk
from aihub_sdk._jobs.cluster_jobs import AsyncClusterJob, ClusterJob, ClusterJobFacts

__all__ = ["AsyncTraining", "Training"]


class _TrainingFacts(ClusterJobFacts[TrainingData, Pod]):
    """What is known about a training without asking again."""

    kind: ClassVar[str] = "training"

    @property
    def status(self) -> TrainingStatus | None:
        """Where the training stood when it was last seen, None before the first look."""
        return self.snapshot.status if self.snapshot is not None else None

    def _look(self) -> Call[TrainingData]:
        return checked_call(lambda: get_training.call(id=self.id), self.environment)

    def _stopping(self) -> Call[None]:
        return checked_call(lambda: stop_training.call(id=self.id), self.environment)

    def _pod_walk(self, page_size: int | None) -> PageWalk[Pod]:
        return PageWalk(
            "listTrainingPods",
            lambda size, number: list_training_pods.call(id=self.id, page_size=size, page_num=number),
            page_size,
        )


class Training(_TrainingFacts, ClusterJob[TrainingData, Pod]):
    """A training: a frozen value, so that what changes comes back as a new handle.

    Attributes:
        id: Id of the training.
        environment: Name of the environment it lives in.
        snapshot: How it was last seen, None before the first look.
    """


class AsyncTraining(_TrainingFacts, AsyncClusterJob[TrainingData, Pod]):
    """`Training` for asyncio: the same names, awaited."""
