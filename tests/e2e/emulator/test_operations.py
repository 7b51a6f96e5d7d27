"""Every documented operation answers, in the shape that the spec gives it."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from aihub_emulator import Emulator
from aihub_emulator.services import HANDLERS
from aihub_emulator.spec import Operation, load_operations, resolve
from tests.contract.bundles import operation as node_of
from tests.e2e.emulator.caller import Caller, check_answer
from tests.e2e.emulator.conftest import QUICK

OPERATIONS = {operation.id: operation for operation in load_operations()}
VERSIONS = "/dataset-mng/api/v2/dataset-versions-upload"


def success_name(operation_id: str) -> str:
    media = node_of(operation_id)["responses"]["200"]["content"]["application/json"]
    return str(next(name for name in media["examples"] if name.startswith("success")))


def value_of(node: dict[str, Any], example: str) -> Any:
    named = node.get("examples", {})
    return named[example]["value"] if example in named else node["schema"].get("examples", [None])[0]


def example_request(operation: Operation) -> dict[str, Any]:
    """The path and the arguments for `requests` of the spec's own example of a success."""
    node, name, path, query = node_of(operation.id), success_name(operation.id), operation.path, {}
    for reference in node.get("parameters", ()):
        parameter = resolve(reference)
        value = value_of(dict(parameter), name)
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(value))
        elif value is not None:
            query[parameter["name"]] = value
    request: dict[str, Any] = {"method": operation.method, "path": path, "params": query}
    for media_type, media in node.get("requestBody", {"content": {}})["content"].items():
        value = media.get("examples", {}).get(name, {"value": {}})["value"]
        if media_type == "application/json":
            request["json"] = value
        else:
            request |= form_parts(resolve(media["schema"])["properties"], value)
    return request


def form_parts(properties: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    files = {name for name, field in properties.items() if resolve(field).get("format") == "binary"}
    return {
        "data": {name: text for name, text in value.items() if name not in files},
        "files": dict.fromkeys(files, ("part.jsonl", b'{"score": 1}\n')),
    }


def prepare(admin: Caller, operation_id: str) -> None:
    if operation_id == "getSearch":
        for number in range(4):
            admin.create_search("select 1", name=f"search-{number}")
    if operation_id in {"getDatasetVersionDetail", "uploadDatasetVersion"}:
        admin.send(**example_request(OPERATIONS["createDataset"]))
        admin.send("POST", VERSIONS, json={"upload_type": 1, "upload_path": "s3://none/none.zip", "dataset_id": 1})
    for creation, ids in {"createTraining": 3, "createQuotaTask": 2, "createRun": 3}.items():
        if operation_id.endswith((creation.removeprefix("create"), "Pods")):
            for _ in range(ids):
                admin.send(**example_request(OPERATIONS[creation]))


@pytest.fixture
def relay(emulator: Any) -> Iterator[Caller]:
    with Caller(emulator.s3_url, relay_token=emulator.s3_token) as caller:
        yield caller


def test_the_twenty_operations_of_the_document_are_worked_for() -> None:
    assert len(HANDLERS) == 20
    assert sorted(set(HANDLERS) - set(OPERATIONS)) == []


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
def test_it_answers_the_specs_own_example_with_a_success_that_fits_the_schema(admin: Caller, operation_id: str) -> None:
    prepare(admin, operation_id)
    request = example_request(OPERATIONS[operation_id])
    if operation_id == "login":
        request["json"] = {"username": "demo", "password": "demo"}

    response = admin.send(**request)

    check_answer(operation_id, response.text)
    assert (response.status_code, response.json()["code"]) == (200, 0)


@pytest.fixture(scope="module")
def unworked() -> Iterator[Caller]:
    """A caller of an emulator that works for no operation at all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aihub_emulator.app.HANDLERS", {})
        with Emulator(QUICK) as emulator, Caller(emulator.base_url, emulator.token, emulator.s3_token) as caller:
            yield caller


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
def test_an_operation_without_a_handler_answers_the_specs_example_and_says_so(
    unworked: Caller, operation_id: str
) -> None:
    response = unworked.send(**example_request(OPERATIONS[operation_id]))

    assert response.headers["X-AIHub-Emulator"] == "example"
    assert response.json().get("data") == OPERATIONS[operation_id].example.get("data")


def test_an_operation_that_is_worked_for_does_not_say_so(admin: Caller) -> None:
    response = admin.send("POST", "/api/v1/auth/login", json={"username": "demo", "password": "demo"})

    assert "X-AIHub-Emulator" not in response.headers


@pytest.mark.parametrize("operation_id", sorted(set(OPERATIONS) - {"login"}))
def test_every_operation_but_login_wants_its_token(nobody: Caller, operation_id: str) -> None:
    response = nobody.send(**example_request(OPERATIONS[operation_id]))

    check_answer(operation_id, response.text)
    assert (response.status_code, response.json()["code"]) == (401, 401)


def test_the_coverage_says_which_operation_is_worked_for(nobody: Caller) -> None:
    answers = nobody.send("GET", "/_emulator/coverage").json()["operations"]

    assert {row["operation"] for row in answers if row["answer"] == "work"} == set(HANDLERS)
    assert {row["operation"] for row in answers} == set(OPERATIONS)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_get_run_answers_the_printed_method_and_the_usual_one(admin: Caller, method: str) -> None:
    prepare(admin, "getRun")

    response = admin.send(method, "/workflow-center/api/v1/runs/1")

    check_answer("getRun", response.text)
    assert response.json()["code"] == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nothing/here"), ("POST", "/nothing/here"), ("GET", "/data-warehouse/api/v1/searches/1/")],
)
def test_an_unknown_path_is_a_plain_404(admin: Caller, method: str, path: str) -> None:
    response = admin.send(method, path)

    assert (response.status_code, response.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/v1/auth/login"), ("DELETE", "/workflow-center/api/v1/runs/1")]
)
def test_another_method_is_a_plain_405(admin: Caller, method: str, path: str) -> None:
    response = admin.send(method, path)

    assert (response.status_code, response.headers["Content-Type"]) == (405, "text/plain; charset=utf-8")


def test_the_relay_answers_over_tls_to_whoever_trusts_its_ca(relay: Caller, emulator: Any) -> None:
    upload = {"params": {"bucket": "datasets", "key": "a b/#.zip"}, "files": {"file": ("x.zip", b"content")}}

    response = relay.send("POST", "/upload", verify=str(emulator.ca_file), **upload)

    check_answer("uploadFile", response.text)
    assert response.json()["code"] == 0


def test_the_relay_is_not_trusted_without_its_ca(relay: Caller) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        relay.send("POST", "/upload")


def test_the_relays_port_serves_nothing_else(relay: Caller, emulator: Any) -> None:
    response = relay.send("GET", "/_emulator/health", verify=str(emulator.ca_file))

    assert response.status_code == 404


def test_the_relay_refuses_the_platforms_token_in_place_of_its_own(emulator: Any) -> None:
    with Caller(emulator.base_url, relay_token=emulator.token) as caller:
        response = caller.send("POST", "/upload", params={"bucket": "b", "key": "k"}, files={"file": b"x"})

    assert (response.status_code, response.json()["code"]) == (401, 401)
