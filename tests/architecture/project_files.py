"""The files that make up the project, as git sees them: tracked, or new and not ignored."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def project_files() -> tuple[str, ...]:
    """Every file of the project, as paths relative to its root."""
    listing = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(sorted(name for name in set(listing.split("\0")) if name and (ROOT / name).is_file()))


def python_files(*rooms: str) -> tuple[str, ...]:
    """The Python files below the given top-level folders."""
    return tuple(name for name in project_files() if name.endswith(".py") and name.split("/")[0] in rooms)


@cache
def text_of(name: str) -> str:
    """A file's text; bytes that are not UTF-8 are kept as escapes so that any file can be searched."""
    return (ROOT / name).read_text(encoding="utf-8", errors="backslashreplace")


@cache
def tree_of(name: str) -> ast.Module:
    """A Python file's syntax tree."""
    return ast.parse(text_of(name), filename=name)
