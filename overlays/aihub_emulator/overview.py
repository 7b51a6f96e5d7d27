"""All that goes on in an emulator, as the status page shows it: the newest things of each kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from aihub_emulator.datasets.records import DatasetRecord, VersionRecord
from aihub_emulator.evaluations import EvaluationRecord
from aihub_emulator.services import coverage
from aihub_emulator.spec import spec_version
from aihub_emulator.warehouse.searches import SearchRecord
from aihub_emulator.workflows.runs import RunRecord

if TYPE_CHECKING:
    from aihub_emulator.instance import Instance

__all__ = ["overview"]

T = TypeVar("T")
_MOST = 50
_SEARCH = {1: "waiting", 2: "running", 3: "success", 4: "failed"}
_VERSION = {1: "waiting", 2: "creating", 3: "success", 4: "failed", 5: "loading meta", 6: "building index"}


def overview(instance: Instance) -> dict[str, Any]:
    """What there is, newest first, at most fifty of a kind, and how many there are in all."""
    store, now = instance.store, instance.clock.now()
    searches = list(store.table(SearchRecord).all())
    versions = list(store.table(VersionRecord).all())
    runs = list(store.table(RunRecord).all())
    evaluations = list(store.table(EvaluationRecord).all())
    jobs = instance.jobs.all()
    name_of = instance.identity.name_of
    return {
        "about": {
            "spec_version": spec_version(),
            "seed": instance.settings.seed,
            "clock": instance.settings.clock,
            "now": now,
            "state": "" if instance.settings.state is None else str(instance.settings.state),
        },
        "counts": {
            "searches": len(searches),
            "datasets": sum(1 for _ in store.table(DatasetRecord).all()),
            "versions": len(versions),
            "jobs": len(jobs),
            "runs": len(runs),
            "evaluations": len(evaluations),
        },
        "searches": [
            {"id": each.id, "name": each.request["name"], "user": each.username, "state": _SEARCH[each.status]}
            | {"message": each.message}
            for each in _newest(searches)
        ],
        "versions": [
            {"id": each.id, "name": each.name, "user": name_of(each.user_id), "state": _VERSION[each.status]}
            | {"files": each.data_count, "message": each.message}
            for each in _newest(versions)
        ],
        "jobs": [
            {
                "id": each.quota_id or each.training_id,
                "kind": "quota task" if each.quota_id else "training",
                "name": each.request["name"],
                "user": each.username,
                "state": each.phase,
                "cluster": each.cluster_id,
                "skus": each.instances * each.sku_cnt,
            }
            for each in _newest(jobs)
        ],
        "runs": [
            {"id": each.id, "name": each.name, "user": name_of(each.owner_id), "state": _SEARCH[each.status(now)]}
            | {"pipeline": f"{each.pipeline_name} {each.version_name}"}
            for each in _newest(runs)
        ],
        "requests": [asdict(entry) for entry in _newest(instance.journal.entries())],
        "faults": [fault.wire() for fault in _newest(instance.faults.all())],
        "transitions": instance.pacing.wire(),
        "coverage": coverage(),
    }


def _newest(things: Iterable[T]) -> list[T]:
    return list(islice(reversed(list(things)), _MOST))
