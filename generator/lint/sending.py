"""S046-S047: what an operation asks for can be sent by the code that is generated."""

from __future__ import annotations

from collections.abc import Iterator

from generator.lint.fields import FORM, JSON
from generator.lint.place import Place
from generator.lint.rule import Remark, Rule
from generator.lint.survey import Survey

# The credentials that generator/runtime/client.py and the SDK put into headers, and how.
_CREDENTIALS = {
    "bearerAuth": {"type": "http", "scheme": "bearer"},
    "relayToken": {"type": "apiKey", "in": "header", "name": "Token"},
}
_FACTS = ("type", "scheme", "in", "name")


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


def _unsent(survey: Survey) -> Iterator[Remark]:
    seen = set()
    for operation in survey.operations:
        for place in survey.parameters(operation):
            if place.get("in") not in ("path", "query") and place.key not in seen:
                seen.add(place.key)
                message = f"the {place.get('in')} parameter `{place.get('name')}` of `{operation.id}` is never sent."
                yield Remark(place, message)
        for media in _media(survey, operation.place):
            if media.name not in (JSON, FORM):
                yield Remark(media, f"the body of `{operation.id}` as {media.name} is never sent.")


def _media(survey: Survey, operation: Place) -> Iterator[Place]:
    body = survey.follow(operation.child("requestBody"))
    yield from body.children("content") if body else ()


RULES = (
    Rule(
        code="S046",
        title="credential that nothing sends",
        why="Every call would be refused by the server, and nothing would say why.",
        mend="teach generator/runtime/client.py and the SDK to send it, then state it in this rule.",
        check=_unknown_credential,
    ),
    Rule(
        code="S047",
        title="request that nothing sends",
        why="The templates know path and query parameters, JSON and forms; anything else would be left out silently.",
        mend="teach generator/templates/ to send it, then allow it in this rule.",
        check=_unsent,
    ),
)
