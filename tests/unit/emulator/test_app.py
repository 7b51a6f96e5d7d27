"""The ASGI application without a socket."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import MutableMapping
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from aihub_emulator import Settings, create_app
from aihub_emulator.app import app_of
from aihub_emulator.instance import Instance


def log_in_to_a_new_application() -> httpx.Response:
    async def story() -> httpx.Response:
        app = create_app()
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://testserver") as client,
        ):
            return await client.post("/api/v1/auth/login", json={"username": "demo", "password": "demo"})

    return asyncio.run(story())


def test_the_application_serves_on_its_own() -> None:
    assert log_in_to_a_new_application().json()["code"] == 0


def test_an_error_in_a_handler_is_an_envelope_with_http_500(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(call: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("aihub_emulator.app.HANDLERS", {"login": broken})

    answer = log_in_to_a_new_application()

    assert (answer.status_code, answer.json()["code"]) == (500, 1)


def test_a_creation_is_kept_before_its_answer_begins(tmp_path: Path) -> None:
    body = b'{"type": 1, "name": "x", "sql": "select 1"}'
    kept_then: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, object]) -> None:
        if message["type"] == "http.response.start":
            with closing(sqlite3.connect(tmp_path / "records.sqlite")) as other:
                kept_then.extend(other.execute("SELECT count(*) FROM records WHERE kind = 'SearchRecord'").fetchone())

    async def story() -> None:
        instance = Instance(Settings(state=tmp_path, clock="manual"))
        app = app_of(instance)
        async with app.router.lifespan_context(app):
            token = instance.identity.issue(instance.first_user)
            headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/json")]
            path = "/data-warehouse/api/v1/searches"
            scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b""}
            await app({**scope, "scheme": "http", "server": ("127.0.0.1", 1)}, receive, send)

    asyncio.run(story())

    assert kept_then == [1]


def test_importing_the_package_loads_no_server_and_no_engine() -> None:
    late = ["duckdb", "jwt", "pydantic", "starlette", "uvicorn"]
    program = f"import sys, aihub_emulator; print([name for name in {late} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert ended.stdout.strip() == "[]"


def test_serving_loads_no_engine() -> None:
    program = "import sys, aihub_emulator; aihub_emulator.create_app(); print('duckdb' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert ended.stdout.strip() == "False"
