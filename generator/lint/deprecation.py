"""S045: a deprecated operation leads somewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from generator.lint.rule import Remark, Rule, nearest
from generator.lint.survey import Operation, Survey


def _leads_nowhere(survey: Survey) -> Iterator[Remark]:
    operations = {operation.id: operation for operation in survey.operations}
    for operation in survey.operations:
        if operation.place.get("deprecated") is True:
            yield from _deprecated(operation, operations)
            continue
        for key in ("x-replaced-by", "x-sunset"):
            if operation.place.get(key) is not None:
                message = f"`{operation.id}` has `{key}` and is not deprecated."
                yield Remark(operation.place.child(key), message, "add `deprecated: true`, or remove it.")


def _deprecated(operation: Operation, operations: dict[str, Operation]) -> Iterator[Remark]:
    replacement, end = operation.place.child("x-replaced-by"), operation.place.child("x-sunset")
    if replacement.data is None and end.data is None:
        yield Remark(operation.place.child("deprecated"), f"`{operation.id}` is deprecated, and nothing says for what.")
    if replacement.data is not None:
        yield from _replacement(operation, str(replacement.data), operations)
    if end.data is not None and not _is_date(end.data):
        message = f"`{operation.id}` ends on `{end.data}`, which is no date."
        yield Remark(end, message, "write it as in 2027-01-31.")


def _replacement(operation: Operation, name: str, operations: dict[str, Operation]) -> Iterator[Remark]:
    place = operation.place.child("x-replaced-by")
    others = [known for known in operations if known != operation.id]
    if name not in others:
        message = f"`{operation.id}` is replaced by `{name}`, which is no other operation."
        yield Remark(place, message, nearest(name, others))
    elif operations[name].place.get("deprecated") is True:
        message = f"`{operation.id}` is replaced by `{name}`, which is deprecated itself."
        yield Remark(place, message, "name the operation that lasts.")


def _is_date(value: object) -> bool:
    # YAML reads 2027-01-31 as text here; another reader may make a date of it.
    try:
        dt.date.fromisoformat(str(value))
    except ValueError:
        return False
    return len(str(value)) == len("2027-01-31")


RULES = (
    Rule(
        code="S045",
        title="deprecation that leads nowhere",
        why="Whoever calls a deprecated operation is told what to use instead, once a line of their program.",
        mend="add `x-replaced-by: <operationId>`, or `x-sunset: <date>` when nothing replaces it.",
        check=_leads_nowhere,
    ),
)
