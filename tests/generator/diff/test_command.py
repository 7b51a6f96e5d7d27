"""`python -m generator diff`: what it reads, what it writes, and its exit codes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.__main__ import main
from tests.generator.diff.mutating import cases, mutate

Run = Callable[..., int]


@pytest.fixture
def changed(spec: Path) -> Path:
    """A spec in which a field of an answer is gone."""
    mutate(spec, next(case for case in cases() if case["rule"] == "response-field-removed"))
    return spec


def diff(*arguments: object) -> int:
    return main(["diff", *map(str, arguments)])


def test_the_text_names_file_line_class_rule_and_remedy(
    changed: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff(repository / "spec", changed) == 0
    first, remedy, *_, summary = capsys.readouterr().out.splitlines()
    assert first.startswith("spec/services/data_warehouse.yaml:")
    assert first.endswith("(before): breaking: `Search.username` is gone from answers. [response-field-removed]")
    assert remedy == "    Stop reading it."
    assert summary.endswith("Proposed: minor, 0.1.0 to 0.2.0.")


@pytest.mark.parametrize(("level", "code"), [("breaking", 1), ("additive", 1)])
def test_a_breaking_change_fails_when_it_is_asked_to(level: str, code: int, changed: Path, repository: Path) -> None:
    assert diff(repository / "spec", changed, "--fail-on", level, "--out", changed / "report") == code


@pytest.mark.parametrize(("level", "code"), [("breaking", 0), ("additive", 1)])
def test_an_additive_change_fails_only_when_nothing_may_come(
    level: str, code: int, spec: Path, repository: Path
) -> None:
    mutate(spec, next(case for case in cases() if case["rule"] == "response-field-added"))
    assert diff(repository / "spec", spec, "--fail-on", level, "--out", spec / "report") == code


def test_the_json_report_is_plain_data(changed: Path, repository: Path, tmp_path: Path) -> None:
    assert diff(repository / "spec", changed, "--format", "json", "--out", tmp_path / "out" / "report.json") == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["counts"]["breaking"] == 1
    assert (report["step"], report["proposed_version"]) == ("minor", "0.2.0")
    first = report["differences"][0]
    assert (first["rule"], first["class"], first["subject"]) == (
        "response-field-removed",
        "breaking",
        "Search.username",
    )
    assert first["python"] == ["aihub_api.data_warehouse.models.Search.username"]
    assert first["old"]["pointer"] == "/components/schemas/Search/properties/username"
    assert first["new"] is None


def test_the_markdown_report_has_a_table_for_each_class(
    changed: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff(repository / "spec", changed, "--format", "markdown") == 0
    text = capsys.readouterr().out
    assert "## Breaking" in text
    assert "## Editorial" in text
    assert "| `Search.username` is gone from answers. | Stop reading it. | `response-field-removed` |" in text


def test_the_changelog_is_written_in_both_languages(changed: Path, repository: Path, tmp_path: Path) -> None:
    fragment = tmp_path / "changelog.md"
    assert diff(repository / "spec", changed, "--changelog", fragment, "--out", tmp_path / "report") == 0
    english, chinese = (path.read_text(encoding="utf-8") for path in (fragment, tmp_path / "changelog.zh.md"))
    assert english.startswith(
        "## 0.2.0\n\n### Breaking\n\n* `Search.username` is gone from answers. Stop reading it.\n"
    )
    assert chinese.startswith("## 0.2.0\n\n### 不兼容的变更\n\n* 响应字段 `Search.username` 已移除。不再读取该字段。\n")


def test_two_editions_that_are_the_same_ask_for_no_version(
    spec: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff(repository / "spec", spec, "--fail-on", "additive") == 0
    assert capsys.readouterr().out == "0 breaking, 0 additive, 0 editorial. The two editions say the same.\n"


def test_a_checkout_and_its_spec_folder_are_the_same(
    spec: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff(repository, spec.parent) == 0
    assert "say the same" in capsys.readouterr().out


def test_two_revisions_are_compared_by_name(
    changed: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = changed.parent
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    after = {path: path.read_bytes() for path in changed.rglob("*") if path.is_file()}
    for path in after:
        path.write_bytes((repository / path.relative_to(root)).read_bytes())
    subprocess.run([*git, "init", "-q"], cwd=root, check=True)
    for name in ("old", "new"):
        if name == "new":
            for path, content in after.items():
                path.write_bytes(content)
        subprocess.run([*git, "add", "spec"], cwd=root, check=True)
        subprocess.run([*git, "commit", "-q", "-m", name], cwd=root, check=True)
    assert main(["--root", str(root), "diff", "HEAD~1", "HEAD", "--fail-on", "breaking"]) == 1
    assert "[response-field-removed]" in capsys.readouterr().out
    assert main(["--root", str(root), "diff"]) == 0
    assert "say the same" in capsys.readouterr().out


def test_bundles_are_compared_with_bundles_and_with_the_spec(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published = repository / "generated" / "aihub_openapi"
    assert diff(published / "aihub.json", published) == 0
    assert diff(published / "aihub.json", repository / "spec", "--fail-on", "additive") == 0
    assert diff(published / "tag_resource.json", repository / "spec", "--fail-on", "additive") == 0
    capsys.readouterr()
    other = tmp_path / "other.json"
    other.write_text((published / "aihub.json").read_text(encoding="utf-8").replace('"result_url"', '"result_uri"'))
    assert diff(published / "aihub.json", other, "--fail-on", "breaking") == 1
    assert "other.json:" in capsys.readouterr().out


def test_a_misshapen_spec_is_a_usage_error_that_names_the_line(
    spec: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = spec / "services/s3_relay.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("required: [file]", "required: 3"), encoding="utf-8")
    line = text[: text.index("required: [file]")].count("\n") + 1
    assert diff(repository / "spec", spec) == 2
    assert f"spec/services/s3_relay.yaml:{line}: S000" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["no-such-revision", "docs", "pyproject.toml"])
def test_something_that_is_no_spec_is_a_usage_error(
    name: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = name if name.startswith("no") else str(repository / name)
    assert diff(given, repository / "spec") == 2
    assert name in capsys.readouterr().err
