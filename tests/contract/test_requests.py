"""Each of the twenty operations puts on the wire what the document prints, sync and async alike.

The table is written by hand from the document, not from the spec: a slip in the spec shows up here.
"""

import asyncio
import importlib
import json
from collections.abc import Callable
from typing import Any

import attrs
import httpx
import msgspec
import pytest

from aihub_api import tables
from aihub_api.client import AsyncClient, Client
from aihub_api.errors import InvalidArgument
from aihub_api.types import File

BEARER = {"authorization": "Bearer jwt-1"}
JOB = {
    "framework": "PyTorchJob",
    "name": "job",
    "image": "registry/image:1",
    "virtual_cluster_id": 3,
    "sku_cnt": 1,
    "enable_ssh": False,
    "envs": [{"key": "A", "value": "乙"}],
    "storage_ids": [1, 2],
    "instances": 1,
    "use_ib_network": False,
    "always_pull_image": False,
    "shm": 4,
    "category_id": 1,
    "project_id": 9,
    "estimate_run_time": 3600,
}
TRAINING = {**JOB, "is_vip": True, "preempt_policy": 2, "vip_node_names": ["n1"]}
RUN = {"name": "r", "pipeline_id": 1, "pipeline_version_id": 2, "params": [{"key": "k", "value": "v"}]}


@attrs.frozen
class Expected:
    """One operation's request: how it is called, and what must arrive."""

    operation: str
    arguments: dict[str, Any]
    method: str
    target: str
    headers: dict[str, str]
    body: dict[str, Any] | None = None


ROWS = [
    Expected("login", {}, "POST", "/api/v1/auth/login", {}, {"username": "u", "password": "p"}),
    Expected(
        "createSearch",
        {},
        "POST",
        "/data-warehouse/api/v1/searches",
        BEARER,
        {"type": 1, "name": "s", "sql": "select '中'"},
    ),
    Expected("getSearch", {"id": 7}, "GET", "/data-warehouse/api/v1/searches/7", BEARER),
    Expected(
        "createDataset",
        {},
        "POST",
        "/dataset-mng/api/v2/datasets",
        BEARER,
        {"name": "mnist", "description": "digits", "tags": [1, 2], "cover_img": "s3://b/k", "create_by": 1},
    ),
    Expected(
        "uploadDatasetVersion",
        {},
        "POST",
        "/dataset-mng/api/v2/dataset-versions-upload",
        BEARER,
        {"upload_type": 1, "upload_path": "s3://b/k.zip", "dataset_id": 1},
    ),
    Expected(
        "getDatasetVersionDetail",
        {"name": "数 据&集/V1"},
        "GET",
        "/dataset-mng/api/v2/dataset-versions-detail?name=%E6%95%B0%20%E6%8D%AE%26%E9%9B%86%2FV1",
        BEARER,
    ),
    Expected("createRun", {}, "POST", "/workflow-center/api/v1/runs", BEARER, RUN),
    Expected("getRun", {"id": 7}, "POST", "/workflow-center/api/v1/runs/7", BEARER),
    Expected("createTraining", {}, "POST", "/model-training-platform/api/v1/trainings", BEARER, TRAINING),
    Expected("getTraining", {"id": 7}, "GET", "/model-training-platform/api/v1/trainings/7", BEARER),
    Expected(
        "listTrainingPods",
        {"id": 7, "page_size": 100, "page_num": 2},
        "GET",
        "/model-training-platform/api/v1/trainings/7/pods?page_size=100&page_num=2",
        BEARER,
    ),
    Expected("listStorages", {}, "GET", "/model-training-platform/api/v1/storages", BEARER),
    Expected("stopTraining", {"id": 7}, "POST", "/model-training-platform/api/v1/trainings/7/stop", BEARER),
    Expected("createQuotaTask", {}, "POST", "/quota-schedule-management/api/v1/tasks", BEARER, {"priority": 2, **JOB}),
    Expected("getQuotaTask", {"id": 7}, "GET", "/quota-schedule-management/api/v1/tasks/7", BEARER),
    Expected("listQuotaTaskPods", {"id": 7}, "GET", "/quota-schedule-management/api/v1/tasks/7/pods", BEARER),
    Expected("stopQuotaTask", {"id": 7}, "POST", "/quota-schedule-management/api/v1/tasks/7/stop", BEARER),
    Expected("importEvaluationResult", {}, "POST", "/api/v2/tasks/import_result", BEARER),
    Expected(
        "listSelectClusters",
        {"user_id": 5, "module_type": 1},
        "GET",
        "/tag-resource-management/api/v1/select-clusters?user_id=5&module_type=1",
        BEARER,
    ),
    Expected(
        "uploadFile",
        {"bucket": "b", "key": "a b/#1?.zip"},
        "POST",
        "/upload?bucket=b&key=a%20b%2F%231%3F.zip",
        {"token": "relay-1"},
    ),
]
BY_ID = {row.operation: row for row in ROWS}
FORMS: dict[str, dict[str, Any]] = {
    "importEvaluationResult": {
        "model_name": "m",
        "model_type": "3",
        "epoch": "12",
        "dataset_name": "q",
        "id_dataset_name": "i",
        "gallery_dataset_name": "g",
        "user_id": "1",
        "model_file": File(b"weights", filename="m.pt"),
        "pred_file": File(b"{}\n", filename="p.jsonl"),
    },
    "uploadFile": {"file": File(b"zip", filename="a.zip")},
}


def module(operation: str) -> Any:
    """The generated module of an operation."""
    row = tables.OPERATIONS[operation]
    return importlib.import_module(f"aihub_api.{row.service}.{row.function}")


def typed(cls: type, values: dict[str, Any]) -> Any:
    """A request class filled from plain values, nested ones included."""
    is_form = cls.__name__ in {"UploadFileRequest", "ImportEvaluationResultRequest"}
    return cls(**values) if is_form else msgspec.convert(values, type=cls)


def arguments(row: Expected) -> dict[str, Any]:
    """Keyword arguments of the generated function for one row."""
    body_class = module(row.operation).OPERATION.body
    values = row.body if row.body is not None else FORMS.get(row.operation)
    body = {} if body_class is None else {"body": typed(body_class, values or {})}
    return {**row.arguments, **body}


def success(row: Expected) -> dict[str, Any]:
    """The first successful example of the operation."""
    from .bundles import examples

    return next(e for e in examples(row.operation) if e["code"] == 0)


def send_both(row: Expected, answer: Callable[[], httpx.Response], base: str = "http://host:1") -> list[Any]:
    """Call sync and async; return [sync result, async result, sync request, async request]."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return answer()

    async def async_handler(request: httpx.Request) -> httpx.Response:
        await request.aread()
        seen.append(request)
        return answer()

    options = {"token": "jwt-1", "relay_token": "relay-1"}
    with Client(base, http=httpx.Client(transport=httpx.MockTransport(handler)), **options) as client:  # type: ignore[arg-type]  # options are all strings
        first = module(row.operation).sync(client, **arguments(row))

    async def run() -> Any:
        http = httpx.AsyncClient(transport=httpx.MockTransport(async_handler))
        async with AsyncClient(base, http=http, **options) as async_client:  # type: ignore[arg-type]  # same
            return await module(row.operation).asyncio(async_client, **arguments(row))

    second = asyncio.run(run())
    return [first, second, *seen]


def test_the_table_has_the_twenty_operations_of_the_document_and_the_spec_has_them_too() -> None:
    """What came later is tested from its examples: see test_every_operation.py."""
    assert sorted(set(BY_ID) - set(tables.OPERATIONS)) == []
    assert len(BY_ID) == 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
def test_the_request_is_what_the_document_prints(row: Expected) -> None:
    """Method, path, percent-encoding, query, headers and body, the same from the sync and the async function."""
    *_, sync_request, async_request = send_both(row, lambda: httpx.Response(200, json=success(row)))
    for request in (sync_request, async_request):
        assert request.method == row.method
        assert request.url.raw_path.decode() == row.target
        auth = {k: v for k, v in request.headers.items() if k in {"authorization", "token"}}
        assert auth == row.headers
        if row.body is not None:
            assert request.headers["content-type"] == "application/json"
            assert json.loads(request.content) == row.body
        elif row.operation not in FORMS:
            assert request.content == b""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
def test_the_example_answer_decodes_into_the_operations_type(row: Expected) -> None:
    """What both functions return, turned back into JSON, is the example's data: no field is lost or renamed."""
    from .bundles import to_plain

    example = success(row)
    first, second, *_ = send_both(row, lambda: httpx.Response(200, json=example))
    assert first == second
    expected_type = module(row.operation).OPERATION.data
    if expected_type is None:
        assert first is None
    else:
        assert type(first) is expected_type
        assert to_plain(first, example["data"]) == example["data"]


def test_a_base_url_may_carry_a_path_prefix() -> None:
    row = BY_ID["getSearch"]
    *_, request, _ = send_both(row, lambda: httpx.Response(200, json=success(row)), base="http://gw:1/aihub/")
    assert str(request.url) == "http://gw:1/aihub/data-warehouse/api/v1/searches/7"


@pytest.mark.parametrize("value", ["7", None, 7.5, True])
def test_an_id_that_is_no_whole_number_is_refused_before_sending(value: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"getSearch: id is .*Pass a whole number"):
        module("getSearch").call(id=value)


def test_a_name_that_is_no_text_is_refused_before_sending() -> None:
    with pytest.raises(InvalidArgument, match=r"getDatasetVersionDetail: name is 5 \(int\)\. Pass text$"):
        module("getDatasetVersionDetail").call(name=5)


def test_a_missing_required_query_parameter_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="getDatasetVersionDetail: name is missing"):
        module("getDatasetVersionDetail").call(name=None)


def test_a_required_field_of_a_search_type_is_asked_for_by_name() -> None:
    from aihub_api.data_warehouse.models import CreateSearchRequest, SearchType

    with pytest.raises(InvalidArgument, match=r"body\.sql is missing, and type=SQL needs it"):
        module("createSearch").call(body=CreateSearchRequest(type=SearchType.SQL, name="x"))


def test_an_unlisted_number_in_a_request_is_refused_with_the_listed_ones() -> None:
    from aihub_api.data_warehouse.models import CreateSearchRequest, SearchType

    with pytest.raises(InvalidArgument, match=r"body\.type is 9\. Pass one of 1 \(SQL\), 2 \(IMAGE\), 3 \(TEXT\)"):
        module("createSearch").call(body=CreateSearchRequest(type=SearchType(9), name="x"))


def test_a_framework_the_spec_does_not_list_may_be_sent() -> None:
    """Reading 6: the document itself uses a framework that its own list lacks."""
    row = BY_ID["createTraining"]
    values = {**TRAINING, "framework": "MpiJobNew"}
    call = module("createTraining").call(body=typed(module("createTraining").OPERATION.body, values))
    assert json.loads(call.content)["framework"] == "MpiJobNew"
    assert row.body is not None


WRONG_TYPES: list[tuple[dict[str, Any], str]] = [
    ({"name": 5}, r"body\.name does not fit: expected str, got int\. Pass text$"),
    (
        {"description": 5},
        r"body\.description does not fit: expected str \| null, got int\. Pass text, or leave it out$",
    ),
    ({"top_k": "3"}, r"body\.top_k does not fit: .*\. Pass a whole number, or leave it out$"),
    ({"images": "a.jpg"}, r"body\.images does not fit: .*\. Pass a list, or leave it out$"),
]


@pytest.mark.parametrize(("given", "words"), WRONG_TYPES)
def test_a_field_of_the_wrong_type_says_what_to_pass(given: dict[str, Any], words: str) -> None:
    from aihub_api.data_warehouse.models import CreateSearchRequest, SearchType

    body = CreateSearchRequest(**{"type": SearchType.SQL, "name": "x", "sql": "select 1", **given})
    with pytest.raises(InvalidArgument, match=words):
        module("createSearch").call(body=body)


def test_a_field_of_the_wrong_type_is_named() -> None:
    from aihub_api.data_warehouse.models import CreateSearchRequest, SearchImageInput, SearchType

    image = SearchImageInput(url="http://h/1.jpg", box=[1, 2, 3])
    body = CreateSearchRequest(type=SearchType.IMAGE, name="x", images=[image], feature_lib_id=1, top_k=1)
    with pytest.raises(InvalidArgument, match=r"body\.images\[0\]\.box does not fit.*length >= 4"):
        module("createSearch").call(body=body)


def test_a_body_of_another_class_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"body is dict\. Pass a LoginRequest"):
        module("login").call(body={"username": "u"})


def test_run_params_keep_keys_that_the_spec_does_not_list() -> None:
    """Reading 5: the items of `params` stay open."""
    values = {**RUN, "params": [{"key": "k", "value": "v", "type": "string"}]}
    call = module("createRun").call(body=typed(module("createRun").OPERATION.body, values))
    assert json.loads(call.content)["params"] == [{"key": "k", "value": "v", "type": "string"}]


def test_a_run_param_without_its_key_is_refused() -> None:
    body = typed(module("createRun").OPERATION.body, {**RUN, "params": [{"key": "k"}, {"value": "v"}]})
    with pytest.raises(InvalidArgument, match=r"body\.params\[1\]\.key is missing"):
        module("createRun").call(body=body)


@pytest.mark.parametrize("row", [row for row in ROWS if row.body], ids=lambda row: row.operation)
def test_the_servers_side_of_the_contract_accepts_every_body_we_send(row: Expected) -> None:
    """The strict pydantic models, made by another tool from the same bundle, agree with the attrs side."""
    operation = module(row.operation).OPERATION
    models = importlib.import_module(f"aihub_models.{operation.service}")
    content = module(row.operation).call(**arguments(row)).content
    strict = getattr(models, operation.body.__name__).model_validate_json(content)
    assert strict.model_fields_set == set(row.body or {})
