"""Run by .ci/test-wheel inside an empty environment that holds the wheel and its base dependencies."""

import http.server
import importlib
import importlib.util
import json
import pkgutil
import subprocess
import sys
import threading
from importlib import resources
from pathlib import Path

OPTIONAL = ["click", "duckdb", "jwt", "multipart", "pydantic", "requests", "starlette", "uvicorn"]
ANSWER = {"code": 0, "msg": "", "data": {"id": 1, "name": "a search", "status": 3, "a_new_field": None}}


class Platform(http.server.BaseHTTPRequestHandler):
    """Answers every GET with one search."""

    def do_GET(self) -> None:
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def nothing_else_is_installed() -> None:
    present = [name for name in OPTIONAL if importlib.util.find_spec(name)]
    assert present == [], f"the base install brought {present}"


def it_comes_from_the_wheel() -> None:
    import aihub_sdk

    assert Path(aihub_sdk.__file__ or "").is_relative_to(sys.prefix), aihub_sdk.__file__
    assert [name for name in aihub_sdk.__all__ if not hasattr(aihub_sdk, name)] == []


def every_generated_module_imports() -> None:
    import aihub_api

    modules = [module.name for module in pkgutil.walk_packages(aihub_api.__path__, "aihub_api.")]
    for name in modules:
        importlib.import_module(name)
    assert len(modules) > 20, modules


def the_spec_is_on_board() -> None:
    document = json.loads(resources.files("aihub_openapi").joinpath("aihub.json").read_text("utf-8"))
    methods = {"get", "post", "put", "patch", "delete"}
    operations = [op["operationId"] for path in document["paths"].values() for m, op in path.items() if m in methods]
    from aihub_api.tables import OPERATIONS

    assert sorted(operations) == sorted(OPERATIONS), operations


def type_checkers_see_the_types() -> None:
    # find_spec does not run the packages, two of which need an extra.
    specs = [importlib.util.find_spec(f"aihub_{part}") for part in ("api", "emulator", "models", "sdk")]
    untyped = [spec for spec in specs if not (spec and Path(spec.origin or "").with_name("py.typed").is_file())]
    assert untyped == []


def a_call_returns_a_typed_object() -> None:
    from aihub_sdk import AIHub

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Platform) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with AIHub(base_url=f"http://127.0.0.1:{server.server_port}", token="t") as hub:
            search = hub.api.data_warehouse.get_search(id=1)
        server.shutdown()
    assert (search.id, search.name) == (1, "a search")


def the_command_says_what_to_install() -> None:
    command = Path(sys.executable).with_name("aihub")
    finished = subprocess.run([command, "--version"], check=False, capture_output=True, text=True)
    assert finished.returncode != 0
    assert "pip install 'aihub-sdk[cli]'" in finished.stderr, finished.stderr
    assert "Traceback" not in finished.stderr, finished.stderr


if __name__ == "__main__":
    nothing_else_is_installed()
    it_comes_from_the_wheel()
    every_generated_module_imports()
    the_spec_is_on_board()
    type_checkers_see_the_types()
    a_call_returns_a_typed_object()
    the_command_says_what_to_install()
