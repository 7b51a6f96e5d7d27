"""The commands with which two guides open run as they stand: against the emulator, and in a copy of the checkout."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aihub_emulator import Emulator, Settings
from tests.docs.markdown_pages import Block, blocks

COMMANDS = ("docs/guide/command-line.md", "docs/guide/command-line.zh.md")
CHANGES = ("docs/guide/changing-the-spec.md", "docs/guide/changing-the-spec.zh.md")


def first(page: str) -> Block:
    return next(block for block in blocks(page) if block.language == "sh")


def run(text: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env={**os.environ, "PATH": tools, "no_proxy": "*", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


# Both languages show the same commands, which the next test sees to.
@pytest.mark.parametrize("page", [COMMANDS[0], pytest.param(COMMANDS[1], marks=pytest.mark.slow)])
def test_the_guide_to_the_command_line_opens_with_commands_that_run(page: str, tmp_path: Path) -> None:
    with Emulator(Settings(waiting_seconds=0, running_seconds=0)) as emulator:
        token = {"AI_HUB_TOKEN": emulator.token}
        ended = run(first(page).text, tmp_path, AI_HUB_ENV="local", AI_HUB_BASE_URL=emulator.base_url, **token)

    notes = [f"note: waiting for aihub://local/{kind}/1" for kind in ("search", "run")]
    assert (ended.returncode, ended.stderr.splitlines()) == (0, notes)
    search, clusters, created, raw, workflow = map(json.loads, ended.stdout.splitlines())
    assert (search["status"], created, raw["status"], workflow["status"]) == ("SUCCESS", {"id": 2}, 200, "SUCCESS")
    assert clusters["data"][0]["id"] > 0
    assert len((tmp_path / "result.csv").read_text(encoding="utf-8").splitlines()) == 4


@pytest.mark.parametrize("page", [*COMMANDS, *CHANGES])
def test_the_two_languages_show_the_same_commands(page: str) -> None:
    def words(name: str) -> list[str]:
        return [line.partition("#")[0].rstrip() for line in first(name).text.splitlines()]

    english = page.replace(".zh.md", ".md")
    assert words(page) == words(english)


@pytest.mark.slow
@pytest.mark.parametrize("page", CHANGES)
def test_the_guide_to_a_change_opens_with_commands_that_run(page: str, tmp_path: Path, repository: Path) -> None:
    for name in ("spec", "generator", "generated"):
        shutil.copytree(repository / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    author = "-c user.name=a -c user.email=a@example.com"
    start = f"git init -q && git add -A && git {author} commit -qm start"
    assert run(start, tmp_path).returncode == 0

    ended = run(first(page).text, tmp_path)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "spec/services/tag_resource.yaml" in ended.stdout
    assert "There is a new operation, `listLabels`." in ended.stdout
    assert (tmp_path / "generated/aihub_api/tag_resource/list_labels.py").is_file()
