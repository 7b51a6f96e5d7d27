"""The scheduler's rules, one small schedule each. Times are seconds; the cluster's nodes are a, b, c."""

import pytest

from aihub_emulator import JobSeconds
from aihub_emulator.jobs.job import LOW, USUAL, VIP, Job
from aihub_emulator.jobs.placing import fits, place, victims
from aihub_emulator.jobs.scheduler import Scheduler
from tests.unit.emulator.schedules import cluster_of, job_of

AT_ONCE = JobSeconds(starting=0, stopping=0)


class Played:
    """A scheduler of one cluster, with every job as it is now."""

    def __init__(self, *skus: int, seconds: JobSeconds = AT_ONCE) -> None:
        self.scheduler = Scheduler([cluster_of(1, *skus)], seconds=seconds)
        self.jobs: dict[int, Job] = {}

    def keep(self, changed: list[Job]) -> None:
        self.jobs |= {job.id: job for job in changed}

    def submit(self, job: Job, at: float = 1.0) -> None:
        self.keep(self.scheduler.submit(job, at=at))

    def stop(self, job_id: int, at: float) -> None:
        self.keep(self.scheduler.stop(job_id, by=9, at=at))

    def advance(self, to: float) -> None:
        self.keep(self.scheduler.advance(to=to))

    @property
    def phases(self) -> dict[int, str]:
        return {job_id: job.phase for job_id, job in self.jobs.items()}

    @property
    def nodes(self) -> dict[int, list[str]]:
        return {job_id: list(job.nodes) for job_id, job in self.jobs.items() if job.nodes}


def test_a_job_goes_from_starting_to_running_to_its_end_at_its_times() -> None:
    played = Played(1, seconds=JobSeconds(starting=2, stopping=0))
    seen = []
    played.submit(job_of(1, seconds=10), at=100)
    for moment in (100, 101.9, 102, 111.9, 112):
        played.advance(moment)
        seen.append(played.jobs[1].phase)

    job = played.jobs[1]
    assert seen == ["starting", "starting", "running", "running", "succeeded"]
    assert (job.submitted_at, job.started_at, job.ended_at) == (100, 102, 112)
    assert job.attempts == [
        {
            "first_pod_id": 1,
            "nodes": ["a"],
            "placed_at": 100,
            "started_at": 102,
            "ended_at": 112,
            "ending": "succeeded",
        }
    ]


def test_a_job_with_another_exit_code_than_zero_fails() -> None:
    played = Played(1)
    played.submit(job_of(1, seconds=3, exit_code=1))
    played.advance(4)

    assert played.phases == {1: "failed"}


def test_jobs_without_any_duration_end_in_their_order_at_the_moment_they_were_submitted() -> None:
    played = Played(1)
    for job_id in (1, 2, 3):
        played.submit(job_of(job_id, seconds=0), at=7)

    assert [(job.phase, job.ended_at) for job in played.jobs.values()] == [("succeeded", 7)] * 3


def test_all_pods_start_together_or_none_does() -> None:
    played = Played(2, 2)
    played.submit(job_of(1, skus=1, seconds=5), at=1)
    played.submit(job_of(2, skus=2, pods=2), at=2)

    assert played.nodes == {1: ["a"]}
    played.advance(6)
    assert played.nodes == {2: ["a", "b"]}


def test_a_pod_is_never_split_over_nodes() -> None:
    played = Played(3, 3)
    played.submit(job_of(1, skus=2, pods=2), at=1)
    played.submit(job_of(2, skus=2), at=1)

    assert played.phases == {1: "running", 2: "queued"}


def test_nobody_overtakes_a_job_that_waits() -> None:
    played = Played(2)
    played.submit(job_of(1, skus=1), at=1)
    played.submit(job_of(2, skus=2), at=2)
    played.submit(job_of(3, skus=1), at=3)

    assert played.phases == {1: "running", 2: "queued", 3: "queued"}


def test_a_usual_job_goes_before_a_low_one_that_came_earlier() -> None:
    played = Played(1)
    played.submit(job_of(1, seconds=10), at=1)
    played.submit(job_of(2, rank=LOW), at=2)
    played.submit(job_of(3, rank=USUAL), at=3)
    played.advance(11)

    assert played.phases == {1: "succeeded", 2: "queued", 3: "running"}


def test_a_usual_job_never_kills_a_low_one() -> None:
    played = Played(1)
    played.submit(job_of(1, rank=LOW), at=1)
    played.submit(job_of(2, rank=USUAL), at=2)

    assert played.phases == {1: "running", 2: "queued"}


def test_a_vip_job_that_waits_goes_first_when_the_low_job_has_ended() -> None:
    played = Played(1)
    played.submit(job_of(1, rank=LOW, seconds=10), at=1)
    played.submit(job_of(2, rank=USUAL), at=2)
    played.submit(job_of(3, rank=VIP), at=3)

    assert played.phases == {1: "running", 2: "queued", 3: "queued"}
    played.advance(11)
    assert played.phases == {1: "succeeded", 2: "queued", 3: "running"}


def test_a_vip_job_that_kills_takes_the_place_of_a_low_job_which_then_runs_anew_from_the_beginning() -> None:
    played = Played(1)
    played.submit(job_of(1, rank=LOW, seconds=10), at=1)
    played.submit(job_of(2, rank=VIP, is_killing=True, seconds=5), at=8)

    assert played.phases == {1: "queued", 2: "running"}
    assert played.jobs[1].started_at == 0
    played.advance(23)
    assert (played.jobs[1].phase, played.jobs[1].started_at, played.jobs[1].ended_at) == ("succeeded", 13, 23)
    assert [attempt["ending"] for attempt in played.jobs[1].attempts] == ["preempted", "succeeded"]
    assert [attempt["first_pod_id"] for attempt in played.jobs[1].attempts] == [1, 3]


def test_a_killed_job_keeps_its_place_before_later_ones() -> None:
    played = Played(1)
    played.submit(job_of(1, rank=LOW), at=1)
    played.submit(job_of(2, rank=LOW), at=2)
    played.submit(job_of(3, rank=VIP, is_killing=True, seconds=5), at=3)
    played.advance(8)

    assert played.phases == {1: "running", 2: "queued", 3: "succeeded"}


def test_no_more_low_jobs_are_killed_than_needed_the_latest_first() -> None:
    played = Played(2, 2)
    for job_id in (1, 2, 3, 4):
        played.submit(job_of(job_id, rank=LOW), at=job_id)
    played.submit(job_of(5, rank=VIP, is_killing=True), at=5)

    assert played.phases == {1: "running", 2: "running", 3: "running", 4: "queued", 5: "running"}


def test_nobody_is_killed_in_vain() -> None:
    played = Played(2)
    played.submit(job_of(1, rank=USUAL, skus=1), at=1)
    played.submit(job_of(2, rank=LOW, skus=1), at=2)
    played.submit(job_of(3, rank=VIP, skus=2, is_killing=True), at=3)

    assert played.phases == {1: "running", 2: "running", 3: "queued"}


def test_what_a_kill_frees_beyond_its_need_goes_to_whoever_is_first_in_the_queue() -> None:
    played = Played(2, 2, seconds=JobSeconds(starting=1, stopping=0))
    played.submit(job_of(1, rank=LOW, skus=2, pods=2), at=1)
    played.submit(job_of(2, rank=VIP, skus=1, nodes=["b"]), at=2)
    played.submit(job_of(3, rank=VIP, skus=1, nodes=["a"], is_killing=True), at=3)

    assert played.nodes == {2: ["b"], 3: ["a"]}


def test_a_reserved_node_takes_no_other_job_from_submission_to_end() -> None:
    played = Played(2, 2)
    played.submit(job_of(1, rank=LOW, skus=2, seconds=10), at=1)
    played.submit(job_of(2, rank=VIP, skus=2, nodes=["a"], seconds=10), at=2)
    played.submit(job_of(3, skus=1, seconds=100), at=3)
    played.submit(job_of(4, skus=2), at=4)

    assert played.nodes == {1: ["a"], 3: ["b"]}
    played.advance(11)
    assert played.nodes == {2: ["a"], 3: ["b"]}
    played.advance(21)
    assert played.nodes == {4: ["a"], 3: ["b"]}


def test_a_reserved_node_stays_reserved_beyond_what_its_job_uses_of_it() -> None:
    played = Played(8)
    played.submit(job_of(1, rank=VIP, skus=1, nodes=["a"]), at=1)
    played.submit(job_of(2, skus=1), at=2)

    assert played.phases == {1: "running", 2: "queued"}


def test_of_two_vip_jobs_that_name_a_node_the_first_has_it() -> None:
    played = Played(2, 2)
    played.submit(job_of(1, rank=VIP, nodes=["a"]), at=1)
    played.submit(job_of(2, rank=VIP, skus=2, nodes=["b", "a"], pods=1), at=2)
    played.submit(job_of(3, rank=VIP, nodes=["a"]), at=3)

    assert played.nodes == {1: ["a"], 2: ["b"]}
    assert played.phases[3] == "queued"


def test_a_vip_job_with_reserved_nodes_is_not_held_up_by_one_without() -> None:
    """Otherwise the two could wait for each other: one for the node, the other for its turn."""
    played = Played(1, 1)
    played.submit(job_of(1, seconds=5), at=1)
    played.submit(job_of(2, rank=VIP, pods=2), at=2)
    played.submit(job_of(3, rank=VIP, nodes=["b"], seconds=5), at=3)

    assert played.nodes == {1: ["a"], 3: ["b"]}
    played.advance(8)
    assert played.nodes == {2: ["a", "b"]}


def test_clusters_do_not_touch_each_other() -> None:
    scheduler = Scheduler([cluster_of(1, 1), cluster_of(2, 1)], seconds=AT_ONCE)
    first = scheduler.submit(job_of(1, cluster_id=1), at=1)
    second = scheduler.submit(job_of(2, cluster_id=2), at=1)

    assert [job.phase for job in (*first, *second)] == ["running", "running"]


def test_a_stop_passes_through_stopping_and_holds_its_skus_meanwhile() -> None:
    played = Played(1, seconds=JobSeconds(starting=0, stopping=3))
    played.submit(job_of(1, seconds=100), at=1)
    played.submit(job_of(2), at=2)
    played.stop(1, at=10)

    assert played.phases == {1: "stopping", 2: "queued"}
    played.advance(13)
    assert played.phases == {1: "stopped", 2: "running"}
    assert (played.jobs[1].stopped_by, played.jobs[1].ended_at) == (9, 13)
    assert played.jobs[1].attempts[0]["ending"] == "stopped"


def test_a_job_that_is_being_stopped_does_not_end_in_another_way() -> None:
    played = Played(1, seconds=JobSeconds(starting=0, stopping=3))
    played.submit(job_of(1, seconds=10), at=1)
    played.stop(1, at=10)
    played.advance(12)

    assert played.phases == {1: "stopping"}


def test_a_stopped_job_leaves_the_queue_at_once_and_lets_the_next_one_on() -> None:
    played = Played(2, seconds=JobSeconds(starting=0, stopping=3))
    played.submit(job_of(1, skus=1), at=1)
    played.submit(job_of(2, skus=2), at=2)
    played.submit(job_of(3, skus=1), at=3)
    played.stop(2, at=4)

    assert played.phases == {1: "running", 2: "stopping", 3: "running"}
    played.advance(7)
    assert (played.jobs[2].phase, played.jobs[2].started_at, list(played.jobs[2].attempts)) == ("stopped", 0, [])


@pytest.mark.parametrize("job_id", [1, 404])
def test_stopping_a_job_that_has_ended_or_never_was_changes_nothing(job_id: int) -> None:
    played = Played(1)
    played.submit(job_of(1, seconds=1), at=1)
    played.advance(5)

    assert played.scheduler.stop(job_id, by=9, at=6) == []


def test_a_second_stop_changes_nothing() -> None:
    played = Played(1, seconds=JobSeconds(starting=0, stopping=3))
    played.submit(job_of(1), at=1)
    played.stop(1, at=2)

    assert played.scheduler.stop(1, by=8, at=3) == []
    assert played.scheduler.next_event() == 5


def test_freed_skus_are_reported_before_their_new_use() -> None:
    """Whoever writes the jobs down in this order never has more SKUs in use on paper than exist."""
    scheduler = Scheduler([cluster_of(1, 1)], seconds=AT_ONCE)
    scheduler.submit(job_of(1, rank=LOW), at=1)

    changed = scheduler.submit(job_of(2, rank=VIP, is_killing=True), at=2)

    assert [(job.id, job.phase) for job in changed] == [(1, "queued"), (2, "running")]


def test_a_resumed_scheduler_lets_what_was_due_meanwhile_happen_at_its_time() -> None:
    played = Played(1)
    played.submit(job_of(1, seconds=10), at=1)
    played.submit(job_of(2, seconds=10), at=2)

    resumed = Scheduler([cluster_of(1, 1)], seconds=AT_ONCE, jobs=played.jobs.values())
    played.keep(resumed.resume(at=15))

    assert (played.jobs[1].ended_at, played.jobs[2].started_at) == (11, 11)
    assert played.phases == {1: "succeeded", 2: "running"}


def test_a_resumed_scheduler_numbers_pods_on() -> None:
    played = Played(4)
    played.submit(job_of(1, pods=3, seconds=1), at=1)
    played.advance(2)

    resumed = Scheduler([cluster_of(1, 4)], seconds=AT_ONCE, jobs=played.jobs.values())
    (job,) = resumed.submit(job_of(2), at=3)

    assert job.attempts[0]["first_pod_id"] == 4


def test_a_resumed_scheduler_starts_whom_a_cut_off_write_left_waiting() -> None:
    played = Played(1)
    played.submit(job_of(1), at=1)
    waiting = Job(**{**vars(job_of(2)), "submitted_at": 2.0})

    resumed = Scheduler([cluster_of(1, 1)], seconds=AT_ONCE, jobs=[waiting])

    assert [job.phase for job in resumed.resume(at=3)] == ["running"]


def test_pods_go_to_the_fullest_nodes_that_have_room() -> None:
    assert place(3, 2, {"a": 8, "b": 1, "c": 4}) == ["c", "c", "a"]


def test_pods_that_do_not_all_fit_get_no_node() -> None:
    assert (place(3, 2, {"a": 4, "b": 1}), fits(2, 2, {"a": 4, "b": 1})) == (None, True)


def test_a_victim_that_turns_out_not_to_be_needed_stays() -> None:
    held = [{"a": 1}, {"a": 2}]

    assert victims(1, 2, {"a": 0}, held) == [1]


def test_there_are_no_victims_when_all_of_them_would_not_be_enough() -> None:
    assert victims(1, 4, {"a": 0}, [{"a": 1}, {"b": 4}]) == []
