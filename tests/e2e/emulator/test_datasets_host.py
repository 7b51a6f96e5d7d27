"""Versions from directories of the host: only from below the open one, and only of files and directories."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aihub_emulator import DatasetLimits, Emulator, Settings
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.dataset_calls import (
    FAILED,
    HOST_DIRECTORY,
    SUCCESS,
    add_version,
    built,
    create,
    detail,
    files_of,
    image,
    index_rows,
)
from tests.e2e.emulator.processes import emulator_process

LIMITS = DatasetLimits(files=50, content_bytes=64 << 20, memory_bytes=512 << 20)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The host directory that is open."""
    path = tmp_path_factory.mktemp("host") / "open"
    path.mkdir()
    return path


@pytest.fixture(scope="module")
def emulator(root: Path) -> Iterator[Emulator]:
    """With limits that a test can reach."""
    with Emulator(Settings(waiting_seconds=0, running_seconds=0, datasets=LIMITS, host_root=root)) as running:
        yield running


def host_version(emulator: Emulator, admin: Caller, name: str, path: Path | str) -> dict[str, Any]:
    return built(emulator, admin, name, str(path), upload_type=HOST_DIRECTORY)


def test_a_host_directory_below_the_open_one_becomes_a_version(
    emulator: Emulator, admin: Caller, root: Path, tmp_path: Path
) -> None:
    (root / "mnist" / "7").mkdir(parents=True)
    (root / "mnist" / "empty").mkdir()
    (root / "mnist" / "7" / "图 #.png").write_bytes(image("PNG", 2, 2))
    (root / "mnist" / "labels.txt").write_text("7")

    by_path = host_version(emulator, admin, "host by path", root / "mnist")
    by_name = host_version(emulator, admin, "host by name", "mnist/")

    files = {"7/图 #.png": image("PNG", 2, 2), "labels.txt": b"7"}
    assert [files_of(admin, data["parquet_index_path"], tmp_path) for data in (by_path, by_name)] == [files, files]
    assert ("", "empty", "s3://dataset-files/host by name/V1/empty/", 1) in index_rows(
        admin, by_name["parquet_index_path"], tmp_path
    )


def test_a_version_keeps_a_host_file_that_changes_later(
    emulator: Emulator, admin: Caller, root: Path, tmp_path: Path
) -> None:
    (root / "changing").mkdir()
    (root / "changing" / "a").write_text("old")
    data = host_version(emulator, admin, "changing", "changing")

    (root / "changing" / "a").write_text("new")

    assert files_of(admin, data["parquet_index_path"], tmp_path) == {"a": b"old"}


@pytest.mark.parametrize("path", ["/", "/etc", "..", "../open-too", "../../etc", "out", "out/below", "a\0b"])
def test_a_host_path_outside_the_open_directory_fails_the_version(
    emulator: Emulator, admin: Caller, root: Path, path: str
) -> None:
    outside = root.with_name("open-too")
    outside.mkdir(exist_ok=True)
    (outside / "secret").touch()
    if not (root / "out").is_symlink():
        (root / "out").symlink_to(outside)

    data = host_version(emulator, admin, f"outside {path.replace('/', '-')!a}", path)

    assert data["status"] == FAILED
    assert "is not below" in data["message"] or "holds a NUL character" in data["message"]


def make_link(folder: Path) -> None:
    (folder / "odd").symlink_to("/etc/hostname")


def make_linked_directory(folder: Path) -> None:
    (folder / "odd").symlink_to("/etc")


def make_pipe(folder: Path) -> None:
    os.mkfifo(folder / "odd")


def make_latin_name(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9")).touch()


def make_large_file(folder: Path) -> None:
    os.truncate(os.open(folder / "sparse", os.O_CREAT | os.O_WRONLY), 10 << 30)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_link, "'odd' is a symbolic link"),
        (make_linked_directory, "'odd' is a symbolic link"),
        (make_pipe, "'odd' is neither a file nor a directory"),
        (make_latin_name, "the file name 'caf\\udce9' is not UTF-8"),
        (make_large_file, "the files are larger than the 67108864 bytes"),
    ],
)
def test_a_host_directory_with_something_else_in_it_fails_the_version(
    emulator: Emulator, admin: Caller, root: Path, make: Callable[[Path], None], words: str
) -> None:
    folder = root / make.__name__
    folder.mkdir()
    make(folder)

    data = host_version(emulator, admin, make.__name__, folder)

    assert data["status"] == FAILED
    assert data["message"].startswith(words)


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_host_path_that_is_no_directory_fails_the_version(
    emulator: Emulator, admin: Caller, root: Path, name: str
) -> None:
    (root / "file").touch()

    data = host_version(emulator, admin, f"no directory {name}", name)

    assert data["status"] == FAILED
    assert data["message"].startswith(f"'{name}' cannot be read (")


def test_without_an_open_host_directory_none_is_read() -> None:
    settings = Settings(waiting_seconds=0, running_seconds=0)

    with Emulator(settings) as closed, Caller(closed.base_url, closed.token) as caller:
        data = built(closed, caller, "closed", "/etc", upload_type=HOST_DIRECTORY)

    assert (data["status"], data["message"]) == (
        FAILED,
        "no host directory is open to datasets: start the emulator with --host-root DIR",
    )


def test_the_command_line_opens_a_host_directory(tmp_path: Path) -> None:
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "a.txt").touch()

    with (
        emulator_process("--host-root", str(tmp_path)) as (_, addresses),
        Caller(addresses["base_url"], addresses["token"]) as caller,
    ):
        add_version(caller, create(caller, "cli")["data"]["id"], "mnist", upload_type=HOST_DIRECTORY)
        while (data := detail(caller, "cli/V1")["data"])["status"] not in {SUCCESS, FAILED}:
            pass

    assert (data["status"], data["message"], data["data_count"]) == (SUCCESS, "", 1)
