"""What no schedule may break: SKUs are finite, reserved nodes are kept, priority decides, and every job ends."""

import random
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from aihub_emulator import JobSeconds
from aihub_emulator.jobs.clusters import Cluster
from aihub_emulator.jobs.job import LOW, USUAL, VIP, Job
from aihub_emulator.jobs.scheduler import Scheduler
from tests.unit.emulator.schedules import Witness, cluster_of, job_of, pass_to, random_job

SECONDS = JobSeconds(starting=0.5, stopping=0.25)
NEVER = 1e12


@st.composite
def small_schedules(draw: st.DrawFn) -> tuple[Cluster, list[tuple[str, float, Any]]]:
    """One cluster, and up to a dozen submissions and stops."""
    skus = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    cluster = cluster_of(1, *skus)
    events: list[tuple[str, float, Any]] = []
    now = 0.0
    for job_id in range(1, draw(st.integers(2, 12)) + 1):
        now += draw(st.sampled_from([0.0, 0.25, 1.0, 5.0]))
        rank = draw(st.sampled_from([LOW, USUAL, VIP]))
        names = [node.name for node in cluster.nodes]
        reserved = draw(st.lists(st.sampled_from(names), unique=True)) if rank == VIP else []
        usable = [node.skus for node in cluster.nodes if not reserved or node.name in reserved]
        size = draw(st.integers(1, max(usable)))
        job = job_of(
            job_id,
            rank=rank,
            skus=size,
            pods=draw(st.integers(1, sum(n // size for n in usable))),
            seconds=draw(st.sampled_from([0.25, 2.0, 9.0])),
            is_killing=rank == VIP and draw(st.booleans()),
            nodes=reserved,
        )
        events.append(("submit", now, job))
        if draw(st.integers(0, 5)) == 0:
            events.append(("stop", now, draw(st.integers(1, job_id))))
    return cluster, events


def check_small(cluster: Cluster, events: list[tuple[str, float, Any]]) -> None:
    witness = Witness({1: cluster})
    scheduler = Scheduler([cluster], seconds=SECONDS)

    run(scheduler, witness, events)

    assert [job.id for job in witness.jobs.values() if not job.has_ended] == []


@settings(max_examples=100)
@given(small_schedules())
def test_a_small_schedule_keeps_every_rule(schedule: tuple[Cluster, list[tuple[str, float, Any]]]) -> None:
    check_small(*schedule)


@pytest.mark.slow  # explores five times as many; the test above is its quick twin
@settings(max_examples=500)
@given(small_schedules())
def test_none_of_many_small_schedules_breaks_a_rule(schedule: tuple[Cluster, list[tuple[str, float, Any]]]) -> None:
    check_small(*schedule)


def run(scheduler: Scheduler, witness: Witness, events: list[tuple[str, float, Any]]) -> None:
    play(scheduler, witness, events)
    pass_to(scheduler, witness, NEVER)


def play(scheduler: Scheduler, witness: Witness, events: list[tuple[str, float, Any]]) -> None:
    for name, at, what in events:
        pass_to(scheduler, witness, at)
        changed = scheduler.submit(what, at=at) if name == "submit" else scheduler.stop(what, by=1, at=at)
        witness.see(changed)


def random_events(clusters: dict[int, Cluster], draw: random.Random, number: int) -> Iterator[tuple[str, float, Any]]:
    now = 1_700_000_000.0
    for job_id in range(1, number + 1):
        # In bursts, so that queues grow and shrink again.
        now += draw.choice([0.0, 0.0, 0.01, draw.expovariate(0.25)])
        yield "submit", now, random_job(job_id, clusters[draw.randint(1, 4)], draw)
        if draw.random() < 0.08:
            yield "stop", now, draw.randint(max(1, job_id - 60), job_id)


CLUSTER_SIZES = st.lists(st.lists(st.integers(1, 8), min_size=1, max_size=5), min_size=4, max_size=4)


def check_two_thousand(seed: int, sizes: list[list[int]]) -> None:
    clusters = {index: cluster_of(index, *skus) for index, skus in enumerate(sizes, start=1)}
    witness = Witness(clusters)
    scheduler = Scheduler(clusters.values(), seconds=SECONDS)

    run(scheduler, witness, list(random_events(clusters, random.Random(seed), 2000)))

    endings = {
        phase: sum(job.phase == phase for job in witness.jobs.values()) for phase in ("succeeded", "failed", "stopped")
    }
    assert sum(endings.values()) == 2000
    assert min(endings.values()) > 0
    assert witness.kills > 0


# Without shrinking: it would take minutes, and the tests above find the same faults with a dozen jobs.
@settings(max_examples=2, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32), sizes=CLUSTER_SIZES)
def test_two_thousand_jobs_on_four_clusters_keep_every_rule_and_all_end(seed: int, sizes: list[list[int]]) -> None:
    check_two_thousand(seed, sizes)


@pytest.mark.slow  # explores six times as many; the test above is its quick twin
@settings(max_examples=12, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32), sizes=CLUSTER_SIZES)
def test_none_of_many_schedules_of_two_thousand_jobs_breaks_a_rule(seed: int, sizes: list[list[int]]) -> None:
    check_two_thousand(seed, sizes)


def test_a_schedule_depends_on_nothing_but_its_events() -> None:
    clusters = {index: cluster_of(index, 8, 4) for index in range(1, 5)}
    ends = []
    for _ in range(2):
        witness = Witness(clusters)
        run(
            Scheduler(clusters.values(), seconds=SECONDS), witness, list(random_events(clusters, random.Random(7), 300))
        )
        ends.append(witness.jobs)

    assert ends[0] == ends[1]


@pytest.mark.parametrize("cut", [40, 111, 250])
def test_a_scheduler_made_from_records_goes_on_as_the_old_one_would_have(cut: int) -> None:
    clusters = {index: cluster_of(index, 8, 4) for index in range(1, 5)}
    events = list(random_events(clusters, random.Random(11), 300))
    whole, halved = Witness(clusters), Witness(clusters)
    run(Scheduler(clusters.values(), seconds=SECONDS), whole, events)
    old = Scheduler(clusters.values(), seconds=SECONDS)
    play(old, halved, events[:cut])

    records = [Job(**asdict(job)) for job in halved.jobs.values()]
    run(Scheduler(clusters.values(), seconds=SECONDS, jobs=records), halved, events[cut:])

    assert halved.jobs == whole.jobs
