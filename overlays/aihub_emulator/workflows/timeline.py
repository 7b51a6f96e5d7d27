"""When each node of a run starts and ends. A run depends on nothing but its graph, so all of it is known at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypedDict

__all__ = ["FAILED", "RUNNING", "SUCCESS", "WAITING", "PlannedNode", "Span", "node_status", "planned"]

# The statuses that nodes and runs have in common. Nothing ends a run before its time, so 5 does not occur.
WAITING, RUNNING, SUCCESS, FAILED = 1, 2, 3, 4


class PlannedNode(TypedDict):
    """A node of a run, as it was when the run was created. Nodes stand behind those that they depend on."""

    name: str
    dependencies: Sequence[str]
    seconds: float
    exit_code: int
    message: str
    output: str


class Span(NamedTuple):
    """When a node runs.

    `blocker` names the dependency that keeps it from running at all, and `ended_at` is then when that is known;
    the name is empty for a node that does run.
    """

    started_at: float
    ended_at: float
    blocker: str


def planned(nodes: Sequence[PlannedNode], *, begin: float) -> dict[str, Span]:
    """When each node of a run that begins then starts and ends, by name.

    A node starts as soon as all its dependencies have succeeded. When one fails, those that depend on it, directly
    or not, never start; the others go on.
    """
    spans: dict[str, Span] = {}
    failed = {node["name"] for node in nodes if node["exit_code"]}
    for node in nodes:
        before = [(name, spans[name]) for name in node["dependencies"]]
        start = max((span.ended_at for _, span in before), default=begin)
        broken = [(span.ended_at, span.blocker or name) for name, span in before if span.blocker or name in failed]
        if broken:
            known_at, blocker = min(broken)
            spans[node["name"]] = Span(0.0, known_at, blocker)
        else:
            spans[node["name"]] = Span(start, start + node["seconds"], "")
    return spans


def node_status(node: PlannedNode, span: Span, *, now: float) -> int:
    """Where a node stands. One that never runs stays waiting: there is no status for it."""
    if span.blocker or now < span.started_at:
        return WAITING
    if now < span.ended_at:
        return RUNNING
    return FAILED if node["exit_code"] else SUCCESS
