"""S060-S069: every operation has examples, and they are true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.lint.fields import FORM, JSON, parameter_names, request_schemas, response_schema
from generator.lint.place import Place
from generator.lint.rule import Remark, Rule, nearest
from generator.lint.survey import Operation, Survey
from generator.source import ExampleFile

if TYPE_CHECKING:
    from generator.lint.validation import Validation


def _shown(survey: Survey) -> Iterator[tuple[ExampleFile, Place, Operation]]:
    """Each example file that belongs to an operation."""
    operations = {(operation.service, operation.id): operation for operation in survey.operations}
    for example in survey.spec.examples:
        operation = operations.get((example.service, example.operation_id))
        if operation:
            yield example, Place(example, (), example.data), operation


def _without(survey: Survey, kind: str) -> Iterator[Remark]:
    shown = {operation.id for example, _, operation in _shown(survey) if example.case.startswith(kind)}
    for operation in survey.operations:
        if operation.id not in shown:
            remedy = f"add examples/{operation.service}/{operation.id}.{kind}.json."
            yield Remark(operation.place, f"operation `{operation.id}` has no {kind} example.", remedy)


def _no_success(survey: Survey) -> Iterator[Remark]:
    return _without(survey, "success")


def _no_failure(survey: Survey) -> Iterator[Remark]:
    return _without(survey, "failure")


def _stray(survey: Survey) -> Iterator[Remark]:
    for example in survey.spec.examples:
        place = Place(example, (), example.data)
        if example.service not in survey.spec.services:
            message = f"there is no service `{example.service}`."
            yield Remark(place, message, nearest(example.service, survey.spec.services))
            continue
        known = [operation.id for operation in survey.operations if operation.service == example.service]
        if example.operation_id not in known:
            message = f"{example.service} has no operation `{example.operation_id}`."
            yield Remark(place, message, nearest(example.operation_id, known))


def _misnamed(survey: Survey) -> Iterator[Remark]:
    for example, place, _ in _shown(survey):
        for key in ("summary", "x-zh"):
            if not isinstance(place.get(key), str):
                yield Remark(place, f"the example has no {key}.", "say in a sentence what it shows, in both languages.")
        code = place.child("response", "body", "code")
        kind = example.case.partition("-")[0]
        if kind not in ("success", "failure"):
            message = f"the case `{example.case}` is neither a success nor a failure."
            yield Remark(place, message, "name the file <operationId>.success….json or .failure….json.")
        elif (code.data == 0) != (kind == "success"):
            yield Remark(code, f"the {kind} example answers code {code.data!r}.")


def _invalid(survey: Survey) -> Iterator[Remark]:
    from generator.lint.validation import Validation  # noqa: PLC0415 - jsonschema takes 100 ms to import

    validation = Validation(survey)
    for _, place, operation in _shown(survey):
        yield from _request(survey, validation, operation, place.child("request"))
        yield from _response(survey, validation, operation, place.child("response"))
    yield from _schema_examples(survey, validation)


def _request(survey: Survey, validation: Validation, operation: Operation, request: Place) -> Iterator[Remark]:
    for kind in ("path", "query", "header"):
        yield from _arguments(survey, validation, operation, request, kind)
    schemas = request_schemas(survey, operation)
    body = request.child("body")
    if JSON in schemas and body.data is not None:
        yield from _misfits(validation, schemas[JSON], body)
    elif (JSON in schemas) != (body.data is not None):
        wanted = "needs a" if JSON in schemas else "takes no"
        yield Remark(request, f"`{operation.id}` {wanted} JSON body.")
    if FORM in schemas:
        yield from _form(validation, schemas[FORM], request)
    elif request.get("form") or request.get("files"):
        yield Remark(request, f"`{operation.id}` takes no form.")


def _arguments(
    survey: Survey, validation: Validation, operation: Operation, request: Place, kind: str
) -> Iterator[Remark]:
    given = request.child(kind)
    for place in given.children():
        known = parameter_names(survey, operation, kind)
        if place.name not in known:
            message = f"`{operation.id}` has no {kind} parameter `{place.name}`."
            yield Remark(place, message, nearest(place.name, known))
    for parameter in survey.parameters(operation):
        if parameter.get("in") != kind:
            continue
        place = given.child(str(parameter.get("name")))
        if place.data is not None:
            yield from _misfits(validation, parameter.child("schema"), place)
        elif parameter.get("required"):
            yield Remark(request, f"the {kind} parameter `{parameter.get('name')}` of `{operation.id}` is missing.")


def _form(validation: Validation, schema: Place, request: Place) -> Iterator[Remark]:
    parts = {part.name: part.get("text") for part in request.children("files")}
    whole = {**(request.get("form") or {}), **parts}
    for misfit in validation.misfits(schema, whole):
        name = misfit.pointer[0] if misfit.pointer else ""
        place = request.child("files" if name in parts else "form", *misfit.pointer)
        yield Remark(place, f"{misfit.message}.")


def _response(survey: Survey, validation: Validation, operation: Operation, response: Place) -> Iterator[Remark]:
    status = str(response.get("status"))
    described = dict(survey.responses(operation))
    schema = response_schema(survey, operation, status if status in described else "default")
    body = response.child("body")
    if schema is None or not isinstance(body.data, dict):
        yield Remark(response, f"`{operation.id}` describes no body for status {status}.", "give `status` and `body`.")
    else:
        yield from _misfits(validation, schema, body)


def _misfits(validation: Validation, schema: Place, value: Place) -> Iterator[Remark]:
    for misfit in validation.misfits(schema, value.data):
        yield Remark(value.child(*misfit.pointer), f"{misfit.message}.")


def _schema_examples(survey: Survey, validation: Validation) -> Iterator[Remark]:
    for schema in survey.schemas:
        for place in schema.place.children("examples"):
            yield from _misfits(validation, schema.place, place)


RULES = (
    Rule(
        code="S060",
        title="example that does not fit the spec",
        why="Tests, emulator and reference take the examples at their word.",
        mend="correct the example, or the schema if the server really sends this.",
        check=_invalid,
    ),
    Rule(
        code="S061",
        title="operation without a success example",
        why="The emulator answers with it and the client's tests decode it.",
        mend="add a success example.",
        check=_no_success,
    ),
    Rule(
        code="S062",
        title="operation without a failure example",
        why="A failure looks different on every operation, and all must raise the typed error.",
        mend="add a failure example.",
        check=_no_failure,
    ),
    Rule(
        code="S063",
        title="example of nothing",
        why="It would never be read.",
        mend="correct the folder or the file name.",
        check=_stray,
    ),
    Rule(
        code="S064",
        title="example whose name and content differ",
        why="The file name decides what the example is used for.",
        mend="a success has code 0, a failure another one.",
        check=_misnamed,
    ),
)
