"""`check`: is `generated/` what the spec gives? Regenerates aside and compares trees, byte by byte."""

from __future__ import annotations

import tempfile
from pathlib import Path

from . import stamp
from .pipeline import STAGES, build, load
from .project import COMMAND, Project


def drift(project: Project) -> list[str]:
    """One line for each file that is not as it should be, and the likely cause; empty when all is well."""
    tools = _tool_differences(project)
    spec = load(project)
    with tempfile.TemporaryDirectory(prefix=".generated-", dir=project.root) as aside:
        fresh = Path(aside) / "fresh"
        build(project, spec, fresh, set(STAGES), Path(aside))
        differences = _compare(project.generated, fresh)
    if not differences:
        return []
    advice = (
        "Cause: wrong tool version. Install the pinned ones: make setup"
        if tools
        else f"Fix: change spec/, a template or an option, never generated/; then run `{COMMAND}` and commit."
    )
    return [*tools, *differences, advice]


def _tool_differences(project: Project) -> list[str]:
    recorded = stamp.read_manifest(project.generated).get("tools", {})
    return [
        f"wrong tool version: {tool} {found} is installed, generated/ was made with {recorded[tool]}"
        for tool, found in stamp.installed_tools().items()
        if recorded.get(tool, found) != found
    ]


def _compare(committed: Path, fresh: Path) -> list[str]:
    old, new = stamp.tree(committed), stamp.tree(fresh)
    lines = [f"missing: generated/{name}" for name in sorted(new.keys() - old.keys())]
    lines += [f"extra:   generated/{name}" for name in sorted(old.keys() - new.keys())]
    lines += [
        f"changed: generated/{name}"
        for name in sorted(old.keys() & new.keys())
        if old[name].read_bytes() != new[name].read_bytes()
    ]
    return lines
