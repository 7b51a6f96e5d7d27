"""Fields of an object that came, went, got another name, or have to be filled now."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from generator.diff.difference import Difference, Spot, found
from generator.diff.edition import REQUEST
from generator.diff.keywords import by_direction
from generator.diff.mappings import mapping
from generator.diff.matching import fields_alike, renamed
from generator.lint.place import Place

Inner = Callable[[Spot, Place, Place], Iterator[Difference]]


def field_differences(walk: Inner, spot: Spot, old: Place, new: Place) -> Iterator[Difference]:
    """Everything in which the fields of two objects differ; `walk` compares the schemas of one field."""
    before, after = ({field.name: field for field in owner.children("properties")} for owner in (old, new))
    names = renamed(before, after, lambda one, other: fields_alike(before[one], after[other]))
    for name, field in before.items():
        there = after.get(names.get(name, name))
        if there is None:
            yield from by_direction("field-removed", spot.field(name), field, None)
            continue
        if name in names:
            yield from by_direction("field-renamed", spot.field(name), field, there, was=name, now=there.name)
        yield from _requiredness(spot.field(name), old, field, new, there)
        yield from walk(spot.field(there.name), field, there)
    taken = {names.get(name, name) for name in before}
    for name, field in after.items():
        if name not in taken:
            yield from _added(spot.field(name), field, is_required=name in _required(new))
    yield from _required_unknown(spot, old, new)


def _added(spot: Spot, field: Place, *, is_required: bool) -> Iterator[Difference]:
    for direction in spot.directions:
        how = "" if direction != REQUEST else _need(field, is_required=is_required)
        yield found(f"{direction}-field-added{how}", None, field, spot)


def _need(field: Place, *, is_required: bool) -> str:
    if is_required:
        return "-required"
    return "-conditional" if "x-required-when" in mapping(field) else "-optional"


def _requiredness(spot: Spot, old: Place, field: Place, new: Place, there: Place) -> Iterator[Difference]:
    was, now = field.name in _required(old), there.name in _required(new)
    if was != now:
        yield from by_direction("field-required" if now else "field-optional", spot, field, there)


def _required_unknown(spot: Spot, old: Place, new: Place) -> Iterator[Difference]:
    """Names that `required` lists on one side only and that are fields on neither: nothing else sees them."""
    fields = {*mapping(old.child("properties")), *mapping(new.child("properties"))}
    strange = (_required(old) ^ _required(new)) - fields
    if strange:
        yield found("unknown-change", old.child("required"), new.child("required"), spot, now=sorted(strange))
    kept = [name for name in (old.get("required") or []) if name in _required(new)]
    if kept != [name for name in (new.get("required") or []) if name in _required(old)]:
        yield found("order-changed", old.child("required"), new.child("required"), spot)


def _required(owner: Place) -> set[str]:
    return {str(name) for name in (owner.get("required") or ())}
