"""Two released wheels: old typed tests fail on the new one exactly where the diff says that it breaks."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from generator.diff import BREAKING, Difference, compare, read_edition
from generator.pipeline import generate
from generator.project import Project
from tests.generator.diff.mutating import cases, mutate

_OLD_TESTS = Path(__file__).with_name("old_release.py")
# What the new release changes: these break, and two more only add.
_CHANGES = (
    "an answer loses a field",
    "a field of an answer has another type",
    "a field of an answer may be missing",
    "an answer's class has another name",
    "a member has another name",
    "a parameter has another name",
    "a request gets a required field",
    "a request gets an optional field",
    "a list gets an optional parameter",
)
_PARTS = ("pyproject.toml", "README.md", "README.zh.md", "LICENSE", "CHANGELOG.md", "spec", "overlays", "generated")


def _release(repository: Path, root: Path, changes: Iterable[str]) -> Path:
    """A copy of the project with changes of its spec, generated, built, and installed into a folder of its own."""
    root.mkdir()
    ignore = shutil.ignore_patterns("__pycache__")
    for part in _PARTS:
        source = repository / part
        if source.is_dir():
            shutil.copytree(source, root / part, ignore=ignore)
        else:
            shutil.copyfile(source, root / part)
    table = {case["name"]: case for case in cases()}
    for name in changes:
        mutate(root / "spec", table[name])
    generate(Project(root))
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(root / "dist")]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    (wheel,) = (root / "dist").glob("*.whl")
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--no-compile"]
    target = root / "installed"
    subprocess.run([*install, "--target", str(target), str(wheel)], check=True, capture_output=True)
    return target


def _failing_lines(installed: Path, scratch: Path) -> set[int]:
    """The lines of the old typed tests that do not type-check against an installed release."""
    tests = shutil.copyfile(_OLD_TESTS, scratch / "old_typed_tests.py")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(scratch / "cache"), tests]
    done = subprocess.run(
        list(map(str, command)),
        cwd=scratch,
        env={"MYPYPATH": str(installed), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    found = re.findall(r"^(\S+?):(\d+): error", done.stdout, re.MULTILINE)
    assert {file for file, _ in found} <= {tests.name}, done.stdout
    return {int(line) for _, line in found}


def _named_lines(differences: list[Difference]) -> set[int]:
    """The lines of the old typed tests that rely on something that the diff calls breaking."""
    breaking = [one for one in differences if one.grade == BREAKING]
    gone = {name.removeprefix("aihub_api.") for one in breaking for name in one.python}
    needs_more = [name for one in breaking if "required" in one.rule for name in one.python]
    built = {name.removeprefix("aihub_api.").rpartition(".")[0] for name in needs_more}
    named = set()
    for number, line in enumerate(_OLD_TESTS.read_text(encoding="utf-8").splitlines(), 1):
        if (found := re.search(r"# (uses|builds) (\S+)", line)) and found[2] in (gone if found[1] == "uses" else built):
            named.add(number)
    return named


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_old_typed_tests_fail_on_the_new_wheel_exactly_where_the_diff_says(repository: Path, tmp_path: Path) -> None:
    old = _release(repository, tmp_path / "old", ())
    new = _release(repository, tmp_path / "new", _CHANGES)
    told = compare(
        read_edition(str(tmp_path / "old"), tmp_path / "old"), read_edition(str(tmp_path / "new"), tmp_path / "new")
    )
    assert _failing_lines(old, tmp_path) == set()
    assert len(_named_lines(told)) == 7
    assert _failing_lines(new, tmp_path) == _named_lines(told)
