"""What reaches the log: one line a call, on one logger, and nothing that anybody else should not see."""

import ast
import json
import logging
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from aihub_api.s3_relay.models import UploadFileRequest
from aihub_api.types import File
from aihub_sdk import AIHub, AIHubError, AsyncAIHub
from tests.architecture.project_files import python_files, tree_of
from tests.unit.conftest import MakeClient
from tests.unit.loopback import Server, send, serving
from tests.unit.made_up_tokens import jwt
from tests.unit.scripted import ok, page, refused, search

TOKEN = jwt(exp=4_000_000_000, name="secret-claim")
SECRETS = {
    "password": "secret-password",
    "token": TOKEN,
    "relay token": "secret-relay-token",
    "request body": "secret-sql",
    "file": "secret-file",
    "query": "secret-key",
    "answer": "secret-answer",
    "unexpected answer": "secret-drift",
    "server's words": "secret-words",
    "error page": "secret-page",
}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as seen:
        seen.answer = answer
        yield seen


def answer(request: BaseHTTPRequestHandler) -> None:
    """Answers full of what a log must not show."""
    request.rfile.read(int(request.headers.get("Content-Length") or 0))
    if request.path.endswith("/login"):
        data: Any = {"id": 5, "token": TOKEN}
    elif request.path.startswith("/upload"):
        data = {"path": "secret-answer"}
    else:
        data = {"id": 7, "name": "secret-answer", "top_k": "secret-drift", "extra": "secret-drift"}
    code = 3 if "refuse" in request.path else 0
    status = 502 if "gateway" in request.path else 200
    body = (
        b"<p>secret-page</p>"
        if status == 502
        else json.dumps({"code": code, "msg": "secret-words", "data": data}).encode()
    )
    send(request, status, body, X_Trace="secret-header")


def use(hub: AIHub) -> None:
    """Every kind of call: reads, writes, files, refusals, answers that are none."""
    hub.api.data_warehouse.get_search(id=7)
    hub.searches.sql("select 'secret-sql'")
    hub.api.s3_relay.upload_file(bucket="b", key="secret-key", body=UploadFileRequest(file=File(b"secret-file")))
    for path in ("/refuse", "/gateway"):
        with pytest.raises(AIHubError):
            hub.request("POST", "data_warehouse", path, query={"ticket": "secret-key"}, json={"sql": "secret-sql"})


@pytest.fixture
def logged(server: Server, caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """All that any logger said at DEBUG while the client did all sorts of things."""
    login: dict[str, Any] = {"username": "user", "password": "secret-password"}
    with (
        caplog.at_level(logging.DEBUG),
        AIHub(base_url=server.address, s3_token="secret-relay-token", max_retries=0, **login) as hub,
    ):
        use(hub)
    return caplog.records


@pytest.mark.parametrize("kind", SECRETS)
def test_no_logger_of_any_library_is_told(kind: str, logged: list[logging.LogRecord]) -> None:
    """Neither ours nor those of httpx and httpcore, which a program may have set to DEBUG for its own sake."""
    shown = [record.getMessage() for record in logged if SECRETS[kind] in f"{record.getMessage()} {record.args}"]

    assert shown == []


def test_our_logger_shows_no_header_of_an_answer_either(logged: list[logging.LogRecord]) -> None:
    mine = "\n".join(record.getMessage() for record in logged if record.name == "aihub_sdk")

    assert "getSearch" in mine
    assert "secret-header" not in mine


def test_our_logger_is_told_one_line_a_call(logged: list[logging.LogRecord]) -> None:
    mine = [r.getMessage().partition(":")[0] for r in logged if (r.name, r.levelname) == ("aihub_sdk", "DEBUG")]

    assert mine == [
        "POST user_system.login",
        "GET data_warehouse.getSearch",
        "POST data_warehouse.createSearch",
        "POST s3_relay.uploadFile",
        "POST data_warehouse /refuse",
        "POST data_warehouse /gateway",
    ]


def test_no_error_of_these_calls_shows_a_secret_but_the_servers_words(client: MakeClient) -> None:
    c = client(refused(3, "secret-words"), page(502), token=TOKEN, max_retries=0)

    for words in (["secret-words"], []):
        with pytest.raises(AIHubError) as caught:
            c.done(c.hub.request("POST", "data_warehouse", "/x", query={"k": "secret-key"}, json="secret-sql"))
        assert [secret for secret in SECRETS.values() if secret in str(caught.value)] == words


def test_nothing_is_printed(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    login: dict[str, Any] = {"username": "user", "password": "secret-password"}
    with AIHub(base_url=server.address, s3_token="s", max_retries=0, strict=False, **login) as hub:
        hub.api.s3_relay.upload_file(bucket="b", key="k", body=UploadFileRequest(file=File(b"x")))

    assert capfd.readouterr() == ("", "")


def test_no_handler_is_installed_and_no_level_is_set(client: MakeClient) -> None:
    before = {name: _state(name) for name in ("", "httpx", "httpcore")}
    c = client(search(), ok({"id": 7}))
    c.get_search()
    c.create_search()

    assert {name: _state(name) for name in ("", "httpx", "httpcore")} == before
    assert _state("aihub_sdk") == ([], logging.NOTSET, True)


def _state(name: str) -> tuple[list[Any], int, bool]:
    logger = logging.getLogger(name)
    return list(logger.handlers), logger.level, logger.propagate


def test_logging_that_is_off_costs_no_line(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    c = client(search())

    with caplog.at_level(logging.INFO, "aihub_sdk"):
        c.get_search()
    assert [record for record in caplog.records if record.name == "aihub_sdk"] == []


@pytest.mark.parametrize("kind", [AIHub, AsyncAIHub])
def test_making_a_client_logs_nothing(kind: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        kind(env="local", token="secret-token").config.explain()

    assert caplog.records == []


def test_the_sdk_knows_one_logger() -> None:
    named = {
        ast.unparse(node)
        for name in python_files("overlays")
        if name.startswith("overlays/aihub_sdk/")
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("getLogger")
    }

    assert named == {"logging.getLogger('aihub_sdk')"}
