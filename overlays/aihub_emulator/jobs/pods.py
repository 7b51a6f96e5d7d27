"""The pods of a job, as both services show them."""

from __future__ import annotations

from typing import Any

from aihub_emulator.jobs.clusters import Cluster
from aihub_emulator.jobs.job import Attempt, Job
from aihub_emulator.requests.reading import invalid

__all__ = ["milliseconds", "namespace_of", "page_of", "pods_of", "resource_name", "whole_seconds"]

# The page size of the document's example.
_PAGE_SIZE = 9999
# Kubernetes hands out node ports from this range.
_FIRST_PORT, _PORTS = 30000, 2768
_ENDINGS = {"succeeded": "Succeeded", "failed": "Failed", "stopped": "Deleted", "preempted": "Deleted"}


def milliseconds(moment: float) -> int:
    """A moment as the wire has it."""
    return int(moment * 1000)


def whole_seconds(started_at: float, ended_at: float, now: float) -> int:
    """How long something has taken: so far, or until its end; 0 before it began."""
    return max(0, int((ended_at or now) - started_at)) if started_at else 0


def namespace_of(job: Job) -> str:
    """The Kubernetes namespace of a job."""
    return "quota-schedule" if job.quota_id else "training"


def resource_name(job: Job) -> str:
    """The name of a job in Kubernetes: its own name as far as such a name allows, and its number."""
    letters = "".join(c if c.isascii() and c.isalnum() else "-" for c in job.request["name"].lower())
    return f"{letters.strip('-')[:40].rstrip('-') or 'job'}-{job.quota_id or job.training_id}"


def pods_of(job: Job, cluster: Cluster, *, now: float) -> list[dict[str, Any]]:
    """All pods that a job has had, oldest first. Those of a pre-empted attempt stay, as deleted ones."""
    return [pod for attempt in job.attempts for pod in _pods(job, attempt, cluster, now)]


def _pods(job: Job, attempt: Attempt, cluster: Cluster, now: float) -> list[dict[str, Any]]:
    ips = {node.name: node.ip for node in cluster.nodes}
    status = _ENDINGS.get(attempt["ending"], "Running" if attempt["started_at"] else "Pending")
    has_ssh = job.request["enable_ssh"]
    pods = []
    for index, node in enumerate(attempt["nodes"]):
        pod_id = attempt["first_pod_id"] + index
        port = _FIRST_PORT + pod_id % _PORTS
        pods.append(
            {
                "id": pod_id,
                "namespace": namespace_of(job),
                "name": f"{resource_name(job)}-{'worker' if index else 'master'}-{index}",
                "status": status,
                "created_at": milliseconds(attempt["placed_at"]),
                "started_at": milliseconds(attempt["started_at"]),
                "finished_at": milliseconds(attempt["ended_at"]),
                "host_ip": ips[node],
                "node_name": node,
                "ssh_port": port if has_ssh else 0,
                "ssh_info": f"ssh root@{ips[node]} -p {port}" if has_ssh else "",
                "duration": whole_seconds(attempt["started_at"], attempt["ended_at"], now),
                "use_new_log": True,
            }
        )
    return pods


def page_of(pods: list[dict[str, Any]], page_size: int | None, page_num: int | None) -> dict[str, Any]:
    """One page of pods.

    Raises:
        Refusal: There can be no such page.
    """
    size = _PAGE_SIZE if page_size is None else page_size
    number = 1 if page_num is None else page_num
    for name, value in (("page_size", size), ("page_num", number)):
        if value < 1:
            raise invalid(name, f"is {value}", "Send 1 or more")
    page = pods[(number - 1) * size : number * size]
    return {"total": len(pods), "page_size": size, "page_num": number, "data": page or None}
