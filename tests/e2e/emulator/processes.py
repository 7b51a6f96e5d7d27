"""`python -m aihub_emulator` as a child process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def emulator_process(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The process and the addresses of its first line. It is ended when the block is left."""
    command = [sys.executable, "-m", "aihub_emulator", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()
