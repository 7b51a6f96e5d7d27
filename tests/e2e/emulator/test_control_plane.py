"""The control plane: what it tells, whom it answers, and how it makes work go on."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from aihub_emulator import Emulator, Settings
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.crowd import JOB, KINDS

SEARCHES = "/data-warehouse/api/v1/searches"
TRAININGS, TRAINING, TRAINING_BODY = KINDS["training"]
RUNS, RUN, RUN_BODY = KINDS["run"]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(Settings(clock="manual")) as running:
        yield running


@pytest.fixture(autouse=True)
def _anew(emulator: Emulator) -> None:
    emulator.reset()


def test_the_log_tells_who_asked_for_what_and_what_came_of_it(emulator: Emulator, admin: Caller) -> None:
    admin.create_search("select 1")
    admin.get_search(7)
    with Caller(emulator.base_url) as nobody:
        nobody.get_search(1)
    admin.send("GET", "/nowhere", params={"token": "secret-in-a-query"})

    rows = admin.send("GET", "/_emulator/requests").json()["requests"]
    seen = [(row["method"], row["path"], row["operation"], row["status"], row["code"], row["user"]) for row in rows]

    assert seen == [
        ("POST", SEARCHES, "createSearch", 200, 0, "admin"),
        ("GET", f"{SEARCHES}/7", "getSearch", 200, 2, "admin"),
        ("GET", f"{SEARCHES}/1", "getSearch", 401, 401, ""),
        ("GET", "/nowhere", "", 404, None, ""),
    ]
    assert all(row["ms"] > 0 for row in rows)
    assert [row["code"] for row in admin.send("GET", "/_emulator/requests?operation=getSearch").json()["requests"]] == [
        2,
        401,
    ]


def test_the_log_holds_no_secret(emulator: Emulator, admin: Caller) -> None:
    admin.send("POST", "/api/v1/auth/login", json={"username": "demo", "password": "password-in-a-body"})
    admin.send("GET", f"{SEARCHES}/1", headers={"Authorization": "Bearer token-in-a-header"})
    admin.send("GET", "/b/k?X-Amz-Signature=signature-in-a-query")

    log = admin.send("GET", "/_emulator/requests").text

    assert not [word for word in ("password-in", "token-in", "signature-in", emulator.s3_token) if word in log]


def test_the_log_forgets_the_oldest_first(emulator: Emulator, admin: Caller) -> None:
    for _ in range(2_010):
        admin.send("HEAD", "/nowhere")

    entries = emulator.requests()

    assert (len(entries), entries[-1].id - entries[0].id) == (2_000, 1_999)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json"}, 200),
        ({"X-AIHub-Emulator": "1"}, 200),
        ({"Content-Type": "text/plain"}, 415),
        ({}, 415),
        ({"Content-Type": "application/json", "Origin": "https://page.example.com"}, 403),
        ({"Content-Type": "application/json", "Origin": "null"}, 403),
        ({"Content-Type": "application/json", "Host": "rebound.example.com"}, 403),
        ({"Content-Type": "application/json", "Host": "localhost"}, 200),
    ],
)
def test_no_web_page_reaches_the_control_plane(emulator: Emulator, headers: dict[str, str], status: int) -> None:
    response = requests.post(f"{emulator.base_url}/_emulator/reset", headers=headers, timeout=30)

    assert response.status_code == status
    assert "Access-Control-Allow-Origin" not in response.headers


def test_the_control_plane_gives_no_page_leave(nobody: Caller) -> None:
    asked = {"Origin": "https://page.example.com", "Access-Control-Request-Method": "POST"}
    response = nobody.send("OPTIONS", "/_emulator/reset", headers=asked)

    assert [name for name in response.headers if name.startswith("Access-Control")] == []


@pytest.mark.parametrize("path", [SEARCHES, "/upload", "/api/v1/auth/login"])
def test_a_reference_page_may_try_every_operation(nobody: Caller, path: str) -> None:
    asked = {
        "Origin": "https://reference.example.com",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,token",
    }
    response = nobody.send("OPTIONS", path, headers=asked)

    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert response.headers["Access-Control-Allow-Headers"] == "authorization,content-type,token"
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_a_reference_page_may_read_answers_and_refusals(admin: Caller, nobody: Caller) -> None:
    origin = {"Origin": "https://reference.example.com"}
    answers = [caller.send("GET", f"{SEARCHES}/1", headers=origin) for caller in (admin, nobody)]

    assert [each.headers["Access-Control-Allow-Origin"] for each in answers] == ["*", "*"]
    assert "X-AIHub-Emulator" in answers[0].headers["Access-Control-Expose-Headers"]


def statuses(admin: Caller, one: str, *, number: int = 1, times: int) -> list[int]:
    return [admin.send("GET", one.format(number)).json()["data"]["status"] for _ in range(times)]


@pytest.mark.parametrize("kind", ["training", "quota_task"])
def test_a_job_goes_on_every_second_time_that_it_is_read(emulator: Emulator, admin: Caller, kind: Any) -> None:
    path, one, body = KINDS[kind]
    emulator.set_transitions(kind, "polls", polls=2)
    admin.send("POST", path, json={**body, "name": "x"})

    assert statuses(admin, one, times=6) == [1, 1, 2, 2, 3, 3]


def test_a_run_goes_on_when_it_is_read(emulator: Emulator, admin: Caller) -> None:
    emulator.set_transitions("run", "polls")
    admin.send("POST", RUNS, json={**RUN_BODY, "name": "x"})

    assert statuses(admin, RUN, times=5) == [1, 2, 2, 3, 3]


def test_polls_of_a_job_that_waits_for_room_do_not_count_for_its_next_state(emulator: Emulator, admin: Caller) -> None:
    emulator.set_transitions("training", "polls", polls=2)
    everything = {"virtual_cluster_id": 30, "instances": 2, "sku_cnt": 4}
    admin.send("POST", KINDS["quota_task"][0], json={**KINDS["quota_task"][2], **everything, "name": "holder"})
    admin.send("POST", TRAININGS, json={**TRAINING_BODY, "virtual_cluster_id": 30, "name": "x"})

    # The quota task was first, and is a training of its own: number 1.
    waiting = statuses(admin, TRAINING, number=2, times=1)
    emulator.advance(1)

    assert waiting + statuses(admin, TRAINING, number=2, times=3) == [1, 1, 1, 2]


def test_polls_of_one_job_do_not_move_another(emulator: Emulator, admin: Caller) -> None:
    emulator.set_transitions("training", "polls")
    for name in ("a", "b"):
        admin.send("POST", TRAININGS, json={**TRAINING_BODY, "name": name})

    first = statuses(admin, TRAINING, number=1, times=3)

    assert (first, statuses(admin, TRAINING, number=2, times=1)) == ([1, 2, 3], [1])


def test_a_search_goes_on_when_it_is_read(emulator: Emulator, admin: Caller) -> None:
    emulator.set_transitions("search", "polls")
    number = admin.create_search("select 1")
    first = admin.get_search(number)["data"]["status"]
    while admin.get_search(number)["data"]["status"] != 3:
        pass

    assert first == 1


@pytest.mark.parametrize("kind", ["training", "quota_task", "run"])
def test_work_ends_at_once(emulator: Emulator, admin: Caller, kind: str) -> None:
    path, one, body = KINDS[kind]
    described = {"kind": kind, "mode": "immediate"}
    set_up = admin.send("POST", "/_emulator/transitions", json=described)
    admin.send("POST", path, json={**body, "name": "x"})
    emulator.advance(0)

    assert set_up.json()["transitions"][kind]["mode"] == "immediate"
    assert statuses(admin, one, times=1) == [3]


def test_work_stays_so_many_seconds_in_each_state(emulator: Emulator, admin: Caller) -> None:
    emulator.set_transitions("training", "seconds", seconds=30)
    admin.send("POST", TRAININGS, json={**JOB, "is_vip": False, "name": "x"})
    seen = []
    for _ in range(3):
        seen += statuses(admin, TRAINING, times=1)
        emulator.advance(30)

    assert seen == [1, 2, 3]


def test_what_waits_for_polls_goes_on_when_that_ends(emulator: Emulator, admin: Caller) -> None:
    for kind, path, body in (("training", TRAININGS, TRAINING_BODY), ("run", RUNS, RUN_BODY)):
        emulator.set_transitions(kind, "polls", polls=1000)  # type: ignore[arg-type]  # one of the kinds
        admin.send("POST", path, json={**body, "name": "x"})
        emulator.set_transitions(kind, "immediate")  # type: ignore[arg-type]  # one of the kinds
    emulator.advance(0)

    assert statuses(admin, TRAINING, times=1) + statuses(admin, RUN, times=1) == [3, 3]


@pytest.mark.parametrize(
    "described",
    [
        {},
        {"kind": "none", "mode": "immediate"},
        {"kind": "run", "mode": "sometimes"},
        {"kind": "run", "mode": "polls", "polls": 0},
        {"kind": "run", "mode": "seconds", "seconds": -1},
        {"kind": "run", "mode": "usual", "more": 1},
    ],
)
def test_a_pace_that_there_is_not_is_refused(admin: Caller, described: dict[str, Any]) -> None:
    response = admin.send("POST", "/_emulator/transitions", json=described)

    assert response.status_code == 400
    assert "Send" in response.json()["error"]


def test_a_reset_takes_back_faults_paces_and_the_log(emulator: Emulator, admin: Caller) -> None:
    admin.send("POST", "/_emulator/faults", json={"kind": "refuse"})
    admin.send("POST", "/_emulator/transitions", json={"kind": "run", "mode": "immediate"})
    admin.send("POST", "/_emulator/reset", json={})

    left = [admin.send("GET", f"/_emulator/{name}").json()[name] for name in ("faults", "requests")]
    paces = admin.send("GET", "/_emulator/transitions").json()["transitions"]

    assert left == [[], []]
    assert {pace["mode"] for pace in paces.values()} == {"usual"}


def test_all_tokens_expire_on_demand(emulator: Emulator, admin: Caller) -> None:
    admin.send("POST", "/_emulator/expire-tokens", json={})

    assert admin.send("GET", f"{SEARCHES}/1").status_code == 401
