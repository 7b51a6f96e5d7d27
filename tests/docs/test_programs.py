"""The Python that the pages show runs, as it stands, against the emulator."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.markdown_pages import Block, blocks, pages

PROGRAMS = [block for page in pages() for block in blocks(page) if block.language == "python"]


@pytest.fixture(scope="module")
def settings() -> Iterator[dict[str, str]]:
    """The variables that the emulator tells people to export."""
    command = [sys.executable, "-m", "aihub_emulator", "--port", "0", "--exit-with-parent"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as emulator:
        assert emulator.stdout is not None
        started = json.loads(emulator.stdout.readline())
        yield {
            "AI_HUB_ENV": "local",
            "AI_HUB_BASE_URL": started["base_url"],
            "AI_HUB_TOKEN": started["token"],
            "AI_HUB_S3_TOKEN": started["s3_token"],
        }
        emulator.terminate()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: f"{program.page}:{program.line}")
def test_a_program_on_a_page_runs(program: Block, settings: dict[str, str], tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", program.text],
        cwd=tmp_path,
        env={**os.environ, **settings},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (finished.returncode, finished.stderr) == (0, "")


def test_the_readmes_show_programs() -> None:
    shown = {program.page for program in PROGRAMS}

    assert {"README.md", "README.zh.md"} <= shown


def test_the_first_program_saves_the_rows_it_asked_for(settings: dict[str, str], tmp_path: Path) -> None:
    first = next(program for program in PROGRAMS if program.page == "README.md")

    subprocess.run([sys.executable, "-c", first.text], cwd=tmp_path, env={**os.environ, **settings}, check=True)

    header, *rows = (tmp_path / "result.csv").read_text("utf-8").splitlines()
    assert header == "object_name"
    assert len(rows) > 0
