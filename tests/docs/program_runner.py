"""Runs programs one after another, each in a process of its own that has the packages imported already.

A process of its own keeps them apart: variables, warnings, the end of the interpreter. That it is forked from this one
saves the second that the imports take. Read as JSON lines from the standard input, answered by exit codes.
Waits look more often than they do by themselves: the programs' jobs are done at once.
"""

import json
import os
import signal
import sys
from pathlib import Path
from types import CodeType, ModuleType

import aihub_emulator.emulator  # noqa: F401  # for the programs: it is what takes long
import aihub_sdk.testing  # noqa: F401  # for the programs
from aihub_sdk import AIHub, AsyncAIHub  # noqa: F401  # for the programs: naming them imports the clients
from aihub_sdk._waits import waiters as _waiters

SECONDS = 60
PAUSE = 0.05


def become(folder: Path, variables: dict[str, str]) -> None:
    """Make this process the program's: its folder, its variables, its streams, and an end after a minute."""
    signal.alarm(SECONDS)
    os.chdir(folder)
    os.environ.update(variables)
    for stream, name in ((0, os.devnull), (1, str(folder / ".stdout")), (2, str(folder / ".stderr"))):
        opened = os.open(name, os.O_RDONLY if stream == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, stream)
        os.close(opened)


def next_program() -> CodeType | None:
    """What to run, in the process that is to run it; None, in the first process, when there is no more."""
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            become(Path(order["folder"]), order["variables"])
            return compile(order["text"], "<string>", "exec")
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    return None


if __name__ == "__main__":
    _waiters.FIRST_PAUSE = PAUSE
    program = next_program()
    if program is not None:
        # What the program defines belongs to a main module of its own, as when it is run by itself.
        runner = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        exec(program, vars(sys.modules["__main__"]))
