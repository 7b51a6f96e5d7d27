"""`hub.trainings` and `hub.quota_tasks`: what is submitted, what a handle does. Every test runs sync and async."""

import asyncio
import json
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest

from aihub_api.model_training.models import TrainingStatus
from aihub_sdk.errors import (
    ConfigurationError,
    InvalidRequest,
    JobFailed,
    JobStopped,
    NotFound,
    ResponseLost,
    UnexpectedResponse,
)
from tests.unit.conftest import MakeClient
from tests.unit.made_up_tokens import jwt
from tests.unit.scripted import Client, ok, page

FIELDS: dict[str, Any] = {
    "name": "train-001",
    "image": "registry.example.com/train:1",
    "framework": "PyTorchJob",
    "virtual_cluster_id": 29,
    "sku_cnt": 2,
    "project_id": 1,
    "estimate_run_time": 3600,
}
SENT = {
    **FIELDS,
    "enable_ssh": False,
    "envs": [],
    "storage_ids": [],
    "instances": 1,
    "use_ib_network": False,
    "always_pull_image": False,
    "shm": 1,
    "category_id": 1,
    "is_vip": False,
}
YAML = """\
# a job
name: train-001
image: registry.example.com/train:1
framework: PyTorchJob
virtual_cluster_id: 29
sku_cnt: 2
project_id: 1
estimate_run_time: 3600
"""
TOML = "\n".join(f"{name} = {json.dumps(value)}" for name, value in FIELDS.items())
CLUSTERS = ok({"data": [{"id": 29, "name": "vc-a800-train"}]})
STORAGES = ok({"data": [{"id": 1, "name": "data1"}, {"id": 3, "name": "models"}]})


def body(c: Client) -> Any:
    return json.loads(c.script.requests[-1].content)


def training(status: int, **fields: Any) -> Any:
    return ok({"id": 7, "status": status, **fields})


def attached(c: Client) -> Any:
    return c.hub.trainings.attach("aihub://custom/training/7")


# --- submitting -----------------------------------------------------------------------------------


def test_keywords_and_defaults_make_a_training(client: MakeClient) -> None:
    c = client(ok({"id": 7}))
    job = c.done(c.hub.trainings.submit(**FIELDS))

    assert body(c) == SENT
    assert (job.id, job.ref, job.snapshot) == (7, "aihub://custom/training/7", None)


def test_a_dict_makes_the_same_training(client: MakeClient) -> None:
    c = client(ok({"id": 7}))
    c.done(c.hub.trainings.submit(FIELDS))

    assert body(c) == SENT


@pytest.mark.parametrize(
    ("file", "text"), [("job.yaml", YAML), ("job.yml", YAML), ("job.toml", TOML), ("job.toml", f"\ufeff{TOML}")]
)
def test_a_file_makes_the_same_training_and_a_keyword_beats_it(
    client: MakeClient, tmp_path: Path, file: str, text: str
) -> None:
    (tmp_path / file).write_text(text, "utf-8")
    c = client(ok({"id": 7}))
    c.done(c.hub.trainings.submit(tmp_path / file, instances=4, name="other"))

    assert body(c) == {**SENT, "instances": 4, "name": "other"}


def test_a_quota_task_has_a_priority_and_no_default_for_its_memory(client: MakeClient) -> None:
    c = client(ok({"id": 8}))
    job = c.done(c.hub.quota_tasks.submit(**FIELDS, priority="low", shm=2))

    assert body(c) == {**{k: v for k, v in SENT.items() if k != "is_vip"}, "priority": 1, "shm": 2}
    assert job.ref == "aihub://custom/quota_task/8"
    with pytest.raises(InvalidRequest, match="priority, shm are missing"):
        c.done(c.hub.quota_tasks.submit(**FIELDS))


def test_names_of_clusters_and_storages_become_ids(client: MakeClient) -> None:
    c = client(CLUSTERS, STORAGES, ok({"id": 7}), token=jwt(user_id=5))
    c.done(
        c.hub.trainings.submit(
            **{**FIELDS, "virtual_cluster_id": "vc-a800-train"}, storage_ids=["models", 2], envs={"A": "1"}
        )
    )

    assert body(c) == {**SENT, "storage_ids": [3, 2], "envs": [{"key": "A", "value": "1"}]}


def test_a_storage_that_is_not_there_is_named_with_the_nearest_and_nothing_is_created(client: MakeClient) -> None:
    c = client(STORAGES)

    with pytest.raises(NotFound, match=r"no storage 'modles'\. Did you mean 'models'"):
        c.done(c.hub.trainings.submit(**FIELDS, storage_ids=["modles"]))


@pytest.mark.parametrize(
    ("line", "message", "field"),
    [
        ("instnces: 4", r"job.yaml, line 9: there is no field 'instnces'. Did you mean 'instances'\?", "instnces"),
        ("cluster: 4", r"line 9: there is no field 'cluster'. Did you mean 'virtual_cluster_id'\?", "cluster"),
        ("instances: four", r"line 9: instances cannot be 'four', which is text: expected int, got str", "instances"),
        ("enable_ssh: 1", r"line 9: enable_ssh cannot be 1, which is a whole number: expected bool", "enable_ssh"),
        ("envs: {A: 1}", r"line 9: envs.A cannot be 1, which is a whole number: environment", "envs.A"),
        ("envs: [{key: A, value: 1}]", r"line 9: envs\[0\].value: expected str, got int", "envs[0].value"),
        ("envs: 5", r"line 9: envs cannot be 5, which is a whole number: expected array", "envs"),
        ("storage_ids: data1", r"line 9: storage_ids cannot be 'data1', which is text: expected array", "storage_ids"),
        ("category_id: trainin", r"line 9: category_id cannot be 'trainin'. Did you mean 'TRAINING'", "category_id"),
    ],
)
def test_a_wrong_field_is_named_with_file_and_line(
    client: MakeClient, tmp_path: Path, line: str, message: str, field: str
) -> None:
    file = tmp_path / "job.yaml"
    file.write_text(f"{YAML}{line}\n", "utf-8")
    c = client()

    with pytest.raises(InvalidRequest, match=message) as caught:
        c.done(c.hub.trainings.submit(file))
    assert caught.value.field == field
    assert caught.value.hint != ""


BROKEN = """\
name: train-001
image: registry.example.com/train:1
framework: PyTorchJob
virtual_cluster_id: vc-a800-train
sku_cnt: "1"
project_id: 3
instnces: 4
envs:
  - key: A
    value: 1
category_id: trainin
"""


def test_all_problems_of_a_file_are_named_at_once_with_their_lines(client: MakeClient, tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(BROKEN, "utf-8")
    c = client()

    with pytest.raises(InvalidRequest) as caught:
        c.done(c.hub.trainings.submit(tmp_path / "job.yaml"))
    assert caught.value.message.partition("job.yaml ")[2] == (
        "has 5 problems: "
        "line 11: category_id cannot be 'trainin'. Did you mean 'TRAINING'?; "
        "line 5: sku_cnt cannot be '1', which is text: it should be a valid integer; "
        "line 10: envs[0].value cannot be 1, which is a whole number: it should be a valid string; "
        "estimate_run_time is missing; "
        "line 7: there is no field 'instnces'. Did you mean 'instances'?."
    )
    assert caught.value.field == "category_id"


def test_without_the_strict_models_the_first_problem_is_named(
    client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "job.yaml").write_text(BROKEN, "utf-8")
    monkeypatch.setitem(sys.modules, "pydantic", None)
    c = client()

    with pytest.raises(InvalidRequest, match=r"job.yaml, line 7: there is no field 'instnces'. Did you mean"):
        c.done(c.hub.trainings.submit(tmp_path / "job.yaml"))


def test_a_yaml_file_that_holds_itself_is_refused(client: MakeClient, tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(f"{YAML}envs: &a [*a]\n", "utf-8")
    c = client()

    with pytest.raises(InvalidRequest, match=r"line 9: envs(\[0\])* is nested too deeply"):
        c.done(c.hub.trainings.submit(tmp_path / "job.yaml"))


@pytest.mark.parametrize(
    ("line", "message", "field"),
    [
        ("sku_cnt: 4", r"job.yaml, line 9: sku_cnt is there twice, the first time on line 6\.", "sku_cnt"),
        ("envs: {A: '1', A: '2'}", r"line 9: envs.A is there twice, the first time on line 9\.", "envs.A"),
        ("description: 2024-13-01", r"job.yaml has a value that YAML cannot read: month must be", "job"),
        ("shm: 0b_", r"job.yaml has a value that YAML cannot read: invalid literal", "job"),
    ],
)
def test_a_yaml_file_that_says_something_twice_or_nothing_at_all_is_refused(
    client: MakeClient, tmp_path: Path, line: str, message: str, field: str
) -> None:
    (tmp_path / "job.yaml").write_text(f"{YAML}{line}\n", "utf-8")
    c = client()

    with pytest.raises(InvalidRequest, match=message) as caught:
        c.done(c.hub.trainings.submit(tmp_path / "job.yaml"))
    assert caught.value.field == field


def test_a_file_keeps_its_name_at_the_beginning_of_a_sentence(
    client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("job.yaml").write_text(f"{YAML}instnces: 4\n", "utf-8")
    c = client()

    with pytest.raises(InvalidRequest, match=r"^job.yaml, line 9: there is no field 'instnces'\."):
        c.done(c.hub.trainings.submit("job.yaml"))


def test_a_misspelt_field_of_a_dict_is_named(client: MakeClient) -> None:
    c = client()

    with pytest.raises(InvalidRequest, match=r"^There is no field 'shmm'. Did you mean 'shm'\?"):
        c.done(c.hub.trainings.submit({**FIELDS, "shmm": 1}))


def test_a_missing_field_is_named(client: MakeClient) -> None:
    c = client()

    with pytest.raises(InvalidRequest, match=r"^image is missing\.") as caught:
        c.done(c.hub.trainings.submit({**FIELDS, "image": None}))
    assert caught.value.field == "image"


def test_a_vip_training_needs_to_say_how_it_gets_its_nodes(client: MakeClient) -> None:
    c = client()

    with pytest.raises(InvalidRequest) as caught:
        c.done(c.hub.trainings.submit(**FIELDS, is_vip=True))
    assert caught.value.field == "body.preempt_policy"


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("job.yaml", "a: [1\nb: 2", r"job.yaml, line 2: it is not YAML"),
        ("job.toml", "a = \nb = 1", r"job.toml is not TOML: .*line 1"),
        ("job.yaml", "- 1", r"job.yaml does not hold the fields"),
        ("job.json", "{}", r"job.json is no job file"),
        ("job.yaml", None, r"job.yaml cannot be read: No such file"),
        ("job.yaml", "a: b\0", r"job.yaml: it is not YAML: special characters are not allowed"),
        ("job.toml", f"a = {'[' * 3000}{']' * 3000}", r"job.toml is not TOML: .*recursion"),
    ],
)
def test_a_file_that_is_no_job_file_is_refused(
    client: MakeClient, tmp_path: Path, file: str, text: str | None, message: str
) -> None:
    if text is not None:
        (tmp_path / file).write_text(text, "utf-8")
    c = client()

    with pytest.raises(InvalidRequest, match=message):
        c.done(c.hub.trainings.submit(tmp_path / file))


def test_without_a_reader_of_yaml_the_error_says_what_to_install(
    client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "job.yaml").write_text(YAML, "utf-8")
    monkeypatch.setitem(sys.modules, "yaml", None)
    c = client()

    with pytest.raises(ConfigurationError) as caught:
        c.done(c.hub.trainings.submit(tmp_path / "job.yaml"))
    assert caught.value.hint == "Run: pip install 'aihub-sdk[jobs]'"


def test_a_lost_answer_is_never_sent_again_and_says_how_to_check(client: MakeClient) -> None:
    c = client(page(504))

    with pytest.raises(ResponseLost, match="look for the name in the web console"):
        c.done(c.hub.trainings.submit(**FIELDS))
    assert len(c.script.requests) == 1


# --- handles --------------------------------------------------------------------------------------


def test_a_wait_ends_with_the_training(client: MakeClient) -> None:
    c = client(training(1), training(2), training(3, name="n"))
    job = c.done(attached(c).wait())

    assert (job.status, job.name) == (TrainingStatus.SUCCESS, "n")
    assert c.time.pauses == [1.1, 1.65]


def test_a_training_just_submitted_may_not_be_found_yet(client: MakeClient) -> None:
    c = client(ok({"id": 7}), page(404), training(3))

    assert c.done(c.done(c.hub.trainings.submit(**FIELDS)).wait()).status == TrainingStatus.SUCCESS


def test_a_failed_training_raises(client: MakeClient) -> None:
    c = client(training(4))

    with pytest.raises(JobFailed) as caught:
        c.done(attached(c).wait())
    assert (caught.value.job_id, caught.value.ref) == (7, "aihub://custom/training/7")


def test_a_stopped_training_says_by_whom(client: MakeClient) -> None:
    c = client(training(5, stop_op_user={"id": 2, "name": "demo"}))

    with pytest.raises(JobStopped, match="stopped by demo"):
        c.done(attached(c).wait())


def test_watching_gives_each_change_once_and_then_the_end(client: MakeClient) -> None:
    c = client(training(1), training(1), page(500), training(2), training(2), training(3), max_retries=0)

    assert [job.status.name for job in c.listed(attached(c).watch())] == ["WAITING", "RUNNING", "SUCCESS"]


def test_watching_a_failure_gives_it_and_then_raises(client: MakeClient) -> None:
    c = client(training(2), training(4))
    seen: list[str] = []

    async def follow() -> None:
        if c.is_async:
            async for job in attached(c).watch():
                seen.append(job.status.name)  # noqa: PERF401  # what was seen before the error is the test
        else:
            for job in attached(c).watch():
                seen.append(job.status.name)  # noqa: PERF401  # as above

    with pytest.raises(JobFailed):
        c.done(follow())
    assert seen == ["RUNNING", "FAILED"]


def test_watching_without_check_ends_with_the_failure(client: MakeClient) -> None:
    c = client(training(4))

    assert [job.status.name for job in c.listed(attached(c).watch(check=False))] == ["FAILED"]


@pytest.mark.parametrize(
    ("noun", "kind", "path"),
    [
        ("trainings", "training", "model-training-platform/api/v1/trainings"),
        ("quota_tasks", "quota_task", "quota-schedule-management/api/v1/tasks"),
    ],
)
def test_a_job_is_stopped(client: MakeClient, noun: str, kind: str, path: str) -> None:
    c = client(ok(None))

    assert c.done(getattr(c.hub, noun).attach(f"aihub://custom/{kind}/7").stop()) is None
    assert c.script.sent() == [f"POST /{path}/7/stop"]


def test_ctrl_c_stops_the_job_when_asked_to(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    def interrupt(request: Any) -> Any:
        raise asyncio.CancelledError if c.is_async else KeyboardInterrupt

    c = client(training(2), interrupt, ok(None))
    with pytest.raises(asyncio.CancelledError if c.is_async else KeyboardInterrupt):
        c.done(attached(c).wait(stop_on_interrupt=True))

    assert c.script.sent()[-1].endswith("/trainings/7/stop")
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "aihub://custom/training/7 was asked to stop"
    ]


def test_ctrl_c_leaves_the_job_and_the_log_says_how_to_go_on(
    client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    def interrupt(request: Any) -> Any:
        raise asyncio.CancelledError if c.is_async else KeyboardInterrupt

    c = client(training(2), interrupt)
    with pytest.raises(asyncio.CancelledError if c.is_async else KeyboardInterrupt):
        c.done(attached(c).wait())

    # Ctrl-C reaches a task as a cancellation; and whoever cancels it, the job goes on.
    ref = "'aihub://custom/training/7'"
    assert [record.getMessage().partition(" goes on. ")[2] for record in caplog.records] == [
        f"Wait for it again with hub.attach({ref}).wait(), or stop it with hub.attach({ref}).stop()"
    ]


def pods(*ids: int, total: int) -> Any:
    return ok({"data": [{"id": each} for each in ids], "total": total})


def test_pods_come_page_by_page_and_each_once(client: MakeClient) -> None:
    """Between two pages a pod may move to the next one."""
    c = client(pods(1, 2, total=5), pods(2, 3, total=5), pods(4, total=5))

    assert [pod.id for pod in c.listed(attached(c).pods(page_size=2))] == [1, 2, 3, 4]
    assert [sent.partition("?")[2] for sent in c.script.sent()] == [f"page_size=2&page_num={n}" for n in (1, 2, 3)]


def test_a_null_among_pods_is_no_pod(client: MakeClient) -> None:
    c = client(ok({"data": [{"id": 1}, None], "total": 2}))

    assert [pod.id for pod in c.listed(attached(c).pods())] == [1]


@pytest.mark.parametrize("data", [{}, {"id": None}, 7, []], ids=repr)
def test_a_creation_without_an_id_says_how_to_find_what_was_created(client: MakeClient, data: object) -> None:
    c = client(ok(data))

    with pytest.raises(UnexpectedResponse, match=r"reported success, and its data (has no id|is no object)") as caught:
        c.done(c.hub.trainings.submit(**FIELDS))
    assert "look for the name in the web console" in caught.value.hint


def test_no_pods_are_no_pods(client: MakeClient) -> None:
    c = client(ok({"data": None}))

    assert c.listed(attached(c).pods()) == []
    assert c.script.sent()[0].endswith("?page_size=9999&page_num=1")


def test_a_page_size_that_is_none_is_refused(client: MakeClient) -> None:
    c = client()

    with pytest.raises(InvalidRequest) as caught:
        c.listed(attached(c).pods(page_size=0))
    assert caught.value.field == "page_size"


@pytest.mark.parametrize("kind", ["training", "quota_task", "run", "search"])
def test_every_kind_is_taken_up_again_from_a_reference_and_from_a_pickle(client: MakeClient, kind: str) -> None:
    c = client()
    handle = c.hub.attach(f"aihub://custom/{kind}/7")
    again = c.hub.attach(pickle.loads(pickle.dumps(handle)))

    assert (handle.kind, again) == (kind, handle)
    with pytest.raises(ConfigurationError):
        c.done(pickle.loads(pickle.dumps(handle)).refresh())


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("aihub://custom/trainin/7", "Did you mean 'training'"),
        ("aihub://custom/training/x", "not the reference of a training"),
        ("aihub://custom/training/٣", "not the reference of a training"),
        ("aihub://production/training/7", "belongs to production"),
        ("7", "not the reference of a job"),
    ],
)
def test_what_is_no_reference_is_refused(client: MakeClient, ref: str, message: str) -> None:
    with pytest.raises(InvalidRequest, match=message) as caught:
        client().hub.attach(ref)
    assert caught.value.field == "ref"
