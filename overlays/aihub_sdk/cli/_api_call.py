"""From the options of a command to a call, and from its answer to what is printed."""

from __future__ import annotations

import difflib
import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from aihub_api._runtime.body import typed_body
from aihub_api._runtime.envelope import decode_data
from aihub_api._runtime.lenient import Notes
from aihub_api._runtime.rows import OperationRow
from aihub_api.errors import InvalidArgument
from aihub_api.errors import SchemaMismatch as DataMismatch
from aihub_api.types import Call, File, Operation
from aihub_sdk.errors import SchemaMismatch

from ._api_options import FieldOption, variable
from ._api_spec import Field, OperationSpec, unknown_field
from ._printing import note, print_json, without_secrets

if TYPE_CHECKING:
    from aihub_sdk.client import AIHub

__all__ = ["call_of", "print_answer"]

_SESSION_HEADERS = frozenset({"set-cookie"})


@contextmanager
def call_of(
    row: OperationRow, spec: OperationSpec, options: list[FieldOption], values: Mapping[str, Any]
) -> Iterator[Call[Any]]:
    """The call that the options describe; the files it sends are open meanwhile.

    Raises:
        click.UsageError: An option is missing or does not fit; it is named, with its remedy.
    """
    operation: Operation[Any] = importlib.import_module(f"aihub_api.{row.service}.{row.function}").OPERATION
    by_field = {(option.field.place, option.field.name): option for option in reversed(options)}
    with ExitStack() as stack:
        given = {place: _given(spec, place, values, stack) for place in ("path", "query", "body")}
        body = _whole_body(spec, values.get("body"), given["body"], by_field)
        _check_required(spec, {**given, "body": body}, by_field)
        try:
            yield _call(operation, given, body)
        except InvalidArgument as error:
            raise _usage_error(error, by_field) from error


def _call(operation: Operation[Any], given: dict[str, dict[str, Any]], plain: dict[str, Any]) -> Call[Any]:
    body: Any = None
    if operation.body is not None:
        body = operation.body(**plain) if operation.is_multipart else typed_body(operation.id, plain, operation.body)
    return operation.call(path=given["path"], query=given["query"], body=body)


def _given(spec: OperationSpec, place: str, values: Mapping[str, Any], stack: ExitStack) -> dict[str, Any]:
    """What the options say about the fields of one place; those that were left out are not in it."""
    found = {}
    for field in spec.fields:
        value = _value(field, values, stack) if field.place == place else None
        if value not in (None, ()):
            found[field.name] = value
    return found


def _value(field: Field, values: Mapping[str, Any], stack: ExitStack) -> Any:
    value = values[variable(field)]
    if field.is_secret and values[f"{variable(field)}__stdin"]:
        return sys.stdin.readline().rstrip("\r\n")
    if field.kind == "file" and value is not None:
        return File(stack.enter_context(Path(value).open("rb")), filename=Path(value).name)
    if field.is_list and value:
        return [item for items in value for item in items]
    return value


def _whole_body(
    spec: OperationSpec,
    start: Mapping[str, Any] | None,
    fields: Mapping[str, Any],
    options: Mapping[tuple[str, str], FieldOption],
) -> dict[str, Any]:
    """What `--body` has, with single fields on top, if all of it is known."""
    body = {**(start or {}), **fields}
    unknown = unknown_field(spec.document, spec.body, body) if spec.body is not None else None
    if unknown is None:
        return body
    path, known = unknown
    top = path.partition(".")[0].partition("[")[0]
    shown = options["body", top].shown if top in fields else "--body"
    close = difflib.get_close_matches(path.rpartition(".")[2], known, n=1)
    advice = f"Did you mean {close[0]!r}?" if close else f"Known are: {', '.join(known)}."
    raise click.UsageError(f"{shown} has the unknown field {path!r}. {advice}")


def _check_required(
    spec: OperationSpec, given: Mapping[str, Mapping[str, Any]], options: Mapping[tuple[str, str], FieldOption]
) -> None:
    for field in spec.fields:
        if field.is_required and field.name not in given[field.place]:
            shown = options[field.place, field.name].shown
            also = " or in --body" if field.place == "body" and spec.has_json_body else ""
            raise click.UsageError(f"{shown} is missing. Give it as an option{also}: {field.text}")


def _usage_error(error: InvalidArgument, options: Mapping[tuple[str, str], FieldOption]) -> click.UsageError:
    """The same complaint in the words of the command line."""
    prefix, _, rest = error.field.partition(".")
    path = rest if prefix == "body" else error.field
    name = path.partition(".")[0].partition("[")[0]
    option = next((option for (_, known), option in options.items() if known == name), None)
    problem = error.message.removeprefix(f"{error.operation}: {error.field} ")
    if option is None:
        return click.UsageError(error.message)
    return click.UsageError(f"{option.shown}: {path} {problem.replace('Pass body.', 'Pass ')}")


def print_answer(
    hub: AIHub, row: OperationRow, call: Call[Any], spec: OperationSpec, values: Mapping[str, Any]
) -> None:
    """Send the call, and print what came back.

    Raises:
        AIHubError: The call failed.
    """
    if row.deprecation:
        note(row.deprecation)
    typed = call.operation
    # As plain data, so that what the server sent is printed whole; whether it fits is looked at afterwards.
    plain = attrs.evolve(typed, data=Any, items="") if typed.data is not None else typed
    answer = hub._session.send(attrs.evolve(call, operation=plain))  # noqa: SLF001  # the CLI is part of the SDK
    if typed.data is not None:
        _tell_drift(typed, answer.data, is_strict=bool(values["strict"]))
    hidden = frozenset() if values.get("show_secrets") else spec.secrets
    data = without_secrets(answer.data, hidden)
    if values["raw"]:
        headers = without_secrets(dict(answer.headers), _SESSION_HEADERS)
        status = {"status": answer.status, "headers": headers}
        print_json({**status, "code": answer.code, "message": answer.message, "elapsed": answer.elapsed, "data": data})
    elif typed.data is not None:
        print_json(data)


def _tell_drift(operation: Operation[Any], data: Any, *, is_strict: bool) -> None:
    notes = Notes()
    try:
        decode_data(operation, json.dumps(data).encode(), notes, is_strict=is_strict)
    except DataMismatch as error:
        raise SchemaMismatch(error.message, drifts=error.drifts) from error
    for drift in notes.drifts:
        note(f"the answer differs from the spec: {drift}")
