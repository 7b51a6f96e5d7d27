"""The project's own spec as it is, and copies of it to change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.diff import Edition, read_edition


@pytest.fixture(scope="session")
def present(repository: Path) -> Edition:
    """The spec of this checkout."""
    return read_edition(str(repository / "spec"), repository)


@pytest.fixture
def spec(tmp_path: Path, repository: Path) -> Path:
    """A copy of the spec, in a folder of the same name."""
    return Path(shutil.copytree(repository / "spec", tmp_path / "spec"))
