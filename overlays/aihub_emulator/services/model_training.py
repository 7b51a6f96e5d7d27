"""Model training: trainings, their pods, and the storages that they mount."""

from __future__ import annotations

from typing import Any

from aihub_emulator.jobs.asked import TRAINING, job_asked_for
from aihub_emulator.jobs.job import Job
from aihub_emulator.jobs.pods import page_of, pods_of
from aihub_emulator.jobs.shown import shown_job
from aihub_emulator.requests.answers import Answer, Code, Refusal
from aihub_emulator.requests.calls import Call

__all__ = ["create_training", "get_training", "list_storages", "list_training_pods", "stop_training"]


async def create_training(call: Call) -> Answer:
    """The number of a new training. Names need not be unique: the document does not say that they are."""
    instance = call.instance
    job = job_asked_for(
        call.body.model_dump(mode="json", exclude_none=True),
        module=TRAINING,
        user=call.caller,
        grounds=instance.grounds,
        run_seconds=instance.settings.jobs.running,
    )
    return Answer({"id": instance.jobs.create(job, is_quota_task=False).training_id})


async def get_training(call: Call) -> Answer:
    """A training of the caller's own."""
    job = _training(call)
    shown = _wire(job, call)
    call.instance.jobs.polled(job)
    return Answer(shown)


async def list_training_pods(call: Call) -> Answer:
    """A page of the pods of a training of the caller's own."""
    job, instance = _training(call), call.instance
    pods = pods_of(job, instance.grounds.clusters[job.cluster_id], now=instance.clock.now())
    return Answer(page_of(pods, call.parameters.get("page_size"), call.parameters.get("page_num")))


async def stop_training(call: Call) -> Answer:
    """Nothing: the training is being stopped, or has ended."""
    call.instance.jobs.stop(_training(call), by=call.caller.id)
    return Answer()


async def list_storages(call: Call) -> Answer:
    """All storages."""
    return Answer({"data": list(call.instance.grounds.storages.values()) or None})


def _training(call: Call) -> Job:
    number = call.parameters["id"]
    job = call.instance.jobs.training(number, owner_id=call.caller.id)
    if job is None:
        raise Refusal(Code.NOT_FOUND, f"there is no training {number} of user {call.caller.username!r}")
    return job


def _wire(job: Job, call: Call) -> dict[str, Any]:
    instance = call.instance
    cluster = instance.grounds.clusters[job.cluster_id]
    stopper = instance.identity.name_of(job.stopped_by)
    return {
        "id": job.training_id,
        **shown_job(job, grounds=instance.grounds, stopper=stopper, as_quota_task=False),
        "virtual_cluster": {
            "id": cluster.id,
            "name": cluster.name,
            "gpu_type": cluster.sku.gpu_name,
            "label": cluster.label,
            "sku": {"cpu": cluster.sku.cpu, "memory": cluster.sku.memory},
        },
    }
