"""The operations that the emulator works for, one module a service. Every other one answers the spec's example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aihub_emulator.requests.calls import Handler
from aihub_emulator.services import (
    data_warehouse,
    dataset_management,
    evaluation,
    model_training,
    quota_schedule,
    s3_relay,
    tag_resource,
    user_system,
    workflow_center,
)
from aihub_emulator.spec import load_operations

__all__ = ["HANDLERS", "coverage"]

HANDLERS: Mapping[str, Handler] = {
    "login": user_system.login,
    "createSearch": data_warehouse.create_search,
    "getSearch": data_warehouse.get_search,
    "createDataset": dataset_management.create_dataset,
    "uploadDatasetVersion": dataset_management.upload_dataset_version,
    "getDatasetVersionDetail": dataset_management.get_dataset_version_detail,
    "createRun": workflow_center.create_run,
    "getRun": workflow_center.get_run,
    "createTraining": model_training.create_training,
    "getTraining": model_training.get_training,
    "listTrainingPods": model_training.list_training_pods,
    "listStorages": model_training.list_storages,
    "stopTraining": model_training.stop_training,
    "createQuotaTask": quota_schedule.create_quota_task,
    "getQuotaTask": quota_schedule.get_quota_task,
    "listQuotaTaskPods": quota_schedule.list_quota_task_pods,
    "stopQuotaTask": quota_schedule.stop_quota_task,
    "importEvaluationResult": evaluation.import_evaluation_result,
    "listSelectClusters": tag_resource.list_select_clusters,
    "uploadFile": s3_relay.upload_file,
}


def coverage() -> list[dict[str, Any]]:
    """For every operation, whether the emulator works for it or answers the spec's example."""
    return [
        {
            "operation": operation.id,
            "service": operation.service,
            "answer": "work" if operation.id in HANDLERS else "example",
        }
        for operation in load_operations()
    ]
