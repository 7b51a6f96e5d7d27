"""`python -m generator new SERVICE OPERATION`."""

from __future__ import annotations

import argparse
import sys

from generator.project import GeneratorError, Project

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("service", metavar="SERVICE", help="service key, such as data_warehouse; a new one is made")
    parser.add_argument("operation", metavar="OPERATION", help="operationId, such as listTables")
    parser.add_argument("--method", help="HTTP method (default: what the verb suggests)")
    parser.add_argument("--path", help="path from the host's root (default: what the name suggests)")


def run(options: argparse.Namespace, project: Project) -> int:
    """Write the stub, and say where it is."""
    from generator.scaffold.writing import scaffold  # noqa: PLC0415  # loads the YAML library; --help does not
    from generator.source import SpecError  # noqa: PLC0415  # as above

    try:
        written = scaffold(project, options.service, options.operation, method=options.method, path=options.path)
    except (GeneratorError, SpecError) as error:
        print(error, file=sys.stderr)
        return 1
    for path in written:
        print(path.relative_to(project.root).as_posix())
    print("Now say what is true: every `To be written.`, `待补充` and example. Then run `make generate`.")
    return 0
