"""S046-S047: what an operation asks for can be sent by the code that is generated."""

from __future__ import annotations

from collections.abc import Iterator

from generator.lint.fields import FORM, JSON
from generator.lint.place import Place
from generator.lint.rule import Remark, Rule
from generator.lint.survey import Operation, Survey

# The credentials that generator/runtime/client.py and the SDK put into headers, and how.
_CREDENTIALS = {
    "bearerAuth": {"type": "http", "scheme": "bearer"},
    "relayToken": {"type": "apiKey", "in": "header", "name": "Token"},
}
_FACTS = ("type", "scheme", "in", "name")
_SCALARS = ("string", "integer", "number", "boolean")


def _unknown_credential(survey: Survey) -> Iterator[Remark]:
    for scheme in survey.components("securitySchemes"):
        wanted = _CREDENTIALS.get(scheme.name)
        if wanted is None:
            yield Remark(scheme, f"nothing sends the credential `{scheme.name}`.")
            continue
        for fact in _FACTS:
            if scheme.get(fact) != wanted.get(fact):
                message = f"`{fact}` of the credential `{scheme.name}` is `{scheme.get(fact)}`"
                yield Remark(scheme.child(fact), f"{message}; what is generated sends `{wanted.get(fact)}`.")


def _several_credentials(survey: Survey) -> Iterator[Remark]:
    for operation in survey.operations:
        for requirement in operation.place.children("security"):
            if len(requirement.data) > 1:
                names = " and ".join(f"`{name}`" for name in requirement.data)
                yield Remark(requirement, f"`{operation.id}` asks for {names} at once; one of them is sent.")


def _credentials(survey: Survey) -> Iterator[Remark]:
    yield from _unknown_credential(survey)
    yield from _several_credentials(survey)


def _unsent(survey: Survey) -> Iterator[Remark]:
    seen = set()
    for item in {operation.item.key: operation.item for operation in survey.operations}.values():
        if item.get("parameters"):
            message = f"the parameters of the path `{item.name}` are never sent."
            yield Remark(item.child("parameters"), message, "write them out at each of its operations.")
    for operation in survey.operations:
        yield from _unsent_body(survey, operation)
        yield from _unsent_values(survey, operation)
        for place in survey.parameters(operation):
            if place.get("in") not in ("path", "query") and place.key not in seen:
                seen.add(place.key)
                message = f"the {place.get('in')} parameter `{place.get('name')}` of `{operation.id}` is never sent."
                yield Remark(place, message)


def _unsent_values(survey: Survey, operation: Operation) -> Iterator[Remark]:
    names: set[str] = set()
    for place in survey.parameters(operation):
        name = str(place.get("name"))
        if name in names:
            message = f"`{operation.id}` takes `{name}` twice."
            yield Remark(place, message, "give the two different names; one argument cannot fill both.")
        names.add(name)
        schema = survey.follow(place.child("schema"))
        if "$ref" not in place.data and place.get("schema") is None:
            yield Remark(place, f"the parameter `{name}` of `{operation.id}` has no schema.", "add `schema`.")
        elif schema is not None and not _is_sendable(survey, schema, is_path=place.get("in") == "path"):
            kinds = "text, a number, a truth value or an enum" + (
                "" if place.get("in") == "path" else ", or a list of those"
            )
            yield Remark(place, f"the parameter `{name}` of `{operation.id}` is not {kinds}.")


def _is_sendable(survey: Survey, schema: Place, *, is_path: bool) -> bool:
    kind = schema.get("type")
    if kind == "array" and not is_path:
        items = survey.follow(schema.child("items"))
        return items is None or _is_sendable(survey, items, is_path=True)
    return kind in _SCALARS


def _unsent_body(survey: Survey, operation: Operation) -> Iterator[Remark]:
    body = operation.place.child("requestBody")
    if body.data is None:
        return
    if body.get("$ref"):
        message = f"the body of `{operation.id}` stands elsewhere and is never sent."
        yield Remark(body, message, "write it out under the operation; its schema can be shared.")
        return
    if body.get("required") is not True:
        message = f"the body of `{operation.id}` is not required; what is generated always sends one."
        yield Remark(body, message, "add `required: true`.")
    media = list(body.children("content"))
    if len(media) != 1:
        yield Remark(body, f"the body of `{operation.id}` has {len(media)} content types.", "describe just one.")
    for one in media:
        if one.name not in (JSON, FORM):
            yield Remark(one, f"the body of `{operation.id}` as {one.name} is never sent.")
        else:
            yield from _unsent_fields(survey, operation, one)


def _unsent_fields(survey: Survey, operation: Operation, media: Place) -> Iterator[Remark]:
    schema = survey.follow(media.child("schema"))
    if schema is None:
        return
    if schema.get("type") != "object" or schema.get("additionalProperties") is True:
        remedy = "refer to an object that lists its fields; further open objects may stand inside of it."
        yield Remark(media, f"the body of `{operation.id}` is no object with fields.", remedy)
    for field in schema.children("properties") if media.name == FORM else ():
        target = survey.follow(field)
        if target is not None and target.get("type") != "string":
            remedy = "write `type: string`; a form carries texts and files."
            yield Remark(field, f"the field `{field.name}` in the form of `{operation.id}` is no text.", remedy)


RULES = (
    Rule(
        code="S046",
        title="credential that nothing sends",
        why="Every call would be refused by the server, and nothing would say why.",
        mend="teach generator/runtime/client.py and the SDK to send it, then state it in this rule.",
        check=_credentials,
    ),
    Rule(
        code="S047",
        title="request that nothing sends",
        why="The templates know path and query parameters, JSON and forms; anything else would be left out silently.",
        mend="teach generator/templates/ to send it, then allow it in this rule.",
        check=_unsent,
    ),
)
