"""Every operation of the document has its place on a page, in code that runs."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aihub_emulator import Emulator
from tests.architecture.project_files import text_of
from tests.docs.markdown_pages import blocks
from tests.e2e.sdk.conftest import QUICK
from tests.e2e.sdk.operations import ROWS

PAGES = ("docs/guide/operations.md", "docs/guide/operations.zh.md")
each_page = pytest.mark.parametrize("page", PAGES)
TABLE_ROW = re.compile(r"^\| `(\w+)` \| `([\w.]+)` \| \[[^\]]+\]\(([^)]+)\) \|$", re.MULTILINE)


def program(page: str) -> str:
    """The first program of a page, which `tests/docs` runs too."""
    return next(block.text for block in blocks(page) if block.language == "python")


def called(text: str) -> Iterator[str]:
    """What a program calls, as dotted names."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@each_page
def test_the_table_on_the_page_is_the_table_that_is_tested(page: str) -> None:
    assert {row[0]: row[1] for row in TABLE_ROW.findall(text_of(page))} == {row.operation: row.noun for row in ROWS}


@each_page
def test_the_program_on_the_page_writes_every_call_of_its_table(page: str) -> None:
    assert {row.noun for row in ROWS} - set(called(program(page))) == set()


@each_page
def test_the_program_on_the_page_reaches_every_operation_of_the_document(page: str, tmp_path: Path) -> None:
    with Emulator(QUICK) as emulator:
        environ = {
            "AI_HUB_ENV": "local",
            "AI_HUB_BASE_URL": emulator.base_url,
            "AI_HUB_TOKEN": emulator.token,
            "AI_HUB_S3_TOKEN": emulator.s3_token,
        }
        ended = subprocess.run(
            [sys.executable, "-W", "error", "-c", program(page)],
            cwd=tmp_path,
            env={**os.environ, **environ},
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        reached = {entry.operation for entry in emulator.requests() if entry.code == 0}

    assert (ended.returncode, ended.stderr) == (0, "")
    assert reached == {row.operation for row in ROWS}
