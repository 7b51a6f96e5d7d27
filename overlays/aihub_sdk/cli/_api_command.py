"""The command of one operation: its options, and what it does with them."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from aihub_api._runtime.rows import OperationRow

from ._api_options import FieldOption, field_options
from ._api_spec import OperationSpec, operation_spec
from ._client import CLIENT_NAMES, client_of, client_options
from ._commands import Command
from ._lazy import spelled
from ._values import Json

__all__ = ["operation_command"]

_RESERVED = frozenset({*map(spelled, CLIENT_NAMES), "body", "raw", "show-secrets", "help"})


def operation_command(row: OperationRow) -> click.Command:
    """The command that calls an operation."""
    spec = operation_spec(row.service, row.id)
    options = field_options(spec.fields, reserved=_RESERVED)
    return Command(
        name=spelled(row.function),
        params=[*options, *_own_options(spec), *client_options()],
        callback=partial(_run, row, spec, options),
        help=_text(row, spec),
        epilog=f"In Python: hub.api.{row.service}.{row.function}(…)",
    )


def _run(row: OperationRow, spec: OperationSpec, options: list[FieldOption], **values: Any) -> None:
    from ._api_call import call_of, print_answer  # noqa: PLC0415  # loads the clients; --help does not

    with call_of(row, spec, options, values) as call, client_of(values) as hub:
        print_answer(hub, row, call, spec, values)


def _text(row: OperationRow, spec: OperationSpec) -> str:
    parts = [f"{row.summary}.", spec.text, f"{row.method} {row.path}"]
    if row.deprecation:
        parts.insert(1, f"Deprecated: {row.deprecation}")
    return "\n\n".join(parts)


def _own_options(spec: OperationSpec) -> list[click.Option]:
    raw = "Print the whole answer: status, headers, code, message, elapsed seconds and data."
    options = [click.Option(["--raw"], is_flag=True, help=raw)]
    if spec.has_json_body:
        text = "The whole request body as a JSON object; options for single fields come on top of it."
        body = click.Option(["--body"], type=Json(is_object=True), metavar="JSON|@FILE|-", help=text)
        options.insert(0, body)
    if spec.secrets:
        text = f"Print what is secret in the answer ({', '.join(sorted(spec.secrets))}) instead of ***."
        options.append(click.Option(["--show-secrets"], is_flag=True, help=text))
    return options
