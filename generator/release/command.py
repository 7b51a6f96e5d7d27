"""`python -m generator release`: the check before a version is tagged."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from generator.diff.catalogue import BREAKING
from generator.diff.command import compared
from generator.diff.loading import extract
from generator.project import GeneratorError, Project
from generator.release.baseline import declared, last_release
from generator.release.verdict import Verdict, agreement, judge

_LISTED = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--base", metavar="REV", help="the revision to compare with; default: the last `v*` tag")


def run(options: argparse.Namespace, project: Project) -> int:
    """Check, tell, and answer the exit code: 0 when the versions fit, 1 when not, 2 when nothing can be compared."""
    try:
        base = options.base or last_release(project.root)
        verdict = _first(project) if base is None else _since(base, project)
    except GeneratorError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(verdict.lines))
    for problem in verdict.problems:
        print(f"Not ready: {problem}", file=sys.stderr)
    if not verdict.problems:
        print("Ready: the declared versions fit the changes.")
    return 1 if verdict.problems else 0


def _first(project: Project) -> Verdict:
    now = declared(project.root)
    lines = [
        f"No release yet (no `v*` tag): there is nothing to compare with. SDK {now.sdk}, spec {now.spec}.",
        "To compare with another state, name it: python -m generator release --base REV",
    ]
    return Verdict(lines, agreement(now))


def _since(base: str, project: Project) -> Verdict:
    from generator.release.python_api import api_changes  # noqa: PLC0415  # it takes seconds; a first release needs none

    report = compared(base, str(project.spec), project)
    with tempfile.TemporaryDirectory() as folder:
        old = Path(folder)
        extract(base, project.root, old, "pyproject.toml", "spec", "overlays", "generated")
        changes = api_changes(old, project.root)
        verdict = judge(declared(old), declared(project.root), [one.grade for one in report.differences], changes)
    breaking = [str(change) for change in changes if change.grade == BREAKING]
    counted = f"Python API since {base}: {len(breaking)} breaking, {len(changes) - len(breaking)} additive."
    more = [f"    and {len(breaking) - _LISTED} more"] if len(breaking) > _LISTED else []
    spec = f"Spec since {base}: {report.summary.split('.')[0]}."
    listed = [f"    {line}" for line in breaking[:_LISTED]]
    return Verdict([spec, counted, *listed, *more, *verdict.lines], verdict.problems)
