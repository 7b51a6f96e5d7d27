"""S070-S079: behaviours.yaml speaks of operations, fields and values that the services have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from generator.lint.fields import FORM, data_schema, parameter_names, property_names, property_of, request_schemas
from generator.lint.place import Place
from generator.lint.rule import Remark, Rule, nearest
from generator.lint.survey import Operation, Survey

_GROUPS = ("pending", "success", "failure", "stopped")
_BY_OPERATION = ("operations", "paging", "fallbacks", "uploads")
# What an entry of each section must have.
_KEYS = {
    "codes": ("name", "description", "x-zh", "note"),
    "operations": ("retry", "check"),
    "waiters": (
        *("noun", "poll", "argument", "state", "message"),
        *_GROUPS,
        *("created_by", "created_id", "stop"),
    ),
    "paging": ("page", "size", "total", "items", "first", "default_size"),
    "fallbacks": ("method", "when_status", "unless_envelope", "remember"),
    "uploads": ("parts", "resumable", "max_bytes"),
}


def _top(survey: Survey) -> Place:
    return Place(survey.spec.behaviours, (), survey.spec.behaviours.data)


def _operations(survey: Survey) -> dict[str, Operation]:
    return {operation.id: operation for operation in survey.operations}


def _unknown_operation(survey: Survey) -> Iterator[Remark]:
    known = _operations(survey)
    for place, name in _named_operations(_top(survey)):
        if name not in known:
            yield Remark(place, f"there is no operation `{name}`.", nearest(name, known))


def _named_operations(top: Place) -> Iterator[tuple[Place, str]]:
    for section in _BY_OPERATION:
        for entry in top.children(section):
            yield entry, entry.name
    for entry in top.children("operations"):
        check = entry.child("check")
        # A check is an operationId or a sentence.
        if isinstance(check.data, str) and " " not in check.data:
            yield check, check.data
    for waiter in top.children("waiters"):
        for key in ("poll", "created_by", "stop"):
            if waiter.get(key) is not None:
                yield waiter.child(key), str(waiter.get(key))


def _unknown_field(survey: Survey) -> Iterator[Remark]:
    for place, what, known in _named_fields(survey):
        for entry in (place, *place.children()):
            if isinstance(entry.data, str) and entry.data not in known:
                yield Remark(entry, f"{what} has no `{entry.data}`.", nearest(entry.data, known))


def _named_fields(survey: Survey) -> Iterator[tuple[Place, str, list[str]]]:
    """Each entry that names fields, whose fields they are, and which there are."""
    top, operations = _top(survey), _operations(survey)
    for waiter in top.children("waiters"):
        poll, create = operations.get(str(waiter.get("poll"))), operations.get(str(waiter.get("created_by")))
        if poll:
            data = property_names(survey, data_schema(survey, poll))
            yield waiter.child("argument"), f"`{poll.id}`", parameter_names(survey, poll)
            yield waiter.child("state"), f"the answer of `{poll.id}`", data
            yield waiter.child("message"), f"the answer of `{poll.id}`", data
        if create:
            data = property_names(survey, data_schema(survey, create))
            yield waiter.child("created_id"), f"the answer of `{create.id}`", data
    for paging in top.children("paging"):
        if operation := operations.get(paging.name):
            data = property_names(survey, data_schema(survey, operation))
            for key in ("page", "size"):
                yield paging.child(key), f"`{operation.id}`", parameter_names(survey, operation, "query")
            for key in ("total", "items"):
                yield paging.child(key), f"the answer of `{operation.id}`", data
    for upload in top.children("uploads"):
        if operation := operations.get(upload.name):
            yield upload.child("parts"), f"the form of `{operation.id}`", _file_parts(survey, operation)


def _file_parts(survey: Survey, operation: Operation) -> list[str]:
    form = request_schemas(survey, operation).get(FORM)
    names = property_names(survey, form)
    parts = ((name, property_of(survey, form, name)) for name in names)
    return [name for name, part in parts if part and part.get("format") == "binary"]


def _states(survey: Survey) -> Iterator[tuple[Place, list[str]]]:
    """Each waiter and the names of its states; a state that is no enum has none."""
    operations = _operations(survey)
    for waiter in _top(survey).children("waiters"):
        poll = operations.get(str(waiter.get("poll")))
        state = property_of(survey, data_schema(survey, poll), str(waiter.get("state"))) if poll else None
        if state:
            yield waiter, list(state.get("x-enum-varnames") or ())


def _grouped(waiter: Place) -> list[Place]:
    return [entry for group in _GROUPS for entry in waiter.children(group)]


def _unknown_state(survey: Survey) -> Iterator[Remark]:
    for waiter, known in _states(survey):
        if not known:
            message = f"`{waiter.get('state')}` of waiter `{waiter.name}` is no enum."
            yield Remark(waiter.child("state"), message, "name a field whose values are listed.")
            continue
        for entry in _grouped(waiter):
            if entry.data not in known:
                message = f"`{waiter.get('state')}` of waiter `{waiter.name}` has no value `{entry.data}`."
                yield Remark(entry, message, nearest(str(entry.data), known))


def _unsorted_state(survey: Survey) -> Iterator[Remark]:
    for waiter, known in _states(survey):
        counted = Counter(str(entry.data) for entry in _grouped(waiter))
        for name in known:
            if counted[name] == 0:
                yield Remark(waiter, f"waiter `{waiter.name}` does not say what `{name}` means.")
        for name, count in counted.items():
            if count > 1:
                yield Remark(waiter, f"waiter `{waiter.name}` lists `{name}` {count} times.")


def _retry(survey: Survey) -> Iterator[Remark]:
    top = _top(survey)
    for operation in survey.operations:
        entry = top.child("operations", operation.id)
        if entry.data is None:
            continue  # a default that harms nobody holds: see generator/retrying.py
        if entry.get("retry") not in ("safe", "unsafe"):
            message = f"retry of `{operation.id}` is `{entry.get('retry')}`."
            yield Remark(entry, message, "write `safe` or `unsafe`.")
        elif entry.get("retry") == "unsafe" and not entry.get("check"):
            message = f"nothing says how to check whether a lost `{operation.id}` was applied."
            yield Remark(entry, message, "name the operation in `check`, or say it in a sentence.")


def _other_kinds(survey: Survey) -> Iterator[Remark]:
    operations = _operations(survey)
    for paging in _top(survey).children("paging"):
        operation = operations.get(paging.name)
        if operation is None:
            continue
        parameters = {str(one.get("name")): survey.follow(one.child("schema")) for one in survey.parameters(operation)}
        data = data_schema(survey, operation)
        fields = {key: property_of(survey, data, str(paging.get(key))) for key in ("total", "items")}
        fields |= {key: parameters.get(str(paging.get(key))) for key in ("page", "size")}
        for key, schema in fields.items():
            wanted = "array" if key == "items" else "integer"
            if schema is not None and wanted not in (schema.get("type") or ()):
                yield Remark(paging.child(key), f"`{paging.get(key)}` of `{paging.name}` is no {wanted}.")


def _other_keys(survey: Survey) -> Iterator[Remark]:
    top = _top(survey)
    yield from _differ(top, _KEYS)
    for section, keys in _KEYS.items():
        for entry in top.children(section):
            yield from _differ(entry, keys)


def _differ(place: Place, wanted: Iterable[str]) -> Iterator[Remark]:
    present = place.data if isinstance(place.data, dict) else {}
    where = f"`{place.name}`" if place.name else "the file"
    for key in present:
        if key not in wanted:
            yield Remark(place.child(key), f"{where} has the unknown key `{key}`.", nearest(key, wanted))
    for key in wanted:
        if key not in present:
            yield Remark(place, f"{where} has no `{key}`.", f"add `{key}`; `null` or an empty list if there is none.")


RULES = (
    Rule(
        code="S070",
        title="behaviour of an unknown operation",
        why="It would silently have no effect.",
        mend="name an operationId of a service.",
        check=_unknown_operation,
    ),
    Rule(
        code="S071",
        title="behaviour that names an unknown field",
        why="A wait or a page would read a field that never arrives.",
        mend="name a field of the operation.",
        check=_unknown_field,
    ),
    Rule(
        code="S072",
        title="waiter that names an unknown value",
        why="A wait would never see it.",
        mend="name a value of the state's enum.",
        check=_unknown_state,
    ),
    Rule(
        code="S073",
        title="retry safety that says nothing",
        why="Sending a write twice makes a duplicate; not sending a read twice makes a needless failure.",
        mend="write `<operationId>: {retry: safe, check: null}`, or `unsafe` with a `check`.",
        check=_retry,
    ),
    Rule(
        code="S074",
        title="waiter that leaves a state open",
        why="A wait on a state that means nothing never ends, and one that means two things is a coin toss.",
        mend="list it once, under pending, success, failure or stopped.",
        check=_unsorted_state,
    ),
    Rule(
        code="S075",
        title="behaviour with a missing or misspelt key",
        why="A misspelt key silently has no effect.",
        mend="use the keys that the comments in behaviours.yaml explain.",
        check=_other_keys,
    ),
    Rule(
        code="S076",
        title="page whose parts are of another kind",
        why="Pages are counted with whole numbers, and what they hold is a list.",
        mend="name an integer for page, size and total, and a list for items.",
        check=_other_kinds,
    ),
)
