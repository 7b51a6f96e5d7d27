"""An upload whose sender or receiver is killed in the middle: nothing is under its final key, and it can begin anew."""

import json
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from aihub_sdk import AIHub, AsyncAIHub
from aihub_sdk._transfers.zip_stream import ZipStream
from aihub_sdk.errors import TransferFailed
from tests.conftest import ROOT
from tests.e2e.emulator.processes import emulator_process
from tests.unit.scripted import Client

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

MIB = 1 << 20
SIZE = 64 * MIB

KILLED = """
import asyncio, inspect, json, os, signal, sys
from aihub_sdk import AIHub, AsyncAIHub
def progress(sent, total):
    if sent >= total // 2:
        os.kill(os.getpid(), signal.SIGKILL)
async def main():
    hub = (AIHub if sys.argv[1] == "sync" else AsyncAIHub)(**json.loads(sys.argv[2]))
    found = hub.s3.upload(sys.argv[3], bucket="b", key="k", progress=progress)
    if inspect.isawaitable(found):
        await found
asyncio.run(main())
"""


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with (tmp_path / "f.bin").open("wb") as stream:
        stream.truncate(SIZE)
    return tmp_path / "f.bin"


def settings_for(addresses: dict[str, Any]) -> dict[str, Any]:
    return {
        "env": "local",
        "base_url": addresses["base_url"],
        "services": {"s3_relay": addresses["s3_url"]},
        "token": addresses["token"],
        "s3_token": addresses["s3_token"],
        "s3_verify": addresses["ca_file"],
    }


def upload(kind: str, settings: dict[str, Any], path: Path, **more: Any) -> Any:
    client = Client(kind)
    hub: Any = (AIHub if kind == "sync" else AsyncAIHub)(**settings)
    try:
        return client.done(hub.s3.upload(path, bucket="b", key="k", **more))
    finally:
        client.done(hub.close())
        client.end()


def test_a_killed_sender_leaves_nothing_under_the_key_and_another_one_begins_anew(kind: str, file: Path) -> None:
    with emulator_process() as (_, addresses):
        settings = settings_for(addresses)
        command = [sys.executable, "-c", KILLED, kind, json.dumps(settings), str(file)]
        killed = subprocess.run(command, cwd=ROOT, check=False, timeout=120)
        after_the_kill = httpx.get(f"{addresses['base_url']}/b/k").status_code
        stored = upload(kind, settings, file)
        head = httpx.head(stored.url)

    assert (killed.returncode, after_the_kill) == (-signal.SIGKILL, 404)
    assert (stored.size_bytes, int(head.headers["content-length"])) == (SIZE, SIZE)


def test_a_killed_relay_leaves_nothing_under_the_key_and_the_error_says_that_it_cannot_resume(
    kind: str, file: Path, tmp_path: Path
) -> None:
    state = ("--state", str(tmp_path / "state"))
    with emulator_process(*state) as (process, addresses):

        def kill(sent: int, total: int) -> None:
            if sent >= total // 2 and process.poll() is None:
                process.kill()
                process.wait()

        with pytest.raises(TransferFailed) as caught:
            upload(kind, settings_for(addresses), file, progress=kill)
    with emulator_process(*state) as (_, addresses):
        status = httpx.get(f"{addresses['base_url']}/b/k").status_code

    assert (status, "cannot resume" in caught.value.hint) == (404, True)
    assert f"of {SIZE} bytes" in caught.value.message


def test_an_archive_of_more_than_four_gibibytes_is_read_by_others(tmp_path: Path) -> None:
    """Beyond 4 GiB in one file, and with another file behind it. Nothing but zeros: it takes no room on the disk."""
    folder, packed = tmp_path / "folder", tmp_path / "packed.zip"
    folder.mkdir()
    with (folder / "1 large").open("wb") as stream:
        stream.truncate((4 << 30) + 10)
    (folder / "2 small").write_bytes(b"behind it")
    archive = ZipStream(folder)
    with packed.open("wb") as stream:
        for piece in archive.pieces():
            for start in range(0, len(piece), 4096):
                page = piece[start : start + 4096]
                stream.seek(len(page), 1) if page.count(0) == len(page) else stream.write(page)
        stream.truncate(archive.size_bytes)

    with zipfile.ZipFile(packed) as read:
        sizes = [info.file_size for info in read.infolist()]
        assert (sizes, read.read("2 small")) == ([(4 << 30) + 10, 9], b"behind it")
    tested = subprocess.run(_tester(packed), stdout=subprocess.DEVNULL, check=False)
    assert tested.returncode == 0


def _tester(packed: Path) -> list[str]:
    """A program that is not ours and reads every byte."""
    found = shutil.which("unzip")
    return [found, "-tqq", str(packed)] if found else [sys.executable, "-m", "zipfile", "-t", str(packed)]
