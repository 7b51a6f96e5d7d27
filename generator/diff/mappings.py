"""Walking two mappings key by key, so that no key of either side is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from generator.diff.difference import Difference, Spot, found, shown
from generator.lint.place import Place

Judge = Callable[[Spot, Place | None, Place | None], Iterable[Difference]]


def keys_of(old: Place, new: Place) -> list[str]:
    """Every key of either mapping, the new one's order first."""
    names = [*mapping(new), *mapping(old)]
    return list(dict.fromkeys(names))


def mapping(place: Place | None) -> Mapping[str, object]:
    """The mapping at a place; empty when there is none."""
    return place.data if place is not None and isinstance(place.data, dict) else {}


def child(place: Place | None, key: str) -> Place | None:
    """The entry of a mapping; None when the key is not there (a `null` is)."""
    return place.child(key) if place is not None and key in mapping(place) else None


def same(old: Place | None, new: Place | None) -> bool:
    """Whether both sides say the same, or both say nothing."""
    if old is None or new is None:
        return old is new
    # JSON tells 1 from true and from 1.0, which Python's == does not.
    return repr_of(old.data) == repr_of(new.data)


def repr_of(value: object) -> str:
    """A text that is equal for equal JSON values, whatever the order of their keys."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key!r}:{repr_of(value[key])}" for key in sorted(value)) + "}"
    return "[" + ",".join(map(repr_of, value)) + "]" if isinstance(value, list) else repr(value)


def each_key(spot: Spot, old: Place, new: Place, judges: Mapping[str, Judge]) -> Iterator[Difference]:
    """Every differing key of two mappings, put before its judge; a key that has none is an unknown change."""
    for key in keys_of(old, new):
        before, after = child(old, key), child(new, key)
        if not same(before, after):
            yield from judges.get(key, unknown)(spot, before, after)


def unknown(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    """Whatever no rule knows counts as breaking until one does."""
    yield found("unknown-change", old, new, spot, was=_or_nothing(old), now=_or_nothing(new))


def rule(name: str) -> Judge:
    """A judge that gives every difference the same rule."""

    def judge(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
        yield found(name, old, new, spot, was=_or_nothing(old), now=_or_nothing(new))

    return judge


def came_or_went(came: str, went: str, changed: str | Judge) -> Judge:
    """A judge with a rule for a key that came, one for a key that went, and one for a value that changed."""

    def judge(spot: Spot, old: Place | None, new: Place | None) -> Iterable[Difference]:
        if old is not None and new is not None and not isinstance(changed, str):
            return changed(spot, old, new)
        name = came if old is None else went if new is None else str(changed)
        return rule(name)(spot, old, new)

    return judge


def _or_nothing(place: Place | None) -> str:
    return shown(place.data) if place is not None else "-"
