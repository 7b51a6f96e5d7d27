"""Each rule, shown on the minimal spec with one mistake in it.

A case in `cases/` is a sentence that must stay true, the edits that break it, and every finding of the
rule that then appears. The edits name lines of `minimal/`, so a case also proves file and line.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.lint import RULES, lint
from generator.source import load_spec

_HERE = Path(__file__).parent
_CASES: list[dict[str, Any]] = [
    case for path in sorted((_HERE / "cases").glob("*.yaml")) for case in yaml.safe_load(path.read_text("utf-8"))
]


@pytest.fixture
def spec_root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(_HERE / "minimal", tmp_path / "spec"))


def _apply(root: Path, edit: dict[str, Any]) -> None:
    path = root / edit["file"]
    if edit.get("remove"):
        path.unlink()
    elif "add" in edit:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(edit["add"], encoding="utf-8")
    else:
        text = path.read_text("utf-8")
        assert text.count(edit["replace"]) == 1, f"{edit['replace']!r} must stand once in {edit['file']}"
        path.write_text(text.replace(edit["replace"], edit["with"]), encoding="utf-8")


def test_the_minimal_spec_is_clean() -> None:
    assert lint(load_spec(_HERE / "minimal")) == []


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case['code']} {case['says']}") for case in _CASES])
def test_a_mistake_is_reported_with_file_line_and_remedy(case: dict[str, Any], spec_root: Path) -> None:
    for edit in case["edits"]:
        _apply(spec_root, edit)
    findings = [str(finding) for finding in lint(load_spec(spec_root)) if finding.code == case["code"]]
    assert findings == case["found"]


def test_every_rule_is_shown_by_a_case_that_finds_something() -> None:
    assert {case["code"] for case in _CASES if case["found"]} == {rule.code for rule in RULES}


def test_rules_are_numbered_once_and_in_order() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_says_what_why_and_how_to_mend_it(rule: Any) -> None:
    assert [text[-1] for text in (rule.why, rule.mend)] == [".", "."]
    assert not rule.title.endswith(".")


def test_findings_come_by_file_and_line(spec_root: Path) -> None:
    jobs = spec_root / "services" / "jobs.yaml"
    jobs.write_text(jobs.read_text("utf-8").replace("      x-source", "      x-provenance"), encoding="utf-8")
    found = [(finding.path, finding.line) for finding in lint(load_spec(spec_root))]
    assert found == [("spec/services/jobs.yaml", line) for line in (14, 43, 71)]


def test_a_misshapen_file_is_reported_alone(spec_root: Path) -> None:
    """The other rules rely on the shape, so they wait until it is right."""
    for edit in (
        {"file": "services/jobs.yaml", "replace": "required: [kind]", "with": "required: kind"},
        {"file": "services/files.yaml", "replace": "      x-source: 文件 / 上传文件\n", "with": ""},
    ):
        _apply(spec_root, edit)
    assert [finding.code for finding in lint(load_spec(spec_root))] == ["S000"]
