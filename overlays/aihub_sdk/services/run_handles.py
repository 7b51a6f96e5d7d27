"""One run of a workflow: look at it, wait for it, watch its nodes."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from aihub_api.types import Call
from aihub_api.workflow_center import get_run
from aihub_api.workflow_center.models import Run as RunData
from aihub_api.workflow_center.models import RunStatus, TaskNode, TaskNodeStatus
from aihub_sdk._calls.envelope import checked_call
from aihub_sdk._jobs.node_tree import NodeTree
from aihub_sdk._listings import Listing
from aihub_sdk._waits.handles import utc_datetime
from aihub_sdk._waits.job_handles import AsyncJob, FollowedJob, Job

__all__ = ["AsyncRun", "NodeTree", "Run"]


class _RunFacts(FollowedJob[RunData]):
    """What is known about a run without asking again; None, or `""`, for what was not seen yet."""

    kind: ClassVar[str] = "run"

    @property
    def status(self) -> RunStatus | None:
        """Where the run stood when it was last seen."""
        return self.snapshot.status if self.snapshot is not None else None

    @property
    def name(self) -> str:
        """Its name."""
        return (self.snapshot.name or "") if self.snapshot is not None else ""

    @property
    def nodes(self) -> Listing[TaskNode]:
        """Its task nodes as they were last seen, in the platform's order; empty before the first look."""
        return Listing((self.snapshot.task_nodes or ()) if self.snapshot is not None else ())

    @property
    def failed_nodes(self) -> Listing[TaskNode]:
        """Those of its nodes that have failed, each with its `message`."""
        return Listing(node for node in self.nodes if node.status == TaskNodeStatus.FAILED)

    @property
    def tree(self) -> NodeTree:
        """Its nodes below those that they depend on: `print(run.tree)`, or show it in a notebook."""
        return NodeTree(f"run {self.id}", str(self.status or "not seen yet"), self.nodes)

    @property
    def created_at(self) -> datetime | None:
        """When it was created, in UTC."""
        return utc_datetime(self.snapshot.created_at) if self.snapshot is not None else None

    @property
    def started_at(self) -> datetime | None:
        """When it started, in UTC; None before that."""
        return utc_datetime(self.snapshot.started_at) if self.snapshot is not None else None

    @property
    def finished_at(self) -> datetime | None:
        """When it ended, in UTC; None before that."""
        return utc_datetime(self.snapshot.finished_at) if self.snapshot is not None else None

    def _look(self) -> Call[RunData]:
        return checked_call(lambda: get_run.call(id=self.id), self.environment)

    def _said(self, snapshot: RunData) -> str:
        failed = [node for node in snapshot.task_nodes or () if node.status == TaskNodeStatus.FAILED]
        return "; ".join(f"node {node.name}: {node.message or 'no message'}" for node in failed)

    def _sight(self, snapshot: RunData) -> object:
        return snapshot.status, [(node.name, node.status) for node in snapshot.task_nodes or ()]

    def _repr_html_(self) -> str:
        return f"{super()._repr_html_()}{self.tree._repr_html_() if self.nodes else ''}"


class Run(_RunFacts, Job[RunData]):
    """A run of a workflow: a frozen value, so that what changes comes back as a new handle.

    `watch()` gives it each time that it or one of its nodes has changed.

    Attributes:
        id: Id of the run.
        environment: Name of the environment it lives in.
        snapshot: How it was last seen, None before the first look.
    """


class AsyncRun(_RunFacts, AsyncJob[RunData]):
    """`Run` for asyncio: the same names, awaited."""
