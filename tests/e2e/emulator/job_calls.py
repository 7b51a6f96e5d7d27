"""The calls of a job's life; every envelope is held against the spec."""

from typing import Any

from tests.e2e.emulator.caller import Caller, check_answer

TRAININGS = "/model-training-platform/api/v1/trainings"
TASKS = "/quota-schedule-management/api/v1/tasks"
STORAGES = "/model-training-platform/api/v1/storages"

WAITING, RUNNING, SUCCESS, FAILED, STOPPED, STOPPING = 1, 2, 3, 4, 5, 6
LOW, HIGH = 1, 2
WAIT, KILL = 1, 2

# 4 SKUs on each of dev-01 and dev-02.
DEV = 30
SHARED = {
    "framework": "PyTorchJob",
    "name": "job-001",
    "image": "registry.example.com/train/pytorch:2.1",
    "virtual_cluster_id": DEV,
    "sku_cnt": 1,
    "enable_ssh": False,
    "envs": [],
    "storage_ids": [],
    "instances": 1,
    "use_ib_network": False,
    "always_pull_image": False,
    "shm": 1,
    "category_id": 1,
    "project_id": 1,
    "estimate_run_time": 3600,
}


def scripted(*, exit_code: int | None = None, duration: str | None = None) -> list[dict[str, str]]:
    """The variables that decide how a job ends."""
    wanted = {"AIHUB_EMULATOR_EXIT_CODE": exit_code, "AIHUB_EMULATOR_DURATION": duration}
    return [{"key": key, "value": str(value)} for key, value in wanted.items() if value is not None]


def post(caller: Caller, operation_id: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    response = caller.send("POST", path, json=body)
    check_answer(operation_id, response.text)
    assert response.status_code == 200
    envelope: dict[str, Any] = response.json()
    return envelope


def get(caller: Caller, operation_id: str, path: str, **query: Any) -> dict[str, Any]:
    response = caller.send("GET", path, params=query)
    check_answer(operation_id, response.text)
    assert response.status_code == 200
    envelope: dict[str, Any] = response.json()
    return envelope


def refused_training(caller: Caller, **fields: Any) -> dict[str, Any]:
    """The envelope of a `createTraining` that differs from a good one in these fields."""
    return post(caller, "createTraining", TRAININGS, {**SHARED, "is_vip": False, **fields})


def refused_task(caller: Caller, **fields: Any) -> dict[str, Any]:
    """The envelope of a `createQuotaTask` that differs from a good one in these fields."""
    return post(caller, "createQuotaTask", TASKS, {**SHARED, "priority": LOW, **fields})


def train(caller: Caller, **fields: Any) -> int:
    """The id of a new training."""
    envelope = refused_training(caller, **fields)
    assert envelope["code"] == 0, envelope
    return int(envelope["data"]["id"])


def start_task(caller: Caller, **fields: Any) -> int:
    """The id of a new quota task."""
    envelope = refused_task(caller, **fields)
    assert envelope["code"] == 0, envelope
    return int(envelope["data"]["id"])


def training(caller: Caller, training_id: int) -> dict[str, Any]:
    data: dict[str, Any] = get(caller, "getTraining", f"{TRAININGS}/{training_id}")["data"]
    return data


def task(caller: Caller, task_id: int) -> dict[str, Any]:
    data: dict[str, Any] = get(caller, "getQuotaTask", f"{TASKS}/{task_id}")["data"]
    return data


def training_pods(caller: Caller, training_id: int, **query: Any) -> dict[str, Any]:
    data: dict[str, Any] = get(caller, "listTrainingPods", f"{TRAININGS}/{training_id}/pods", **query)["data"]
    return data


def task_pods(caller: Caller, task_id: int) -> list[dict[str, Any]]:
    pods: list[dict[str, Any]] = get(caller, "listQuotaTaskPods", f"{TASKS}/{task_id}/pods")["data"]["data"]
    return pods
