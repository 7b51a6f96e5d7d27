"""Downloads that are ended from outside: by Ctrl-C, by a task's cancellation, by a disk that is full."""

import asyncio
import errno
import os
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from aihub_sdk import AIHub
from aihub_sdk._transfers import downloading as _downloading
from aihub_sdk._transfers.download_plan import DownloadPlan
from aihub_sdk._transfers.fetching import fetch_async, fetch_to_file_async
from aihub_sdk._transfers.flow import Source
from aihub_sdk._transfers.manifest import Manifest
from aihub_sdk._transfers.part_file import PartFile, StagedFile
from aihub_sdk.errors import ErrorContext
from tests.faults.test_transfers_down import NAMES, Storage, content, download, index_of, tree
from tests.unit.loopback import serving
from tests.unit.scripted import Client
from tests.unit.streamed import streamed

SOURCE = Source("http://storage.example/f", "the file", ErrorContext(), "f")
MIB = 1 << 20


def test_ctrl_c_ends_a_long_file_in_the_middle_and_keeps_what_is_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, given_up = threading.Event(), threading.Event()

    def in_two_parts(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(8 * MIB))
        request.end_headers()
        request.wfile.write(bytes(MIB))
        begun.set()
        given_up.wait(30)
        request.wfile.write(bytes(7 * MIB))

    def interrupted(working: Any) -> Any:
        begun.wait(30)
        raise KeyboardInterrupt

    def give_up(plan: DownloadPlan) -> None:
        stopped(plan)
        given_up.set()

    stopped = DownloadPlan.give_up
    monkeypatch.setattr(DownloadPlan, "give_up", give_up)
    monkeypatch.setattr(_downloading, "as_completed", interrupted)
    with serving() as server:
        storage = Storage(server, index_of(NAMES, tmp_path))
        storage.answers["b.txt"] = [in_two_parts]
        with AIHub(env="local", base_url=server.address, token="t") as hub, pytest.raises(KeyboardInterrupt):
            hub.datasets.version("m/V1").download(tmp_path / "t", workers=1)

    assert tree(tmp_path / "t") == {"a.txt": content("a.txt")}
    assert [path.name for path in (tmp_path / "t" / ".aihub-download").iterdir()] == ["complete.jsonl"]


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Set when a file is about to be put in its place, and what that waits for."""
    reached, goes_on = threading.Event(), threading.Event()
    for kind in (PartFile, StagedFile):

        def held(part: Any, commit: Any = kind.commit) -> None:
            reached.set()
            goes_on.wait(30)
            commit(part)

        monkeypatch.setattr(kind, "commit", held)
    return reached, goes_on


@pytest.mark.parametrize("is_staged", [True, False])
def test_a_task_that_is_cancelled_while_a_thread_writes_leaves_a_whole_file_or_none(
    tmp_path: Path, commits: tuple[threading.Event, threading.Event], *, is_staged: bool
) -> None:
    reached, goes_on = commits
    client = Client("async", streamed(b"content"))
    target, aside = tmp_path / "f", tmp_path / "aside"

    async def cancelled() -> None:
        session = client.hub._session
        part = StagedFile(aside, lambda _: aside.replace(target))
        fetching = fetch_async(session, SOURCE, part) if is_staged else fetch_to_file_async(session, SOURCE, target)
        task = asyncio.ensure_future(fetching)
        await asyncio.to_thread(reached.wait, 30)
        task.cancel()
        await asyncio.sleep(0)
        goes_on.set()
        await asyncio.wait([task])
        assert task.cancelled()

    client.runner.run(cancelled())
    client.end()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"f": b"content"}


def test_a_download_that_is_cancelled_while_it_is_planned_lets_go_of_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, goes_on = threading.Event(), threading.Event()

    def held(order: Any) -> Any:
        reached.set()
        goes_on.wait(30)
        return planned(order)

    planned = _downloading._planned
    monkeypatch.setattr(_downloading, "_planned", held)
    with serving() as server:
        storage = Storage(server, index_of(NAMES, tmp_path))
        client = Client("async", base_url=server.address)

        async def cancelled() -> None:
            from aihub_sdk import AsyncAIHub

            async with AsyncAIHub(env="local", base_url=server.address, token="t") as hub:
                task = asyncio.ensure_future(hub.datasets.version("m/V1").download(tmp_path / "t"))
                await asyncio.to_thread(reached.wait, 30)
                task.cancel()
                await asyncio.sleep(0)
                goes_on.set()
                await asyncio.wait([task])
                assert task.cancelled()

        client.runner.run(cancelled())
        client.end()
        monkeypatch.undo()

        assert download("sync", storage, tmp_path / "t").is_complete


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_disk_that_has_no_room_for_the_list_of_files_either_still_gives_the_report(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        """A stream that keeps what it cannot write, as those of Python do, and fails once more when it is closed."""

        def __init__(self, stream: Any) -> None:
            self.stream = stream

        def write(self, text: str) -> int:
            return len(text)

        def flush(self) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def close(self) -> None:
            self.stream.close()
            self.flush()

    def entry(manifest: Manifest, *given: Any) -> None:
        if not isinstance(manifest._stream, Full):
            manifest._stream = Full(manifest._stream)  # type: ignore[assignment]  # all that is used of one
        add(manifest, *given)

    add = Manifest.add
    with serving() as server:
        storage = Storage(server, index_of(NAMES, tmp_path))
        with monkeypatch.context() as patched:
            patched.setattr(Manifest, "add", entry)
            report = download(kind, storage, tmp_path / "t")
        again = download(kind, storage, tmp_path / "t")

    assert [failure.path for failure in report.failures] == list(NAMES)
    assert all("No space left on device" in failure.reason for failure in report.failures)
    assert again.is_complete
