"""Operations that came, went, moved, or are called another way."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diff.difference import Difference, Spot, found, shown
from generator.diff.edition import Edition, python_function
from generator.diff.keywords import DEPRECATION, TEXT_KEYS
from generator.diff.mappings import Judge, came_or_went, child, each_key, mapping, rule
from generator.diff.matching import Pair
from generator.diff.messages import request_differences, response_differences
from generator.diff.parameters import parameter_differences
from generator.lint.place import Place
from generator.lint.survey import METHODS, Operation


def operation_differences(pair: Pair) -> Iterator[Difference]:
    """Everything in which the operations differ."""
    for old, new in pair.operations():
        if new is None and old is not None:
            yield found("operation-removed", old.place, None, _spot(old))
        elif old is None and new is not None:
            yield found("operation-added", None, new.place, _spot(new))
        elif old is not None and new is not None:
            yield from _between(pair, old, new)
    yield from _path_items(pair)


def _spot(operation: Operation) -> Spot:
    return Spot(operation.id, (python_function(operation),), (operation.service,))


def _between(pair: Pair, old: Operation, new: Operation) -> Iterator[Difference]:
    spot = _spot(old)
    if old.id != new.id:
        yield found("operation-renamed", old.place, new.place, spot, was=old.id, now=new.id)
    if old.service != new.service:
        yield found("operation-service-changed", old.place, new.place, spot, was=old.service, now=new.service)
    if old.method != new.method:
        was, now = old.method.upper(), new.method.upper()
        yield found("operation-method-changed", old.place, new.place, spot, was=was, now=now)
    if old.route != new.route:
        yield found("operation-path-changed", old.place, new.place, spot, was=old.route, now=new.route)
    yield from parameter_differences(pair, spot, old, new)
    yield from request_differences(pair, spot, child(old.place, "requestBody"), child(new.place, "requestBody"))
    yield from response_differences(pair, spot, old.place.child("responses"), new.place.child("responses"))
    yield from each_key(spot, old.place, new.place, _KEYS)


def _security(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    was, now = _schemes(old), _schemes(new)
    name = "security-needed" if now and not was else "security-dropped" if was and not now else "security-changed"
    yield found(name, old, new, spot, was=" or ".join(was) or "none", now=" or ".join(now) or "none")


def _schemes(place: Place | None) -> list[str]:
    requirements = place.data if place and isinstance(place.data, list) else []
    return [" and ".join(requirement) for requirement in requirements if requirement]


def _tags(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    was, now = (shown(place.data) if place else "none" for place in (old, new))
    yield found("operation-tag-changed", old, new, spot, was=was, now=now)


def _nothing(_spot: Spot, _old: Place | None, _new: Place | None) -> Iterator[Difference]:
    """What is compared elsewhere."""
    yield from ()


_KEYS: dict[str, Judge] = {
    **TEXT_KEYS,
    **DEPRECATION,
    **dict.fromkeys(("operationId", "parameters", "requestBody", "responses"), _nothing),
    "security": _security,
    "tags": _tags,
    # Bundles name on an operation what behaviours.yaml says of it.
    "x-fallback-methods": came_or_went("fallback-added", "fallback-removed", "fallback-changed"),
}


def _path_items(pair: Pair) -> Iterator[Difference]:
    """What a path says for all its operations, beside their parameters."""
    before, after = _items(pair.old), _items(pair.new)
    # A bundle's paths repeat their addresses, which have rules of their own.
    judges = {**TEXT_KEYS, **dict.fromkeys((*METHODS, "parameters", "servers"), _nothing)}
    for route in before.keys() & after.keys():
        yield from each_key(Spot(route), before[route], after[route], judges)
    for route in sorted(before.keys() ^ after.keys()):
        old, new = before.get(route), after.get(route)
        if not any(method in mapping(old or new) for method in METHODS):
            yield from rule("unknown-change")(Spot(route), old, new)


def _items(edition: Edition) -> dict[str, Place]:
    return {
        str(item.name): item
        for document in edition.spec.services.values()
        for item in Place(document, (), document.data).children("paths")
    }


def scheme_differences(pair: Pair) -> Iterator[Difference]:
    """Everything in which the ways to prove who calls differ."""
    before, after = (_declared(edition) for edition in (pair.old, pair.new))
    changed = rule("security-scheme-changed")
    judges = {**TEXT_KEYS, "bearerFormat": rule("text-changed")}
    judges |= dict.fromkeys(("type", "scheme", "in", "name", "flows", "openIdConnectUrl"), changed)
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old and new:
            yield from each_key(Spot(name), old, new, judges)
        else:
            yield from came_or_went("security-scheme-added", "security-scheme-removed", "")(Spot(name), old, new)


def _declared(edition: Edition) -> dict[str, Place]:
    return {place.name: place for place in edition.survey.components("securitySchemes")}
