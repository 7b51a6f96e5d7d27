"""The ASGI application without a socket."""

import asyncio
import subprocess
import sys

import httpx
import pytest

from aihub_emulator import create_app


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


def test_importing_the_package_loads_no_server_and_no_engine() -> None:
    late = ["duckdb", "jwt", "pydantic", "starlette", "uvicorn"]
    program = f"import sys, aihub_emulator; print([name for name in {late} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert ended.stdout.strip() == "[]"


def test_serving_loads_no_engine() -> None:
    program = "import sys, aihub_emulator; aihub_emulator.create_app(); print('duckdb' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert ended.stdout.strip() == "False"
