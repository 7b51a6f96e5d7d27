"""A job as the platform shows it: what trainings and quota tasks have in common, and what only a quota task has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from aihub_emulator.jobs.asked import Grounds
from aihub_emulator.jobs.clusters import Cluster
from aihub_emulator.jobs.job import VIP, Job, Phase
from aihub_emulator.jobs.pods import milliseconds, namespace_of, resource_name, whole_seconds

__all__ = ["CATEGORIES", "node_tasks", "shown_job"]

CATEGORIES: Final = {1: "训练", 2: "推理", 3: "调试", 4: "特别"}

_WAITING, _RUNNING, _SUCCESS, _FAILED, _STOPPED, _STOPPING = 1, 2, 3, 4, 5, 6
_STATUSES: dict[Phase, int] = {
    "queued": _WAITING,
    "starting": _WAITING,
    "running": _RUNNING,
    "succeeded": _SUCCESS,
    "failed": _FAILED,
    "stopped": _STOPPED,
    "stopping": _STOPPING,
}


def shown_job(job: Job, *, grounds: Grounds, stopper: str, as_quota_task: bool) -> dict[str, Any]:
    """The fields of a job that both services show, apart from its id and its cluster.

    Args:
        job: The job.
        grounds: What there is to run on.
        stopper: Name of the user who stopped it.
        as_quota_task: Whether a status of its own tells that it is being stopped. Trainings have none.
    """
    request, is_vip = job.request, job.rank == VIP
    names = ("framework", "name", "image", "sku_cnt", "enable_ssh", "instances", "use_ib_network")
    return {
        **{name: request[name] for name in (*names, "always_pull_image", "shm", "estimate_run_time")},
        "description": request.get("description", ""),
        "envs": request["envs"] or None,
        "storages": [grounds.storages[storage_id] for storage_id in request["storage_ids"]] or None,
        "created_at": milliseconds(job.submitted_at),
        "username": job.username,
        "user_id": job.owner_id,
        "namespace": namespace_of(job),
        "res_name": resource_name(job),
        "status": _status(job, as_quota_task=as_quota_task),
        "category": {"id": request["category_id"], "name": CATEGORIES[request["category_id"]]},
        "project": grounds.projects[request["project_id"]],
        "avg_gpu_util": _gpu_util(job, grounds.clusters[job.cluster_id]),
        "finished_at": milliseconds(job.ended_at),
        "started_at": milliseconds(job.started_at),
        "is_vip": is_vip,
        "cluster_partition": "vip" if is_vip else "",
        "preempt_policy": request["preempt_policy"] if is_vip else 0,
        "vip_node_names": list(job.vip_nodes) or None,
        "stop_op_user": {"id": job.stopped_by, "name": stopper} if job.stopped_by else None,
        "use_new_log": True,
    }


def _status(job: Job, *, as_quota_task: bool) -> int:
    if job.phase == "stopping" and not as_quota_task:
        return _RUNNING if job.started_at else _WAITING
    return _STATUSES[job.phase]


def _gpu_util(job: Job, cluster: Cluster) -> float:
    """Per cent; the same for a job from its start to its end, and different from the next job's."""
    return 60.0 + job.id * 7 % 39 + 0.5 if job.started_at and cluster.sku.gpu else 0.0


def node_tasks(cluster: Cluster, holding: Iterable[Job], *, grounds: Grounds, now: float) -> list[dict[str, Any]]:
    """What holds SKUs on each node of a cluster now: everybody's jobs."""
    jobs = list(holding)
    return [
        {
            "node_name": node.name,
            "node_ip": node.ip,
            "tasks": [_node_task(job, node.name, grounds, now) for job in jobs if node.name in job.nodes] or None,
        }
        for node in cluster.nodes
    ]


def _node_task(job: Job, node: str, grounds: Grounds, now: float) -> dict[str, Any]:
    return {
        "id": str(job.quota_id or job.training_id),
        "name": job.request["name"],
        "sku_cnt": job.skus_by_node[node],
        "category_name": CATEGORIES[job.request["category_id"]],
        "project_name": grounds.projects[job.request["project_id"]]["name"],
        "estimate_run_time": job.request["estimate_run_time"],
        "actual_run_time": whole_seconds(job.started_at, job.ended_at, now),
        "username": job.username,
    }
