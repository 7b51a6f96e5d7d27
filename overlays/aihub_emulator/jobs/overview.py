"""All jobs at a glance, for the control plane: also what no documented operation tells, such as their messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aihub_emulator.jobs.job import Job

__all__ = ["overview"]


def overview(jobs: Iterable[Job]) -> list[dict[str, Any]]:
    """One row a job. Times are seconds since the epoch, 0 until they come."""
    return [_row(job) for job in jobs]


def _row(job: Job) -> dict[str, Any]:
    has_run = job.phase in {"succeeded", "failed"}
    return {
        "kind": "quota task" if job.quota_id else "training",
        "id": job.quota_id or job.training_id,
        "name": job.request["name"],
        "user": job.username,
        "cluster": job.cluster_id,
        "phase": job.phase,
        "attempts": len(job.attempts),
        "nodes": list(job.nodes),
        "submitted_at": job.submitted_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "exit_code": job.exit_code if has_run else None,
        "message": job.message if has_run else "",
    }
