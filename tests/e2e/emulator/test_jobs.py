"""Trainings and quota tasks from creation to end, on a clock that only the tests turn."""

from collections.abc import Iterator

import pytest

from aihub_emulator import Emulator, JobSeconds, Settings
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.job_calls import (
    DEV,
    FAILED,
    HIGH,
    KILL,
    LOW,
    RUNNING,
    STOPPED,
    STOPPING,
    SUCCESS,
    TASKS,
    TRAININGS,
    WAIT,
    WAITING,
    get,
    post,
    scripted,
    start_task,
    task,
    task_pods,
    train,
    training,
    training_pods,
)

TURNED = Settings(clock="manual", jobs=JobSeconds(starting=10, running=100, stopping=5))


@pytest.fixture(scope="module")
def turned() -> Iterator[Emulator]:
    with Emulator(TURNED) as running:
        yield running


@pytest.fixture
def emulator(turned: Emulator) -> Emulator:
    """Without any job, whatever the test before left."""
    turned.reset()
    return turned


def test_a_training_waits_for_its_image_runs_and_succeeds(emulator: Emulator, admin: Caller) -> None:
    job_id = train(admin, name="train-001", description="first", enable_ssh=True, storage_ids=[1])
    statuses = []
    for seconds in (0, 9.9, 0.1, 99.9, 0.1):
        emulator.advance(seconds)
        statuses.append(training(admin, job_id)["status"])

    job = training(admin, job_id)
    assert statuses == [WAITING, WAITING, RUNNING, RUNNING, SUCCESS]
    assert job["started_at"] - job["created_at"] == pytest.approx(10_000, abs=2)
    assert job["finished_at"] - job["started_at"] == pytest.approx(100_000, abs=2)
    assert {name: job[name] for name in ("id", "name", "description", "instances", "sku_cnt", "shm")} == {
        "id": job_id,
        "name": "train-001",
        "description": "first",
        "instances": 1,
        "sku_cnt": 1,
        "shm": 1,
    }
    assert (job["username"], job["user_id"], job["category"], job["project"]["name"]) == (
        "admin",
        1,
        {"id": 1, "name": "训练"},
        "demo",
    )
    assert [storage["name"] for storage in job["storages"]] == ["data1"]
    assert (job["envs"], job["vip_node_names"], job["preempt_policy"], job["stop_op_user"]) == (None, None, 0, None)
    assert job["virtual_cluster"] == {
        "id": DEV,
        "name": "vc-4090-dev",
        "gpu_type": "4090",
        "label": "4090",
        "sku": {"cpu": 12, "memory": 64},
    }


def test_times_that_have_not_come_are_zero(emulator: Emulator, admin: Caller) -> None:
    waiting, running = training(admin, train(admin)), train(admin)
    emulator.advance(50)

    assert (waiting["started_at"], waiting["finished_at"], waiting["avg_gpu_util"]) == (0, 0, 0)
    assert training(admin, running)["started_at"] > 0
    assert training(admin, running)["finished_at"] == 0


def test_gpu_utilisation_is_there_from_the_start_on_and_stays(emulator: Emulator, admin: Caller) -> None:
    job_id, on_cpus = train(admin), train(admin, virtual_cluster_id=32)
    seen = []
    for seconds in (0, 50, 100):
        emulator.advance(seconds)
        seen.append(training(admin, job_id)["avg_gpu_util"])

    assert seen[0] == 0
    assert seen[1] == seen[2] > 0
    assert training(admin, on_cpus)["avg_gpu_util"] == 0


def test_pods_appear_with_their_nodes_and_go_through_their_states(emulator: Emulator, admin: Caller) -> None:
    job_id = train(admin, name="Train_01!", instances=3, sku_cnt=2, enable_ssh=True)
    states = []
    for seconds in (0, 10, 100):
        emulator.advance(seconds)
        pods = training_pods(admin, job_id)["data"]
        states.append({pod["status"] for pod in pods})

    assert states == [{"Pending"}, {"Running"}, {"Succeeded"}]
    assert [(pod["id"], pod["node_name"], pod["host_ip"]) for pod in pods] == [
        (1, "dev-01", "192.0.2.33"),
        (2, "dev-01", "192.0.2.33"),
        (3, "dev-02", "192.0.2.34"),
    ]
    assert [pod["name"] for pod in pods] == ["train-01-1-master-0", "train-01-1-worker-1", "train-01-1-worker-2"]
    assert {pod["ssh_port"] for pod in pods} == {30001, 30002, 30003}
    assert pods[0]["ssh_info"] == "ssh root@192.0.2.33 -p 30001"
    assert {pod["duration"] for pod in pods} == {100}
    assert all(pod["created_at"] < pod["started_at"] < pod["finished_at"] for pod in pods)


def test_pods_have_no_ssh_when_it_was_not_asked_for(emulator: Emulator, admin: Caller) -> None:
    (pod,) = training_pods(admin, train(admin))["data"]

    assert (pod["ssh_port"], pod["ssh_info"]) == (0, "")


def test_a_job_in_the_queue_has_no_pods(emulator: Emulator, admin: Caller) -> None:
    train(admin, instances=2, sku_cnt=4)
    queued = train(admin)
    page = training_pods(admin, queued)

    assert page == {"total": 0, "page_size": 9999, "page_num": 1, "data": None}


def test_pods_come_in_pages(emulator: Emulator, admin: Caller) -> None:
    job_id = train(admin, instances=5)
    pages = [training_pods(admin, job_id, page_size=2, page_num=number) for number in (1, 2, 3, 4)]

    assert [[pod["id"] for pod in page["data"] or ()] for page in pages] == [[1, 2], [3, 4], [5], []]
    assert {(page["total"], page["page_size"]) for page in pages} == {(5, 2)}
    assert [page["page_num"] for page in pages] == [1, 2, 3, 4]


def test_a_job_ends_as_its_environment_says(emulator: Emulator, admin: Caller) -> None:
    failing = train(admin, envs=scripted(exit_code=137, duration="2.5"))
    passing = start_task(admin, envs=scripted(duration="30"))
    emulator.advance(13)

    job = training(admin, failing)
    assert (job["status"], job["finished_at"] - job["started_at"]) == (FAILED, pytest.approx(2500, abs=2))
    assert job["envs"] == scripted(exit_code=137, duration="2.5")
    assert {pod["status"] for pod in training_pods(admin, failing)["data"]} == {"Failed"}
    assert task(admin, passing)["status"] == RUNNING
    emulator.advance(27)
    assert task(admin, passing)["status"] == SUCCESS


def test_a_stopped_training_runs_on_a_while_and_then_is_stopped(emulator: Emulator, admin: Caller) -> None:
    job_id = train(admin)
    emulator.advance(20)
    answer = post(admin, "stopTraining", f"{TRAININGS}/{job_id}/stop")
    statuses = []
    for seconds in (0, 4.9, 0.1):
        emulator.advance(seconds)
        statuses.append(training(admin, job_id)["status"])

    job = training(admin, job_id)
    assert answer == {"code": 0, "msg": ""}
    assert statuses == [RUNNING, RUNNING, STOPPED]
    assert (job["stop_op_user"], job["finished_at"] - job["started_at"]) == (
        {"id": 1, "name": "admin"},
        pytest.approx(15_000, abs=2),
    )
    assert {pod["status"] for pod in training_pods(admin, job_id)["data"]} == {"Deleted"}


def test_a_stopped_quota_task_passes_through_stopping(emulator: Emulator, admin: Caller) -> None:
    queue = [start_task(admin, instances=2, sku_cnt=4), start_task(admin)]
    emulator.advance(20)
    for task_id in queue:
        assert post(admin, "stopQuotaTask", f"{TASKS}/{task_id}/stop") == {"code": 0, "msg": ""}

    assert [task(admin, task_id)["status"] for task_id in queue] == [STOPPING, STOPPING]
    emulator.advance(5)
    assert [task(admin, task_id)["status"] for task_id in queue] == [STOPPED, STOPPED]
    assert task(admin, queue[1])["started_at"] == 0


def test_stopping_what_has_ended_succeeds_and_changes_nothing(emulator: Emulator, admin: Caller) -> None:
    task_id = start_task(admin)
    emulator.advance(200)
    before = task(admin, task_id)

    assert post(admin, "stopQuotaTask", f"{TASKS}/{task_id}/stop")["code"] == 0
    assert task(admin, task_id) == before
    assert before["status"] == SUCCESS


def test_a_high_quota_task_goes_before_a_low_one(emulator: Emulator, admin: Caller) -> None:
    start_task(admin, instances=2, sku_cnt=4)
    low, high = start_task(admin, priority=LOW, sku_cnt=4, instances=2), start_task(admin, priority=HIGH)
    emulator.advance(120)

    assert (task(admin, low)["status"], task(admin, high)["status"]) == (WAITING, RUNNING)


def test_a_vip_training_that_kills_sends_low_tasks_back_to_the_queue(emulator: Emulator, admin: Caller) -> None:
    low = start_task(admin, priority=LOW, instances=2, sku_cnt=4)
    emulator.advance(50)
    vip = train(admin, is_vip=True, preempt_policy=KILL, vip_node_names=["dev-02"])

    assert (task(admin, low)["status"], task(admin, low)["started_at"]) == (WAITING, 0)
    assert [pod["status"] for pod in task_pods(admin, low)] == ["Deleted", "Deleted"]
    emulator.advance(110)
    shown = training(admin, vip)
    assert (shown["status"], shown["is_vip"], shown["cluster_partition"]) == (SUCCESS, True, "vip")
    assert (shown["preempt_policy"], shown["vip_node_names"]) == (KILL, ["dev-02"])
    emulator.advance(110)
    assert task(admin, low)["status"] == SUCCESS
    assert [pod["status"] for pod in task_pods(admin, low)] == ["Deleted", "Deleted", "Succeeded", "Succeeded"]


def test_a_vip_training_that_waits_lets_low_tasks_finish_on_its_nodes_and_no_others_begin(
    emulator: Emulator, admin: Caller
) -> None:
    low = start_task(admin, priority=LOW, sku_cnt=4)
    vip = train(admin, is_vip=True, preempt_policy=WAIT, vip_node_names=["dev-01"], sku_cnt=4)
    other = train(admin)
    (other_pod,) = training_pods(admin, other)["data"]

    assert (training(admin, vip)["status"], other_pod["node_name"]) == (WAITING, "dev-02")
    emulator.advance(110)
    assert task(admin, low)["status"] == SUCCESS
    (vip_pod,) = training_pods(admin, vip)["data"]
    assert vip_pod["node_name"] == "dev-01"


def test_a_quota_task_shows_what_runs_on_the_nodes_of_its_cluster(emulator: Emulator, admin: Caller) -> None:
    first = start_task(admin, name="first", instances=2, sku_cnt=2, project_id=2)
    train(admin, name="second", virtual_cluster_id=29)
    emulator.advance(70)
    cluster = task(admin, first)["virtual_cluster"]

    assert cluster["sku"] == {"cpu": 12, "gpu": 1, "memory": 64}
    assert [(node["node_name"], node["node_ip"]) for node in cluster["node_tasks"]] == [
        ("dev-01", "192.0.2.33"),
        ("dev-02", "192.0.2.34"),
    ]
    assert [node["tasks"] for node in cluster["node_tasks"]] == [
        [
            {
                "id": str(first),
                "name": "first",
                "sku_cnt": 4,
                "category_name": "训练",
                "project_name": "车牌识别",
                "estimate_run_time": 3600,
                "actual_run_time": 60,
                "username": "admin",
            }
        ],
        None,
    ]


def test_a_quota_task_that_has_started_is_carried_by_a_training(emulator: Emulator, admin: Caller) -> None:
    first = train(admin, instances=2, sku_cnt=4)
    task_id = start_task(admin, name="carried", command="python train.py")
    waiting = task(admin, task_id)
    missing = get(admin, "getTraining", f"{TRAININGS}/{first + 1}")
    emulator.advance(120)
    carrier = task(admin, task_id)["mtp_id"]

    assert (waiting["mtp_id"], missing["code"], waiting["command"]) == (0, 2, "python train.py")
    assert carrier == first + 1 != task_id
    assert (training(admin, carrier)["name"], training(admin, carrier)["status"]) == ("carried", RUNNING)


def test_another_users_jobs_do_not_exist(emulator: Emulator, admin: Caller, stranger: Caller) -> None:
    mine, my_task = train(admin), start_task(admin)
    answers = [
        get(stranger, "getTraining", f"{TRAININGS}/{mine}"),
        get(stranger, "listTrainingPods", f"{TRAININGS}/{mine}/pods"),
        post(stranger, "stopTraining", f"{TRAININGS}/{mine}/stop"),
        get(stranger, "getQuotaTask", f"{TASKS}/{my_task}"),
        get(stranger, "listQuotaTaskPods", f"{TASKS}/{my_task}/pods"),
        post(stranger, "stopQuotaTask", f"{TASKS}/{my_task}/stop"),
    ]

    assert {answer["code"] for answer in answers} == {2}
    assert answers[0]["msg"] == f"there is no training {mine} of user 'demo'"
    assert training(admin, mine)["stop_op_user"] is None


def test_trainings_and_quota_tasks_are_numbered_apart(emulator: Emulator, admin: Caller) -> None:
    assert [train(admin), start_task(admin), start_task(admin), train(admin)] == [1, 1, 2, 4]


def test_a_reset_forgets_jobs_and_frees_their_skus(emulator: Emulator, admin: Caller) -> None:
    train(admin, instances=2, sku_cnt=4)
    emulator.reset()
    job_id = train(admin, instances=2, sku_cnt=4)
    emulator.advance(10)

    assert (job_id, training(admin, job_id)["status"]) == (1, RUNNING)
    assert training_pods(admin, job_id)["total"] == 2


@pytest.mark.parametrize("number", [200, pytest.param(2000, marks=pytest.mark.slow)])
def test_jobs_on_four_clusters_all_end_when_the_clock_is_turned(emulator: Emulator, admin: Caller, number: int) -> None:
    ids = [
        train(admin, virtual_cluster_id=29 + index % 4, sku_cnt=1 + index % 3 % 2, envs=scripted(duration="30"))
        for index in range(number)
    ]
    emulator.advance(number * 50)
    emulator.settle()

    assert {training(admin, job_id)["status"] for job_id in ids} == {SUCCESS}


def test_jobs_end_by_themselves_in_real_time() -> None:
    quick = JobSeconds(starting=0.01, running=0.02, stopping=0.01)
    with Emulator(Settings(jobs=quick)) as emulator, Caller(emulator.base_url, emulator.token) as admin:
        done, stopped = train(admin), start_task(admin, envs=scripted(duration="3600"))
        post(admin, "stopQuotaTask", f"{TASKS}/{stopped}/stop")
        emulator.settle()

        assert (training(admin, done)["status"], task(admin, stopped)["status"]) == (SUCCESS, STOPPED)


def test_the_control_plane_shows_what_jobs_say_at_their_end(emulator: Emulator, admin: Caller) -> None:
    envs = [*scripted(exit_code=1), {"key": "AIHUB_EMULATOR_MESSAGE", "value": "loss is NaN"}]
    train(admin, name="failing", envs=envs)
    start_task(admin, name="waiting", instances=2, sku_cnt=4)
    emulator.advance(1)
    before = admin.send("GET", "/_emulator/jobs").json()["jobs"]
    emulator.advance(110)
    failed, running = admin.send("GET", "/_emulator/jobs").json()["jobs"]

    assert [(job["phase"], job["exit_code"], job["message"]) for job in before] == [
        ("starting", None, ""),
        ("queued", None, ""),
    ]
    assert (failed["kind"], failed["name"], failed["phase"]) == ("training", "failing", "failed")
    assert (failed["exit_code"], failed["message"]) == (1, "loss is NaN")
    assert (running["kind"], running["user"], running["nodes"]) == ("quota task", "admin", ["dev-01", "dev-02"])
