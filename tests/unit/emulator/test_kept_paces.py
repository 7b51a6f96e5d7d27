"""Transitions, and what was read under them, in a state folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aihub_emulator import Emulator, Settings, UnsupportedSetting
from aihub_emulator.clock import ManualClock
from aihub_emulator.control.pacing import Pace, Pacing
from aihub_emulator.instance import Instance
from aihub_emulator.jobs.asked import grounds_of, lost_ground
from aihub_emulator.jobs.job import Attempt, Job
from aihub_emulator.records.sqlite_store import SqliteStore
from aihub_emulator.seeds import load_seed
from tests.e2e.emulator.caller import Caller

SEED = load_seed("demo")


def reopened(file: Path, act: Callable[[Pacing], Any]) -> Any:
    store = SqliteStore(file)
    try:
        return act(Pacing(ManualClock(), store))
    finally:
        store.close()


def test_a_pace_outlives_a_restart(tmp_path: Path) -> None:
    reopened(tmp_path / "file", lambda pacing: pacing.set("search", Pace("polls", polls=3)))

    assert reopened(tmp_path / "file", lambda pacing: pacing.wire()["search"]) == {
        "mode": "polls",
        "seconds": 0.0,
        "polls": 3,
    }


def test_readings_before_and_after_a_restart_are_counted_together(tmp_path: Path) -> None:
    reopened(tmp_path / "file", lambda pacing: pacing.set("search", Pace("polls", polls=3)))
    moved = [reopened(tmp_path / "file", lambda pacing: pacing.polled("search", 1)) for _ in range(6)]

    assert moved == [False, False, True] * 2


def test_a_search_that_waits_for_polls_goes_on_where_it_was_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path / "state")
    seen: list[int] = []
    for reads in (1, 3, 1):
        with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token) as caller:
            if not seen:
                emulator.set_transitions("search", "polls", polls=2)
                caller.create_search("select 1")
            for _ in range(reads):
                seen.append(caller.get_search(1)["data"]["status"])
                emulator.catch_up()

    # The reading that completes a state still shows it, or what follows if that was quicker.
    assert (seen[0], seen[-1]) == (1, 3)
    assert sorted(seen) == seen


def changed(**changes: Any) -> dict[str, Any]:
    return {**SEED, **changes}


def job(**changes: Any) -> Job:
    attempt = Attempt(first_pod_id=1, nodes=["dev-01"], placed_at=1.0, started_at=1.0, ended_at=0.0, ending="")
    request = {"name": "night run", "project_id": 1, "storage_ids": [1]}
    about: dict[str, Any] = {"id": 5, "owner_id": 1, "username": "admin", "request": request, "cluster_id": 30}
    about |= {"rank": 2, "instances": 1, "sku_cnt": 1, "run_seconds": 1.0, "attempts": [attempt]}
    return Job(**{**about, **changes})


@pytest.mark.parametrize(
    ("seed", "lost"),
    [
        (SEED, None),
        (changed(clusters=[c for c in SEED["clusters"] if c["id"] != 30]), "cluster 30"),
        (changed(clusters=[{**c, "nodes": c["nodes"][1:]} for c in SEED["clusters"]]), "node dev-01"),
        (changed(projects=[]), "project 1"),
        (changed(storages=[]), "storage 1"),
    ],
    ids=["nothing", "a cluster", "a node", "a project", "a storage"],
)
def test_what_a_kept_job_misses_in_the_seed_is_named(seed: dict[str, Any], lost: str | None) -> None:
    said = None if lost is None else f"job 5 ('night run') was given {lost}, which the seed has not"

    assert lost_ground([job()], grounds_of(seed)) == said


def test_a_state_folder_whose_jobs_lost_their_cluster_is_refused_with_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(state=tmp_path / "state")
    kept = Instance(settings)
    kept.store.table(Job).put(job())
    kept.close()
    monkeypatch.setattr("aihub_emulator.instance.load_seed", lambda _: changed(clusters=[]))

    with pytest.raises(
        UnsupportedSetting, match=r"was given cluster 30, which the seed has not\. Give another folder\."
    ):
        Instance(settings)
    monkeypatch.undo()
    # Nothing was changed, and nobody holds the folder.
    Instance(settings).close()
