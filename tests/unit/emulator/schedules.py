"""Made-up clusters and jobs, and a witness that holds every step of a scheduler against the rules it promises.

The witness knows nothing of the scheduler's own bookkeeping: it adds up, from the jobs alone, what each node carries.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from aihub_emulator.jobs.clusters import Cluster, Node, Sku
from aihub_emulator.jobs.job import LOW, USUAL, VIP, Job
from aihub_emulator.jobs.scheduler import Scheduler

SKU = Sku(
    id=1, description="", cpu=1, memory=1, gpu=1, gpu_type=1, gpu_name="A800", gpu_memory=80, network=0, created_at=0
)


def cluster_of(cluster_id: int, *skus: int) -> Cluster:
    """A cluster with a node for each number of SKUs: a, b, c …"""
    nodes = tuple(Node(name=chr(ord("a") + index), ip="192.0.2.1", skus=count) for index, count in enumerate(skus))
    return Cluster(
        id=cluster_id, name="vc", uuid="", label="", created_at=0, modules=(1, 3), users=None, sku=SKU, nodes=nodes
    )


def job_of(
    job_id: int,
    *,
    cluster_id: int = 1,
    rank: int = USUAL,
    pods: int = 1,
    skus: int = 1,
    seconds: float = 10.0,
    is_killing: bool = False,
    nodes: Sequence[str] = (),
    exit_code: int = 0,
) -> Job:
    """A job that nobody has submitted yet."""
    return Job(
        id=job_id,
        owner_id=1,
        username="admin",
        request={},
        cluster_id=cluster_id,
        rank=rank,
        instances=pods,
        sku_cnt=skus,
        run_seconds=seconds,
        is_killing=is_killing,
        vip_nodes=nodes,
        exit_code=exit_code,
    )


def random_job(job_id: int, cluster: Cluster, draw: random.Random) -> Job:
    """A job that fits the cluster when it is empty."""
    kind = draw.choices(["low", "usual", "waiting vip", "killing vip"], weights=[50, 35, 8, 7])[0]
    names = [node.name for node in cluster.nodes]
    reserved = draw.sample(names, draw.randint(0, len(names))) if kind.endswith("vip") else []
    usable = [node for node in cluster.nodes if not reserved or node.name in reserved]
    skus = draw.randint(1, max(node.skus for node in usable))
    most = sum(node.skus // skus for node in usable)
    return job_of(
        job_id,
        cluster_id=cluster.id,
        rank={"low": LOW, "usual": USUAL}.get(kind, VIP),
        pods=draw.randint(1, most) if draw.random() < 0.3 else 1,
        skus=skus,
        seconds=draw.choice([0.5, 1.0, 3.0, 12.0]) * draw.uniform(0.5, 1.5),
        is_killing=kind == "killing vip",
        nodes=reserved,
        exit_code=draw.choice([0, 0, 0, 1]),
    )


def turn(job: Job) -> tuple[int, float, int]:
    """Whose turn comes first: higher ranks, then earlier submissions."""
    return (-job.rank, job.submitted_at, job.id)


@dataclass
class Witness:
    """Sees every change, one moment at a time, and fails when a rule is broken."""

    clusters: dict[int, Cluster]
    jobs: dict[int, Job] = field(default_factory=dict)
    live: dict[int, set[int]] = field(default_factory=dict)
    kills: int = 0

    def see(self, changed: list[Job]) -> None:
        """Check all that has to hold after one moment."""
        before = {job.id: self.jobs.get(job.id) for job in changed}
        for job in changed:
            self.jobs[job.id] = job
            alive = self.live.setdefault(job.cluster_id, set())
            (alive.discard if job.has_ended else alive.add)(job.id)
            check_end(job)
        for cluster_id in {job.cluster_id for job in changed}:
            here = [job for job in changed if job.cluster_id == cluster_id]
            live = [self.jobs[job_id] for job_id in self.live[cluster_id]]
            self._check_cluster(self.clusters[cluster_id], live, here, before)

    def _check_cluster(
        self, cluster: Cluster, live: list[Job], changed: list[Job], before: dict[int, Job | None]
    ) -> None:
        started = [job for job in changed if job.phase == "starting" and is_new_attempt(job, before[job.id])]
        killed = [old for job in changed if (old := before[job.id]) is not None and was_killed(old, job)]
        assert all(skus >= 0 for skus in free_skus(cluster, live).values()), "more SKUs are in use than exist"
        for job in started:
            check_start(job, live, cluster)
        check_waiting(live, cluster)
        for old in killed:
            check_kill(old, started, live, cluster)
        self.kills += len(killed)


def is_new_attempt(job: Job, before: Job | None) -> bool:
    return before is None or len(job.attempts) > len(before.attempts)


def was_killed(before: Job, job: Job) -> bool:
    last = len(before.attempts) - 1
    return bool(before.nodes) and job.attempts[last]["ending"] == "preempted"


def free_skus(cluster: Cluster, jobs: Iterable[Job]) -> dict[str, int]:
    """What is left of each node."""
    free = {node.name: node.skus for node in cluster.nodes}
    for job in jobs:
        for node in job.nodes:
            free[node] -= job.sku_cnt
    return free


def open_nodes(job: Job, live: list[Job], cluster: Cluster) -> list[str]:
    """The nodes that no other VIP job keeps from this one. To one that names nodes itself, only earlier ones matter."""
    others = [other for other in live if other.id != job.id and other.vip_nodes]
    if job.vip_nodes:
        others = [other for other in others if turn(other) < turn(job)]
    kept = {name for other in others for name in other.vip_nodes}
    return [name for name in job.vip_nodes or [node.name for node in cluster.nodes] if name not in kept]


def has_room(job: Job, free: dict[str, int], nodes: list[str]) -> bool:
    return sum(free[name] // job.sku_cnt for name in nodes) >= job.instances


def check_start(job: Job, live: list[Job], cluster: Cluster) -> None:
    """All pods at once, on nodes that are open to the job, and past nobody who waits."""
    assert len(job.nodes) == job.instances
    assert set(job.nodes) <= set(open_nodes(job, live, cluster)), "a reserved node took another job"
    if job.vip_nodes:
        return
    overtaken = [j.id for j in live if j.phase == "queued" and turn(j) < turn(job) and not j.vip_nodes]
    assert overtaken == [], "a job of lower priority, or a later one, went first"


def check_waiting(live: list[Job], cluster: Cluster) -> None:
    """Nobody waits who could run, given that nobody overtakes; one that kills waits only if killing does not help."""
    free, is_held_up = free_skus(cluster, live), False
    for job in sorted((j for j in live if j.phase == "queued"), key=turn):
        if is_held_up and not job.vip_nodes:
            continue
        room = dict(free)
        for low in live if job.is_killing else ():
            if low.rank == LOW and low.phase in {"starting", "running"}:
                for node in low.nodes:
                    room[node] += low.sku_cnt
        assert not has_room(job, room, open_nodes(job, live, cluster)), "a job waits that could run"
        is_held_up = is_held_up or not job.vip_nodes


def check_kill(old: Job, started: list[Job], live: list[Job], cluster: Cluster) -> None:
    """Only low jobs, and only for a killing VIP job that started in the same moment and had no room beside them."""
    assert old.rank == LOW
    killers = []
    for vip in (job for job in started if job.is_killing):
        others = [job for job in live if job not in started or turn(job) < turn(vip)]
        room = free_skus(cluster, [*others, old])
        if not has_room(vip, room, open_nodes(vip, live, cluster)):
            killers.append(vip.id)
    assert killers != [], "a job was killed that was in nobody's way"


def check_end(job: Job) -> None:
    """A job ends as it was told to, after as long as it was told to run."""
    if job.rank != LOW:
        assert len(job.attempts) <= 1, "a job that is not low was pre-empted"
    if job.phase in {"succeeded", "failed"}:
        assert (job.phase == "failed") == bool(job.exit_code)
        assert abs(job.ended_at - job.started_at - job.run_seconds) < 1e-6
    if job.phase == "stopped":
        assert job.stopped_by != 0
    if job.has_ended:
        assert (job.attempt, job.due_at) == (None, 0)


def pass_to(scheduler: Scheduler, witness: Witness, moment: float) -> None:
    """Let time pass, with the witness looking at every moment at which something changes."""
    while (due_at := scheduler.next_event()) is not None and due_at <= moment:
        witness.see(scheduler.advance(to=due_at))
