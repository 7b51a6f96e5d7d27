"""Two readings of one schema: what it refers to, its type, its fields, its values and its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from generator.diff.difference import Difference, Spot, found, shown
from generator.diff.enumerations import LISTS, enum_differences
from generator.diff.fields import field_differences
from generator.diff.keywords import KEYWORDS, by_direction
from generator.diff.mappings import mapping, same, unknown
from generator.diff.matching import Pair, shape
from generator.lint.place import Place

# Judged together, as what the schema is.
_BEING = ("$ref", "type", "anyOf", "oneOf", "allOf")
_INNER = ("properties", "required", "items")


@dataclass(frozen=True)
class _Reading:
    """A schema with `anyOf: [x, null]` and `type: [x, null]` opened."""

    holder: Place
    # Whose own keyword lists the fields or the values: the holder, or the branch that is not null.
    owner: Place
    keys: dict[str, Place]
    types: frozenset[str]
    is_nullable: bool

    @property
    def reference(self) -> str:
        """The name of the component that it refers to; empty when it is written out."""
        place = self.keys.get("$ref")
        return str(place.data).rsplit("/", 1)[-1] if place else ""


def schema_differences(pair: Pair, spot: Spot, old: Place, new: Place) -> Iterator[Difference]:
    """Everything in which two schemas differ; what they refer to is compared once, elsewhere."""
    before, after = _read(old), _read(new)
    if before.is_nullable != after.is_nullable:
        suffix = "nullable" if after.is_nullable else "not-nullable"
        yield from by_direction(suffix, spot, old, new)
    yield from _order(spot, old, new)
    before, after, told = _dereferenced(pair, before, after)
    yield from (found("name-follows", one, other, spot, was=one.data, now=other.data) for one, other in told)
    skipped: tuple[str, ...] = (*_BEING, *LISTS)
    if _is_other(pair, before, after):
        yield from _other_type(spot, before, after)
        skipped = (*skipped, *_INNER, "format", "additionalProperties")
    else:
        yield from _inside(pair, spot, before, after)
        skipped = (*skipped, *_INNER)
    for key in dict.fromkeys((*after.keys, *before.keys)):
        one, other = before.keys.get(key), after.keys.get(key)
        if key not in skipped and not same(one, other):
            yield from KEYWORDS.get(key, unknown)(spot, one, other)


def _order(spot: Spot, old: Place, new: Place) -> Iterator[Difference]:
    """The same types or branches in another order: null first or last makes no difference to anybody."""
    for key in ("type", "anyOf"):
        was, now = old.get(key), new.get(key)
        if (
            isinstance(was, list)
            and isinstance(now, list)
            and was != now
            and sorted(map(str, was)) == sorted(map(str, now))
        ):
            yield found("order-changed", old.child(key), new.child(key), spot)


def _read(place: Place) -> _Reading:
    keys = {key: place.child(key) for key in mapping(place)}
    branches = list(place.children("anyOf"))
    inner = [branch for branch in branches if branch.get("type") != "null"]
    is_nullable = len(branches) == 2 and len(inner) == 1
    if is_nullable:
        del keys["anyOf"]
        for key in mapping(inner[0]):
            # Said twice, the outer one is what people read; the inner one has no rule and is reported as it is.
            keys[key if key not in keys else f"anyOf/{key}"] = inner[0].child(key)
    declared = keys["type"].data if "type" in keys else []
    types = frozenset(map(str, declared if isinstance(declared, list) else [declared]))
    owner = inner[0] if is_nullable else place
    return _Reading(place, owner, keys, types - {"null"}, is_nullable or (len(types) > 1 and "null" in types))


def _dereferenced(pair: Pair, old: _Reading, new: _Reading) -> tuple[_Reading, _Reading, list[tuple[Place, Place]]]:
    """Both readings, opened where one side refers to a plain value that the other spells out; and new names."""
    if old.reference and pair.schema_names.get(old.reference, old.reference) == new.reference:
        is_renamed = old.reference != new.reference
        return old, new, [(old.keys["$ref"], new.keys["$ref"])] if is_renamed else []
    one, other = _opened(pair.old.survey.follow, old), _opened(pair.new.survey.follow, new)
    return one, other, []


def _opened(follow: Callable[[Place], Place | None], reading: _Reading) -> _Reading:
    """The reading of what it refers to, when no class is made of that; with its own keys on top."""
    target = follow(reading.owner) if reading.reference else None
    if target is None or "properties" in mapping(target) or "enum" in mapping(target):
        return reading
    inner = _read(target)
    own = {key: place for key, place in reading.keys.items() if key != "$ref"}
    is_nullable = reading.is_nullable or inner.is_nullable
    return _Reading(reading.holder, inner.owner, {**inner.keys, **own}, inner.types, is_nullable)


def _is_other(pair: Pair, old: _Reading, new: _Reading) -> bool:
    if old.reference or new.reference:
        return pair.schema_names.get(old.reference, old.reference) != new.reference
    kinds = [(reading.types, "enum" in reading.keys, "properties" in reading.keys) for reading in (old, new)]
    return kinds[0] != kinds[1] or _unions(old) != _unions(new)


def _unions(reading: _Reading) -> object:
    return shape({key: reading.keys[key].data for key in ("anyOf", "oneOf", "allOf") if key in reading.keys})


def _other_type(spot: Spot, old: _Reading, new: _Reading) -> Iterator[Difference]:
    was, now = _described(old), _described(new)
    is_plain = not (old.reference or new.reference) and _unions(old) == _unions(new) == {}
    suffix = "type-changed"
    if is_plain and "enum" not in old.keys and "enum" not in new.keys and old.types and new.types:
        if _covers(new.types, old.types):
            suffix = "type-widened"
        elif _covers(old.types, new.types):
            suffix = "type-narrowed"
    yield from by_direction(suffix, spot, old.holder, new.holder, was=was, now=now)


def _covers(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    whole = wide | {"integer"} if "number" in wide else wide
    return narrow <= whole


def _described(reading: _Reading) -> str:
    if reading.reference:
        return reading.reference
    kind = " or ".join(sorted(reading.types)) or shown(_unions(reading))
    return f"enum of {kind}" if "enum" in reading.keys else kind


def _inside(pair: Pair, spot: Spot, old: _Reading, new: _Reading) -> Iterator[Difference]:
    def walk(inner: Spot, before: Place, after: Place) -> Iterator[Difference]:
        yield from schema_differences(pair, inner, before, after)

    if "enum" in old.keys:
        yield from enum_differences(spot, old.owner, new.owner)
    if "properties" in old.keys:
        yield from field_differences(walk, spot, old.owner, new.owner)
    before, after = old.keys.get("items"), new.keys.get("items")
    if before is not None and after is not None:
        yield from walk(spot.items(), before, after)
    elif before is not after:
        yield from unknown(spot, before, after)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in old.keys and key in new.keys:
            for left, right in zip(old.keys[key].children(), new.keys[key].children(), strict=True):
                yield from walk(spot, left, right)
