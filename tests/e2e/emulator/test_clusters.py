"""The clusters that a user may choose from, and the storages that jobs may mount."""

from typing import Any

import pytest

from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.job_calls import STORAGES, get

CLUSTERS = "/tag-resource-management/api/v1/select-clusters"
DEPLOYMENT, TRAINING, WORKFLOW, QUOTA = 0, 1, 2, 3
ADMIN, DEMO = 1, 2


def clusters(caller: Caller, user_id: Any, module_type: int) -> dict[str, Any]:
    return get(caller, "listSelectClusters", CLUSTERS, user_id=user_id, module_type=module_type)


@pytest.mark.parametrize(
    ("user_id", "module_type", "expected"),
    [
        (ADMIN, TRAINING, [29, 30, 31, 32]),
        (ADMIN, WORKFLOW, [29, 32]),
        (ADMIN, QUOTA, [29, 30, 31]),
        (ADMIN, DEPLOYMENT, [30]),
        (DEMO, TRAINING, [29, 30, 32]),
        (DEMO, QUOTA, [29, 30]),
    ],
)
def test_clusters_are_those_of_the_user_and_the_kind_of_job(
    admin: Caller, user_id: int, module_type: int, expected: list[int]
) -> None:
    answer = clusters(admin, user_id, module_type)

    assert [cluster["id"] for cluster in answer["data"]["data"]] == expected


def test_a_cluster_is_shown_with_its_sku(admin: Caller) -> None:
    assert clusters(admin, ADMIN, WORKFLOW)["data"]["data"][0] == {
        "id": 29,
        "name": "vc-a800-train",
        "uuid": "5-0-14",
        "sku": {
            "id": 2,
            "description": "one A800",
            "cpu": 16,
            "memory": 128,
            "gpu_type": 1,
            "gpu_memory": 80,
            "network": 2,
            "created_at": 1721382073775,
        },
        "created_at": 1721396303983,
    }


def test_an_unknown_user_has_no_clusters(admin: Caller) -> None:
    assert clusters(admin, 404, TRAINING) == {
        "code": 2,
        "msg": "user_id: is 404, and there is no such user. Send the id that `login` gave: 1 is yours.",
        "data": None,
    }


def test_an_unknown_module_type_is_refused(admin: Caller) -> None:
    assert clusters(admin, ADMIN, 9)["msg"] == "module_type: is 9. Send one of 0, 1, 2, 3."


def test_storages_are_those_of_the_seed(admin: Caller) -> None:
    answer = get(admin, "listStorages", STORAGES)

    assert [(storage["id"], storage["server_type"]) for storage in answer["data"]["data"]] == [
        (1, "nfs"),
        (2, "hostpath"),
        (3, "nfs"),
    ]
