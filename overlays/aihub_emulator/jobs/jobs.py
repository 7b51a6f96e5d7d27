"""The jobs of one emulator: created, stopped and found, and moved on whenever the clock reaches their next event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from aihub_emulator.background import Background
from aihub_emulator.clock import Clock
from aihub_emulator.control.pacing import Pacing, WorkKind
from aihub_emulator.jobs.clusters import Cluster
from aihub_emulator.jobs.job import Job
from aihub_emulator.jobs.scheduler import Scheduler
from aihub_emulator.records.store import Table
from aihub_emulator.settings import JobSeconds

__all__ = ["Jobs"]

# A clock that is turned by 1.1 may stop a rounding error short of 0.1 + 1.0.
_EARLY_SECONDS = 1e-6


class Jobs:
    """Keeps the scheduler going on a clock, and what it decides in a table.

    Training and quota task numbers run apart from each other, and from the ids of the records.
    """

    def __init__(
        self,
        table: Table[Job],
        *,
        clusters: Mapping[int, Cluster],
        clock: Clock,
        background: Background,
        seconds: JobSeconds,
        pacing: Pacing | None = None,
    ) -> None:
        self._table = table
        self._clusters = clusters
        self._clock = clock
        self._background = background
        self._seconds = seconds
        self._pacing = pacing or Pacing(clock)
        self._cancel_tick: Callable[[], object] | None = None
        self._ticks_at: float | None = None
        self._take_up(())

    def _take_up(self, jobs: Iterable[Job]) -> None:
        jobs = list(jobs)
        self._scheduler = Scheduler(self._clusters.values(), seconds=self._seconds, jobs=jobs, lasting=self._lasting)
        self._trainings = {job.training_id: job.id for job in jobs}
        self._quota_tasks = {job.quota_id: job.id for job in jobs if job.quota_id}

    def resume(self) -> None:
        """Go on with the jobs that the table holds."""
        self._take_up(self._table.all())
        self._keep(self._scheduler.resume(at=self._clock.now()))
        self._set_ticker()

    def forget(self) -> None:
        """Be as new: the table was cleared, and the background's work cancelled."""
        self._take_up(())
        self._cancel_tick, self._ticks_at = None, None

    def create(self, job: Job, *, is_quota_task: bool) -> Job:
        """Number `job` and put it into its cluster's queue."""
        job = replace(
            job,
            id=self._table.new_id(),
            training_id=len(self._trainings) + 1,
            quota_id=len(self._quota_tasks) + 1 if is_quota_task else 0,
        )
        self._trainings[job.training_id] = job.id
        if is_quota_task:
            self._quota_tasks[job.quota_id] = job.id
        self._keep(self._scheduler.submit(job, at=self._clock.now()))
        self._set_ticker()
        return job

    def stop(self, job: Job, *, by: int) -> None:
        """Begin to stop a job for the user with this id. One that has ended stays as it is."""
        self._keep(self._scheduler.stop(job.id, by=by, at=self._clock.now()))
        self._set_ticker()

    def polled(self, job: Job) -> None:
        """Somebody has read this job, which may be what its next phase waits for."""
        # While it waits for room, reading it moves nothing.
        if job.phase != "queued" and self._pacing.polled(_kind(job), job.id):
            self._hurry(job)

    def hurry(self, kind: WorkKind) -> None:
        """End the present phases of all jobs of a kind now: what they waited for is not to come any more."""
        for job in self.all():
            if not job.has_ended and _kind(job) == kind:
                self._hurry(job)

    def _hurry(self, job: Job) -> None:
        self._keep(self._scheduler.hurry(job.id, at=self._clock.now()))
        self._set_ticker()

    def _lasting(self, job: Job, seconds: float) -> float:
        return self._pacing.seconds(_kind(job), seconds)

    def training(self, training_id: int, *, owner_id: int) -> Job | None:
        """The training of this number, if it is this user's. One that carries a quota task exists from its start on."""
        job = self._owned(self._trainings.get(training_id), owner_id)
        return None if job is not None and job.quota_id and not job.attempts else job

    def quota_task(self, quota_id: int, *, owner_id: int) -> Job | None:
        """The quota task of this number, if it is this user's."""
        return self._owned(self._quota_tasks.get(quota_id), owner_id)

    def all(self) -> list[Job]:
        """Every job, oldest first."""
        return list(self._table.all())

    def on_nodes(self, cluster_id: int) -> list[Job]:
        """The jobs that hold SKUs of a cluster now, oldest first."""
        return self._scheduler.holding(cluster_id)

    def _owned(self, job_id: int | None, owner_id: int) -> Job | None:
        job = None if job_id is None else self._table.get(job_id)
        return job if job is not None and job.owner_id == owner_id else None

    def _keep(self, changed: Iterable[Job]) -> None:
        for job in changed:
            self._table.put(job)

    def _set_ticker(self) -> None:
        """Have one task wait for the next event, and none when nothing is to come."""
        due_at = self._scheduler.next_event()
        if due_at == self._ticks_at:
            return
        if self._cancel_tick is not None:
            self._cancel_tick()
        self._cancel_tick = None if due_at is None else self._background.start(self._tick())
        self._ticks_at = due_at

    async def _tick(self) -> None:
        while (due_at := self._scheduler.next_event()) is not None:
            self._ticks_at = due_at
            await self._clock.sleep(due_at - self._clock.now() - _EARLY_SECONDS)
            self._keep(self._scheduler.advance(to=max(due_at, self._clock.now())))
        self._cancel_tick, self._ticks_at = None, None


def _kind(job: Job) -> WorkKind:
    return "quota_task" if job.quota_id else "training"
