"""The scripted platform: it answers what it was told to, and lets neither side say what the spec does not."""

import asyncio
import contextlib
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import aihub_sdk.testing as kit
from aihub_api.tables import OPERATIONS
from aihub_emulator.spec import load_operations
from aihub_sdk.errors import NotFound, ServerRefused
from aihub_sdk.testing import (
    FakeCall,
    FakeHub,
    GatewayAnswer,
    Refused,
    UnfitAnswer,
    UnfitRequest,
    UnscriptedCall,
    UnusedAnswers,
)
from tests.e2e.sdk.conftest import Platform
from tests.e2e.sdk.operations import ROWS, Row, World

SEARCHES = "/data-warehouse/api/v1/searches"
SEARCH = {"type": 1, "name": "n", "sql": "select 1"}


@pytest.fixture
def fake() -> FakeHub:
    return FakeHub()


# --- answers --------------------------------------------------------------------------------------


def test_answers_come_in_turn_and_again(fake: FakeHub) -> None:
    fake.answer("getSearch", {"id": 1}, {"id": 2}, times=2)
    ids = [fake.hub.searches.get(7).snapshot.id for _ in range(4)]  # type: ignore[union-attr]  # it was looked at

    assert ids == [1, 2, 1, 2]


def test_an_answer_stays_for_as_long_as_it_was_told_to(fake: FakeHub) -> None:
    fake.answer("getSearch", {"id": 1, "status": 2}, seconds=timedelta(hours=3))
    fake.answer("getSearch", {"id": 1, "status": 3})
    search = fake.hub.searches.get(1).wait(poll=600)

    assert (search.status, fake.clock.elapsed) == (3, 10800.0)
    fake.verify()


def test_without_data_the_specs_own_example_is_the_answer(fake: FakeHub) -> None:
    fake.answer("getRun")

    assert fake.hub.workflows.get(1).name == fake.example("getRun")["name"]


@pytest.mark.parametrize("operation", [pytest.param(each, id=each.id) for each in load_operations()])
def test_every_example_of_a_success_can_be_scripted(operation: Any, fake: FakeHub) -> None:
    successes = [name for name in operation.examples if name.startswith("success")]
    for name in successes if operation.has_data else ():
        fake.answer(operation.id, fake.example(operation.id, name))
    fake.answer(operation.id)

    assert successes != []


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"id": 1, "status": "done"}, 'data.status: is "done"'),
        ({"id": 1, "status": 99}, "data.status"),
        ({"id": 1, "rows": 3}, "data.rows"),
        ({"status": 3}, "data.id"),
        ({"id": {1, 2}}, "no JSON"),
    ],
    ids=repr,
)
def test_an_answer_that_the_platform_never_gives_is_refused_at_once(fake: FakeHub, data: Any, field: str) -> None:
    with pytest.raises(UnfitAnswer, match="getSearch") as caught:
        fake.answer("getSearch", data)
    assert field in str(caught.value)


def test_what_does_not_fit_is_answered_when_that_is_wanted(fake: FakeHub) -> None:
    fake.answer("getSearch", {"id": 1, "status": 99}, strict=False)

    assert fake.hub.searches.get(1).status == 99


def test_a_file_is_served_as_often_as_it_is_fetched(fake: FakeHub, tmp_path: Path) -> None:
    url = "http://storage.example.com/result.csv"
    fake.answer("getSearch", {"id": 1, "status": 3, "result_url": url})
    fake.serve(url, b"a,b\n1,2\n")
    search = fake.hub.searches.get(1)

    assert list(search) == [{"a": "1", "b": "2"}]
    assert search.to_csv(tmp_path / "r.csv").read_bytes() == b"a,b\n1,2\n"
    assert fake.calls[-1] == FakeCall("", "GET", url)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_every_noun_works_over_the_script(row: Row, kind: str, fake: FakeHub, tmp_path: Path) -> None:
    for operation in OPERATIONS:
        fake.answer(operation, times=4)
    platform = Platform(fake.hub if kind == "sync" else fake.async_hub)
    world = World(platform, tmp_path)
    row.outcome(row.call(world, row.prepare(world)))
    platform.runner.close()

    assert fake.calls_of(row.operation) != []


# --- failures -------------------------------------------------------------------------------------


def test_a_refusal_has_code_words_and_status(fake: FakeHub) -> None:
    fake.fail("getSearch", Refused(2, "没有", 404))
    with pytest.raises(NotFound, match="没有") as caught:
        fake.hub.searches.get(1)
    assert (caught.value.code, caught.value.status) == (2, 404)


def test_failures_and_answers_keep_their_order(fake: FakeHub) -> None:
    fake.fail("listStorages", GatewayAnswer(500), times=2)
    fake.answer("listStorages", {"data": [{"id": 5}]})

    assert [each.id for each in fake.hub.storages.list()] == [5]
    assert fake.clock.pauses == [0.25, 0.5]


# --- requests -------------------------------------------------------------------------------------


def test_calls_are_kept_with_their_fields_and_without_their_token(fake: FakeHub) -> None:
    fake.answer("createSearch", {"id": 1})
    fake.answer("listTrainingPods")
    fake.hub.searches.sql("select 1", name="n")
    fake.hub.api.model_training.list_training_pods(id=7, page_size=10)

    assert fake.calls == [
        FakeCall("createSearch", "POST", SEARCHES, {}, SEARCH),
        FakeCall(
            "listTrainingPods",
            "GET",
            "/model-training-platform/api/v1/trainings/7/pods",
            {"id": 7, "page_size": 10},
        ),
    ]


def test_the_files_of_a_form_are_kept_byte_by_byte(fake: FakeHub, tmp_path: Path) -> None:
    content = bytes(range(256)) * 40 + b"\r\n--x\r\n\r\n"
    (tmp_path / "模型.bin").write_bytes(content)
    fake.answer("uploadFile")
    fake.hub.s3.upload(tmp_path / "模型.bin", bucket="b", key="k 1#")

    (call,) = fake.calls
    assert (call.parameters, call.body, call.files) == ({"bucket": "b", "key": "k 1#"}, {}, {"file": content})


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", SEARCHES, {"type": 1, "name": "n"}, "body.sql"),
        ("POST", SEARCHES, {**SEARCH, "nme": "n"}, "body.nme"),
        ("POST", SEARCHES, {**SEARCH, "name": 3}, "body.name"),
        ("PUT", SEARCHES, SEARCH, "PUT is not its method"),
        ("GET", f"{SEARCHES}/seven", None, "id"),
        ("GET", "/dataset-mng/api/v2/dataset-versions-detail", None, "name"),
    ],
)
def test_a_request_that_does_not_fit_the_spec_is_refused_by_its_field(
    fake: FakeHub, method: Any, path: str, body: Any, field: str
) -> None:
    service = "data_warehouse" if path.startswith(SEARCHES) else "dataset_management"
    with pytest.raises(UnfitRequest) as caught:
        fake.hub.request(method, service, path, json=body)
    assert field in str(caught.value)


def test_a_parameter_that_the_operation_does_not_have_is_refused(fake: FakeHub) -> None:
    with pytest.raises(UnfitRequest, match="verbose"):
        fake.hub.request("GET", "data_warehouse", f"{SEARCHES}/7", query={"verbose": 1})


def test_what_is_not_in_the_spec_is_not_scripted(fake: FakeHub) -> None:
    with pytest.raises(UnscriptedCall, match="/data-warehouse/api/v1/tables"):
        fake.hub.request("GET", "data_warehouse", "/data-warehouse/api/v1/tables")


def test_a_call_beyond_the_last_answer_is_told_with_what_to_do(fake: FakeHub) -> None:
    fake.answer("getSearch", {"id": 1})
    fake.hub.searches.get(1)

    with pytest.raises(UnscriptedCall, match=r"\(1 given\)\. Script another one: fake\.answer\(\"getSearch\""):
        fake.hub.searches.get(1)


# --- the end of a test ----------------------------------------------------------------------------


def test_answers_that_nobody_asked_for_are_told() -> None:
    def program() -> None:
        with FakeHub() as fake:
            fake.answer("getRun", {"id": 1}, times=3)
            fake.answer("getSearch", {"id": 1}, seconds=60)
            fake.hub.workflows.get(1)
            fake.hub.searches.get(1)

    with pytest.raises(UnusedAnswers, match=r"asked for: 2 of getRun$"):
        program()


def test_what_a_program_swallows_is_told_at_the_end() -> None:
    def program() -> None:
        with FakeHub() as fake, contextlib.suppress(AssertionError):
            fake.hub.storages.list()

    with pytest.raises(UnscriptedCall):
        program()


def test_an_error_of_the_test_itself_is_not_covered_up() -> None:
    def program() -> None:
        with FakeHub() as fake:
            fake.answer("getRun", {"id": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        program()


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        lambda fake: fake.answer("getSerach", {"id": 1}),
        lambda fake: fake.answer("getSearch", {"id": 1}, times=0),
        lambda fake: fake.answer("getSearch", {"id": 1}, seconds=-1),
        lambda fake: fake.fail("getSearch", "boom"),
        lambda fake: fake.fail("getSearch", Refused(), times=0),
        lambda fake: fake.example("getSearch", "no-such"),
    ],
    ids=["operation", "times", "seconds", "failure", "times of a failure", "example"],
)
def test_a_mistake_in_the_script_is_a_value_error(fake: FakeHub, wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"getSerach|times is|no example"):
        wrong(fake)


def test_no_setting_of_the_machine_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "aihub").mkdir()
    (tmp_path / "aihub" / "config.toml").write_text("[profiles.default]\ntimeout = 1\nmax_retries = 0\n", "utf-8")
    for name, value in {"XDG_CONFIG_HOME": str(tmp_path), "AI_HUB_TOKEN": "mine", "AI_HUB_ENV": "production"}.items():
        monkeypatch.setenv(name, value)
    hub = FakeHub().hub

    assert (hub.config.timeout, hub.config.max_retries, hub.config.environment) == (60.0, 4, "local")
    assert hub.whoami().username == "demo"


def test_settings_of_its_own_are_those_of_its_clients() -> None:
    fake = FakeHub(env="production", timeout=5, max_retries=0, strict=True)

    for hub in (fake.hub, fake.async_hub):
        assert (hub.config.environment, hub.config.timeout, hub.config.is_strict) == ("production", 5.0, True)


def test_a_client_with_other_options_has_the_same_script(fake: FakeHub) -> None:
    fake.fail("listStorages", GatewayAnswer(503))
    with pytest.raises(ServerRefused):
        fake.hub.with_options(max_retries=0).storages.list()


def test_both_clients_share_the_script_and_the_time(fake: FakeHub) -> None:
    fake.answer("listStorages", {"data": [{"id": 1}]})
    fake.fail("listStorages", GatewayAnswer(500))
    fake.answer("listStorages", {"data": [{"id": 2}]})
    first = fake.hub.storages.list()
    second = asyncio.run(fake.async_hub.storages.list())

    assert ([each.id for each in first + second], fake.clock.elapsed) == ([1, 2], 0.25)


@pytest.mark.parametrize("program", ["FakeHub()", "EmulatedHub()"])
def test_without_the_extra_it_says_what_to_install(program: str) -> None:
    missing = f"import sys; sys.modules['pydantic'] = None; import aihub_sdk.testing as kit; kit.{program}"
    ended = subprocess.run([sys.executable, "-c", missing], check=False, capture_output=True, text=True)

    assert "ConfigurationError: aihub_sdk.testing needs pydantic, which is not installed." in ended.stderr
    assert "pip install 'aihub-sdk[emulator]'" in ended.stderr


# --- the package ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", kit.__all__)
def test_every_exported_name_is_there_and_says_what_it_is(name: str) -> None:
    assert name == "Failure" or getattr(kit, name).__doc__


def test_exports_are_sorted_and_listed() -> None:
    assert sorted(kit.__all__) == dir(kit)
    with pytest.raises(AttributeError, match="NoSuchName"):
        kit.NoSuchName  # noqa: B018  # looking it up is the test
