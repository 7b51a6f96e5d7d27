"""All that goes on in an emulator, as the status page shows it: the newest things of each kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from aihub_emulator.datasets.records import DatasetRecord, VersionRecord
from aihub_emulator.evaluations import EvaluationRecord
from aihub_emulator.identity import User
from aihub_emulator.jobs.job import Job
from aihub_emulator.jobs.overview import overview as job_rows
from aihub_emulator.services import coverage
from aihub_emulator.spec import spec_version
from aihub_emulator.warehouse.searches import SearchRecord
from aihub_emulator.workflows.runs import RunRecord

if TYPE_CHECKING:
    from aihub_emulator.instance import Instance

__all__ = ["overview"]

T = TypeVar("T")
Row = dict[str, Any]
_MOST = 50
_SEARCH_KINDS = {1: "SQL", 2: "image", 3: "words"}
_PHASES = {1: "waiting", 2: "running", 3: "success", 4: "failed"}
_VERSION_PHASES = {**_PHASES, 2: "creating", 5: "loading meta", 6: "building index"}
_COUNTED = {
    "searches": SearchRecord,
    "datasets": DatasetRecord,
    "versions": VersionRecord,
    "jobs": Job,
    "runs": RunRecord,
    "evaluations": EvaluationRecord,
}


def overview(instance: Instance) -> Row:
    """What there is, newest first, at most fifty of a kind, and how many there are in all."""
    store, now = instance.store, instance.clock.now()
    # A record's kind is known to its reader only; to a table that is listed, all are alike.
    things: dict[str, list[Any]] = {name: list(store.table(kind).all()) for name, kind in _COUNTED.items()}
    # Those of the seed are in no table, and come first.
    things["datasets"], things["versions"] = instance.datasets.all(), instance.datasets.all_versions()
    names = {user.id: user.username for user in store.table(User).all()}
    settings = instance.settings
    return {
        "about": {
            "spec_version": spec_version(),
            "seed": instance.seed_label,
            "clock": settings.clock,
            "now": now,
            "state": "" if settings.state is None else str(settings.state),
        },
        "counts": {name: len(found) for name, found in things.items()},
        "searches": [_search(each) for each in _newest(things["searches"])],
        "datasets": [_dataset(each, names) for each in _newest(things["datasets"])],
        "versions": [_version(each, names) for each in _newest(things["versions"])],
        "jobs": job_rows(_newest(things["jobs"])),
        "runs": [_run(each, names, now) for each in _newest(things["runs"])],
        "requests": [asdict(entry) for entry in _newest(instance.journal.entries())],
        "faults": [fault.wire() for fault in _newest(instance.faults.all())],
        "transitions": instance.pacing.wire(),
        "coverage": coverage(),
    }


def _search(record: SearchRecord) -> Row:
    kind = _SEARCH_KINDS[record.request["type"]]
    about = {"id": record.id, "name": record.request["name"], "kind": kind, "user": record.username}
    return {**about, "phase": _PHASES[record.status], "message": record.message}


def _dataset(record: DatasetRecord, names: dict[int, str]) -> Row:
    about = {"id": record.id, "name": record.name, "user": names.get(record.owner_id, "(seed)")}
    return {**about, "versions": record.next_version - 1}


def _version(record: VersionRecord, names: dict[int, str]) -> Row:
    about = {"id": record.id, "name": record.name, "user": names.get(record.user_id, "")}
    phase = _VERSION_PHASES[record.status]
    return {**about, "phase": phase, "files": record.data_count, "message": record.message}


def _run(record: RunRecord, names: dict[int, str], now: float) -> Row:
    about = {"id": record.id, "name": record.name, "user": names.get(record.owner_id, "")}
    phase = _PHASES[record.status(record.moment(now))]
    return {**about, "phase": phase, "pipeline": f"{record.pipeline_name} {record.version_name}"}


def _newest(things: Iterable[T]) -> list[T]:
    return list(islice(reversed(list(things)), _MOST))
