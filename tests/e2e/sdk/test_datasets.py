"""A dataset from a local folder to the same files in another folder, sync and async, over the real relay's TLS."""

import asyncio
import pickle
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from aihub_api.dataset_management.models import DatasetVersionStatus
from aihub_emulator import Emulator, Settings
from aihub_sdk import AIHub, AsyncAIHub
from aihub_sdk.errors import InvalidRequest, JobFailed, NameExists, NotFound, TransferFailed
from tests.e2e.sdk.conftest import Platform

QUICK: dict[str, Any] = {"poll": 0.02, "timeout": 60}
FILES = {
    "train/1.txt": b"one",
    "train/图 片#1?.txt": "数".encode() * 1000,
    "50%25 off.txt": b"",
    "a+b&c;d.txt": b"x" * 3_000_000,
}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    root = tmp_path_factory.mktemp("host")
    (root / "shared").mkdir()
    (root / "shared" / "h.txt").write_bytes(b"host")
    with Emulator(Settings(waiting_seconds=0, running_seconds=0, host_root=root)) as running:
        yield running


@pytest.fixture(params=[AIHub, AsyncAIHub])
def platform(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Platform]:
    each = Platform(
        request.param(
            env="local",
            base_url=emulator.base_url,
            services={"s3_relay": emulator.s3_url},
            token=emulator.token,
            s3_token=emulator.s3_token,
            s3_verify=emulator.ca_file,
        )
    )
    yield each
    each.done(each.hub.close())
    each.runner.close()


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A name that no other test takes."""
    return f"数据 {request.node.name}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "source"
    for path, content in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    (root / "empty").mkdir()
    return root


def built(platform: Platform, name: str, *args: Any, **kwargs: Any) -> Any:
    dataset = platform.done(platform.hub.datasets.create(name, description="words"))
    version = platform.done(dataset.upload(*args, **kwargs))
    return platform.done(version.wait(**QUICK))


def tree(root: Path) -> dict[str, bytes]:
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".aihub-download/")}


def test_a_folder_comes_back_as_it_was(platform: Platform, name: str, folder: Path, tmp_path: Path) -> None:
    version = built(platform, name, folder)
    report = platform.done(version.download(tmp_path / "copy"))

    assert (version.name, version.status) == (f"{name}/V1", DatasetVersionStatus.SUCCESS)
    assert tree(tmp_path / "copy") == FILES
    assert (tmp_path / "copy" / "empty").is_dir()
    assert (report.downloaded, report.skipped, report.failures, report.is_complete) == (4, 0, (), True)
    assert report.size_bytes == version.size_bytes == sum(map(len, FILES.values()))


def test_a_second_download_fetches_only_what_is_missing_or_cut(
    platform: Platform, name: str, folder: Path, tmp_path: Path
) -> None:
    version = built(platform, name, folder)
    platform.done(version.download(tmp_path / "copy"))
    (tmp_path / "copy" / "train" / "1.txt").unlink()
    (tmp_path / "copy" / "a+b&c;d.txt").write_bytes(b"cut")
    report = platform.done(platform.hub.datasets.version(version.name).download(tmp_path / "copy", workers=2))

    assert (report.downloaded, report.skipped) == (2, 2)
    assert tree(tmp_path / "copy") == FILES


def test_another_version_in_the_same_folder_is_fetched_anew(
    platform: Platform, name: str, folder: Path, tmp_path: Path
) -> None:
    first = built(platform, name, folder)
    dataset = platform.hub.datasets.get(name, id=first.snapshot.dataset_id)
    (folder / "train" / "1.txt").write_bytes(b"two")
    second = platform.done(platform.done(dataset.upload(folder, parent=first, description="d")).wait(**QUICK))
    for version in (first, second):
        platform.done(version.download(tmp_path / "copy"))

    assert (second.version, second.snapshot.parent_version_id) == (2, first.version_id)
    assert (tmp_path / "copy" / "train" / "1.txt").read_bytes() == b"two"


def test_versions_that_are_added_at_once_each_find_their_own_number(
    platform: Platform, name: str, tmp_path: Path
) -> None:
    dataset = platform.done(platform.hub.datasets.create(name))
    stored = tmp_path / "a.zip"
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("f.txt", "f")
    started = [platform.done(dataset.upload(stored)) for _ in range(6)]
    named = [platform.done(version.refresh()) for version in reversed(started)]

    assert [version.name for version in named] == [f"{name}/V{number}" for number in (6, 5, 4, 3, 2, 1)]
    assert [version.version_id for version in named] == [version.version_id for version in reversed(started)]


def test_a_version_is_made_from_an_s3_directory_and_from_a_host_directory(
    platform: Platform, name: str, emulator: Emulator, folder: Path
) -> None:
    bucket = "from" + str(abs(hash(name)))
    platform.done(platform.hub.s3.upload(folder / "train" / "1.txt", bucket=bucket, key="d/x.txt"))
    from_s3 = built(platform, f"{name} s3", f"s3://{bucket}/d")
    from_host = built(platform, f"{name} host", host_path="shared")

    assert (from_s3.file_count, from_host.file_count) == (1, 1)


def test_what_is_no_archive_fails_with_the_servers_message(platform: Platform, name: str, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"no zip")
    stored = platform.done(platform.hub.s3.upload(tmp_path / "a.zip", bucket="datasets", key=f"{abs(hash(name))}.zip"))

    with pytest.raises(JobFailed) as caught:
        built(platform, name, stored.path)
    assert caught.value.server_message != ""


def test_a_version_is_taken_up_again_from_its_reference_and_from_a_pickle(
    platform: Platform, name: str, folder: Path
) -> None:
    dataset = platform.done(platform.hub.datasets.create(name))
    unseen = platform.done(dataset.upload(folder))
    by_ref = platform.done(platform.hub.attach(unseen.ref).wait(**QUICK))
    by_pickle = platform.hub.attach(pickle.loads(pickle.dumps(by_ref)))

    assert (by_ref.name, by_pickle.name, by_pickle.status) == (f"{name}/V1", f"{name}/V1", by_ref.status)


def test_a_name_can_be_taken_only_once(platform: Platform, name: str) -> None:
    platform.done(platform.hub.datasets.create(name, tags=[1, 2], cover_img="s3://b/c.png"))

    with pytest.raises(NameExists):
        platform.done(platform.hub.datasets.create(name))


def test_a_version_that_does_not_exist_is_not_found(platform: Platform) -> None:
    with pytest.raises(NotFound):
        platform.done(platform.hub.datasets.version("nothing/V9").refresh())


def test_a_folder_that_cannot_be_made_is_said_so(platform: Platform, name: str, folder: Path, tmp_path: Path) -> None:
    version = built(platform, name, folder)
    (tmp_path / "file").touch()

    with pytest.raises(TransferFailed, match="cannot be written"):
        platform.done(version.download(tmp_path / "file"))


@pytest.mark.parametrize("workers", [0, 17, True])
def test_the_number_of_workers_has_bounds(
    platform: Platform, name: str, folder: Path, tmp_path: Path, workers: Any
) -> None:
    version = built(platform, name, folder)

    with pytest.raises(InvalidRequest, match="workers"):
        platform.done(version.download(tmp_path / "copy", workers=workers))
    assert not (tmp_path / "copy").exists()


def test_an_upload_that_is_given_up_leaves_nothing_under_its_key(
    platform: Platform, emulator: Emulator, tmp_path: Path
) -> None:
    class Enough(Exception):
        pass

    def give_up(sent: int, total: int) -> None:
        raise Enough

    (tmp_path / "big").write_bytes(bytes(5 << 20))
    with pytest.raises(Enough):
        platform.done(platform.hub.s3.upload(tmp_path / "big", bucket="given-up", progress=give_up))

    assert httpx.get(f"{emulator.base_url}/given-up/big").status_code == 404
    stored = platform.done(platform.hub.s3.upload(tmp_path / "big", bucket="not-given-up"))
    assert httpx.get(stored.url).content == bytes(5 << 20)


KILLED = """
import os, signal, sys
from aihub_sdk import AIHub

def kill(done, total):
    if done == 10:
        os.kill(os.getpid(), signal.SIGKILL)

with AIHub(env="local", base_url=sys.argv[1], token=sys.argv[2]) as hub:
    hub.datasets.version(sys.argv[3]).download(sys.argv[4], progress=kill)
"""


def test_a_download_that_was_killed_goes_on_with_what_is_missing(
    platform: Platform, name: str, emulator: Emulator, tmp_path: Path
) -> None:
    files = {f"{number}.txt": str(number).encode() for number in range(40)}
    for path, content in files.items():
        (tmp_path / "source").mkdir(exist_ok=True)
        (tmp_path / "source" / path).write_bytes(content)
    version = built(platform, name, tmp_path / "source")
    arguments = [emulator.base_url, emulator.token, version.name, str(tmp_path / "copy")]
    killed = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False, timeout=60)
    complete = len(tree(tmp_path / "copy"))
    report = platform.done(version.download(tmp_path / "copy"))

    assert killed.returncode == -signal.SIGKILL
    assert (report.skipped, report.downloaded) == (complete, 40 - complete)
    assert 10 <= complete < 40
    assert tree(tmp_path / "copy") == files


def test_the_async_client_keeps_its_loop_free_while_it_uploads(emulator: Emulator, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(20 << 20))
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def upload() -> None:
        async with AsyncAIHub(
            env="local", base_url=emulator.base_url, token=emulator.token, s3_token=emulator.s3_token
        ) as hub:
            counting = asyncio.create_task(count())
            await hub.s3.upload(tmp_path / "big", bucket="big")
            counting.cancel()

    asyncio.run(upload())

    assert turns > 20
