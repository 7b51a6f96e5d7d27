"""Quota tasks: jobs by quota and priority, and their pods."""

from __future__ import annotations

from typing import Any

from aihub_emulator.jobs.asked import QUOTA, job_asked_for
from aihub_emulator.jobs.job import Job
from aihub_emulator.jobs.pods import page_of, pods_of
from aihub_emulator.jobs.shown import node_tasks, shown_job
from aihub_emulator.requests.answers import Answer, Code, Refusal
from aihub_emulator.requests.calls import Call

__all__ = ["create_quota_task", "get_quota_task", "list_quota_task_pods", "stop_quota_task"]


async def create_quota_task(call: Call) -> Answer:
    """The number of a new quota task. Names need not be unique: the document does not say that they are."""
    instance = call.instance
    job = job_asked_for(
        call.body.model_dump(mode="json", exclude_none=True),
        module=QUOTA,
        user=call.caller,
        grounds=instance.grounds,
        run_seconds=instance.settings.jobs.running,
    )
    return Answer({"id": instance.jobs.create(job, is_quota_task=True).quota_id})


async def get_quota_task(call: Call) -> Answer:
    """A quota task of the caller's own."""
    job = _quota_task(call)
    shown = _wire(job, call)
    call.instance.jobs.polled(job)
    return Answer(shown)


async def list_quota_task_pods(call: Call) -> Answer:
    """A page of the pods of a quota task of the caller's own."""
    job, instance = _quota_task(call), call.instance
    pods = pods_of(job, instance.grounds.clusters[job.cluster_id], now=instance.clock.now())
    return Answer(page_of(pods, call.parameters.get("page_size"), call.parameters.get("page_num")))


async def stop_quota_task(call: Call) -> Answer:
    """Nothing: the quota task is being stopped, or has ended."""
    call.instance.jobs.stop(_quota_task(call), by=call.caller.id)
    return Answer()


def _quota_task(call: Call) -> Job:
    number = call.parameters["id"]
    job = call.instance.jobs.quota_task(number, owner_id=call.caller.id)
    if job is None:
        raise Refusal(Code.NOT_FOUND, f"there is no quota task {number} of user {call.caller.username!r}")
    return job


def _wire(job: Job, call: Call) -> dict[str, Any]:
    instance = call.instance
    grounds, holding = instance.grounds, instance.jobs.on_nodes(job.cluster_id)
    cluster = grounds.clusters[job.cluster_id]
    sku = cluster.sku
    stopper = instance.identity.name_of(job.stopped_by)
    return {
        "id": job.quota_id,
        "priority": job.request["priority"],
        "mtp_id": job.training_id if job.attempts else 0,
        "command": job.request.get("command", ""),
        **shown_job(job, grounds=grounds, stopper=stopper, as_quota_task=True),
        "virtual_cluster": {
            "id": cluster.id,
            "name": cluster.name,
            "gpu_type": sku.gpu_name,
            "label": cluster.label,
            "sku": {"cpu": sku.cpu, "gpu": sku.gpu, "memory": sku.memory},
            "node_tasks": node_tasks(cluster, holding, grounds=grounds, now=instance.clock.now()),
        },
    }
