"""The promise that nothing goes unreported, kept apart from the rules that report.

Both editions are spread out into single values under names that a move between files does not change. A value
that differs and that no reported difference covers is an unknown change, and counts as breaking.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from generator.diff.difference import Difference, Location, Spot, found
from generator.diff.edition import Edition
from generator.diff.enumerations import LISTS
from generator.diff.mappings import repr_of
from generator.diff.matching import Pair
from generator.diff.places import environment_names
from generator.lint.place import Place
from generator.source import Pointer

_EMPTY = ("{}", "[]")
_INLINED = ("parameters", "responses", "requestBodies")


@dataclass(frozen=True)
class _Leaf:
    value: str
    place: Place
    pointer: Pointer
    # Where it is referred to, from the outside in.
    via: tuple[tuple[str, Pointer], ...] = ()


def uncovered(pair: Pair, differences: Iterable[Difference]) -> Iterator[Difference]:
    """An unknown change for each differing value that no difference covers."""
    told = list(differences)
    covers = [_index(difference.old for difference in told), _index(difference.new for difference in told)]
    changed = _changed(pair)
    old = _leaves(pair.old, changed, pair.schema_names, environment_names(pair))
    new = _leaves(pair.new, changed, {}, {})
    for key in dict.fromkeys((*new, *old)):
        before, after = old.get(key), new.get(key)
        if before and after and before.value == after.value:
            continue
        if any(leaf and leaf.value in _EMPTY for leaf in (before, after)) and _is_filled(key, new if before else old):
            continue
        sides = zip((before, after), covers, strict=True)
        if any(leaf and _covered(leaf, index) for leaf, index in sides):
            continue
        one, other = (leaf.place if leaf else None for leaf in (before, after))
        was, now = (leaf.value if leaf else "-" for leaf in (before, after))
        yield found("unknown-change", one, other, Spot("/".join(map(str, key[-3:]))), was=was, now=now)


def _is_filled(key: Pointer, leaves: Mapping[Pointer, _Leaf]) -> bool:
    """Whether there is something in what is empty on the other side; each part of it counts by itself."""
    return any(len(other) > len(key) and other[: len(key)] == key for other in leaves)


def _index(locations: Iterable[Location | None]) -> dict[str, set[Pointer]]:
    index: dict[str, set[Pointer]] = {}
    for location in locations:
        if location is not None:
            index.setdefault(location.file, set()).add(_cut(location.pointer))
    return index


def _cut(pointer: Pointer) -> Pointer:
    """A difference in one of the lists of an enum speaks for all that run in step with it."""
    for position, step in enumerate(pointer):
        if step in LISTS:
            return (*pointer[:position], "enum")
    return pointer


def _covered(leaf: _Leaf, index: Mapping[str, set[Pointer]]) -> bool:
    return any(
        pointer[:length] in index.get(path, ())
        for path, pointer in ((leaf.place.path, leaf.pointer), *leaf.via)
        for length in range(len(pointer) + 1)
    )


def _changed(pair: Pair) -> set[str]:
    """The services to look into: all when anything shared differs, for what they refer to is spread out in them."""
    old, new = pair.old.spec, pair.new.spec
    everything = old.services.keys() | new.services.keys()
    if {name: repr_of(document.data) for name, document in old.shared.items()} != {
        name: repr_of(document.data) for name, document in new.shared.items()
    }:
        return everything
    both = old.services.keys() & new.services.keys()
    return everything - {one for one in both if repr_of(old.services[one].data) == repr_of(new.services[one].data)}


def _leaves(
    edition: Edition, services: set[str], names: Mapping[str, str], environments: Mapping[str, str]
) -> dict[Pointer, _Leaf]:
    spread = _Spread(edition, names)
    for service, document in edition.spec.services.items():
        if service not in services:
            continue
        spread.document(("service", service), Place(document, (), document.data))
    for file, document in edition.spec.shared.items():
        spread.document(("shared", file), Place(document, (), document.data))
    if edition.is_whole:
        for document in (edition.spec.info, edition.spec.behaviours, edition.spec.environments):
            spread.value((document.path,), Place(document, (), document.data))
    table = edition.spec.environments.path
    return {
        tuple(environments.get(str(step), step) for step in key) if key[0] == table else key: leaf
        for key, leaf in spread.leaves.items()
    }


class _Spread:
    """Collects the single values of an edition."""

    def __init__(self, edition: Edition, names: Mapping[str, str]) -> None:
        self.leaves: dict[Pointer, _Leaf] = {}
        self._edition = edition
        self._names = names
        self._used = self._references()
        self._via: list[tuple[str, Pointer]] = []

    def _references(self) -> set[tuple[str, Pointer]]:
        """Parameters and bodies that somebody refers to: they are spread out there."""
        tops = [Place(document, (), document.data) for document in self._edition.spec.documents]
        return {
            place.key
            for place in self._edition.survey.reachable([top.child("paths") for top in tops]).values()
            if len(place.pointer) == 3 and place.pointer[1] in _INLINED
        }

    def document(self, key: Pointer, top: Place) -> None:
        for place in top.children():
            if place.name == "components":
                for kind in place.children():
                    self._components(kind)
            elif place.name not in ("x-merged", "servers"):
                self.value((*key, place.name), place)

    def _components(self, kind: Place) -> None:
        for place in kind.children():
            if kind.name not in _INLINED or place.key not in self._used:
                name = self._names.get(place.name, place.name) if kind.name == "schemas" else place.name
                self.value((kind.name, name), place)

    def value(self, key: Pointer, place: Place) -> None:
        if isinstance(place.data, dict):
            self._mapping(key, place)
        elif isinstance(place.data, list) and place.data:
            for item in place.children():
                # Parameters are known by name, not by number.
                name = item.get("name") or item.pointer[-1]
                self.value((*key, name), item)
        else:
            self._keep(key, repr_of(place.data), place, place.pointer)

    def _mapping(self, key: Pointer, place: Place) -> None:
        reference = str(place.get("$ref") or "")
        if any(f"/components/{kind}/" in reference for kind in _INLINED):
            target = self._edition.survey.follow(place)
            if target is not None:
                self._via.append(place.key)
                self.value(key, target)
                self._via.pop()
        if not place.data:
            self._keep(key, repr_of(place.data), place, place.pointer)
        for child in place.children():
            if child.name == "$ref":
                name = str(child.data).rsplit("/", 1)[-1]
                self._keep((*key, "$ref"), self._names.get(name, name), child, child.pointer)
            elif child.name == "required" and isinstance(child.data, list):
                self._required(key, place)
            elif child.name in LISTS and isinstance(child.data, list):
                pointer = (*place.pointer, "enum")
                self._keep((*key, child.name), repr_of(child.data), child, pointer)
            elif child.name != "servers" or "paths" not in key:
                self.value((*key, child.name), child)

    def _required(self, key: Pointer, owner: Place) -> None:
        for item in owner.children("required"):
            field = owner.child("properties", str(item.data))
            pointer = item.pointer[:-1] if field.data is None else field.pointer
            self._keep((*key, "required", str(item.data)), "yes", item, pointer)

    def _keep(self, key: Pointer, value: str, place: Place, pointer: Pointer) -> None:
        self.leaves[key] = _Leaf(value, place, pointer, tuple(self._via))
