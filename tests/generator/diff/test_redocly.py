"""Redocly's differ beside ours, on the same mutations: it agrees, or the table says why it does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.generator.diff import redocly
from tests.generator.diff.mutating import Case, cases, mutate

_IS_INSTALLED = redocly.PROGRAM.is_file() and shutil.which("node") is not None


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in cases()])
def test_the_table_says_why_redocly_disagrees_and_only_then(case: Case) -> None:
    agrees = case["redocly"] == redocly.IMPACT[case["class"]]
    assert bool(case.get("why")) is not agrees


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """The document of all services that the present spec gives."""
    path = tmp_path_factory.mktemp("published") / "old.json"
    redocly.publish(repository / "spec", path)
    return path


@pytest.mark.slow
@pytest.mark.skipif(not _IS_INSTALLED, reason="redocly is not installed: make node-tools")
@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in cases()])
def test_redocly_says_what_the_table_says(case: Case, spec: Path, present: Path) -> None:
    mutate(spec, case)
    changed = spec.parent / "new.json"
    redocly.publish(spec, changed)
    assert redocly.impact(present, changed) == case["redocly"]
