"""The pipeline as a whole: repeatable, local in its effects, and harmless when it fails."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from generator import stamp
from generator.__main__ import main

Edit = Callable[[str, str, str], None]


@pytest.fixture
def checkout(tmp_path: Path, repository: Path) -> Path:
    """A copy of the project's spec and of what is generated from it."""
    shutil.copytree(repository / "spec", tmp_path / "spec")
    shutil.copytree(repository / "generated", tmp_path / "generated", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def edit(checkout: Path) -> Edit:
    """Replace one text by another in a file of the checkout; the text must be there exactly once."""

    def replace(file: str, old: str, new: str) -> None:
        path = checkout / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace


def run(root: Path, command: str) -> int:
    """One command of the pipeline on a checkout."""
    return main(["--root", str(root), command])


def digests(root: Path) -> dict[str, str]:
    """The content of every generated file."""
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in stamp.tree(root / "generated").items()
    }


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Files that came, went or changed."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def test_the_committed_output_is_what_the_spec_gives(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(repository, "check") == 0, capsys.readouterr().err


def test_another_run_under_another_hash_seed_writes_the_same_bytes(checkout: Path, repository: Path) -> None:
    before = digests(checkout)
    for seed in ("1", "4242"):
        shutil.rmtree(checkout / "generated")
        command = [sys.executable, "-m", "generator", "--root", str(checkout), "all"]
        subprocess.run(command, cwd=repository, env={**os.environ, "PYTHONHASHSEED": seed}, check=True)
        assert changed(before, digests(checkout)) == set()


def test_a_one_field_edit_changes_its_own_service_and_nothing_else(checkout: Path, edit: Edit) -> None:
    before = digests(checkout)
    edit(
        "spec/services/tag_resource.yaml",
        "        uuid:\n",
        "        region:\n          type: string\n          description: Where the cluster stands.\n"
        "          x-zh: 集群所在区域。\n          examples: [north]\n        uuid:\n",
    )
    example = "spec/examples/tag_resource/listSelectClusters.success.json"
    edit(example, '"uuid": "5-0-14",', '"uuid": "5-0-14", "region": "north",')
    assert run(checkout, "all") == 0
    assert changed(before, digests(checkout)) == {
        "MANIFEST.json",
        "aihub_api/tag_resource/models.py",
        "aihub_models/tag_resource.py",
        "aihub_openapi/aihub.json",
        "aihub_openapi/tag_resource.json",
    }
    assert "region: str | None = None" in (checkout / "generated/aihub_api/tag_resource/models.py").read_text()


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda g: (g / "aihub_api/s3_relay/upload_file.py").write_text("# mine\n"), "changed: generated/aihub_api/s3"),
        (lambda g: (g / "aihub_api/extra.py").write_text(""), "extra:   generated/aihub_api/extra.py"),
        (lambda g: (g / "aihub_models/evaluation.py").unlink(), "missing: generated/aihub_models/evaluation.py"),
    ],
    ids=["edited", "added", "removed"],
)
def test_a_hand_edit_fails_the_check_and_names_the_file(
    checkout: Path, damage: Callable[[Path], object], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(checkout / "generated")
    assert run(checkout, "check") == 1
    told = capsys.readouterr().err
    assert complaint in told
    assert "never generated/" in told


def test_a_wrong_tool_version_is_said_to_be_the_cause(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = checkout / "generated" / stamp.MANIFEST
    content = json.loads(manifest.read_text())
    content["tools"]["ruff"] = "0.0.1"
    manifest.write_text(json.dumps(content))
    assert run(checkout, "check") == 1
    told = capsys.readouterr().err
    assert "wrong tool version: ruff" in told
    assert "generated/ was made with 0.0.1" in told
    assert "make setup" in told


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        (
            "spec/services/workflow_center.yaml",
            "operationId: createRun\n",
            "operationId: createRun\n      x-typo: {$ref: '../shared/envelop.yaml#/components/schemas/Code'}\n",
            "envelope.yaml",
        ),
        (
            "spec/services/data_warehouse.yaml",
            "x-enum-varnames: [WAITING, RUNNING, SUCCESS, FAILED]",
            "x-enum-varnames: [WAITING, RUNNING, SUCCESS, RUNNING]",
            "RUNNING",
        ),
        (
            "spec/behaviours.yaml",
            "  training:\n    noun: training\n    poll: getTraining\n    argument: id\n    state: status",
            "  training:\n    noun: training\n    poll: getTraining\n    argument: id\n    state: state",
            "`state`",
        ),
    ],
    ids=["reference-typo", "duplicate-enum-name", "unknown-waiter-field"],
)
def test_a_broken_spec_fails_with_file_line_and_remedy_and_leaves_the_output_alone(  # noqa: PLR0917  # a table's row
    checkout: Path, edit: Edit, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str, complaint: str
) -> None:
    before = digests(checkout)
    edit(file, old, new)
    assert run(checkout, "all") == 1
    told = capsys.readouterr().err
    first = next(line for line in told.splitlines() if line.startswith(f"{file}:"))
    assert first.removeprefix(f"{file}:").split(":")[0].isdigit()
    assert complaint in first
    assert "Fix: " in first
    assert digests(checkout) == before
    assert [path.name for path in checkout.iterdir() if path.name.startswith(".generated")] == []


def test_a_stage_that_fails_late_leaves_the_output_alone(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from generator import models
    from generator.project import GeneratorError

    def fail(*_: object) -> None:
        raise GeneratorError("the tool has objections")

    before = digests(checkout)
    monkeypatch.setattr(models, "write_models", fail)
    assert run(checkout, "all") == 1
    assert "the tool has objections" in capsys.readouterr().err
    assert digests(checkout) == before


def test_one_stage_alone_writes_its_own_part(checkout: Path, edit: Edit) -> None:
    before = digests(checkout)
    edit("spec/services/tag_resource.yaml", "x-service: tag_resource", "x-service: tag_resource\n  x-new: 1")
    assert run(checkout, "bundle") == 0
    assert changed(before, digests(checkout)) == {"MANIFEST.json", "aihub_openapi/tag_resource.json"}


def test_a_service_that_goes_leaves_no_file_behind(checkout: Path) -> None:
    """The output is built in an empty folder, so nothing stale can stay."""
    stale = checkout / "generated/aihub_api/old_service"
    stale.mkdir()
    (stale / "models.py").write_text("")
    assert run(checkout, "all") == 0
    assert not stale.exists()


def test_no_text_of_the_spec_can_break_out_of_a_docstring(checkout: Path, edit: Edit) -> None:
    hostile = 'Ends a string \'\'\' """ + 1/0 \\" \\N{x} {{ braces }} and ends with "quotes"'
    quoted = hostile.replace("'", "''")
    edit("spec/services/tag_resource.yaml", "description: Id of the SKU.", f"description: '{quoted}'")
    edit(
        "spec/services/tag_resource.yaml",
        "description: A virtual cluster that jobs can run on.",
        f"description: '{quoted}'",
    )
    assert run(checkout, "all") == 0
    for package in ("aihub_api", "aihub_models"):
        for module in sorted((checkout / "generated" / package).rglob("*.py")):
            compile(module.read_text(encoding="utf-8"), str(module), "exec")
