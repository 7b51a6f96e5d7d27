"""When each job starts and ends, and where: submissions, stops and the passing of time in, changed jobs out.

It does no I/O, reads no clock and draws no chance: the same events at the same times give the same jobs.
The rules, for each cluster:

* All pods of a job start together, each on one node, and hold their SKUs until the job ends.
* Jobs wait in one queue: VIP jobs first, then usual ones, then low ones; within a rank by submission.
* Nobody overtakes: while a job waits, those behind it wait too.
* A reserved node takes no new job but the VIP job that named it first, from that job's submission to its end.
  A VIP job with reserved nodes runs on these alone; in the queue it holds up nobody and nobody holds it up.
* A VIP job that kills ends low jobs, the latest started first and no more than needed, if that makes room at once.
  They go back to their place in the queue and run anew from the beginning. No other job is ever pre-empted.
"""

from __future__ import annotations

import heapq
from bisect import insort
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from aihub_emulator.jobs.clusters import Cluster
from aihub_emulator.jobs.job import LOW, VIP, Attempt, Job, Phase
from aihub_emulator.jobs.placing import place, victims
from aihub_emulator.settings import JobSeconds

__all__ = ["Scheduler"]

_Place = tuple[int, float, int]


def _place_in_queue(job: Job) -> _Place:
    return (-job.rank, job.submitted_at, job.id)


@dataclass
class _Line:
    """What goes on in one cluster: free SKUs by node, who waits, who holds SKUs, which VIP jobs reserve nodes."""

    free: dict[str, int]
    queue: list[_Place] = field(default_factory=list)
    holding: set[int] = field(default_factory=set)
    reserving: list[_Place] = field(default_factory=list)


class Scheduler:
    """The jobs that have not ended. Each method returns the jobs it changed, as they are now.

    Args:
        clusters: Where jobs run.
        seconds: How long the phases last that no job decides.
        jobs: Jobs of before, in any state; what they held and waited for is taken up as it was.
        lasting: How long a phase lasts of a job that would last so many seconds.
    """

    def __init__(
        self,
        clusters: Iterable[Cluster],
        *,
        seconds: JobSeconds,
        jobs: Iterable[Job] = (),
        lasting: Callable[[Job, float], float] = lambda _, seconds: seconds,
    ) -> None:
        self._seconds = seconds
        self._lasting = lasting
        self._now = 0.0
        self._lines = {cluster.id: _Line({node.name: node.skus for node in cluster.nodes}) for cluster in clusters}
        self._jobs: dict[int, Job] = {}
        self._due: list[tuple[float, int]] = []
        self._changed: dict[int, Job] = {}
        self._last_pod_id = 0
        for job in jobs:
            self._take_up(job)

    def _take_up(self, job: Job) -> None:
        for attempt in job.attempts:
            self._last_pod_id = max(self._last_pod_id, attempt["first_pod_id"] + len(attempt["nodes"]) - 1)
        if job.has_ended:
            return
        line = self._lines[job.cluster_id]
        self._jobs[job.id] = job
        if job.phase == "queued":
            insort(line.queue, _place_in_queue(job))
        else:
            heapq.heappush(self._due, (job.due_at, job.id))
        if job.vip_nodes:
            insort(line.reserving, _place_in_queue(job))
        if job.nodes:
            line.holding.add(job.id)
            for node, skus in job.skus_by_node.items():
                line.free[node] -= skus

    def holding(self, cluster_id: int) -> list[Job]:
        """The jobs that hold SKUs of a cluster now, oldest first."""
        return [self._jobs[job_id] for job_id in sorted(self._lines[cluster_id].holding)]

    def next_event(self) -> float | None:
        """When something changes by itself; None while nothing will."""
        while self._due:
            due_at, job_id = self._due[0]
            if job_id in self._jobs and self._jobs[job_id].due_at == due_at:
                return due_at
            heapq.heappop(self._due)
        return None

    def submit(self, job: Job, *, at: float) -> list[Job]:
        """Put a new job into its cluster's queue."""
        self._pass_to(at)
        job = replace(job, submitted_at=self._now)
        self._take_up(job)
        self._note(job)
        self._dispatch(job.cluster_id)
        return self._passed(at)

    def stop(self, job_id: int, *, by: int, at: float) -> list[Job]:
        """Begin to stop a job. One that has ended or is being stopped stays as it is."""
        self._pass_to(at)
        job = self._jobs.get(job_id)
        if job is not None and job.phase != "stopping":
            if job.phase == "queued":
                self._lines[job.cluster_id].queue.remove(_place_in_queue(job))
            self._enter(job, "stopping", seconds=self._seconds.stopping, stopped_by=by)
            self._dispatch(job.cluster_id)
        return self._passed(at)

    def hurry(self, job_id: int, *, at: float) -> list[Job]:
        """End a job's present phase now, unless it waits for room."""
        self._pass_to(at)
        job = self._jobs.get(job_id)
        if job is not None and job.phase != "queued":
            job = replace(job, due_at=self._now)
            heapq.heappush(self._due, (job.due_at, job.id))
            self._note(job)
        return self._passed(at)

    def advance(self, *, to: float) -> list[Job]:
        """Let time pass. A moment that has passed already changes nothing."""
        return self._passed(to)

    def resume(self, *, at: float) -> list[Job]:
        """Go on with the jobs of before: what was due in the meantime happens in its order, at its time."""
        self._pass_to(at)
        for cluster_id in sorted(self._lines):
            self._dispatch(cluster_id)
        return self._passed(at)

    def _passed(self, to: float) -> list[Job]:
        self._pass_to(to)
        changed, self._changed = self._changed, {}
        return list(changed.values())

    def _pass_to(self, to: float) -> None:
        while (due_at := self.next_event()) is not None and due_at <= to:
            self._now = max(self._now, due_at)
            touched = set()
            while self.next_event() == due_at:
                job = self._jobs[heapq.heappop(self._due)[1]]
                touched.add(job.cluster_id)
                self._end_phase(job)
            for cluster_id in sorted(touched):
                self._dispatch(cluster_id)
        self._now = max(self._now, to)

    def _end_phase(self, job: Job) -> None:
        if job.phase == "starting":
            job = _with_attempt(job, started_at=self._now)
            self._enter(job, "running", seconds=job.run_seconds)
        elif job.phase == "running":
            self._end(job, "failed" if job.exit_code else "succeeded")
        else:
            self._end(job, "stopped")

    def _enter(self, job: Job, phase: Phase, *, seconds: float, stopped_by: int = 0) -> None:
        due_at = self._now + self._lasting(job, seconds)
        job = replace(job, phase=phase, due_at=due_at, stopped_by=stopped_by)
        heapq.heappush(self._due, (job.due_at, job.id))
        self._note(job)

    def _note(self, job: Job) -> None:
        # The last change comes last: a keeper that is cut off midway knows of freed SKUs before it knows of new use.
        self._changed.pop(job.id, None)
        self._jobs[job.id] = self._changed[job.id] = job

    def _end(self, job: Job, phase: Phase) -> None:
        line = self._lines[job.cluster_id]
        if job.vip_nodes:
            line.reserving.remove(_place_in_queue(job))
        if job.attempt:
            job = self._release(job, phase)
        self._note(replace(job, phase=phase, due_at=0.0, ended_at=self._now))
        del self._jobs[job.id]

    def _release(self, job: Job, ending: str) -> Job:
        line = self._lines[job.cluster_id]
        for node, skus in job.skus_by_node.items():
            line.free[node] += skus
        line.holding.remove(job.id)
        return _with_attempt(job, ended_at=self._now, ending=ending)

    def _dispatch(self, cluster_id: int) -> None:
        """Start every job of a cluster that may start now."""
        line = self._lines[cluster_id]
        keeper = self._keepers(line)
        # What a killed job held may be more than its killer takes: then somebody ahead may have room now.
        while self._start_in_turn(line, keeper):
            pass

    def _start_in_turn(self, line: _Line, keeper: Mapping[str, int]) -> bool:
        """Go through the queue once, up to the first job that others had to go for; returns whether there was one."""
        turn, is_held_up = 0, False
        while turn < len(line.queue):
            job = self._jobs[line.queue[turn][-1]]
            if is_held_up and job.rank != VIP:
                return False
            if is_held_up and not job.vip_nodes:
                turn += 1
                continue
            room = {node: line.free[node] for node in _open_nodes(job, line.free, keeper)}
            nodes = place(job.instances, job.sku_cnt, room)
            has_killed = nodes is None and job.is_killing and self._make_room(line, job, room)
            if has_killed:
                nodes = place(job.instances, job.sku_cnt, {node: line.free[node] for node in room})
            if nodes is None:
                turn += 1
                is_held_up = is_held_up or not job.vip_nodes
                continue
            line.queue.remove(_place_in_queue(job))
            self._start(line, job, nodes)
            if has_killed:
                return True
        return False

    def _keepers(self, line: _Line) -> dict[str, int]:
        """The VIP job that each reserved node is kept for: the one that was submitted first."""
        keeper: dict[str, int] = {}
        for *_, job_id in line.reserving:
            for node in self._jobs[job_id].vip_nodes:
                keeper.setdefault(node, job_id)
        return keeper

    def _make_room(self, line: _Line, job: Job, room: Mapping[str, int]) -> bool:
        """End low jobs so that this one finds room; returns whether that was possible."""
        low = [
            other
            for other in map(self._jobs.__getitem__, line.holding)
            if other.rank == LOW and other.phase != "stopping" and not room.keys().isdisjoint(other.nodes)
        ]
        low.sort(key=lambda other: (other.attempts[-1]["placed_at"], other.id), reverse=True)
        chosen = victims(job.instances, job.sku_cnt, room, [other.skus_by_node for other in low])
        for index in chosen:
            killed = replace(self._release(low[index], "preempted"), phase="queued", due_at=0.0)
            insort(line.queue, _place_in_queue(killed))
            self._note(killed)
        return bool(chosen)

    def _start(self, line: _Line, job: Job, nodes: list[str]) -> None:
        attempt = Attempt(
            first_pod_id=self._last_pod_id + 1,
            nodes=nodes,
            placed_at=self._now,
            started_at=0.0,
            ended_at=0.0,
            ending="",
        )
        self._last_pod_id += len(nodes)
        job = replace(job, attempts=[*job.attempts, attempt])
        line.holding.add(job.id)
        for node, skus in job.skus_by_node.items():
            line.free[node] -= skus
        self._enter(job, "starting", seconds=self._seconds.starting)


def _open_nodes(job: Job, nodes: Collection[str], keeper: Mapping[str, int]) -> list[str]:
    """The nodes that a job may be placed on."""
    if job.vip_nodes:
        return [node for node in job.vip_nodes if keeper[node] == job.id]
    return [node for node in nodes if node not in keeper]


def _with_attempt(job: Job, *, started_at: float = 0.0, ended_at: float = 0.0, ending: str = "") -> Job:
    last = job.attempts[-1]
    attempt = Attempt(
        first_pod_id=last["first_pod_id"],
        nodes=last["nodes"],
        placed_at=last["placed_at"],
        started_at=started_at or last["started_at"],
        ended_at=ended_at,
        ending=ending,
    )
    return replace(job, attempts=[*job.attempts[:-1], attempt])
