"""Bodies: what a request carries, what an answer carries, and the envelope around it."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diff.difference import Difference, Spot, found
from generator.diff.edition import REQUEST, RESPONSE
from generator.diff.keywords import TEXT_KEYS
from generator.diff.mappings import Judge, came_or_went, child, each_key, mapping, rule, same, unknown
from generator.diff.matching import Pair
from generator.diff.schemas import schema_differences
from generator.lint.place import Place

# Statuses without which the generated code does not know its answer.
_NEEDED = ("200", "default")


def request_differences(pair: Pair, spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    """Everything in which two request bodies differ."""
    at = Spot(spot.subject, spot.python, spot.services, (REQUEST,))
    before = pair.old.survey.follow(old) if old else None
    after = pair.new.survey.follow(new) if new else None
    if before is None or after is None:
        if before is not after:
            name = "request-body-removed" if after is None else _added(after)
            yield found(name, before, after, at)
        return
    judges = {**TEXT_KEYS, "required": _required, "content": _content(pair)}
    yield from each_key(at, before, after, judges)


def response_differences(pair: Pair, spot: Spot, old: Place, new: Place) -> Iterator[Difference]:
    """Everything in which the answers of an operation differ."""
    at = Spot(spot.subject, spot.python, spot.services, (RESPONSE,))
    for status in dict.fromkeys((*mapping(new), *mapping(old))):
        before, after = child(old, status), child(new, status)
        if before is None or after is None:
            name = "response-removed" if before and status in _NEEDED else "response-status-changed"
            yield found(name, before, after, at, was=status, now=status)
            continue
        one, other = pair.old.survey.follow(before), pair.new.survey.follow(after)
        if one is None or other is None:
            yield from unknown(at, before, after)
        else:
            yield from each_key(at, one, other, {**_RESPONSE, "content": _content(pair)})


def _added(body: Place) -> str:
    return "request-body-added-required" if body.get("required") else "request-body-added-optional"


def _required(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    yield found("request-body-required" if new and new.data else "request-body-optional", old, new, spot)


def _content(pair: Pair) -> Judge:
    def judge(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
        before, after = list(mapping(old)), list(mapping(new))
        # The generated code sends and reads the first kind.
        if before[:1] != after[:1]:
            was, now = before[0] if before else "none", after[0] if after else "none"
            yield found("content-type-changed", old, new, spot, was=was, now=now)
        for media in dict.fromkeys((*after, *before)):
            one, other = child(old, media), child(new, media)
            if one is not None and other is not None:
                yield from each_key(spot, one, other, {**TEXT_KEYS, "schema": _body(pair)})
            elif media not in (*before[:1], *after[:1]):
                yield found("content-type-offered", one, other, spot, was=media, now=media)
        if before[:1] != after[:1] and before and after:
            one, other = (place.child(names[0], "schema") for place, names in _firsts(old, before, new, after))
            if not same(one, other):
                yield from _body(pair)(spot, one, other)

    return judge


def _firsts(
    old: Place | None, before: list[str], new: Place | None, after: list[str]
) -> Iterator[tuple[Place, list[str]]]:
    for place, names in ((old, before), (new, after)):
        if place is not None:
            yield place, names


def _body(pair: Pair) -> Judge:
    def judge(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
        if old is None or new is None:
            yield found("body-type-changed", old, new, spot, was="a schema", now="none")
        else:
            yield from schema_differences(pair, spot, old, new)

    return judge


def _links(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    for name in dict.fromkeys((*mapping(new), *mapping(old))):
        before, after = child(old, name), child(new, name)
        if not same(before, after):
            yield found("link-changed", before, after, spot, was=name, now=name)


def _headers(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    for name in dict.fromkeys((*mapping(new), *mapping(old))):
        before, after = child(old, name), child(new, name)
        if not same(before, after):
            judge = came_or_went("response-header-added", "response-header-removed", "response-header-changed")
            header = Spot(f"{spot.subject}: {name}", spot.python, spot.services, spot.directions)
            yield from judge(header, before, after)


_RESPONSE: dict[str, Judge] = {**TEXT_KEYS, "links": _links, "headers": _headers, "x-note": rule("text-changed")}
