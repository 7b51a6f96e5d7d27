"""One job as it is kept: what was asked for, where it stands, and each attempt to run it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypedDict

__all__ = ["LOW", "USUAL", "VIP", "Attempt", "Job", "Phase"]

# Who goes first. Quota tasks of priority 1 are low, those of priority 2 and trainings are usual.
LOW: Final = 1
USUAL: Final = 2
VIP: Final = 3

Phase = Literal["queued", "starting", "running", "stopping", "succeeded", "failed", "stopped"]
_ENDED = frozenset({"succeeded", "failed", "stopped"})


class Attempt(TypedDict):
    """One time that a job was given nodes. A time is 0 until it comes.

    `nodes` names the node of each pod; the pods are numbered from `first_pod_id`. `ending` is empty while it lasts,
    then `succeeded`, `failed`, `stopped` or `preempted`. An attempt is replaced, never changed.
    """

    first_pod_id: int
    nodes: Sequence[str]
    placed_at: float
    started_at: float
    ended_at: float
    ending: str


@dataclass(frozen=True)
class Job:
    """A training or a quota task. Times are seconds since the epoch on the emulator's clock, 0 until they come.

    Attributes:
        request: What was asked for, as it was sent.
        training_id: Its number among trainings; a quota task has one too, for the training that carries it.
        quota_id: Its number among quota tasks; 0 for a training.
        rank: LOW, USUAL or VIP.
        is_killing: Whether it may end low jobs to get their nodes.
        vip_nodes: Names of the nodes that are reserved for it, and the only ones that it runs on; empty: any.
        instances: Number of pods.
        sku_cnt: SKUs of each pod.
        exit_code: How its run ends.
        run_seconds: How long it runs.
        message: What it says at its end.
        due_at: When its present phase ends by itself.
        stopped_by: Id of the user who stopped it, or 0.
    """

    id: int
    owner_id: int
    username: str
    request: Mapping[str, Any]
    cluster_id: int
    rank: int
    instances: int
    sku_cnt: int
    run_seconds: float
    training_id: int = 0
    quota_id: int = 0
    is_killing: bool = False
    vip_nodes: Sequence[str] = ()
    exit_code: int = 0
    message: str = ""
    submitted_at: float = 0.0
    phase: Phase = "queued"
    due_at: float = 0.0
    stopped_by: int = 0
    attempts: Sequence[Attempt] = ()
    ended_at: float = 0.0

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.phase in _ENDED

    @property
    def attempt(self) -> Attempt | None:
        """The attempt that goes on now."""
        return self.attempts[-1] if self.attempts and not self.attempts[-1]["ending"] else None

    @property
    def nodes(self) -> Sequence[str]:
        """The node of each pod that holds SKUs now; empty while it holds none."""
        return self.attempt["nodes"] if self.attempt else ()

    @property
    def skus_by_node(self) -> dict[str, int]:
        """The SKUs that it holds now, by node."""
        held: dict[str, int] = {}
        for node in self.nodes:
            held[node] = held.get(node, 0) + self.sku_cnt
        return held

    @property
    def started_at(self) -> float:
        """When its latest attempt began to run; 0 while it waits."""
        is_placed = bool(self.attempts) and self.attempts[-1]["ending"] != "preempted"
        return self.attempts[-1]["started_at"] if is_placed else 0.0
