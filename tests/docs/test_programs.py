"""The Python that the pages show runs, as it stands, against the emulator."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aihub_emulator import Emulator, Settings
from tests.architecture.project_files import ROOT
from tests.docs.markdown_pages import Block, blocks, pages, without_texts

PROGRAMS = [block for page in pages() for block in blocks(page) if block.language == "python"]


def place(program: Block) -> str:
    return f"{program.page}:{program.line}"


# Of a program that stands in both languages the quick tests run the English one; the slow ones run both.
FIRSTS = list({without_texts(program): program for program in reversed(PROGRAMS)}.values())
Ended = tuple[int, str]


@pytest.fixture(scope="module")
def running_emulator() -> Iterator[Emulator]:
    """One emulator, whose searches are done at once."""
    with Emulator(Settings(waiting_seconds=0, running_seconds=0)) as emulator:
        yield emulator


@pytest.fixture
def variables(running_emulator: Emulator) -> dict[str, str]:
    """The variables that an emulator tells people to export; it has met nobody yet."""
    running_emulator.reset()
    return {
        "AI_HUB_ENV": "local",
        "AI_HUB_BASE_URL": running_emulator.base_url,
        "AI_HUB_TOKEN": running_emulator.token,
        "AI_HUB_S3_TOKEN": running_emulator.s3_token,
    }


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[[str, Path, dict[str, str]], Ended]]:
    """Runs a program in a folder with variables, and returns its exit code and what it wrote to stderr."""
    command = [sys.executable, "-W", "error", "-m", "tests.docs.program_runner"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as runner:

        def run(text: str, folder: Path, variables: dict[str, str]) -> Ended:
            assert runner.stdin is not None
            assert runner.stdout is not None
            order = {"text": text, "folder": str(folder), "variables": variables}
            print(json.dumps(order), file=runner.stdin, flush=True)
            code = int(runner.stdout.readline())
            return code, (folder / ".stderr").read_text("utf-8")

        yield run


@pytest.mark.parametrize("program", FIRSTS, ids=place)
def test_a_program_on_a_page_runs(
    program: Block, run: Callable[[str, Path, dict[str, str]], Ended], variables: dict[str, str], tmp_path: Path
) -> None:
    assert run(program.text, tmp_path, variables) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS, ids=place)
def test_a_program_on_a_page_runs_in_an_interpreter_of_its_own(
    program: Block, variables: dict[str, str], tmp_path: Path
) -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program.text],
        cwd=tmp_path,
        env={**os.environ, **variables},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (ended.returncode, ended.stderr) == (0, "")


def test_each_program_of_a_page_stands_in_its_chinese_page_too() -> None:
    english, chinese = (
        sorted(without_texts(program) for program in PROGRAMS if program.page.endswith(".zh.md") == is_chinese)
        for is_chinese in (False, True)
    )

    assert english == chinese


def test_the_readmes_show_programs() -> None:
    shown = {program.page for program in PROGRAMS}

    assert {"README.md", "README.zh.md"} <= shown


def test_a_program_that_fails_or_warns_is_noticed(
    run: Callable[[str, Path, dict[str, str]], Ended], tmp_path: Path
) -> None:
    failed, said = run("print(undefined)", tmp_path, {})
    warned, _ = run("import warnings\nwarnings.warn('old')", tmp_path, {})

    assert (failed, warned) == (1, 1)
    assert said.endswith("NameError: name 'undefined' is not defined\n")


def test_the_first_program_saves_the_rows_it_asked_for(
    run: Callable[[str, Path, dict[str, str]], Ended], variables: dict[str, str], tmp_path: Path
) -> None:
    first = next(program for program in PROGRAMS if program.page == "README.md")

    assert run(first.text, tmp_path, variables) == (0, "")
    header, *rows = (tmp_path / "result.csv").read_text("utf-8").splitlines()
    assert header == "object_name"
    assert len(rows) > 0
