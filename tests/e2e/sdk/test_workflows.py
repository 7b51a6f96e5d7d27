"""Runs of workflows, sync and async, against both kinds of emulator."""

from typing import Any

import pytest

from aihub_api.workflow_center.models import RunStatus
from aihub_sdk.errors import JobFailed, NotFound
from tests.e2e.sdk.conftest import Platform

QUICK: dict[str, Any] = {"poll": 0.02, "timeout": 60}


def started(platform: Platform, version: int) -> Any:
    return platform.done(platform.hub.workflows.run(1, version, params={"dataset": "street-day/V1"}))


def test_a_run_goes_through_its_nodes(platform: Platform) -> None:
    run = platform.done(started(platform, 2).wait(**QUICK))

    assert run.status == RunStatus.SUCCESS
    assert str(run.tree).splitlines() == [
        f"run {run.id}  SUCCESS",
        "└── prepare  SUCCESS",
        "    ├── train  SUCCESS",
        "    │   └── evaluate  SUCCESS  (after index)",
        "    └── index  SUCCESS",
    ]


def test_a_failed_run_names_the_node(platform: Platform) -> None:
    run = started(platform, 3)

    with pytest.raises(JobFailed, match=r"node train: out of memory \(exit code 137\)") as caught:
        platform.done(run.wait(**QUICK))
    assert caught.value.ref == run.ref


def test_watching_shows_the_nodes_go_on(platform: Platform) -> None:
    seen = [each.tree for each in platform.listed(started(platform, 1).watch(**QUICK))]

    assert seen[-1].state == "SUCCESS"
    assert len({str(tree) for tree in seen}) == len(seen)


def test_a_run_is_taken_up_again_from_its_reference(platform: Platform) -> None:
    run = platform.done(started(platform, 1).wait(**QUICK))

    assert platform.done(platform.hub.attach(run.ref).refresh()).snapshot == run.snapshot


def test_a_version_that_does_not_exist_is_not_found(platform: Platform) -> None:
    with pytest.raises(NotFound):
        started(platform, 999)


def test_runs_are_waited_for_together(platform: Platform) -> None:
    runs = [started(platform, 1) for _ in range(4)]
    search = platform.done(platform.hub.searches.sql("select 1"))
    ended = platform.done(platform.hub.wait_all([*runs, search], **QUICK))

    assert [(each.kind, each.id, int(each.status)) for each in ended] == [
        *(("run", run.id, 3) for run in runs),
        ("search", search.id, 3),
    ]


def test_each_run_comes_when_it_is_over_however_it_ended(platform: Platform) -> None:
    failing = started(platform, 3)
    quick = platform.done(platform.hub.workflows.run(2, 4))
    ended = platform.listed(platform.hub.as_completed([failing, quick], **QUICK))

    assert {each.id: int(each.status) for each in ended} == {quick.id: 3, failing.id: 4}
