"""Runs of the seed's pipelines, on a clock that only the tests turn."""

from collections.abc import Iterator
from typing import Any

import pytest

from aihub_emulator import Emulator, JobSeconds, Settings
from tests.e2e.emulator.caller import Caller, check_answer
from tests.e2e.emulator.job_calls import get, post

RUNS = "/workflow-center/api/v1/runs"
WAITING, RUNNING, SUCCESS, FAILED = 1, 2, 3, 4
# prepare → train and index → evaluate (→ publish); train is scripted to fail in the third version.
STRAIGHT, DIAMOND, BROKEN = 1, 2, 3
DATASET = [{"key": "dataset", "value": "mnist/V1"}]


@pytest.fixture(scope="module")
def turned() -> Iterator[Emulator]:
    with Emulator(Settings(clock="manual", jobs=JobSeconds(starting=10, node=0.2))) as running:
        yield running


@pytest.fixture
def emulator(turned: Emulator) -> Emulator:
    return turned


def ask(caller: Caller, version: int, params: list[dict[str, Any]], *, pipeline: int = 1) -> dict[str, Any]:
    body = {"name": "run-001", "pipeline_id": pipeline, "pipeline_version_id": version, "params": params}
    return post(caller, "createRun", RUNS, body)


def start(caller: Caller, version: int, params: list[dict[str, Any]]) -> int:
    envelope = ask(caller, version, params)
    assert envelope["code"] == 0, envelope
    return int(envelope["data"]["id"])


def read(caller: Caller, run_id: int) -> dict[str, Any]:
    data: dict[str, Any] = get(caller, "getRun", f"{RUNS}/{run_id}")["data"]
    return data


def statuses(run: dict[str, Any]) -> dict[str, int]:
    return {node["name"]: node["status"] for node in run["task_nodes"]}


def test_a_run_goes_through_its_nodes_in_their_order(emulator: Emulator, admin: Caller) -> None:
    run_id = start(admin, STRAIGHT, [])
    seen = []
    for seconds in (0, 10, 0.2, 0.2):
        emulator.advance(seconds + 0.001)
        run = read(admin, run_id)
        seen.append((run["status"], *statuses(run).values()))

    assert seen == [
        (WAITING, WAITING, WAITING),
        (RUNNING, RUNNING, WAITING),
        (RUNNING, SUCCESS, RUNNING),
        (SUCCESS, SUCCESS, SUCCESS),
    ]


def test_a_finished_run_shows_all_it_knows(emulator: Emulator, admin: Caller) -> None:
    run_id = start(admin, DIAMOND, DATASET)
    emulator.advance(20)
    run = read(admin, run_id)
    first, last = run["task_nodes"][0], run["task_nodes"][-1]
    started, finished = run["started_at"], run["finished_at"]

    assert {name: run[name] for name in ("id", "name", "description", "status", "params")} == {
        "id": run_id,
        "name": "run-001",
        "description": "",
        "status": SUCCESS,
        "params": DATASET,
    }
    assert [run[name] for name in ("pipeline_id", "pipeline_name", "pipeline_version_id", "pipeline_version_name")] == [
        1,
        "detector",
        DIAMOND,
        "v2",
    ]
    assert started - run["created_at"] == pytest.approx(10_000, abs=2)
    assert first["params"] == {"input": '{"dataset": "mnist/V1", "epochs": "10"}', "output": '{"images": 80}'}
    assert (last["dependencies"], last["pod_name"], last["params"]["output"]) == (
        ["train", "index"],
        f"run-{run_id}-evaluate",
        '{"mAP": 0.81}',
    )
    assert (first["started_at"], last["finished_at"]) == (started, finished)
    assert last["started_at"] == max(node["finished_at"] for node in run["task_nodes"][:-1])
    assert run["duration"] == (finished - started) // 1000


def test_duration_counts_on_while_a_run_runs(emulator: Emulator, admin: Caller) -> None:
    with Emulator(Settings(clock="manual", jobs=JobSeconds(starting=1, node=100))) as slow:
        caller = Caller(slow.base_url, slow.token)
        run_id = start(caller, STRAIGHT, [])
        durations = []
        for seconds in (0.5, 31, 300):
            slow.advance(seconds)
            durations.append(read(caller, run_id)["duration"])
        caller.session.close()

    assert durations == [0, 30, 200]


def test_independent_nodes_run_at_the_same_time(emulator: Emulator, admin: Caller) -> None:
    run_id = start(admin, DIAMOND, DATASET)
    emulator.advance(10.3)

    assert statuses(read(admin, run_id)) == {
        "prepare": SUCCESS,
        "train": RUNNING,
        "index": RUNNING,
        "evaluate": WAITING,
    }


def test_a_failing_node_fails_its_run_and_those_behind_it_never_start(emulator: Emulator, admin: Caller) -> None:
    run_id = start(admin, BROKEN, DATASET)
    emulator.advance(10.5)
    half = read(admin, run_id)
    emulator.advance(100)
    run = read(admin, run_id)
    nodes = {node["name"]: node for node in run["task_nodes"]}

    assert (half["status"], statuses(half)["train"], statuses(half)["index"]) == (RUNNING, FAILED, RUNNING)
    assert run["status"] == FAILED
    assert statuses(run) == {
        "prepare": SUCCESS,
        "train": FAILED,
        "index": SUCCESS,
        "evaluate": WAITING,
        "publish": WAITING,
    }
    assert nodes["train"]["message"] == "out of memory (exit code 137)"
    assert nodes["publish"]["message"] == "does not run: node 'train' failed"
    assert {nodes["publish"][name] for name in ("started_at", "finished_at", "pod_name")} == {0, ""}
    assert run["finished_at"] == nodes["index"]["finished_at"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_run_is_read_by_the_printed_method_and_by_the_usual_one(
    emulator: Emulator, admin: Caller, method: str
) -> None:
    run_id = start(admin, STRAIGHT, [])
    response = admin.send(method, f"{RUNS}/{run_id}")

    check_answer("getRun", response.text)
    assert response.json() == get(admin, "getRun", f"{RUNS}/{run_id}")


REFUSED: list[tuple[int, int, list[dict[str, Any]], int, str]] = [
    (
        1,
        404,
        [],
        2,
        "body.pipeline_version_id: is 404, and there is no such version of pipeline 1. Send one of 1, 2, 3.",
    ),
    (1, 4, [], 2, "body.pipeline_version_id: is 4, and there is no such version of pipeline 1. Send one of 1, 2, 3."),
    (9, 1, [], 2, "body.pipeline_id: is 9, and there is no such pipeline. Send one of 1, 2."),
    (1, 2, [], 400, "body.params: has no value for dataset. The inputs are dataset, epochs (optional)."),
    (
        1,
        2,
        [{"key": "dataset"}],
        400,
        "body.params: has no value for dataset. The inputs are dataset, epochs (optional).",
    ),
    (
        1,
        2,
        [*DATASET, {"key": "epoch", "value": "3"}],
        400,
        (
            'body.params[1].key: is "epoch", and the version\'s first node has no such input. '
            "The inputs are dataset, epochs (optional)."
        ),
    ),
    (1, 2, [*DATASET, *DATASET], 400, 'body.params[1].key: is "dataset", and is there twice. Send it once.'),
    (
        2,
        4,
        DATASET,
        400,
        (
            'body.params[0].key: is "dataset", and the version\'s first node has no such input. '
            "Send an empty list: this version has no inputs."
        ),
    ),
]


@pytest.mark.parametrize("refused", REFUSED, ids=[message[:40] for *_, message in REFUSED])
def test_a_run_that_does_not_fit_its_version_is_refused(
    admin: Caller, refused: tuple[int, int, list[dict[str, Any]], int, str]
) -> None:
    pipeline, version, params, code, message = refused

    assert ask(admin, version, params, pipeline=pipeline) == {"code": code, "msg": message, "data": None}


def test_a_parameter_keeps_the_fields_that_the_document_does_not_name(admin: Caller) -> None:
    params = [{"key": "dataset", "value": "mnist/V1", "type": "text"}]

    assert read(admin, start(admin, DIAMOND, params))["params"] == params


def test_another_users_runs_do_not_exist(admin: Caller, stranger: Caller) -> None:
    run_id = start(admin, STRAIGHT, [])

    assert get(stranger, "getRun", f"{RUNS}/{run_id}") == {
        "code": 2,
        "msg": f"there is no run {run_id} of user 'demo'",
        "data": None,
    }


def test_a_run_is_over_when_the_emulator_has_settled() -> None:
    quick = JobSeconds(starting=0.01, node=0.02)
    with Emulator(Settings(jobs=quick)) as emulator, Caller(emulator.base_url, emulator.token) as admin:
        run_id = start(admin, STRAIGHT, [])
        emulator.settle()

        assert read(admin, run_id)["status"] == SUCCESS
