"""An operation that is added in YAML, with its examples, is everywhere: that is all a person writes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from generator.pipeline import generate
from generator.project import Project
from generator.stamp import tree
from tests.generator.new_operations import LABELS, with_a_new_operation

pytestmark = pytest.mark.slow

PROGRAM = """
import asyncio, json, os, subprocess, sys, urllib.request
from aihub_emulator import Emulator
from aihub_sdk import AIHub, AsyncAIHub
from aihub_api.tag_resource.models import LabelColor

async def labels(hub):
    async with hub:
        return (await hub.api.tag_resource.list_labels(user_id=1, color=LabelColor.BLUE)).names

with Emulator() as emulator:
    settings = {"AI_HUB_ENV": "local", "AI_HUB_BASE_URL": emulator.base_url, "AI_HUB_TOKEN": emulator.token}
    os.environ.update(settings)
    with AIHub() as hub:
        raw = hub.api.tag_resource.raw.list_labels(user_id=1)
        told = {
            "sync": hub.api.tag_resource.list_labels(user_id=1, color=LabelColor.RED).names,
            "async": asyncio.run(labels(AsyncAIHub())),
            "mark": raw.headers["X-AIHub-Emulator"],
        }
    command = "from aihub_sdk.cli import main; main()"
    words = ["api", "tag-resource", "list-labels", "--user-id", "1", "--color", "blue"]
    done = subprocess.run([sys.executable, "-c", command, *words], capture_output=True, text=True)
    told["shell"] = [done.returncode, done.stdout, done.stderr]
    with urllib.request.urlopen(emulator.control_url + "/coverage") as answer:
        rows = json.load(answer)["operations"]
    told["coverage"] = next(row for row in rows if row["operation"] == "listLabels")
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Project:
    project = with_a_new_operation(tmp_path_factory.mktemp("checkout"), repository)
    generate(project)
    return project


@pytest.fixture(scope="module")
def told(checkout: Project, repository: Path) -> dict[str, Any]:
    """What a program sees that uses the regenerated packages with the SDK and the emulator as they are."""
    return dict(json.loads(python(checkout, repository, "-c", PROGRAM)))


def python(checkout: Project, repository: Path, *arguments: str) -> str:
    paths = os.pathsep.join([str(checkout.generated), str(repository / "overlays")])
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": paths, "no_proxy": "*"},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_can_be_called_sync_and_async(told: dict[str, Any]) -> None:
    assert (told["sync"], told["async"]) == (LABELS["names"], LABELS["names"])


def test_it_can_be_called_from_a_shell_with_an_option_for_each_field(told: dict[str, Any]) -> None:
    code, out, err = told["shell"]

    assert (code, json.loads(out), err) == (0, LABELS, "")


def test_the_emulator_answers_its_example_and_lists_it_as_such(told: dict[str, Any]) -> None:
    assert (told["mark"], told["coverage"]["service"], told["coverage"]["answer"]) == (
        "example",
        "tag_resource",
        "example",
    )


def test_it_is_documented_for_the_reference_with_both_languages_and_examples(checkout: Project) -> None:
    for name in ("tag_resource", "aihub"):
        document = json.loads((checkout.generated / f"aihub_openapi/{name}.json").read_text(encoding="utf-8"))
        operation = document["paths"]["/tag-resource-management/api/v1/labels"]["get"]
        answers = operation["responses"]["200"]["content"]["application/json"]["examples"]
        assert (operation["summary"], operation["x-zh"]["summary"]) == ("List labels", "获取标签列表")
        assert list(answers) == ["failure-not-found", "success"]


REFERENCE = """
import sys
from pathlib import Path

import docs.site.places as places

places.BUNDLES = Path(sys.argv[1])
from docs.site import command_pages, rest_pages

print(rest_pages.text("rest/tag_resource", sys.argv[2]), command_pages.text("", sys.argv[2]))
"""


@pytest.mark.parametrize(("language", "summary"), [("en", "List labels"), ("zh", "获取标签列表")])
def test_the_site_has_its_section_in_the_reference_and_its_command(
    checkout: Project, repository: Path, language: str, summary: str
) -> None:
    page = python(checkout, repository, "-c", REFERENCE, str(checkout.generated / "aihub_openapi"), language)

    assert "{ #listlabels }" in page
    assert "{ #aihub-api-tag-resource-list-labels }" in page
    assert summary in page


@pytest.mark.parametrize(
    "tests",
    [
        "tests/contract/test_every_operation.py",
        "tests/e2e/emulator/test_operations.py",
        "tests/unit/test_cli_api.py",
    ],
)
def test_the_tests_that_read_the_spec_test_it_too(checkout: Project, repository: Path, tests: str) -> None:
    paths = f"pythonpath={checkout.generated} overlays ."
    words = ["-q", "-p", "no:cacheprovider", "-o", paths, "-k", "listLabels", "--timeout", "60", tests]
    printed = python(checkout, repository, "-m", "pytest", *words)

    assert " passed" in printed.splitlines()[-1]
    assert " failed" not in printed


def test_nothing_but_its_service_and_the_lists_of_all_services_has_changed(checkout: Project, repository: Path) -> None:
    old, new = tree(repository / "generated"), tree(checkout.generated)
    changed = {name for name in new if name not in old or old[name].read_bytes() != new[name].read_bytes()}

    assert set(old) - set(new) == set()
    assert changed == {
        "MANIFEST.json",
        "aihub_api/tables.py",
        "aihub_api/tag_resource/__init__.py",
        "aihub_api/tag_resource/list_labels.py",
        "aihub_api/tag_resource/models.py",
        "aihub_models/tag_resource.py",
        "aihub_openapi/aihub.json",
        "aihub_openapi/tag_resource.json",
    }


def test_an_operation_that_goes_leaves_no_file_behind(checkout: Project, repository: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(checkout.generated, tmp_path / "generated")
    shutil.copytree(repository / "spec", tmp_path / "spec")
    generate(Project(tmp_path))

    old, new = tree(repository / "generated"), tree(tmp_path / "generated")
    assert {name: path.read_bytes() for name, path in new.items()} == {n: p.read_bytes() for n, p in old.items()}


def test_a_renamed_operation_leaves_no_file_behind(checkout: Project, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(checkout.root, tmp_path / "checkout")
    project = Project(tmp_path / "checkout")
    file = project.spec / "services/tag_resource.yaml"
    text = file.read_text(encoding="utf-8").replace("listLabels", "listNames").replace("ListLabelsR", "ListNamesR")
    file.write_text(text, encoding="utf-8")
    for example in sorted(project.spec.glob("examples/tag_resource/listLabels.*")):
        example.rename(example.with_name(example.name.replace("listLabels", "listNames")))
    generate(project)

    left = [name for name, path in tree(project.generated).items() if "labels" in name.lower()]
    assert left == []
    assert (project.generated / "aihub_api/tag_resource/list_names.py").is_file()
