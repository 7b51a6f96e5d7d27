"""`python -m tests.benchmarks.emulator`: what the emulator costs beside a bare Starlette route, in one run."""

import argparse
import asyncio
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .measure import ROOT, Ratio, ms

SEARCH = "/data-warehouse/api/v1/searches/1"
SEARCHES = "/data-warehouse/api/v1/searches"
BODY = {"type": 1, "name": "search-001", "sql": "select 1"}
CONNECTIONS = 16

# Routes that answer what getSearch and createSearch answer, known beforehand, on the server as the emulator sets it
# up. The second one reads the JSON that it is sent, as every server has to.
BARE = """
import json, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from aihub_emulator.network.server import bind
answer = json.loads(sys.argv[1])
async def get(request):
    return JSONResponse(answer)
async def post(request):
    await request.json()
    return JSONResponse({"code": 0, "msg": "", "data": {"id": 1}})
listening = bind("127.0.0.1", 0)
print(json.dumps({"base_url": "http://127.0.0.1:%d" % listening.getsockname()[1]}), flush=True)
beginning = "/data-warehouse/api/v1/searches"
app = Starlette(routes=[Route(beginning + "/{id}", get), Route(beginning, post, methods=["POST"])])
config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, ws="none", lifespan="off")
uvicorn.Server(config).run(sockets=[listening])
"""


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[dict[str, str], "subprocess.Popen[str]"]]:
    """A server process, and what it printed first."""
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline()), process
        finally:
            process.terminate()


async def requests_per_second(
    address: dict[str, str], method: str, path: str, count: int, body: object = None
) -> float:
    """How many requests of 16 kept connections are answered a second."""
    host, _, port = address["base_url"].removeprefix("http://").partition(":")
    content = b"" if body is None else json.dumps(body).encode()
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {address.get('token', '')}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    request = head.encode() + content
    turns = iter(range(count))

    async def client() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        for _ in turns:
            writer.write(request)
            answered = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(answered.split(b"content-length: ")[1].split(b"\r\n")[0]))
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return count / (time.perf_counter() - started)


def speed(rounds: int, count: int) -> Iterator[Ratio]:
    """Requests a second, beside a route that does nothing."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        plain = ("-m", "aihub_emulator", "--port", "0", "--clock", "manual")
        ours, _ = stack.enter_context(serving(*plain))
        kept, _ = stack.enter_context(serving(*plain, "--state", folder))
        for each in (ours, kept):
            asyncio.run(requests_per_second(each, "POST", SEARCHES, 1, BODY))
        bare, _ = stack.enter_context(serving("-c", BARE, json.dumps(_answer(ours))))

        sides: dict[str, Callable[[], float]] = {
            "bare": lambda: asyncio.run(requests_per_second(bare, "GET", SEARCH, count)),
            "bare create": lambda: asyncio.run(requests_per_second(bare, "POST", SEARCHES, count // 4, BODY)),
            "read": lambda: asyncio.run(requests_per_second(ours, "GET", SEARCH, count)),
            "read kept": lambda: asyncio.run(requests_per_second(kept, "GET", SEARCH, count)),
            "create": lambda: asyncio.run(requests_per_second(ours, "POST", SEARCHES, count // 4, BODY)),
            "create kept": lambda: asyncio.run(requests_per_second(kept, "POST", SEARCHES, count // 4, BODY)),
        }
        found: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(rounds + 1):
            for name, side in sides.items():
                found[name].append(side())
    medians = {name: statistics.median(values[1:]) for name, values in found.items()}
    texts = {
        "read": "getSearch, requests a second / a bare Starlette route (target ≥ 0.5)",
        "read kept": "  the same with --state",
        "create": "createSearch / a bare route that reads the same JSON",
        "create kept": "  the same with --state, each kept before its answer",
    }
    for name, text in texts.items():
        bare_side = "bare create" if name.startswith("create") else "bare"
        per_second = f"{medians[name]:.0f}/s", f"{medians[bare_side]:.0f}/s"
        yield Ratio(text, medians[name] / medians[bare_side], None, *per_second)


def _answer(address: dict[str, str]) -> object:
    import requests

    headers = {"Authorization": f"Bearer {address['token']}"}
    with requests.Session() as session:
        session.trust_env = False
        return session.get(address["base_url"] + SEARCH, headers=headers, timeout=30).json()


def start(rounds: int) -> Iterator[Ratio]:
    """From the command to its first line, when requests are answered; and the memory it then has."""
    commands = {
        "ours": ("-m", "aihub_emulator", "--port", "0"),
        "bare": ("-c", BARE, "{}"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    memory: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, arguments in commands.items():
            started = time.perf_counter()
            with serving(*arguments) as (_, process):
                seconds[name].append(time.perf_counter() - started)
                memory[name].append(_resident_mebibytes(process.pid))
    ours, bare = (statistics.median(seconds[name][1:]) for name in commands)
    yield Ratio("start, to the first answer / a bare Starlette server", ours / bare, None, ms(ours), ms(bare))
    ours, bare = (statistics.median(memory[name][1:]) for name in commands)
    yield Ratio("  resident memory after the start, likewise", ours / bare, None, f"{ours:.0f} MiB", f"{bare:.0f} MiB")


def _resident_mebibytes(process_id: int) -> float:
    status = Path(f"/proc/{process_id}/status")
    lines = status.read_text("ascii", "replace").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), float("nan"))


def main() -> None:
    """Print every ratio; exit code 0 whatever they are."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.emulator", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: shows that it runs, not how fast")
    is_quick = parser.parse_args().quick
    rounds, count = (1, 400) if is_quick else (7, 4_000)
    print(f"Python {platform.python_version()}, {CONNECTIONS} connections, medians of {rounds} interleaved rounds\n")
    for comparison in (start(rounds), speed(rounds, count)):
        for ratio in comparison:
            print(ratio, flush=True)


if __name__ == "__main__":
    main()
