"""`make demo`: the program that newcomers run first."""

import subprocess
import sys
from pathlib import Path


def test_the_demo_runs_the_documents_example_and_ends_well(repository: Path) -> None:
    command = [sys.executable, "-W", "error", str(repository / "docs" / "examples" / "demo.py")]

    finished = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (finished.returncode, finished.stderr) == (0, "")
    for expected in ("1. Log in", "2. Start an SQL search", "SUCCESS", "4. Fetch the result", "object_name"):
        assert expected in finished.stdout
