"""Jobs, runs and evaluation results in a state folder go on after a restart as if there had been none."""

from pathlib import Path

from aihub_emulator import Emulator, JobSeconds, Settings
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.job_calls import (
    KILL,
    RUNNING,
    SUCCESS,
    WAITING,
    get,
    post,
    start_task,
    task,
    train,
    training,
    training_pods,
)

RUNS = "/workflow-center/api/v1/runs"
RUN = {"name": "run-001", "pipeline_id": 1, "pipeline_version_id": 1, "params": []}
SECONDS = JobSeconds(starting=10, running=100, stopping=5, node=40)


def kept_in(folder: Path) -> Settings:
    return Settings(clock="manual", state=folder, jobs=SECONDS)


def test_jobs_and_runs_go_on_after_a_restart(tmp_path: Path) -> None:
    with Emulator(kept_in(tmp_path)) as emulator, Caller(emulator.base_url, emulator.token) as admin:
        low = start_task(admin, instances=2, sku_cnt=4)
        emulator.advance(50)
        vip = train(admin, is_vip=True, preempt_policy=KILL, vip_node_names=["dev-01"])
        run_id = post(admin, "createRun", RUNS, RUN)["data"]["id"]
        emulator.advance(20)
        before = (task(admin, low), training(admin, vip), get(admin, "getRun", f"{RUNS}/{run_id}"))

    with Emulator(kept_in(tmp_path)) as emulator, Caller(emulator.base_url, emulator.token) as admin:
        after = (task(admin, low), training(admin, vip), get(admin, "getRun", f"{RUNS}/{run_id}"))
        next_id = train(admin, sku_cnt=4)
        at_first = training(admin, next_id)["status"]
        emulator.advance(90)
        killer_ended = (training(admin, vip)["status"], get(admin, "getRun", f"{RUNS}/{run_id}")["data"]["status"])
        emulator.advance(300)

        assert after == before
        assert [job["status"] for job in before[:2]] == [WAITING, RUNNING]
        assert (next_id, at_first, killer_ended) == (vip + 1, WAITING, (SUCCESS, SUCCESS))
        assert (task(admin, low)["status"], training(admin, next_id)["status"]) == (SUCCESS, SUCCESS)
        assert [pod["id"] for pod in training_pods(admin, next_id)["data"]] == [4]
