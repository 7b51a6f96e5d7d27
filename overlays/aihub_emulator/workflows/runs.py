"""Runs: records of what was started, from which everything else follows by the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aihub_emulator.background import Background
from aihub_emulator.clock import Clock
from aihub_emulator.control.pacing import Pacing
from aihub_emulator.records.store import Table
from aihub_emulator.settings import JobSeconds
from aihub_emulator.workflows.pipelines import Pipeline, Version
from aihub_emulator.workflows.timeline import FAILED, RUNNING, SUCCESS, WAITING, PlannedNode, Span, planned

__all__ = ["RunRecord", "Runs"]


@dataclass(frozen=True)
class RunRecord:
    """One run. Where it stands is a matter of the time: nothing else of it changes.

    Attributes:
        params: The parameters as they were sent.
        values: The value of each parameter of the version, defaults included.
        nodes: The version's nodes as they were when the run was created.
        created_at: Seconds since the epoch, on the emulator's clock.
        begins_at: When its first node starts.
        stands_at: For a run that goes on when it is read: the moment that it has come to. 0: it goes by the clock.
    """

    id: int
    owner_id: int
    name: str
    description: str
    pipeline_id: int
    pipeline_name: str
    version_id: int
    version_name: str
    params: Sequence[Mapping[str, Any]]
    values: Mapping[str, str]
    nodes: Sequence[PlannedNode]
    created_at: float
    begins_at: float
    stands_at: float = 0.0

    def moment(self, now: float) -> float:
        """What time it is for this run."""
        return self.stands_at or now

    @property
    def next_event(self) -> float:
        """When something of it changes after the moment that it has come to; that moment itself when nothing does."""
        moments = [self.begins_at, *(time for span in self.spans.values() for time in (span.started_at, span.ended_at))]
        return min((moment for moment in moments if moment > self.stands_at), default=self.stands_at)

    @property
    def spans(self) -> dict[str, Span]:
        """When each node starts and ends, by name."""
        return planned(self.nodes, begin=self.begins_at)

    @property
    def ends_at(self) -> float:
        """When its last node ends."""
        return max(span.ended_at for span in self.spans.values())

    def status(self, now: float) -> int:
        """Where it stands: it fails when a node of it does, but not before all that still can run has ended."""
        if now < self.begins_at:
            return WAITING
        if now < self.ends_at:
            return RUNNING
        spans = self.spans
        has_failed = any(node["exit_code"] and not spans[node["name"]].blocker for node in self.nodes)
        return FAILED if has_failed else SUCCESS


class Runs:
    """Takes runs in and finds them again."""

    def __init__(
        self,
        table: Table[RunRecord],
        *,
        clock: Clock,
        background: Background,
        seconds: JobSeconds,
        pacing: Pacing | None = None,
    ) -> None:
        self._table = table
        self._clock = clock
        self._pacing = pacing or Pacing(clock)
        self._background = background
        self._seconds = seconds

    def create(
        self,
        *,
        owner_id: int,
        request: Mapping[str, Any],
        pipeline: Pipeline,
        version: Version,
        values: Mapping[str, str],
    ) -> RunRecord:
        """A new run of a version, which starts at once."""
        now = self._clock.now()
        is_by_polls = self._pacing.is_by_polls("run")
        record = RunRecord(
            id=self._table.new_id(),
            owner_id=owner_id,
            name=request["name"],
            description=request.get("description", ""),
            pipeline_id=pipeline.id,
            pipeline_name=pipeline.name,
            version_id=version.id,
            version_name=version.name,
            params=request["params"],
            values=values,
            nodes=self._plan(version),
            created_at=now,
            begins_at=now + self._lasting(self._seconds.starting),
            stands_at=now if is_by_polls else 0.0,
        )
        self._table.put(record)
        self._background.start(self._last(record))
        return record

    def polled(self, record: RunRecord) -> None:
        """Somebody has read this run, which may be what it waits for."""
        if self._pacing.polled("run", record.id) and record.stands_at:
            self._table.put(replace(record, stands_at=record.next_event))

    def hurry(self) -> None:
        """End the runs that wait for being read: that is not to come any more."""
        for record in self._table.all():
            if record.stands_at:
                self._table.put(replace(record, stands_at=max(record.stands_at, record.ends_at)))

    def _lasting(self, seconds: float) -> float:
        return seconds if self._pacing.is_by_polls("run") else self._pacing.seconds("run", seconds)

    def find(self, run_id: int, *, owner_id: int) -> RunRecord | None:
        """The run with this id, if this user started it."""
        record = self._table.get(run_id)
        return record if record is not None and record.owner_id == owner_id else None

    def resume(self) -> None:
        """Go on with the runs that the table holds."""
        for record in self._table.all():
            if record.status(record.moment(self._clock.now())) in {WAITING, RUNNING}:
                self._background.start(self._last(record))

    def _plan(self, version: Version) -> list[PlannedNode]:
        return [
            PlannedNode(
                name=node.name,
                dependencies=list(node.dependencies),
                seconds=self._lasting(self._seconds.node if node.seconds is None else node.seconds),
                exit_code=node.exit_code,
                message=node.message or (f"exit code {node.exit_code}" if node.exit_code else ""),
                output=node.output,
            )
            for node in version.nodes
        ]

    async def _last(self, record: RunRecord) -> None:
        """Count as running work until the run has ended, so that whoever waits for all of it waits for this too."""
        if not record.stands_at:
            await self._clock.sleep(record.ends_at - self._clock.now())
