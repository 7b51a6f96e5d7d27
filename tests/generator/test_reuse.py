"""Generating again after a small change makes less, and gives the same bytes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from generator import client, models, stamp
from generator.bundle import Json
from generator.check import drift
from generator.pipeline import generate
from generator.project import Project

# Each of them generates all services at least once.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def generated_once(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A checkout in which everything was generated once."""
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(repository / "spec", root / "spec")
    generate(Project(root))
    return root


@pytest.fixture
def project(tmp_path: Path, generated_once: Path) -> Project:
    """A copy of that checkout, with what was kept of its code."""
    return Project(Path(shutil.copytree(generated_once, tmp_path / "copy")))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The services that each tool was asked to write, run after run."""
    asked: list[set[str]] = []
    for module, name in ((client, "write_clients"), (models, "write_models")):
        original = getattr(module, name)

        def watched(documents: dict[str, Json], *rest: Any, original: Callable[..., None] = original) -> None:
            asked.append(set(documents))
            original(documents, *rest)

        monkeypatch.setattr(module, name, watched)
    return asked


def edit(project: Project, file: str, old: str, new: str) -> None:
    path = project.spec / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def content(root: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in stamp.tree(root).items()}


@attrs.frozen
class Change:
    """An edit of one file, and the services whose code it reaches."""

    file: str
    old: str
    new: str
    services: set[str]


_CHANGES = {
    "service": Change(
        "services/tag_resource.yaml", "Name of the virtual cluster.", "What it is called.", {"tag_resource"}
    ),
    "shared": Change("shared/jobs.yaml", "Name of the pod.", "Its name.", {"model_training", "quota_schedule"}),
    "waiter": Change("behaviours.yaml", "message: message\n", "message: null\n", set()),
    "address": Change("environments.yaml", "192.168.99.63:31020", "192.168.99.63:31099", {"data_warehouse"}),
    "readings": Change("README.md", "\n", "\n\n", set()),
}


@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
def test_only_what_a_change_touches_is_made_again_and_the_bytes_are_those_of_a_full_run(
    project: Project, made: list[set[str]], change: Change
) -> None:
    edit(project, change.file, change.old, change.new)
    generate(project)
    assert made == [change.services, change.services]
    # `check` makes everything anew, whatever is kept.
    assert drift(project) == []
    assert [len(services) for services in made[2:]] == [9, 9]


def test_nothing_in_generated_is_trusted(project: Project, made: list[set[str]]) -> None:
    before = content(project.generated)
    for name in ("aihub_api/tag_resource/models.py", "aihub_models/tag_resource.py"):
        (project.generated / name).write_text("# by hand\n", encoding="utf-8")
    generate(project)
    assert made == [set(), set()]
    assert content(project.generated) == before


def test_a_damaged_copy_is_not_used(project: Project, made: list[set[str]]) -> None:
    before = content(project.generated)
    for path in (project.root / "build" / "kept-code").rglob("*.py"):
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    generate(project)
    assert [len(services) for services in made] == [9, 9]
    assert content(project.generated) == before


def test_another_version_of_a_tool_makes_everything_again(
    project: Project, made: list[set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from generator import reuse

    monkeypatch.setattr(reuse, "_pipeline", lambda: {"ruff": "another"})
    generate(project)
    assert [len(services) for services in made] == [9, 9]
