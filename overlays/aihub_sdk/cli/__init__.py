"""The command `aihub`. It needs click, which the extra `cli` installs; without it the command says so."""

from __future__ import annotations

import importlib.util
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and end the process with its exit code."""
    # Asked for by name, so that nothing else that is missing gets the blame.
    if importlib.util.find_spec("click") is None:
        print("The aihub command needs click. Install it: pip install 'aihub-sdk[cli]'", file=sys.stderr)
        sys.exit(1)
    from ._root import run  # noqa: PLC0415  # imports click

    run()
