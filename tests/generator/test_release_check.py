"""`make release-check`: the declared versions against the changes of the spec and of the Python API."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from generator.__main__ import main
from generator.diff.versions import next_version, step, taken
from generator.release.python_api import api_changes

_GIT = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
_MINIMAL = Path(__file__).parent / "lint" / "minimal"
_SDK = '''"""A class and a function."""


class Search:
    """A search."""

    name: str
    size: int


def find(name: str) -> Search:
    """Find it."""
'''


def _write(root: Path, file: str, text: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with a spec, one package and versions, as a repository with one commit."""
    for path in _MINIMAL.rglob("*"):
        if path.is_file():
            _write(tmp_path, f"spec/{path.relative_to(_MINIMAL)}", path.read_text(encoding="utf-8"))
    _declare(tmp_path, "0.1.0")
    _write(tmp_path, "overlays/aihub_sdk/__init__.py", '"""A package."""\n')
    _write(tmp_path, "overlays/aihub_sdk/finding.py", _SDK)
    _write(tmp_path, "generated/aihub_api/__init__.py", '"""A package."""\n')
    _commit(tmp_path, "init")
    return tmp_path


def _declare(root: Path, sdk: str, *, module: str | None = None) -> None:
    _write(root, "pyproject.toml", f'[project]\nname = "aihub-sdk"\nversion = "{sdk}"\n')
    _write(root, "overlays/aihub_sdk/_version.py", f'"""The version."""\n\n__version__ = "{module or sdk}"\n')


def _spec_version(root: Path, version: str) -> None:
    path = root / "spec/aihub.yaml"
    text = path.read_text(encoding="utf-8")
    old = next(line for line in text.splitlines() if line.strip().startswith("version:"))
    path.write_text(text.replace(old, f"  version: {version}"), encoding="utf-8")


def _commit(root: Path, how: str) -> None:
    if how == "init":
        subprocess.run([*_GIT, "init", "-q"], cwd=root, check=True)
    subprocess.run([*_GIT, "add", "-A"], cwd=root, check=True)
    subprocess.run([*_GIT, "commit", "-q", "-m", how], cwd=root, check=True)


def _release(root: Path, *arguments: str) -> int:
    return main(["--root", str(root), "release", *arguments])


def test_before_the_first_release_only_the_versions_are_held_together(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _release(project) == 0
    assert "No release yet" in capsys.readouterr().out
    _declare(project, "0.2.0", module="0.1.0")
    assert _release(project) == 1
    assert "Fix: write the same version into both." in capsys.readouterr().err


def test_nothing_changed_needs_no_version(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _release(project, "--base", "HEAD") == 0
    assert "Ready: the declared versions fit the changes." in capsys.readouterr().out


def test_the_newest_tag_is_the_base(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run([*_GIT, "tag", "v0.1.0"], cwd=project, check=True)
    assert _release(project) == 0
    assert "Spec since v0.1.0: 0 breaking" in capsys.readouterr().out


def test_a_changed_return_type_breaks_and_asks_for_a_version(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project, "overlays/aihub_sdk/finding.py", _SDK.replace("-> Search:", "-> Search | None:"))
    assert _release(project, "--base", "HEAD") == 1
    told = capsys.readouterr()
    assert "breaking: aihub_sdk.finding.find: returns Search | None instead of Search" in told.out
    assert "Fix: declare 0.2.0 in pyproject.toml and overlays/aihub_sdk/_version.py." in told.err
    _declare(project, "0.2.0")
    assert _release(project, "--base", "HEAD") == 0


def test_a_spec_that_breaks_asks_both_versions_to_move(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "spec/environments.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("http://", "http://moved."), encoding="utf-8")
    assert _release(project, "--base", "HEAD") == 1
    told = capsys.readouterr()
    assert "The spec breaks users on the wire only; the Python API is as it was." in told.out
    assert "Fix: declare 0.2.0 in spec/aihub.yaml." in told.err
    _declare(project, "0.2.0")
    _spec_version(project, "0.2.0")
    assert _release(project, "--base", "HEAD") == 0


def test_generated_code_that_breaks_without_the_spec_is_laid_at_the_generators_door(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(project, "generated/aihub_api/jobs.py", _SDK)
    _commit(project, "before")
    _write(project, "generated/aihub_api/jobs.py", _SDK.replace("    size: int\n", ""))
    assert _release(project, "--base", "HEAD") == 1
    assert "come from the generator: no change of the spec is." in capsys.readouterr().out


def test_an_unknown_base_is_a_usage_error(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _release(project, "--base", "nowhere") == 2
    assert "nowhere" in capsys.readouterr().err


def test_the_python_api_is_compared_down_to_its_annotations(project: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    changed = _SDK.replace("name: str\n", "name: str | None\n").replace("    size: int\n", "    rows: int\n")
    _write(new, "overlays/aihub_sdk/__init__.py", '"""A package."""\n')
    _write(new, "overlays/aihub_sdk/finding.py", changed.replace("find(name: str)", "find(name: str | int)"))
    _write(new, "generated/aihub_api/__init__.py", '"""A package."""\n')
    assert [str(change) for change in api_changes(project, new)] == [
        "additive: aihub_sdk.finding.Search.rows: new attribute",
        "additive: aihub_sdk.finding.find: `name` is str | int instead of str",
        "breaking: aihub_sdk.finding.Search.name: is str | None instead of str",
        "breaking: aihub_sdk.finding.Search.size: public object was removed",
    ]


@pytest.mark.parametrize(
    ("version", "grade", "expected"),
    [
        ("0.3.1", "breaking", "0.4.0"),
        ("0.3.1", "additive", "0.3.2"),
        ("1.2.3", "breaking", "2.0.0"),
        ("1.2.3", "additive", "1.3.0"),
        ("1.2.3", "editorial", "1.2.4"),
    ],
)
def test_a_change_moves_the_version_as_far_as_semantic_versioning_says(version: str, grade: str, expected: str) -> None:
    assert next_version(version, step([grade], version)) == expected
    assert taken(version, expected) == step([grade], version)
