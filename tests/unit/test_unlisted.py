"""`hub.request`: what the spec does not have is called as if it had it. Every test runs sync and async."""

import inspect
from typing import Any

import httpx
import pytest

from aihub_sdk._calls.unlisted import AsyncUnlisted, Unlisted
from aihub_sdk.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidRequest,
    NameExists,
    ResponseLost,
    ServerError,
    UnexpectedResponse,
)
from tests.unit.conftest import MakeClient
from tests.unit.made_up_tokens import jwt
from tests.unit.scripted import Client, ok, page, refused

TABLES = "/data-warehouse/api/v1/tables"


def ask(c: Client, method: str = "GET", path: Any = TABLES, service: Any = "data_warehouse", **given: Any) -> Any:
    return c.done(c.hub.request(method, service, path, **given))


# --- what is sent ---------------------------------------------------------------------------------


def test_it_goes_to_the_services_address_with_the_users_token(client: MakeClient) -> None:
    c = client(ok({}), base_url="http://gateway.example/aihub")
    ask(c)
    request = c.script.requests[0]

    assert (request.method, str(request.url)) == ("GET", f"http://gateway.example/aihub{TABLES}")
    assert (request.headers["Authorization"], request.content) == ("Bearer t0", b"")


def test_the_relay_gets_its_own_token_and_never_the_users(client: MakeClient) -> None:
    c = client(ok({}), s3_token="s0")
    ask(c, "GET", "/files", "s3_relay")

    assert c.script.requests[0].headers["Token"] == "s0"
    assert "Authorization" not in c.script.requests[0].headers


def test_a_body_is_json_as_it_stands(client: MakeClient) -> None:
    c = client(ok({}))
    ask(c, "post", json={"name": "数据", "none": None, "list": [1, 2.5, True]})
    request = c.script.requests[0]

    assert (request.method, request.headers["Content-Type"]) == ("POST", "application/json")
    assert request.content.decode() == '{"name":"数据","none":null,"list":[1,2.5,true]}'


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_without_json_there_is_no_body(client: MakeClient, method: str) -> None:
    c = client(ok({}))
    ask(c, method)

    assert (c.script.requests[0].content, "Content-Type" in c.script.requests[0].headers) == (b"", False)


QUERIES: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"a": None}, ""),
    ({"a": 1, "b": 2.5, "c": "x y&=?#/中"}, "?a=1&b=2.5&c=x%20y%26%3D%3F%23%2F%E4%B8%AD"),
    ({"yes": True, "no": False}, "?yes=true&no=false"),
    ({"id": [1, None, 2], "e": []}, "?id=1&id=2"),
    ({"a b": ""}, "?a%20b="),
]


@pytest.mark.parametrize(("query", "expected"), QUERIES)
def test_a_query_is_percent_encoded(client: MakeClient, query: dict[str, Any], expected: str) -> None:
    c = client(ok({}))
    ask(c, query=query)

    assert c.script.sent() == [f"GET {TABLES}{expected}"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a b/中", "/a%20b/%E4%B8%AD"),
        ("/a%2Fb", "/a%2Fb"),
        ("/a:b@c;d=e,f", "/a:b@c;d=e,f"),
        ('/a"{}|', "/a%22%7B%7D%7C"),
    ],
)
def test_a_path_is_encoded_where_it_has_to_be_and_nowhere_twice(client: MakeClient, path: str, expected: str) -> None:
    c = client(ok({}))
    ask(c, path=path)

    assert c.script.sent() == [f"GET {expected}"]


# --- what comes back ------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [{"a": [1, None, "x"]}, [1], "text", 5, 2.5, False, 0, "", [], {}, None])
def test_the_data_is_given_as_json_has_it(client: MakeClient, data: Any) -> None:
    assert ask(client(ok(data))) == data


def test_success_without_data_is_none(client: MakeClient) -> None:
    assert ask(client(httpx.Response(200, json={"code": 0}))) is None


@pytest.mark.parametrize("is_strict", [True, False])
def test_strict_mode_has_nothing_to_say_about_it(client: MakeClient, is_strict: bool) -> None:
    assert ask(client(ok({"a": 1}), strict=is_strict)) == {"a": 1}


def test_raw_gives_status_headers_code_and_message_too(client: MakeClient) -> None:
    c = client(httpx.Response(201, headers={"X-Trace": "5"}, json={"code": 0, "msg": "made", "data": [1]}))
    answer = c.done(c.hub.request.raw("POST", "data_warehouse", TABLES))

    assert (answer.status, answer.code, answer.message, answer.data) == (201, 0, "made", [1])
    assert answer.headers["X-Trace"] == "5"


# --- errors and retries ---------------------------------------------------------------------------


def test_a_refusal_is_the_same_error_as_everywhere(client: MakeClient) -> None:
    c = client(refused(8, "名称已存在"))

    with pytest.raises(NameExists) as caught:
        ask(c, "POST", query={"ticket": "secret"})
    assert (caught.value.server_message, caught.value.operation) == ("名称已存在", f"POST {TABLES}")
    assert "secret" not in str(caught.value)


def test_what_is_no_envelope_is_unexpected(client: MakeClient) -> None:
    with pytest.raises(UnexpectedResponse):
        ask(client(page(200)))


def test_a_get_is_sent_again(client: MakeClient) -> None:
    c = client(page(502), httpx.ReadError("broke"), ok({}))
    ask(c)

    assert len(c.script.requests) == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_anything_else_is_a_write_and_is_sent_once(client: MakeClient, method: str) -> None:
    c = client(httpx.ReadError("broke"))

    with pytest.raises(ResponseLost) as caught:
        ask(c, method)
    assert (caught.value.maybe_applied, len(c.script.requests)) == (True, 1)
    assert "Look on the platform" in str(caught.value)


def test_a_write_is_not_sent_again_after_a_server_error(client: MakeClient) -> None:
    with pytest.raises(ServerError, match="may have taken effect"):
        ask(client(page(500)), "POST")


def test_a_write_that_was_certainly_not_sent_is_sent_again(client: MakeClient) -> None:
    c = client(httpx.ConnectError("refused"), ok({}))
    ask(c, "POST")

    assert len(c.script.requests) == 2


def test_an_expired_token_fails_before_anything_is_sent(client: MakeClient) -> None:
    with pytest.raises(AuthenticationError):
        ask(client(token=jwt(exp=1)))


def test_a_service_without_an_address_names_its_variable(client: MakeClient) -> None:
    c = client(base_url=None, env="production")

    with pytest.raises(ConfigurationError, match="AI_HUB_EVALUATION_URL") as caught:
        ask(c, "GET", "/api/v2/results", "evaluation")
    assert caught.value.setting == "AI_HUB_EVALUATION_URL"


# --- what cannot be sent --------------------------------------------------------------------------

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"method": "FETCH"}, "method", "GET, POST"),
    ({"method": 5}, "method", "GET, POST"),
    ({"service": "data_warehose"}, "service", 'Did you mean "data_warehouse"?'),
    ({"service": None}, "service", "data_warehouse"),
    ({"path": "tables"}, "path", "begin"),
    ({"path": "//elsewhere.example/tables"}, "path", "begin"),
    ({"path": "http://elsewhere.example/"}, "path", "begin"),
    ({"path": None}, "path", "begin"),
    ({"path": "/a?b=1"}, "path", "query="),
    ({"path": "/a#b"}, "path", "query"),
    ({"path": "/a/../b"}, "path", ".."),
    ({"path": "/a/%2E%2e"}, "path", ".."),
    ({"path": "/a%zz"}, "path", "percent"),
    ({"path": "/a\r\nHost: b"}, "path", "control"),
    ({"query": "a=1"}, "query", "mapping"),
    ({"query": {1: 2}}, "query", "mapping"),
    ({"query": {"a": {}}}, "query.a", "dict"),
    ({"json": {1, 2}}, "json", "set is not JSON serializable"),
    ({"json": float("nan")}, "json", "Out of range float values"),
]


@pytest.mark.parametrize(("given", "field", "words"), REFUSED)
def test_what_cannot_be_sent_is_refused_before(
    client: MakeClient, given: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        ask(client(), **given)
    assert (caught.value.field, words in str(caught.value)) == (field, True)


# --- one API, twice -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["__call__", "raw"])
def test_sync_and_async_take_the_same_arguments(name: str) -> None:
    one, twin = (inspect.signature(getattr(cls, name)).parameters for cls in (Unlisted, AsyncUnlisted))

    assert [p.replace(annotation="") for p in one.values()] == [p.replace(annotation="") for p in twin.values()]
