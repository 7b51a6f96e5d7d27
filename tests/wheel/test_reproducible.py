"""The same commit gives the same bytes: on another day, in another folder, with other file times and rights."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

_PAGES = ("CHANGELOG.md", "LICENSE", "README.md", "README.zh.md")
NEEDED = ("generated", "overlays", "pyproject.toml", ".ci/build", *_PAGES)


def built(checkout: Path, repository: Path, *, mode: int, when: int) -> dict[str, str]:
    """The hashes of what a copy of the checkout is built into."""
    for name in NEEDED:
        source, target = repository / name, checkout / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    for path in sorted(checkout.rglob("*")):
        if path.is_file():
            path.chmod(mode)
            os.utime(path, (when, when))
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "PYTHONPATH": ""}
    command = ["bash", str(checkout / ".ci/build"), sys.executable]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((checkout / "dist").iterdir())}


def test_two_builds_are_equal_to_the_byte_and_hold_no_path_of_the_machine(tmp_path: Path, repository: Path) -> None:
    first = built(tmp_path / "one", repository, mode=0o644, when=1_600_000_000)
    second = built(tmp_path / "another/folder", repository, mode=0o664, when=1_650_000_000)

    assert first == second
    assert sorted(Path(name).suffix for name in first) == [".gz", ".whl"]
    for archive in sorted((tmp_path / "one/dist").iterdir()):
        assert [name for name, content in contents(archive) if str(tmp_path).encode() in content] == []


def contents(archive: Path) -> list[tuple[str, bytes]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return [(name, wheel.read(name)) for name in wheel.namelist()]
    with tarfile.open(archive) as source:
        files = [(member.name, source.extractfile(member)) for member in source.getmembers() if member.isfile()]
        return [(name, stream.read()) for name, stream in files if stream is not None]
