"""Jobs on a clock: they wake at their next event, survive their records' way through JSON, and end as scripted."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import asdict
from typing import Any, TypeVar

import pytest

from aihub_emulator import JobSeconds
from aihub_emulator.background import Background
from aihub_emulator.clock import ManualClock
from aihub_emulator.jobs.job import LOW, VIP, Job
from aihub_emulator.jobs.jobs import Jobs
from aihub_emulator.jobs.outcomes import Outcome, outcome_of
from aihub_emulator.records.store import MemoryStore, Table
from aihub_emulator.requests.answers import Refusal
from tests.unit.emulator.schedules import cluster_of, job_of

T = TypeVar("T")
SECONDS = JobSeconds(starting=0.1, running=1.0, stopping=0.1)


class World:
    """Jobs of one cluster of two SKUs on a clock that stands still."""

    def __init__(self, clock: ManualClock | None = None, table: Table[Job] | None = None) -> None:
        self.clock = clock or ManualClock()
        self.background = Background()
        self.table: Table[Job] = table or MemoryStore().table(Job)
        self.jobs = Jobs(
            self.table,
            clusters={1: cluster_of(1, 2)},
            clock=self.clock,
            background=self.background,
            seconds=SECONDS,
        )

    def create(self, **fields: Any) -> Job:
        return self.jobs.create(job_of(0, **fields), is_quota_task=fields.get("rank") == LOW)

    @property
    def phases(self) -> list[str]:
        return [str(job.phase) for job in self.jobs.all()]


def play(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def test_a_turn_by_the_very_sum_of_its_phases_ends_a_job() -> None:
    async def turned() -> list[str]:
        world = World()
        world.create(seconds=1.0)
        for _ in range(11):
            await world.clock.advance(0.1)
        return world.phases

    assert play(turned()) == ["succeeded"]


def test_nothing_runs_on_when_all_jobs_have_ended() -> None:
    async def settled() -> list[str]:
        world = World()
        ended, stopped = world.create(seconds=1), world.create(seconds=1e6)
        world.jobs.stop(stopped, by=1)
        await world.clock.advance(2)
        await asyncio.wait_for(world.background.settled(), timeout=5)
        assert world.jobs.training(ended.training_id, owner_id=1) == world.table.get(ended.id)
        return world.phases

    assert play(settled()) == ["succeeded", "stopped"]


def test_a_job_that_comes_while_a_long_one_runs_ends_at_its_own_time() -> None:
    async def turned() -> list[str]:
        world = World()
        world.create(seconds=1000)
        await world.clock.advance(1)
        world.create(seconds=1)
        await world.clock.advance(2)
        return world.phases

    assert play(turned()) == ["running", "succeeded"]


def test_jobs_go_on_after_their_records_went_through_json() -> None:
    async def halves() -> tuple[list[str], list[Job]]:
        first = World()
        for job in (
            job_of(0, rank=LOW, skus=2),
            job_of(0, rank=LOW),
            job_of(0, rank=VIP, is_killing=True, nodes=["a"]),
        ):
            first.jobs.create(job, is_quota_task=job.rank == LOW)
            await first.clock.advance(3)
        await first.background.cancel_all()
        written = json.dumps([asdict(job) for job in first.jobs.all()])

        second = World(first.clock)
        for record in json.loads(written):
            second.table.put(Job(**record))
        second.jobs.resume()
        before = first.phases
        assert second.jobs.quota_task(2, owner_id=1) is not None
        assert second.create().training_id == 4
        await second.clock.advance(100)
        await asyncio.wait_for(second.background.settled(), timeout=5)
        return before, second.jobs.all()

    before, jobs = play(halves())
    assert before == ["queued", "queued", "running"]
    assert [job.phase for job in jobs] == ["succeeded"] * 4
    assert [len(job.attempts) for job in jobs] == [2, 1, 1, 1]


def test_jobs_that_are_taken_up_late_end_when_they_would_have() -> None:
    async def ended() -> Job:
        first = World()
        first.create(seconds=10)
        await first.background.cancel_all()
        await first.clock.advance(1000)

        second = World(first.clock, first.table)
        second.jobs.resume()
        return second.jobs.all()[0]

    job = play(ended())
    assert job.phase == "succeeded"
    assert job.ended_at - job.submitted_at == pytest.approx(10.1)


def test_forgotten_jobs_hold_nothing() -> None:
    async def again() -> Job:
        store = MemoryStore()
        world = World(table=store.table(Job))
        world.create(skus=2)
        await world.background.cancel_all()
        store.clear()
        world.jobs.forget()
        job = world.create(skus=2)
        await world.clock.advance(1)
        return world.jobs.all()[job.id - 1]

    job = play(again())
    assert (job.id, job.training_id, job.phase) == (1, 1, "running")


def envs(**values: str) -> list[dict[str, str]]:
    return [{"key": f"AIHUB_EMULATOR_{name}", "value": value} for name, value in values.items()]


@pytest.mark.parametrize(
    ("variables", "outcome"),
    [
        ([], Outcome(0, 7.0, "")),
        (envs(DURATION="0.5"), Outcome(0, 0.5, "")),
        (envs(EXIT_CODE="3"), Outcome(3, 7.0, "exit code 3")),
        (envs(EXIT_CODE="3", MESSAGE="no space left"), Outcome(3, 7.0, "no space left")),
        (envs(EXIT_CODE="0", MESSAGE="fine", DURATION="0"), Outcome(0, 0.0, "fine")),
        ([*envs(DURATION="1"), *envs(DURATION="2")], Outcome(0, 2.0, "")),
        ([{"key": "PATH", "value": "x"}], Outcome(0, 7.0, "")),
    ],
)
def test_environment_variables_script_the_outcome(variables: list[dict[str, str]], outcome: Outcome) -> None:
    assert outcome_of(variables, default_seconds=7.0) == outcome


@pytest.mark.parametrize("value", ["", "-1", "1e3", "nan", "inf", "١", "9999999999", "315360001"])
def test_a_duration_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(Refusal, match="Send seconds for AIHUB_EMULATOR_DURATION"):
        outcome_of(envs(DURATION=value), default_seconds=7.0)
