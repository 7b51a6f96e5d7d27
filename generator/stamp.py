"""Stage `stamp`: the manifest that says what went in, which tools ran, and what came out."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .project import COMMAND, PACKAGE, Project

TOOLS = ("openapi-python-client", "datamodel-code-generator", "ruff")
MANIFEST = "MANIFEST.json"


def write_manifest(project: Project, folder: Path) -> None:
    """Write `MANIFEST.json` for the generated tree at `folder`."""
    manifest = {
        "command": COMMAND,
        "tools": installed_tools(),
        "inputs": {
            name: digest
            for folder, root in _sources(project)
            for name, digest in _hashes(folder, root).items()
            if not name.endswith(".md")  # read by people, not by a stage
        },
        "outputs": {k: v for k, v in _hashes(folder, folder).items() if k != MANIFEST},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _sources(project: Project) -> list[tuple[Path, Path]]:
    own = PACKAGE.parent
    return [(project.spec, project.root), (PACKAGE / "templates", own), (PACKAGE / "runtime", own)]


def installed_tools() -> dict[str, str]:
    """The version of each tool whose output ends up in `generated/`."""
    return {tool: version(tool) for tool in TOOLS}


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest in `folder`; empty when there is none."""
    path = folder / MANIFEST
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def tree(folder: Path) -> dict[str, Path]:
    """Every file below `folder` by its relative path, without what Python and tools leave behind."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def _hashes(folder: Path, root: Path) -> dict[str, str]:
    prefix = folder.relative_to(root).as_posix()
    start = "" if prefix == "." else f"{prefix}/"
    return {start + name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in tree(folder).items()}
