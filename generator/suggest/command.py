"""`python -m generator suggest FILE`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from generator.project import Project

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a HAR recording, or a log with the SDK's lines about differences"
    )


def run(options: argparse.Namespace, project: Project) -> int:
    """Print the patch; the exit code is 0 when nothing has to be looked at by hand."""
    # Loaded here, so that `--help` need not wait for the YAML library.
    from generator.lint.survey import Survey  # noqa: PLC0415  # as said above
    from generator.source import SpecError, load_spec  # noqa: PLC0415  # as said above
    from generator.suggest.patching import suggest  # noqa: PLC0415  # as said above
    from generator.suggest.recorded import from_har, from_log, har_of  # noqa: PLC0415  # as said above

    try:
        text = options.file.read_text(encoding="utf-8-sig")
        survey = Survey(load_spec(project.spec))
    except (OSError, UnicodeDecodeError, SpecError) as error:
        print(error, file=sys.stderr)
        return 2
    har = har_of(text)
    suggestion = suggest(survey, from_log(survey, text) if har is None else from_har(survey, har))
    if suggestion.reasons or suggestion.by_hand:
        print(suggestion)
    else:
        print("Nothing in it differs from the spec.", file=sys.stderr)
    return 1 if suggestion.by_hand else 0
