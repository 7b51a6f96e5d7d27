"""What a caller did wrong is told with its name, its value and a remedy, before anything is sent."""

import os
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from aihub_sdk.errors import AuthenticationError, ConfigurationError, InvalidRequest, TransferFailed
from tests.unit.conftest import MakeClient
from tests.unit.made_up_tokens import jwt
from tests.unit.scripted import Client, search

HERE = "internal-test"
JOB = {
    "name": "train-001",
    "image": "registry.example/train:1",
    "framework": "PyTorchJob",
    "virtual_cluster_id": 29,
    "sku_cnt": 1,
    "project_id": 1,
    "estimate_run_time": 60,
}


def refusal(c: Client, call: Any, /, *args: Any, **given: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        c.done(call(*args, **given))
    assert c.script.sent() == []
    return caught.value


def test_an_argument_of_the_spec_is_told_apart_from_its_remedy(client: MakeClient) -> None:
    c = client(env=HERE)
    error = refusal(c, c.hub.searches.get, "7")

    assert (error.message, error.hint) == ("getSearch: id is '7' (str).", "Pass a whole number.")
    assert str(error.context) == "data_warehouse.getSearch on internal-test"


@pytest.mark.parametrize("name", [None, 5, b"mnist"])
def test_the_name_of_a_dataset_is_text(client: MakeClient, name: Any) -> None:
    c = client(env=HERE)
    error = refusal(c, c.hub.datasets.create, name)

    assert (error.field, error.message) == ("name", f"{name!r} cannot be the name of a dataset.")


@pytest.mark.parametrize(("name", "number", "field"), [(5, 3, "name"), ("a/V1", 3, "name"), ("a", "3", "id")])
def test_a_dataset_is_taken_up_by_its_name_and_its_id(client: MakeClient, name: Any, number: Any, field: str) -> None:
    c = client(env=HERE)

    assert refusal(c, c.hub.datasets.get, name, id=number).field == field


def test_one_text_where_a_list_belongs_is_mended_by_a_list(client: MakeClient) -> None:
    c = client(env=HERE)
    error = refusal(c, c.hub.trainings.submit, **JOB, vip_node_names="node-01")

    assert (error.field, error.hint) == (
        "vip_node_names",
        "Pass a list, also for a single one: vip_node_names=[…].",
    )


@pytest.mark.parametrize("field", ["name", "image", "framework"])
def test_a_job_without_words_where_they_are_needed_is_refused(client: MakeClient, field: str) -> None:
    c = client(env=HERE)
    error = refusal(c, c.hub.trainings.submit, **{**JOB, field: " "})

    assert (error.field, error.message) == (field, f"{field} is empty.")


def test_the_remedy_for_several_missing_fields_names_all_of_them(client: MakeClient) -> None:
    c = client(env=HERE)
    error = refusal(c, c.hub.trainings.submit, **{k: v for k, v in JOB.items() if k not in {"image", "sku_cnt"}})

    assert error.message == "image, sku_cnt are missing."
    assert error.hint == "Pass image=, sku_cnt= or write them into the job's file or dict."


def test_the_type_of_a_model_is_looked_at_before_a_long_file_is_read(client: MakeClient, tmp_path: Path) -> None:
    c = client(env=HERE, services={"evaluation": "http://evaluation.example"})
    (tmp_path / "pred.jsonl").write_text("not JSON\n")
    names = dict.fromkeys(("dataset_name", "id_dataset_name", "gallery_dataset_name"), "faces/V1")
    files = {"model_file": tmp_path / "model.onnx", "pred_file": tmp_path / "pred.jsonl"}
    error = refusal(c, c.hub.evaluations.import_result, "face-r50", model_type="fcae", **files, **names)

    assert (error.field, "Did you mean 'FACE'?" in error.message) == ("model_type", True)


def test_one_handle_where_many_are_waited_for_is_refused_as_what_it_is(client: MakeClient) -> None:
    c = client(env=HERE)
    handle = c.hub.attach("aihub://internal-test/search/7")
    error = refusal(c, c.hub.wait_all, handle)

    assert (error.field, error.message) == ("handles", "aihub://internal-test/search/7 is one handle, not many.")
    assert error.hint == "Pass a list of handles, or call its own wait()."


def test_a_handle_of_the_other_client_is_refused_by_its_reference(client: MakeClient) -> None:
    c = client(env=HERE)
    other = Client("sync" if c.is_async else "async", env=HERE)
    handle = other.hub.attach("aihub://internal-test/search/7")
    error = refusal(c, c.hub.wait_all, [handle])
    other.end()

    whose = "sync" if c.is_async else "async"
    assert error.message == f"aihub://internal-test/search/7 is a handle of the {whose} client."
    assert error.hint == "Pass handles of this client: hub.attach(handle) makes one of it."


async def told(event: object) -> None:
    raise AssertionError(event)


@pytest.mark.parametrize("given", [5, "print", told])
def test_what_is_told_of_a_wait_is_a_plain_function(client: MakeClient, given: Any) -> None:
    c = client(env=HERE)
    error = refusal(c, c.hub.attach("aihub://internal-test/search/7").wait, on_event=given)

    assert (error.field, error.message) == ("on_event", f"on_event cannot be {given!r}.")


CALLS: list[tuple[str, Any, tuple[Any, ...], dict[str, Any]]] = [
    ("path", lambda hub: hub.s3.upload, (None,), {"bucket": "b"}),
    ("path", lambda hub: hub.datasets.get("mnist", id=3).upload, (5,), {}),
    ("host_path", lambda hub: hub.datasets.get("mnist", id=3).upload, (), {"host_path": 5}),
]


@pytest.mark.parametrize(("field", "method", "args", "given"), CALLS)
def test_what_is_no_path_is_told_by_the_name_of_its_argument(
    client: MakeClient, field: str, method: Any, args: tuple[Any, ...], given: dict[str, Any]
) -> None:
    c = client(env=HERE, services={"s3_relay": "https://relay.example"}, s3_token="s0")
    error = refusal(c, method(c.hub), *args, **given)

    value = (*args, *given.values())[0]
    assert (error.field, error.message) == (field, f"{field} cannot be {value!r}.")


@pytest.mark.parametrize(("method", "field"), [("to_csv", "path"), ("download", "target")])
def test_a_result_goes_to_a_path(client: MakeClient, method: str, field: str) -> None:
    c = client(search(result_url="http://platform.example/r.csv"), env=HERE)
    done = c.done(c.hub.searches.get(7))
    with pytest.raises(InvalidRequest, match=f"{field} cannot be None"):
        c.done(getattr(done, method)(None))


def test_the_longest_standstill_of_an_upload_is_named_as_such(client: MakeClient, tmp_path: Path) -> None:
    c = client(env=HERE, services={"s3_relay": "https://relay.example"}, s3_token="s0")
    (tmp_path / "a.bin").write_bytes(b"x")
    error = refusal(c, c.hub.s3.upload, tmp_path / "a.bin", bucket="b", stall=0)

    assert (error.field, error.message) == ("stall", "stall cannot be 0.")


def test_the_name_of_a_version_is_text_or_a_handle(client: MakeClient) -> None:
    c = client(env=HERE)
    error = refusal(c, c.hub.datasets.version, 5)

    assert (error.field, error.message) == ("name", "5 is not the name of a dataset version.")


def test_an_archive_that_was_cut_off_is_not_uploaded(client: MakeClient, tmp_path: Path) -> None:
    c = client(env=HERE, services={"s3_relay": "https://relay.example"}, s3_token="s0")
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a.txt", "a" * 100)
    (tmp_path / "cut.zip").write_bytes(whole.read_bytes()[:-10])
    error = refusal(c, c.hub.datasets.get("mnist", id=3).upload, tmp_path / "cut.zip")

    assert (error.field, error.message) == ("path", f"{tmp_path / 'cut.zip'} is no zip file, or a broken one.")


@pytest.mark.parametrize("parent", ["mnist/V1", True, object])
def test_the_parent_of_a_version_is_a_handle_or_an_id(client: MakeClient, parent: Any) -> None:
    c = client(env=HERE)
    dataset = c.hub.datasets.get("mnist", id=3)
    error = refusal(c, dataset.upload, "s3://b/k.zip", parent=parent)

    assert (error.field, error.message) == ("parent", f"parent cannot be {parent!r}.")


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"service": "data_warehous"}, "service", "There is no service 'data_warehous'."),
        ({"path": "tables"}, "path", "The path 'tables' does not begin with one slash."),
        ({"path": 5}, "path", "The path 5 does not begin with one slash."),
        ({"query": [1]}, "query", "query is a list, not a mapping from names."),
        ({"json": {1, 2}}, "json", "The body is no JSON: Object of type set is not JSON serializable."),
    ],
)
def test_a_request_that_cannot_be_made_says_which_part(
    client: MakeClient, given: dict[str, Any], field: str, message: str
) -> None:
    c = client(env=HERE)
    whole = {"method": "POST", "service": "data_warehouse", "path": "/tables", **given}
    error = refusal(c, c.hub.request, **whole)

    assert (error.field, error.message) == (field, message)
    assert error.hint


def test_the_query_of_a_path_is_not_shown(client: MakeClient) -> None:
    c = client(env=HERE)
    error = refusal(c, c.hub.request, "GET", "data_warehouse", "/tables?token=hunter2")

    assert error.message == "The path '/tables' has a query or a fragment."


@pytest.mark.parametrize(
    ("environment", "hint"),
    [
        ("production", 'Attach it to AIHub(env="production").'),
        ("prodction", 'Did you mean "production"? '),
        ("custom", "Attach it to a client with the base_url= that it was made with, and without env=."),
    ],
)
def test_a_reference_of_another_environment_says_where_it_belongs(
    client: MakeClient, environment: str, hint: str
) -> None:
    c = client(env=HERE)
    error = refusal(c, c.hub.attach, f"aihub://{environment}/search/7")

    assert hint in error.hint


@pytest.mark.parametrize("given", [3, b"ca.pem", ["ca.pem"]])
def test_what_cannot_say_whom_to_trust_is_refused(client: MakeClient, given: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        client(s3_verify=given)

    assert (caught.value.setting, caught.value.message) == (
        "s3_verify",
        f"s3_verify cannot be {given!r} (from argument s3_verify).",
    )
    assert "sha256:" in caught.value.hint


def test_a_refused_token_of_the_relay_is_not_mended_by_a_login(client: MakeClient) -> None:
    c = client(httpx.Response(401, json={"code": 401, "msg": "no"}), s3_token="s0", token=jwt())
    with pytest.raises(AuthenticationError) as caught:
        c.done(c.hub.request("GET", "s3_relay", "/files"))

    assert caught.value.hint == (
        "The relay does not accept its token; ask an administrator for another one and pass it as s3_token= "
        "(AI_HUB_S3_TOKEN)."
    )


@pytest.mark.parametrize("place", ["", "."])
def test_a_folder_in_the_place_of_a_file_is_told_before_anything_is_fetched(
    client: MakeClient, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    c = client(search(result_url="http://platform.example/r.csv"), env=HERE)
    done = c.done(c.hub.searches.get(7))
    with pytest.raises(TransferFailed, match="cannot be written: Is a directory"):
        c.done(done.to_csv(place or tmp_path))
    assert len(c.script.sent()) == 1


def test_a_pipe_or_a_device_is_not_replaced_by_a_file(client: MakeClient, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "result.csv")
    c = client(search(result_url="http://platform.example/r.csv"), env=HERE)
    done = c.done(c.hub.searches.get(7))
    with pytest.raises(TransferFailed, match=r"result\.csv cannot be written: it is no regular file"):
        c.done(done.to_csv(tmp_path / "result.csv"))
    assert (len(c.script.sent()), (tmp_path / "result.csv").is_fifo()) == (1, True)


def test_a_handle_shows_how_its_job_was_last_seen(client: MakeClient) -> None:
    c = client(search(status=4), env=HERE)
    fresh = c.hub.attach("aihub://internal-test/search/7")
    kind = type(fresh).__name__

    assert repr(fresh) == f"{kind}(id=7, environment='internal-test')"
    assert repr(c.done(fresh.refresh())) == f"{kind}(id=7, environment='internal-test', status=FAILED)"
