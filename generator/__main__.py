"""The command line of the pipeline."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

from .project import GeneratorError, Project

_ROOT = Path(__file__).resolve().parents[1]
_COMMANDS = {
    "all": "lint the spec and write all of generated/",
    "lint": "say what is wrong in spec/, with file, line and remedy",
    "bundle": "write aihub_openapi: one self-contained OpenAPI document a service, and one of all",
    "client": "write aihub_api: the low-level clients",
    "models": "write aihub_models: the strict pydantic models",
    "tables": "write aihub_api's tables: environments, operations, waiters, paging, fallbacks",
    "stamp": "write MANIFEST.json",
    "new": "add a valid stub of an operation to spec/, with its examples",
    "check": "fail, naming the files, when generated/ is not what spec/ gives",
    "diff": "say what the differences of two specs mean for users, with file and line",
    "suggest": "turn recorded answers or a log of differences into a patch of spec/",
    "release": "hold the spec's changes, the Python API's and the declared versions against each other",
}
# Commands that declare their own arguments and answer their own exit codes.
_OWN_ARGUMENTS = {
    "diff": "generator.diff.command",
    "new": "generator.scaffold.command",
    "release": "generator.release.command",
    "suggest": "generator.suggest.command",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 0 when all is well."""
    parser = argparse.ArgumentParser(prog="python -m generator", description="From spec/ to generated/.")
    parser.add_argument("--root", type=Path, default=_ROOT, help="the checkout to work on (default: this one)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in _COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if name == "lint":
            command.add_argument("--rules", action="store_true", help="print the rules instead")
        elif name in _OWN_ARGUMENTS:
            importlib.import_module(_OWN_ARGUMENTS[name]).add_arguments(command)
    options = parser.parse_args(arguments)
    if options.command in _OWN_ARGUMENTS:
        return int(importlib.import_module(_OWN_ARGUMENTS[options.command]).run(options, _project(options)))
    project = _project(options)
    started = time.perf_counter()
    from .source import SpecError  # noqa: PLC0415  # `--help` need not load the YAML library

    try:
        code = _run(options, project)
    except (GeneratorError, SpecError) as error:
        print(error, file=sys.stderr)
        return 1
    if code == 0 and not getattr(options, "rules", False):
        print(f"{options.command}: ok in {time.perf_counter() - started:.1f} s")
    return code


def _project(options: argparse.Namespace) -> Project:
    return Project(options.root.resolve())


def _run(options: argparse.Namespace, project: Project) -> int:
    if options.command == "lint":
        return _lint(project, show_rules=options.rules)
    if options.command == "check":
        from .check import drift  # noqa: PLC0415  # `lint` need not load the tools

        lines = drift(project)
        print("\n".join(lines), file=sys.stderr)
        return 1 if lines else 0
    from .pipeline import STAGES, generate  # noqa: PLC0415  # same

    generate(project, STAGES if options.command == "all" else (options.command,))
    return 0


def _lint(project: Project, *, show_rules: bool) -> int:
    from .lint import RULES, lint  # noqa: PLC0415  # `--help` need not load the rules
    from .source import load_spec  # noqa: PLC0415  # same

    if show_rules:
        for rule in RULES:
            print(f"{rule.code}  {rule.title}")
        return 0
    findings = lint(load_spec(project.spec))
    for finding in findings:
        print(finding, file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
