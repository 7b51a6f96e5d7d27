"""`python -m generator diff OLD NEW`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from generator.diff.changelog import write_fragments
from generator.diff.comparison import compare
from generator.diff.edition import Edition
from generator.diff.loading import read_edition
from generator.diff.output import FORMATS, Report
from generator.diff.versions import next_version, step
from generator.lint import structure
from generator.project import GeneratorError, Project

_SIDE = "a git revision, a folder (a checkout, or a spec/ folder), or a bundle file (.json)"
DEFAULT_OLD = "HEAD"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("old", nargs="?", default=DEFAULT_OLD, metavar="OLD", help=f"{_SIDE}; default: HEAD")
    parser.add_argument("new", nargs="?", metavar="NEW", help="the same; default: the spec/ of this checkout")
    parser.add_argument("--format", choices=sorted(FORMATS), default="text", help="default: text")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the report there instead of printing it")
    text = "exit with 1 when there is a difference of this class or a worse one"
    parser.add_argument("--fail-on", choices=("breaking", "additive"), help=text)
    text = "write the changelog's fragment there, and the Chinese one beside it (FILE.zh.md)"
    parser.add_argument("--changelog", type=Path, metavar="FILE.md", help=text)


def run(options: argparse.Namespace, project: Project) -> int:
    """Compare, tell, and answer the exit code: 0, 1 for `--fail-on`, 2 when a side cannot be read."""
    try:
        report = compared(options.old, options.new or str(project.spec), project)
    except GeneratorError as error:
        print(error, file=sys.stderr)
        return 2
    text = FORMATS[options.format](report)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text, encoding="utf-8")
        print(report.summary)
    else:
        print(text, end="")
    if options.changelog:
        write_fragments(options.changelog, report.proposed_version, report.differences)
    counts = report.counts
    fatal = {"breaking": counts["breaking"], "additive": counts["breaking"] + counts["additive"], None: 0}
    return 1 if fatal[options.fail_on] else 0


def compared(old: str, new: str, project: Project) -> Report:
    """The comparison of two editions by name.

    Raises:
        GeneratorError: One of them cannot be read; the message names it.
    """
    before, after = read_edition(old, project.root), read_edition(new, project.root)
    try:
        differences = tuple(compare(before, after))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # Only a spec whose lists and mappings are not where they belong can get here; lint says where.
        raise _misshapen(before, after) or error from error
    version = spec_version(before)
    how_far = step((one.grade for one in differences), version)
    return Report(before.label, after.label, differences, how_far, version, next_version(version, how_far))


def _misshapen(*editions: Edition) -> GeneratorError | None:
    for edition in editions:
        findings = sorted(finding for rule in structure.RULES for finding in rule.findings(edition.survey))
        if findings:
            return GeneratorError(f"{edition.label} cannot be compared:\n" + "\n".join(map(str, findings)))
    return None


def spec_version(edition: Edition) -> str:
    """The version that an edition states."""
    return str(edition.spec.info.data.get("info", {}).get("version", "0.0.0"))
