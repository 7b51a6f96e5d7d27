"""The project's own spec."""

from __future__ import annotations

from pathlib import Path

from generator.lint import lint
from generator.source import load_spec

_SPEC = Path(__file__).parents[3] / "spec"


def test_the_spec_breaks_no_rule() -> None:
    assert [str(finding) for finding in lint(load_spec(_SPEC))] == []
