"""`aihub api`: every operation of the spec as a command, its options made from the published document."""

from __future__ import annotations

from functools import partial

import click

from aihub_api._runtime.rows import OperationRow
from aihub_api.tables import OPERATIONS, SERVICES

from ._lazy import LazyCommand, LazyGroup, spelled

__all__ = ["api"]

_ABOUT = """Call any operation of the platform by its name.

Each field of a request is an option. The data of the answer is printed as JSON, an error on stderr. The exit code is
0 when the platform did it, 1 when the call failed, and 2 when an option is wrong and nothing was sent.
"""


def _service(key: str) -> click.Command:
    operations = [row for row in OPERATIONS.values() if row.service == key]
    commands = {spelled(row.function): LazyCommand(_line(row), partial(_operation, row)) for row in operations}
    return LazyGroup(spelled(key), text=f"{SERVICES[key].title}: its operations.", commands=commands)


def _line(row: OperationRow) -> str:
    return f"{row.summary} (deprecated)." if row.is_deprecated else f"{row.summary}."


def _operation(row: OperationRow) -> click.Command:
    from ._api_command import operation_command  # noqa: PLC0415  # reads the document; a list of names does not

    return operation_command(row)


api = LazyGroup(
    "api",
    text=_ABOUT,
    commands={
        spelled(key): LazyCommand(f"{service.title}.", partial(_service, key)) for key, service in SERVICES.items()
    },
)
