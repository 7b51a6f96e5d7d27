"""Parameters of an operation: what people pass beside the body."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diff.difference import Difference, Spot, found
from generator.diff.edition import REQUEST, Edition
from generator.diff.keywords import DEPRECATION, TEXT_KEYS
from generator.diff.mappings import Judge, each_key, unknown
from generator.diff.matching import Pair, names_alike, renamed, shape
from generator.diff.schemas import schema_differences
from generator.lint.place import Place
from generator.lint.survey import Operation


def parameter_differences(pair: Pair, spot: Spot, old: Operation, new: Operation) -> Iterator[Difference]:
    """Everything in which the parameters of two operations differ."""
    before, after = _parameters(pair.old, old), _parameters(pair.new, new)
    names = renamed(before, after, lambda one, other: _alike(before[one], after[other]))
    for name, parameter in before.items():
        there = after.get(names.get(name, name))
        if there is None:
            yield found("parameter-removed", parameter, None, _spot(spot, name))
            continue
        if name in names:
            yield found("parameter-renamed", parameter, there, _spot(spot, name), was=name, now=there.get("name"))
        yield from _between(pair, _spot(spot, name), parameter, there)
    taken = {names.get(name, name) for name in before}
    for name, parameter in after.items():
        if name not in taken:
            rule = "parameter-added-required" if parameter.get("required") else "parameter-added-optional"
            yield found(rule, None, parameter, _spot(spot, name))


def _parameters(edition: Edition, operation: Operation) -> dict[str, Place]:
    return {str(place.get("name")): place for place in edition.survey.parameters(operation)}


def _alike(old: Place, new: Place) -> float:
    if (old.get("in"), shape(old.get("schema"))) != (new.get("in"), shape(new.get("schema"))):
        return 0.0
    words = old.get("description") == new.get("description")
    return max(names_alike(str(old.get("name")), str(new.get("name"))), 0.9 if words else 0.0)


def _spot(operation: Spot, name: str) -> Spot:
    python = tuple(f"{one}({name})" for one in operation.python)
    return Spot(f"{operation.subject}({name})", python, operation.services, (REQUEST,))


def _between(pair: Pair, spot: Spot, old: Place, new: Place) -> Iterator[Difference]:
    def schema(inner: Spot, before: Place | None, after: Place | None) -> Iterator[Difference]:
        if before is None or after is None:
            yield from unknown(inner, before, after)
        else:
            yield from schema_differences(pair, inner, before, after)

    yield from each_key(spot, old, new, {**_KEYS, "schema": schema})


def _required(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    is_required = bool(new and new.data)
    yield found("parameter-required" if is_required else "parameter-optional", old, new, spot)


def _moved(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    was, now = (str(place.data) if place else "nowhere" for place in (old, new))
    yield found("parameter-moved", old, new, spot, was=was, now=now)


def _named(_spot: Spot, _old: Place | None, _new: Place | None) -> Iterator[Difference]:
    """A new name has been told by the pairing."""
    yield from ()


_KEYS: dict[str, Judge] = {**TEXT_KEYS, **DEPRECATION, "name": _named, "required": _required, "in": _moved}
