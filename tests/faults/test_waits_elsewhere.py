"""Waits in real processes: a pickled handle that is taken up by another one, and Ctrl-C as the shell sends it."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from aihub_api.tables import WAITERS
from aihub_emulator import Emulator, Settings
from aihub_sdk.testing import EmulatedHub
from tests.conftest import ROOT
from tests.faults.followed import FIELDS

CLUSTER = {**FIELDS, "virtual_cluster_id": "vc-cpu-batch", "sku_cnt": 1}

# Takes handles up from a file, says when it has seen each of them, and waits for them.
RESUME = """
import asyncio, pickle, sys
from pathlib import Path
from aihub_sdk import AIHub, AsyncAIHub

handles = pickle.loads(Path(sys.argv[1]).read_bytes())
assert all(handle._session is None for handle in handles)
waiting = set()

def tell(event):
    waiting.add(event.ref)
    if event.error is None and len(waiting) == len(handles):
        print("waiting", flush=True)

def shown(ended):
    for handle in ended:
        print(handle.ref, handle.status.name, flush=True)

async def main():
    async with AsyncAIHub() as hub:
        shown(await hub.wait_all([hub.attach(handle) for handle in handles], poll=0.02, timeout=100, on_event=tell))

if sys.argv[2] == "async":
    asyncio.run(main())
else:
    with AIHub() as hub:
        shown(hub.wait_all([hub.attach(handle) for handle in handles], poll=0.02, timeout=100, on_event=tell))
"""

# Waits for a job that does not end by itself, and says when it has seen it.
WAIT = """
import asyncio, sys
from aihub_sdk import AIHub, AsyncAIHub

def rules():
    more = {"stop_on_interrupt": True} if sys.argv[3] == "stop" else {}
    return {"poll": 0.02, "on_event": lambda _: print("waiting", flush=True), **more}

async def main():
    async with AsyncAIHub() as hub:
        await hub.attach(sys.argv[1]).wait(**rules())

if sys.argv[2] == "async":
    asyncio.run(main())
else:
    with AIHub() as hub:
        hub.attach(sys.argv[1]).wait(**rules())
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator on a clock that only this test turns: nothing ends by itself."""
    root = tmp_path_factory.mktemp("host")
    (root / "shared").mkdir()
    (root / "shared" / "a.txt").write_bytes(b"a")
    with Emulator(Settings(clock="manual", host_root=root)) as emulator:
        yield emulator


@pytest.fixture
def emulated(running: Emulator) -> Iterator[EmulatedHub]:
    running.reset()
    with EmulatedHub(running) as each:
        yield each


def started(emulated: EmulatedHub) -> list[Any]:
    """A job of each kind, looked at once."""
    hub = emulated.hub
    made: list[Any] = [
        hub.searches.sql("select 1", name="n"),
        hub.datasets.create("digits", description="d").upload(host_path="shared"),
        hub.workflows.run(1, 1),
        hub.trainings.submit(CLUSTER),
        hub.quota_tasks.submit(FIELDS, priority="low", shm=1),
    ]
    return [handle.refresh() for handle in made]


@contextmanager
def program(emulated: EmulatedHub, text: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A program of its own that finds the emulator by its variables."""
    home = {name: os.environ[name] for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    path = os.pathsep.join(str(ROOT / each) for each in ("generated", "overlays"))
    environ = {**home, "PYTHONPATH": path, "PATH": os.defpath, **emulated.environ}
    command = [sys.executable, "-c", text, *arguments]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as other:
        try:
            yield other
        finally:
            # A test that has failed does not leave it waiting for ever; one that has passed finds it gone.
            other.kill()


@pytest.mark.parametrize("flavour", ["sync", "async"])
def test_pickled_handles_are_waited_for_in_another_process(emulated: EmulatedHub, tmp_path: Path, flavour: str) -> None:
    handles = started(emulated)
    assert sorted(handle.kind for handle in handles) == sorted(WAITERS)
    pickled = pickle.dumps(handles)
    (tmp_path / "handles").write_bytes(pickled)
    assert emulated.environ["AI_HUB_TOKEN"].encode() not in pickled

    with program(emulated, RESUME, str(tmp_path / "handles"), flavour) as other:
        assert other.stdout is not None
        seen = other.stdout.readline()
        # Only now does the platform's time go on: the other process has really waited.
        emulated.clock.advance(24 * 3600)
        rest, errors = other.communicate(timeout=100)

    ended = [line for line in rest.splitlines() if line != "waiting"]
    assert (seen, other.returncode, errors) == ("waiting\n", 0, "")
    assert ended == [f"{handle.ref} SUCCESS" for handle in handles]


@pytest.mark.parametrize("flavour", ["sync", "async"])
@pytest.mark.parametrize("what", ["leave", "stop"])
def test_ctrl_c_says_how_to_go_on_or_stops_the_job(emulated: EmulatedHub, flavour: str, what: str) -> None:
    job: Any = emulated.hub.trainings.submit(CLUSTER)
    with program(emulated, WAIT, job.ref, flavour, what) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "waiting\n"
        other.send_signal(signal.SIGINT)
        _, errors = other.communicate(timeout=100)

    said = {
        "leave": f"{job.ref} goes on. Wait for it again with hub.attach({job.ref!r}).wait(), "
        f"or stop it with hub.attach({job.ref!r}).stop()\n",
        "stop": f"{job.ref} was asked to stop\n",
    }
    assert errors.startswith(said[what])
    assert errors.endswith("KeyboardInterrupt\n")
    assert other.returncode != 0
    emulated.clock.advance(60)
    assert (job.refresh().status.name == "STOPPED") == (what == "stop")
