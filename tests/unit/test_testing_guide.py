"""The guide to testing is right: its test file passes beside its conftest.py, in both languages."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.markdown_pages import Block, blocks, without_texts

PAGES = ("docs/guide/testing.md", "docs/guide/testing.zh.md")
# A test file of a user's knows nothing of this project's settings.
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "-c")


def run_pytest(folder: Path, **files: str) -> tuple[int, str]:
    """The exit status and the output of a pytest run over some files."""
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
    command = [*PYTEST, str(folder / "pytest.ini"), str(folder)]
    # Other plugins of this machine would cost more time than the tests.
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ended = subprocess.run(command, cwd=folder, env=environ, check=False, capture_output=True, text=True, timeout=60)
    return ended.returncode, ended.stdout + ended.stderr


def shown(page: str) -> list[str]:
    return [block.text for block in programs(page)]


def programs(page: str) -> list[Block]:
    return [block for block in blocks(page) if block.language == "python"]


def test_the_guides_test_file_passes(tmp_path: Path) -> None:
    conftest = next(text for text in shown(PAGES[0]) if text.startswith("pytest_plugins"))
    program = next(text for text in shown(PAGES[0]) if "def test_" in text)
    status, output = run_pytest(tmp_path, conftest=conftest, test_mine=program)

    assert (status, f"{program.count('def test_')} passed" in output) == (0, True), output


def test_both_languages_show_the_same_code() -> None:
    english, chinese = ([without_texts(program) for program in programs(page)] for page in PAGES)

    assert english == chinese


MISTAKES = """
import pytest
from aihub_sdk.testing import Refused

def test_unused(aihub_fake):
    aihub_fake.answer("getSearch", {"id": 1})

def test_swallowed(aihub_fake):
    try:
        aihub_fake.hub.storages.list()
    except BaseException:
        pass

def test_first_leaves_traces(aihub, aihub_emulator):
    aihub.workflows.run(1, 1)
    aihub_emulator.expire_tokens()
    aihub_emulator.set_transitions("run", "polls", polls=1000)

def test_second_sees_none(aihub, aihub_emulator, aihub_clock):
    assert aihub_emulator.requests() == []
    assert aihub.workflows.run(1, 1).wait().id == 1
    assert aihub_clock.elapsed < 60
"""


def test_what_a_script_leaves_over_or_a_program_swallows_fails_the_test_and_tests_see_nothing_of_each_other(
    tmp_path: Path,
) -> None:
    plugins = 'pytest_plugins = ["aihub_sdk.testing.fixtures"]'
    status, output = run_pytest(tmp_path, conftest=plugins, test_mistakes=MISTAKES)

    assert (status, "4 passed, 2 errors" in output) == (1, True), output
    assert "scripted answers were never asked for: 1 of getSearch" in output
    assert "listStorages was called, and no answer is left for it" in output


@pytest.mark.parametrize("name", ["aihub_sdk.testing", "aihub_sdk.testing.fixtures"])
def test_nothing_heavy_loads_before_it_is_used(name: str) -> None:
    heavy = {"aihub_emulator", "aihub_api", "httpx", "pydantic", "starlette", "uvicorn", "duckdb"}
    program = f"import sys, {name}; print(sorted({heavy} & set(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert ended.stdout.strip() == "[]"
