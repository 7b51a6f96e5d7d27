"""A job that can never run is refused when it is created: the message names field, value and remedy."""

from typing import Any

import pytest

from tests.e2e.emulator.caller import Caller, check_answer
from tests.e2e.emulator.job_calls import TRAININGS, get, refused_task, refused_training, train

NOT_FOUND, INVALID, FORBIDDEN = 2, 400, 403
VIP = {"is_vip": True, "preempt_policy": 1, "vip_node_names": ["dev-01"]}

REFUSED: list[tuple[dict[str, Any], int, str]] = [
    (
        {"virtual_cluster_id": 99},
        NOT_FOUND,
        "body.virtual_cluster_id: is 99, and there is no such cluster. Send one of 29, 30, 31, 32.",
    ),
    (
        {"storage_ids": [1, 7]},
        NOT_FOUND,
        "body.storage_ids[1]: is 7, and there is no such storage. Send one of 1, 2, 3.",
    ),
    ({"project_id": 0}, NOT_FOUND, "body.project_id: is 0, and there is no such project. Send one of 1, 2."),
    ({"instances": 0}, INVALID, "body.instances: is 0. Send 1 or more."),
    ({"sku_cnt": -1}, INVALID, "body.sku_cnt: is -1. Send 1 or more."),
    (
        {"sku_cnt": 5},
        INVALID,
        "body.sku_cnt: is 5, and the largest node of cluster 30 has 4 SKUs. Send 4 or less, or choose another cluster.",
    ),
    (
        {"sku_cnt": 3, "instances": 3},
        INVALID,
        (
            "body.instances: is 3, and cluster 30 has room for 2 pods of 3 SKUs when it is empty. "
            "Send 2 or less, or choose another cluster."
        ),
    ),
    ({"shm": -1}, INVALID, "body.shm: is -1. Send 0 or more."),
    ({"estimate_run_time": -1}, INVALID, "body.estimate_run_time: is -1. Send 0 or more."),
    (
        {"envs": [{"key": "AIHUB_EMULATOR_EXIT_CODE", "value": "256"}]},
        INVALID,
        'body.envs[0].value: is "256". Send 0 to 255 for AIHUB_EMULATOR_EXIT_CODE.',
    ),
    (
        {"envs": [{"key": "A", "value": ""}, {"key": "AIHUB_EMULATOR_DURATION", "value": "1h"}]},
        INVALID,
        'body.envs[1].value: is "1h". Send seconds for AIHUB_EMULATOR_DURATION, as in 90 or 0.5.',
    ),
    (
        {"envs": [{"key": "AIHUB_EMULATOR_EXITCODE", "value": "1"}]},
        INVALID,
        (
            'body.envs[0].key: is "AIHUB_EMULATOR_EXITCODE". '
            "Send one of AIHUB_EMULATOR_DURATION, AIHUB_EMULATOR_EXIT_CODE, AIHUB_EMULATOR_MESSAGE."
        ),
    ),
]
REFUSED_VIPS: list[tuple[dict[str, Any], int, str]] = [
    (
        {"preempt_policy": 0},
        INVALID,
        "body.preempt_policy: is 0, and is_vip is true. Send 1 to wait for low-priority tasks, 2 to kill them.",
    ),
    (
        {"vip_node_names": ["dev-01", "node-01"]},
        NOT_FOUND,
        'body.vip_node_names[1]: is "node-01", and there is no such node in cluster 30. Send one of dev-01, dev-02.',
    ),
    (
        {"vip_node_names": ["dev-01", "dev-01"]},
        INVALID,
        'body.vip_node_names[1]: is "dev-01", and is there twice. Send it once.',
    ),
    (
        {"instances": 2, "sku_cnt": 4},
        INVALID,
        (
            "body.instances: is 2, and what vip_node_names gives of cluster 30 has room for 1 pod of 4 SKUs when it is "
            "empty. Send 1 or less, or choose another cluster."
        ),
    ),
]


@pytest.mark.parametrize(("fields", "code", "message"), REFUSED)
def test_a_training_that_can_never_run(admin: Caller, fields: dict[str, Any], code: int, message: str) -> None:
    assert refused_training(admin, **fields) == {"code": code, "msg": message, "data": None}


@pytest.mark.parametrize(("fields", "code", "message"), REFUSED_VIPS)
def test_a_vip_training_that_can_never_run(admin: Caller, fields: dict[str, Any], code: int, message: str) -> None:
    assert refused_training(admin, **VIP | fields) == {"code": code, "msg": message, "data": None}


def test_what_only_a_vip_needs_is_ignored_without_one(admin: Caller) -> None:
    """The document's own example sends both fields with `is_vip` false."""
    assert train(admin, is_vip=False, preempt_policy=1, vip_node_names=[""]) > 0


def test_a_vip_without_the_fields_it_needs(admin: Caller) -> None:
    assert (
        refused_training(admin, is_vip=True)["msg"] == "body.preempt_policy: is missing, and is_vip is true. Send it."
    )


def test_a_cluster_of_other_users(stranger: Caller) -> None:
    assert refused_training(stranger, virtual_cluster_id=31) == {
        "code": FORBIDDEN,
        "msg": "body.virtual_cluster_id: is 31, and user 'demo' may not use that cluster. Send one of 29, 30, 32.",
        "data": None,
    }


def test_a_cluster_for_other_kinds_of_jobs(admin: Caller) -> None:
    assert refused_task(admin, virtual_cluster_id=32) == {
        "code": INVALID,
        "msg": "body.virtual_cluster_id: is 32, and that cluster is not for quota tasks. Send one of 29, 30, 31.",
        "data": None,
    }


def test_a_refused_job_leaves_nothing_behind(admin: Caller) -> None:
    before = train(admin)
    refused_training(admin, virtual_cluster_id=99)

    assert train(admin) == before + 1


@pytest.mark.parametrize("query", [{"page_size": 0}, {"page_num": 0}, {"page_size": -1}])
def test_a_page_that_cannot_be(admin: Caller, query: dict[str, int]) -> None:
    ((name, value),) = query.items()
    answer = get(admin, "listTrainingPods", f"{TRAININGS}/{train(admin)}/pods", **query)

    assert answer == {"code": INVALID, "msg": f"{name}: is {value}. Send 1 or more.", "data": None}


@pytest.mark.parametrize(
    ("operation_id", "method", "path"),
    [
        ("getTraining", "GET", "/model-training-platform/api/v1/trainings/404"),
        ("stopTraining", "POST", "/model-training-platform/api/v1/trainings/404/stop"),
        ("listTrainingPods", "GET", "/model-training-platform/api/v1/trainings/0/pods"),
        ("getQuotaTask", "GET", "/quota-schedule-management/api/v1/tasks/0"),
        ("stopQuotaTask", "POST", "/quota-schedule-management/api/v1/tasks/-1/stop"),
        ("listQuotaTaskPods", "GET", "/quota-schedule-management/api/v1/tasks/404/pods"),
    ],
)
def test_a_job_that_does_not_exist(admin: Caller, operation_id: str, method: str, path: str) -> None:
    response = admin.send(method, path)

    check_answer(operation_id, response.text)
    assert (response.status_code, response.json()["code"]) == (200, NOT_FOUND)
