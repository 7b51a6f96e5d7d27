"""Values of an enum and the member names that people write."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diff.difference import Difference, Spot, found, shown
from generator.diff.keywords import by_direction
from generator.lint.casing import member_name
from generator.lint.place import Place

# Lists that run in step with `enum`.
NAMES = "x-enum-varnames"
TEXTS = ("x-enum-descriptions", "x-zh-enum-descriptions")
LISTS = ("enum", NAMES, *TEXTS)


def enum_differences(spot: Spot, old: Place, new: Place) -> Iterator[Difference]:
    """Each value that came, went, got another name or another number, and each changed text."""
    before, after = _members(old), _members(new)
    come = {name: value for value, (name, _) in after.items() if value not in before}
    renumbered = {value: come[name] for value, (name, _) in before.items() if value not in after and name in come}
    for value, (name, place) in before.items():
        if value in after:
            yield from _same_value(spot, name, place, *after[value])
        elif value in renumbered:
            there = after[renumbered[value]][1]
            yield found("enum-value-renumbered", place, there, _member(spot, name), was=value, now=renumbered[value])
        else:
            yield from by_direction("enum-value-removed", _member(spot, name), place, None, was=value)
    for value, (name, place) in after.items():
        if value not in before and value not in renumbered.values():
            yield from by_direction("enum-value-added", _member(spot, name), None, place, now=value)
    yield from _texts(spot, old, new)
    kept = [value for value in before if value in after]
    if kept != [value for value in after if value in before]:
        yield found("order-changed", old.child("enum"), new.child("enum"), spot)


def _same_value(spot: Spot, name: str, place: Place, now: str, there: Place) -> Iterator[Difference]:
    if name != now:
        yield found("enum-member-renamed", place, there, _member(spot, name), was=name, now=now)


def _member(spot: Spot, name: str) -> Spot:
    python = tuple(f"{one}.{member_name(name)}" for one in spot.python)
    return Spot(f"{spot.subject}.{name}", python, spot.services, spot.directions)


def _members(enum: Place) -> dict[str, tuple[str, Place]]:
    """Each value as text: its name and where it stands."""
    names = enum.get(NAMES) or []
    found_names: dict[str, tuple[str, Place]] = {}
    for index, place in enumerate(enum.children("enum")):
        name = str(names[index]) if index < len(names) else str(place.data)
        found_names[shown(place.data) if not isinstance(place.data, str) else repr(place.data)] = (name, place)
    return found_names


def _texts(spot: Spot, old: Place, new: Place) -> Iterator[Difference]:
    """Changed texts of values that both sides have; those of new and gone values came and went with them."""
    for key in TEXTS:
        before, after = _by_value(old, key), _by_value(new, key)
        for value, place in after.items():
            if value in before and before[value].data != place.data:
                was, now = shown(before[value].data), shown(place.data)
                yield found("text-changed", before[value], place, spot, was=was, now=now)


def _by_value(enum: Place, key: str) -> dict[str, Place]:
    values = [repr(place.data) for place in enum.children("enum")]
    return dict(zip(values, enum.children(key), strict=False))
