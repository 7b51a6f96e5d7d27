"""Answers of every shape a server can send: refused, drifted, broken. None crashes, none loses the server's words."""

import asyncio
import copy
import importlib
import json
import pickle
from typing import Any

import httpx
import pytest

from aihub_api import tables
from aihub_api.client import AsyncClient, Client
from aihub_api.data_warehouse import models as warehouse
from aihub_api.errors import ApiError, EnvelopeError, InvalidArgument, SchemaMismatch, UnexpectedAnswer
from aihub_api.model_training import models as training
from aihub_api.types import Drift

from .bundles import bundle, examples, operation
from .test_requests import BY_ID, ROWS, Expected, arguments, module

MESSAGE = "数据库错误: disk full"
DATA_SHAPES: dict[str, dict[str, Any]] = {
    "null": {"data": None},
    "missing": {},
    "object": {"data": {}},
    "text": {"data": ""},
    "list": {"data": []},
}


def mock(content: bytes, status: int = 200, kind: str = "application/json") -> httpx.MockTransport:
    """A server that always answers the same."""
    headers = {"content-type": kind}
    return httpx.MockTransport(lambda request: httpx.Response(status, content=content, headers=headers))


def get_search(body: Any, *, is_strict: bool = False, status: int = 200) -> tuple[Any, list[Drift]]:
    """The search that the client makes of `body`, and the drifts it told."""
    return fetch("getSearch", body, is_strict=is_strict, status=status)


def fetch(name: str, body: Any, *, is_strict: bool = False, status: int = 200) -> tuple[Any, list[Drift]]:
    """What the sync function makes of `body`; the async one is checked to make the same."""
    told: list[Drift] = []
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    row = BY_ID[name]
    with Client(
        "http://host:1",
        http=httpx.Client(transport=mock(content, status)),
        is_strict=is_strict,
        on_drift=lambda operation, drifts: told.extend(drifts),
    ) as client:
        value = module(name).sync(client, **arguments(row))

    async def run() -> Any:
        http = httpx.AsyncClient(transport=mock(content, status))
        async with AsyncClient("http://host:1", http=http, is_strict=is_strict) as async_client:
            return await module(name).asyncio(async_client, **arguments(row))

    assert asyncio.run(run()) == value
    return value, told


def search(**changes: Any) -> dict[str, Any]:
    """A successful search answer with some of its fields changed."""
    return {"code": 0, "msg": "", "data": {"id": 1, "status": 3, "name": "s", **changes}}


@pytest.mark.parametrize("shape", DATA_SHAPES)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
def test_a_refusal_keeps_the_servers_words_whatever_its_data_is(row: Expected, shape: str) -> None:
    body = {"code": 3, "msg": MESSAGE, **DATA_SHAPES[shape]}
    with pytest.raises(EnvelopeError) as caught:
        fetch(row.operation, body)
    assert caught.value.code == 3
    assert caught.value.server_message == MESSAGE
    assert caught.value.operation == row.operation
    assert MESSAGE in str(caught.value)

    async def run() -> None:
        http = httpx.AsyncClient(transport=mock(json.dumps(body).encode()))
        async with AsyncClient("http://host:1", http=http) as client:
            await module(row.operation).asyncio(client, **arguments(row))

    with pytest.raises(EnvelopeError, match="disk full"):
        asyncio.run(run())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
def test_every_documented_failure_raises(row: Expected) -> None:
    failures = [example for example in examples(row.operation) if example["code"] != 0]
    assert failures
    for body in failures:
        with pytest.raises(EnvelopeError) as caught:
            fetch(row.operation, body)
        assert caught.value.server_message == body.get("msg", "")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b'{"code": "8", "msg": "exists"}', 8, "exists"),
        (b'{"code": 2}', 2, ""),
        (b'{"code": 2, "msg": null}', 2, ""),
        (b'{"code": 1, "msg": {"why": "x"}}', 1, '{"why": "x"}'),
        (b'{"msg": "extra fields stay out of the way", "trace": 1, "code": 9}', 9, "extra fields stay out of the way"),
    ],
)
def test_loose_envelopes_are_read(body: bytes, code: int, message: str) -> None:
    with pytest.raises(EnvelopeError) as caught:
        get_search(body)
    assert (caught.value.code, caught.value.server_message) == (code, message)


@pytest.mark.parametrize(
    "body", [b"", b"<html>502</html>", b"[]", b"null", b'{"data": {}}', b'{"code": 0, "data": {"id"', b"\xff\xfe"]
)
@pytest.mark.parametrize("status", [200, 502])
def test_what_is_no_envelope_is_said_to_be_none(body: bytes, status: int) -> None:
    with pytest.raises(UnexpectedAnswer) as caught:
        get_search(body, status=status)
    assert caught.value.status == status


def test_success_without_data_is_an_error_where_data_is_promised() -> None:
    with pytest.raises(UnexpectedAnswer, match="success and sent no data"):
        get_search({"code": 0, "msg": "", "data": None})


def test_success_with_a_failing_http_status_is_an_error() -> None:
    with pytest.raises(UnexpectedAnswer):
        get_search(search(), status=500)


def test_stopping_answers_nothing_whatever_data_comes() -> None:
    assert fetch("stopTraining", {"code": 0, "msg": "", "data": {"surprise": 1}})[0] is None


def test_an_unknown_status_number_is_kept_and_is_no_drift() -> None:
    value, told = get_search(search(status=42))
    assert value.status == 42
    assert value.status.name == "UNKNOWN_42"
    assert not value.status.is_known
    assert told == []
    assert pickle.loads(pickle.dumps(value)) == value
    assert pickle.loads(pickle.dumps(value.status)) is value.status


def test_an_unknown_word_is_kept() -> None:
    page = {"code": 0, "data": {"total": 1, "data": [{"id": 1, "status": "Evicted"}]}}
    value, told = fetch("listTrainingPods", page)
    assert value.data[0].status == "Evicted"
    assert told == []


def test_known_enum_values_are_the_listed_members() -> None:
    value, _ = get_search(search())
    assert value.status is warehouse.SearchStatus.SUCCESS
    assert f"{value.status}" == "SUCCESS"


def test_extra_fields_are_passed_over() -> None:
    value, told = get_search(search(brand_new={"a": [1]}))
    assert (value.id, told) == (1, [])


def test_nulls_where_lists_and_objects_are_expected_become_none() -> None:
    job = {"id": 1, "envs": None, "storages": None, "virtual_cluster": None, "category": None, "vip_node_names": None}
    value, told = fetch("getTraining", {"code": 0, "data": job})
    assert (value.envs, value.storages, value.virtual_cluster, value.category) == (None, None, None, None)
    assert told == []


def test_a_null_in_a_list_is_kept_and_told() -> None:
    value, told = fetch("listTrainingPods", {"code": 0, "data": {"data": [{"id": 1}, None, {"id": 3}]}})
    assert [pod and pod.id for pod in value.data] == [1, None, 3]
    assert told == [Drift("PodPage", "data[]", "object", "null")]


def test_a_number_that_comes_as_text_is_read_as_a_number_and_told() -> None:
    value, told = get_search(search(id="17", status="3", top_k="ten"))
    assert (value.id, value.status, value.top_k) == (17, warehouse.SearchStatus.SUCCESS, "ten")
    assert told == [
        Drift("Search", "id", "integer", "string"),
        Drift("Search", "top_k", "integer", "string"),
        Drift("Search", "status", "SearchStatus (integer)", "string"),
    ]


def test_a_missing_id_is_told_and_the_rest_is_kept() -> None:
    value, told = get_search({"code": 0, "data": {"name": "s"}})
    assert (value.id, value.name) == (None, "s")
    assert told == [Drift("Search", "id", "int", "nothing")]


def test_an_object_of_another_kind_is_kept_as_sent() -> None:
    value, told = get_search(search(images="none", results={"a": 1}))
    assert (value.images, value.results) == ("none", {"a": 1})
    assert [drift.field for drift in told] == ["images", "results"]


def test_a_drift_is_told_once_however_often_it_occurs() -> None:
    pods = [{"id": str(n), "ssh_port": "22"} for n in range(50)]
    value, told = fetch("listTrainingPods", {"code": 0, "data": {"data": pods}})
    assert [pod.id for pod in value.data] == list(range(50))
    assert told == [Drift("Pod", "id", "integer", "string"), Drift("Pod", "ssh_port", "integer", "string")]


def test_drift_elsewhere_does_not_disturb_what_fits() -> None:
    """The lenient decoder makes of fitting fields what the fast one makes of them."""
    full = next(e for e in examples("getSearch") if e["code"] == 0 and e["data"].get("results"))
    clean, _ = get_search(full)
    broken = copy.deepcopy(full)
    broken["data"]["username"] = 5
    drifted, told = get_search(broken)
    assert told == [Drift("Search", "username", "string", "number")]
    for name in ("id", "type", "status", "images", "results", "created_at", "top_k"):
        assert getattr(drifted, name) == getattr(clean, name)


def test_strict_mode_raises_on_anything_the_spec_does_not_say() -> None:
    with pytest.raises(SchemaMismatch) as caught:
        get_search(search(id="17", brand_new=1, status=42), is_strict=True)
    assert caught.value.drifts == (
        "Search.id: expected integer, got string",
        "Search.status: expected a listed SearchStatus, got 42",
        "Search.brand_new: expected nothing, got number",
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
def test_strict_mode_accepts_every_documented_answer(row: Expected) -> None:
    for body in examples(row.operation):
        if body["code"] == 0:
            fetch(row.operation, body, is_strict=True)


def test_integers_beyond_64_bits_and_fractions_survive() -> None:
    value, _ = get_search(search(id=2**63 - 1, results=[{"score": 1}, {"score": 0.25}]))
    assert value.id == 2**63 - 1
    assert [type(hit.score) for hit in value.results] == [float, float]


def test_answers_are_values() -> None:
    value, _ = get_search(search())
    with pytest.raises(AttributeError):
        value.id = 2
    assert repr(training.Pod(id=1)).startswith("Pod(id=1")


@pytest.mark.parametrize(
    "error",
    [
        EnvelopeError(operation="getSearch", code=2, server_message="gone", status=200),
        UnexpectedAnswer(operation="getSearch", status=502, content_type="text/html", reason="no envelope"),
        SchemaMismatch(operation="getSearch", drifts=("a", "b")),
        InvalidArgument("is 9", operation="createSearch", field="body.type", remedy="Pass 1"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_pickling_with_everything_they_know(error: ApiError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_raw_answers_carry_status_headers_code_and_time() -> None:
    from aihub_api.api import Api

    body = json.dumps(search()).encode()
    with Client("http://host:1", http=httpx.Client(transport=mock(body))) as client:
        answer = Api(client).data_warehouse.raw.get_search(id=1)
    assert (answer.data.id, answer.code, answer.status) == (1, 0, 200)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.elapsed >= 0


def test_each_operation_is_on_the_api_object_sync_and_async() -> None:
    from aihub_api.api import Api, AsyncApi

    for row in tables.OPERATIONS.values():
        for api in (Api, AsyncApi):
            service = getattr(api(None), row.service)  # type: ignore[arg-type]  # nothing is sent
            assert callable(getattr(service, row.function))
            assert callable(getattr(service.raw, row.function))


def test_the_bundle_and_the_tables_name_the_same_operations() -> None:
    for name, row in tables.OPERATIONS.items():
        assert row.path in bundle("aihub")["paths"]
        assert operation(name)["summary"] == row.summary


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
def test_the_servers_side_of_the_contract_accepts_every_documented_answer(row: Expected) -> None:
    service = tables.OPERATIONS[row.operation].service
    models = importlib.import_module(f"aihub_models.{service}")
    schema = operation(row.operation)["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    envelope = getattr(models, schema.rsplit("/", 1)[-1])
    for body in examples(row.operation):
        envelope.model_validate_json(json.dumps(body))
