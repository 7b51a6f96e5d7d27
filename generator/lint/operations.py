"""S040-S049: an operation can be called and answered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.lint.fields import parameter_names, property_names, property_of, response_schema
from generator.lint.place import Place
from generator.lint.rule import Remark, Rule, nearest
from generator.lint.survey import Operation, Survey


def _no_security(survey: Survey) -> Iterator[Remark]:
    for operation in survey.operations:
        if not isinstance(operation.place.get("security"), list):
            yield Remark(operation.place, f"operation `{operation.id}` does not say who may call it.")


def _unknown_scheme(survey: Survey) -> Iterator[Remark]:
    known = sorted(place.name for place in survey.components("securitySchemes"))
    for operation in survey.operations:
        for requirement in operation.place.children("security"):
            for scheme in requirement.children():
                if scheme.name not in known:
                    message = f"`{operation.id}` asks for the undefined security scheme `{scheme.name}`."
                    yield Remark(scheme, message, nearest(scheme.name, known))


def _path_parameters(survey: Survey) -> Iterator[Remark]:
    for operation in survey.operations:
        printed = re.findall(r"{(.+?)}", operation.route)
        declared = [place for place in survey.parameters(operation) if place.get("in") == "path"]
        for name in printed:
            if name not in [place.get("name") for place in declared]:
                message = f"the path of `{operation.id}` has `{{{name}}}`, but no parameter describes it."
                yield Remark(operation.place, message, f"add a parameter `{name}` with `in: path`.")
        for place in declared:
            if place.get("name") not in printed:
                name = str(place.get("name"))
                message = f"`{operation.id}` has the path parameter `{name}`, its path {operation.route} has not."
                yield Remark(place, message, nearest(name, printed))
            elif place.get("required") is not True:
                message = f"the path parameter `{place.get('name')}` of `{operation.id}` is not required."
                yield Remark(place, message, "add `required: true`; a path has no gaps.")


def _answer(survey: Survey) -> Iterator[Remark]:
    for operation in survey.operations:
        responses = dict(survey.responses(operation))
        for status in ("200", "default"):
            if status not in responses:
                yield Remark(operation.place, f"operation `{operation.id}` describes no response `{status}`.")
        success = response_schema(survey, operation)
        if "200" not in responses:
            continue
        answer = operation.place.child("responses", "200")
        if answer.get("$ref"):
            remedy = "write it out under the operation; the schemas it refers to can be shared."
            yield Remark(answer, f"the answer of `{operation.id}` stands elsewhere.", remedy)
        wanted = f"{operation.id[:1].upper()}{operation.id[1:]}Response"
        if success is None or not success.get("x-envelope"):
            message = f"the answer of `{operation.id}` is no envelope."
            yield Remark(operation.place.child("responses", "200"), message)
        elif success.name != wanted:
            message = f"the envelope of `{operation.id}` is called `{success.name}`."
            yield Remark(operation.place.child("responses", "200"), message, f"call it `{wanted}`.")
        else:
            yield from _data(survey, operation, success.child("properties", "data"))


def _data(survey: Survey, operation: Operation, data: Place) -> Iterator[Remark]:
    branches = [branch for branch in data.children("anyOf") if branch.get("$ref")]
    target = survey.follow(branches[0]) if len(branches) == 1 else None
    if data.data is not None and (target is None or target.get("type") not in ("object", "integer", "string")):
        remedy = "write `anyOf: [{$ref: ...}, {type: 'null'}]` with a schema of fields; templates know nothing else."
        yield Remark(data, f"the data of `{operation.id}` is no object.", remedy)


def _links(survey: Survey) -> Iterator[Remark]:
    operations = {operation.id: operation for operation in survey.operations}
    for operation in survey.operations:
        for status, response in survey.responses(operation):
            for link in response.children("links"):
                target = operations.get(str(link.get("operationId")))
                if target is None:
                    message = f"link `{link.name}` leads to the unknown operation `{link.get('operationId')}`."
                    yield Remark(link.child("operationId"), message, nearest(str(link.get("operationId")), operations))
                else:
                    yield from _link_parameters(survey, operation, status, link, target)


def _link_parameters(
    survey: Survey, operation: Operation, status: str, link: Place, target: Operation
) -> Iterator[Remark]:
    known = parameter_names(survey, target)
    for parameter in link.children("parameters"):
        if parameter.name not in known:
            message = f"link `{link.name}` fills `{parameter.name}`, which `{target.id}` does not take."
            yield Remark(parameter, message, nearest(parameter.name, known))
        schema = response_schema(survey, operation, status)
        for name in _body_steps(str(parameter.data)):
            known_fields = property_names(survey, schema)
            schema = property_of(survey, schema, name)
            if schema is None:
                message = f"link `{link.name}` reads `{name}`, which the answer of `{operation.id}` does not have."
                yield Remark(parameter, message, nearest(name, known_fields))
                break


def _body_steps(expression: str) -> list[str]:
    prefix = "$response.body#/"
    return expression.removeprefix(prefix).split("/") if expression.startswith(prefix) else []


RULES = (
    Rule(
        code="S040",
        title="operation without security",
        why="The generators ignore security stated at the root: an operation without its own sends no token.",
        mend="add `security: [{bearerAuth: []}]`, or `security: []` when none is needed.",
        check=_no_security,
    ),
    Rule(
        code="S041",
        title="unknown security scheme",
        why="No credential could be chosen.",
        mend="name one of the schemes in shared/security.yaml.",
        check=_unknown_scheme,
    ),
    Rule(
        code="S042",
        title="path and parameters disagree",
        why="The URL could not be built.",
        mend="make the names in braces and the path parameters the same.",
        check=_path_parameters,
    ),
    Rule(
        code="S043",
        title="operation without an enveloped answer",
        why="Every answer arrives in an envelope, and a gateway's answer needs a description as well.",
        mend="describe '200' with a schema marked `x-envelope: true`, and `default` with the shared Failure.",
        check=_answer,
    ),
    Rule(
        code="S044",
        title="link that leads nowhere",
        why="Tools follow links from a create to its get and stop.",
        mend="name an operation, its parameters, and fields that the answer has.",
        check=_links,
    ),
)
