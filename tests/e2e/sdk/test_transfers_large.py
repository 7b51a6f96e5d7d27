"""Very large and very many files: little memory, and a kill in the middle costs only what was under way.

Each client is a process of its own, so that its memory is its own and it can be killed.
"""

import json
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

import duckdb
import pytest

from aihub_emulator.network.certificate import Certificate, certificate_in
from tests.benchmarks.storage import small_file
from tests.benchmarks.transfers import storage
from tests.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

GIB = 1 << 30
MOST_MEBIBYTES = 100
COUNT = 20_000

BEGIN = """
import asyncio, inspect, json, os, signal, sys
from aihub_sdk import AIHub, AsyncAIHub
from tests.benchmarks.memory import peak_bytes, resident_bytes
kind, settings, arguments = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3:]

async def run(use):
    hub = AIHub(**settings) if kind == "sync" else AsyncAIHub(**settings)
    idle = resident_bytes()
    found = use(hub)
    if inspect.isawaitable(found):
        await found
    print((peak_bytes() - idle) / 2**20)
"""

UPLOAD = """
path, = arguments
asyncio.run(run(lambda hub: hub.s3.upload(path, bucket="b", key="k")))
"""

DOWNLOAD = """
target, last = arguments
def progress(done, total):
    if done == int(last):
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(run(lambda hub: hub.datasets.version("many/V1").download(target, progress=progress)))
"""


def start(code: str, kind: str, settings: dict[str, Any], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", BEGIN + code, kind, json.dumps(settings), *arguments]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False, timeout=280)


def counted(address: str, certificate: Certificate | None = None) -> dict[str, Any]:
    """What the server was asked for so far."""
    tls = ssl.create_default_context(cafile=str(certificate.ca_file) if certificate else None)
    with build_opener(ProxyHandler({}), HTTPSHandler(context=tls)).open(f"{address}/counts") as answer:
        found: dict[str, Any] = json.load(answer)["data"]
    return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """Taken away at once: pytest would keep the files of its last three runs."""
    made = Path(tempfile.mkdtemp())
    yield made
    shutil.rmtree(made)


# --- one large file -------------------------------------------------------------------------------

# What sha256sum says of the file that `large_file` makes.
LARGE_SHA256 = "e2dd9075680f4d145a3644bb1aa5794073045fbe4486db0abd0dcf2a1c7f2fa2"


def large_file(path: Path) -> None:
    """5 GiB that take no room on the disk: zeros, with a mark at the beginning, beyond 4 GiB, and at the end."""
    with path.open("wb") as stream:
        for place in (0, 4 * GIB + 12_345, 5 * GIB - 9):
            stream.seek(place)
            stream.write(b"mark %04d" % (place % 9_973))


@pytest.fixture
def certificate(folder: Path) -> Certificate:
    return certificate_in(folder, ["127.0.0.1"])


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_five_gibibytes_go_through_a_relay_in_little_memory(kind: str, folder: Path, certificate: Certificate) -> None:
    large_file(folder / "large.bin")
    options = ["--check", "--certificate", str(certificate.chain_file), "--key", str(certificate.key_file)]
    with storage(*options) as relay:
        settings = {"env": "local", "services": {"s3_relay": relay}, "token": "t", "s3_token": "t"}
        done = start(UPLOAD, kind, {**settings, "s3_verify": str(certificate.ca_file)}, str(folder / "large.bin"))
        (found,) = counted(relay, certificate)["stored"]

    assert done.returncode == 0
    assert (found["size"], found["is_framed"], found["query"]) == (5 * GIB, True, "bucket=b&key=k")
    assert found["sha256"] == LARGE_SHA256
    assert 'filename="large.bin"' in found["part"]
    assert float(done.stdout) < MOST_MEBIBYTES


# --- many small files -----------------------------------------------------------------------------


@pytest.fixture
def many(folder: Path) -> Iterator[str]:
    """The address of a server with a version of 20,000 files in 200 directories."""
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 'd' || n // 100 as parent_dir, n || '.txt' as name, 's3://small/' || n || '.txt' as s3path,"
            f" 0::integer as type from range({COUNT}) t(n)) to '{folder / 'many.parquet'}' (format parquet)"
        )
    with storage("--indexes", str(folder)) as address:
        yield address


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_killed_download_of_twenty_thousand_files_goes_on_in_little_memory(
    kind: str, folder: Path, many: str
) -> None:
    settings = {"env": "local", "base_url": many, "token": "t"}
    target = folder / "copy"
    killed = start(DOWNLOAD, kind, settings, str(target), str(COUNT // 2))
    complete = len(list(target.glob("d*/*.txt")))
    asked = counted(many)["counts"]["small"]
    resumed = start(DOWNLOAD, kind, settings, str(target), "-1")
    asked_again = counted(many)["counts"]["small"] - asked
    again = start(DOWNLOAD, kind, settings, str(target), "-1")
    wrong = [n for n in range(COUNT) if (target / f"d{n // 100}" / f"{n}.txt").read_bytes() != small_file(f"{n}.txt")]

    assert (killed.returncode, resumed.returncode, again.returncode) == (-signal.SIGKILL, 0, 0)
    # What was under way when it was killed: a file for each worker, whose answers were not kept.
    assert COUNT // 2 <= complete <= asked <= complete + 16
    assert asked_again == COUNT - complete
    assert counted(many)["counts"]["small"] == asked + asked_again
    assert wrong == []
    assert float(resumed.stdout) < MOST_MEBIBYTES
    assert [path.name for path in (target / ".aihub-download").iterdir()] == ["complete.jsonl"]
