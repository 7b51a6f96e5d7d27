"""Trainings and quota tasks, clusters and storages, sync and async, against both kinds of emulator."""

import pickle
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from aihub_api.model_training.models import TrainingStatus
from aihub_api.quota_schedule.models import QuotaTaskStatus
from aihub_sdk.errors import InvalidRequest, JobFailed, JobStopped, NotFound, ServerRefused
from tests.e2e.sdk.conftest import Platform

# Work of milliseconds: no need to wait a second before the second look.
QUICK: dict[str, Any] = {"poll": 0.02, "timeout": 60}
FIELDS: dict[str, Any] = {
    "name": "train-001",
    "image": "registry.example.com/train:1",
    "command": "python train.py",
    "framework": "PyTorchJob",
    "virtual_cluster_id": "vc-a800-train",
    "sku_cnt": 1,
    "project_id": 1,
    "estimate_run_time": 3600,
}
YAML = """\
name: train-002
image: registry.example.com/train:1
framework: PyTorchJob
virtual_cluster_id: vc-cpu-batch
storage_ids: [data1, 3]
sku_cnt: 1
project_id: 1
estimate_run_time: 3600
envs:
  AIHUB_EMULATOR_DURATION: "0"
"""
SHORT = {"AIHUB_EMULATOR_DURATION": "0"}
LONG = {"AIHUB_EMULATOR_DURATION": "3600000"}
KINDS = [("trainings", {}), ("quota_tasks", {"priority": "high", "shm": 1})]


def submitted(platform: Platform, noun: str, **fields: Any) -> Any:
    return platform.done(getattr(platform.hub, noun).submit(FIELDS, **fields))


@pytest.mark.parametrize(("noun", "more"), KINDS)
def test_a_job_is_submitted_by_names_and_waited_for(platform: Platform, noun: str, more: dict[str, Any]) -> None:
    job = platform.done(submitted(platform, noun, envs=SHORT, storage_ids=["data1"], **more).wait(**QUICK))

    assert (int(job.status), job.name, job.finished_at.tzinfo) == (3, "train-001", UTC)
    assert (job.snapshot.virtual_cluster.id, [each.id for each in job.snapshot.storages]) == (29, [1])


@pytest.mark.parametrize(("noun", "more"), KINDS)
def test_a_failed_job_raises(platform: Platform, noun: str, more: dict[str, Any]) -> None:
    job = submitted(platform, noun, envs={**SHORT, "AIHUB_EMULATOR_EXIT_CODE": "3"}, **more)

    with pytest.raises(JobFailed) as caught:
        platform.done(job.wait(**QUICK))
    assert caught.value.ref == job.ref


@pytest.mark.parametrize(("noun", "more"), KINDS)
def test_a_stopped_job_raises_and_says_by_whom(platform: Platform, noun: str, more: dict[str, Any]) -> None:
    job = submitted(platform, noun, envs=LONG, **more)
    platform.done(job.stop())

    with pytest.raises(JobStopped, match="stopped by demo"):
        platform.done(job.wait(**QUICK))


@pytest.mark.parametrize(("noun", "more"), KINDS)
def test_the_pods_of_a_job_come_in_pages(platform: Platform, noun: str, more: dict[str, Any]) -> None:
    job = submitted(platform, noun, envs=SHORT, instances=5, **more)
    platform.done(job.wait(**QUICK))
    paged, at_once = (platform.listed(job.pods(page_size=size)) for size in (2, None))

    assert len(paged) == 5
    assert [pod.id for pod in paged] == [pod.id for pod in at_once]


@pytest.mark.parametrize(("noun", "more"), KINDS)
def test_watching_ends_with_the_job(platform: Platform, noun: str, more: dict[str, Any]) -> None:
    job = submitted(platform, noun, envs=SHORT, **more)
    seen = [int(each.status) for each in platform.listed(job.watch(**QUICK))]

    assert seen == sorted(set(seen))
    assert seen[-1] == 3


def test_a_job_file_is_submitted_and_a_keyword_beats_it(platform: Platform, tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(YAML, "utf-8")
    job = platform.done(platform.hub.trainings.submit(tmp_path / "job.yaml", instances=4))
    job = platform.done(job.wait(**QUICK))

    assert (job.status, job.name, job.snapshot.instances) == (TrainingStatus.SUCCESS, "train-002", 4)
    assert [each.name for each in job.snapshot.storages] == ["data1", "models"]


def test_a_misspelt_cluster_creates_nothing_and_the_right_one_is_named(platform: Platform) -> None:
    with pytest.raises(NotFound, match=r"no cluster 'vc-a800-trian'\. Did you mean 'vc-a800-train'"):
        submitted(platform, "trainings", virtual_cluster_id="vc-a800-trian")


def test_the_platforms_own_refusal_comes_through(platform: Platform) -> None:
    with pytest.raises(ServerRefused, match="sku_cnt"):
        submitted(platform, "trainings", sku_cnt=999)


def test_a_job_is_taken_up_again_from_its_reference_and_from_a_pickle(platform: Platform) -> None:
    job = submitted(platform, "quota_tasks", envs=SHORT, priority="low", shm=1)
    ended = platform.done(platform.hub.attach(job.ref).wait(**QUICK))
    again = platform.done(platform.hub.attach(pickle.loads(pickle.dumps(ended))).refresh())
    found = platform.done(platform.hub.quota_tasks.get(job.id))

    assert [each.status for each in (ended, again, found)] == [QuotaTaskStatus.SUCCESS] * 3
    # A quota task that got nodes is carried by a training.
    assert platform.done(platform.hub.trainings.get(found.training_id)).name == "train-001"


def test_a_job_that_does_not_exist_is_not_found(platform: Platform) -> None:
    for noun in ("trainings", "quota_tasks"):
        with pytest.raises(NotFound):
            platform.done(getattr(platform.hub, noun).get(999_999))


def test_clusters_are_those_of_the_user(platform: Platform) -> None:
    found = platform.done(platform.hub.clusters.list())
    others = platform.done(platform.hub.clusters.list(module_type="workflow", user_id=1))

    assert {cluster.name for cluster in found} == {"vc-a800-train", "vc-4090-dev", "vc-cpu-batch"}
    assert [cluster.id for cluster in others] == [29, 32]
    assert platform.done(platform.hub.clusters.get("vc-4090-dev", module_type="deployment")).id == 30


def test_storages_are_found_by_name(platform: Platform) -> None:
    assert [each.id for each in platform.done(platform.hub.storages.list())] == [1, 2, 3]
    assert platform.done(platform.hub.storages.get("models")).permission == "r"


def test_a_kind_of_cluster_that_is_none_is_refused(platform: Platform) -> None:
    with pytest.raises(InvalidRequest):
        platform.done(platform.hub.clusters.list(module_type="trainings-of-birds"))
