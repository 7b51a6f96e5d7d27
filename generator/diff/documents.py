"""What stands around operations and schemas: titles, versions, services, examples and the readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.diff.difference import Difference, Location, Spot, found, shown
from generator.diff.keywords import TEXT_KEYS
from generator.diff.mappings import Judge, child, each_key, mapping, repr_of, rule, same, unknown
from generator.diff.matching import Pair
from generator.lint.place import Place
from generator.source import Document, ExampleFile, Pointer


def document_differences(pair: Pair) -> Iterator[Difference]:
    """Everything in which files differ beside what has rules of its own."""
    both_whole = pair.old.is_whole and pair.new.is_whole
    old, new = pair.old.spec, pair.new.spec
    yield from _services(pair)
    if both_whole:
        yield from each_key(Spot("the spec"), _top(old.info), _top(new.info), _INFO)
        for name in dict.fromkeys((*old.services, *new.services)):
            yield from _file(Spot(name, (), (name,)), old.services.get(name), new.services.get(name))
        for name in dict.fromkeys((*old.shared, *new.shared)):
            yield from _file(Spot(name), old.shared.get(name), new.shared.get(name))
        yield from _examples(old.examples, new.examples)
        yield from _readings(old.readme, new.readme)
    elif not (pair.old.is_whole or pair.new.is_whole):
        yield from each_key(Spot("the bundle"), _top(old.info), _top(new.info), {**_INFO, **_DOCUMENT})
    else:
        was, now = (str(side.info.data.get("info", {}).get("version")) for side in (old, new))
        if was != now:
            one, other = (_top(side.info).child("info", "version") for side in (old, new))
            yield found("spec-version-changed", one, other, Spot("the spec"), was=was, now=now)


def _services(pair: Pair) -> Iterator[Difference]:
    old, new = pair.old.spec.services, pair.new.spec.services
    for name in dict.fromkeys((*old, *new)):
        spot = Spot(name, (f"aihub_api.{name}",), (name,))
        if name not in new:
            yield found("service-removed", _top(old[name]), None, spot)
        elif name not in old:
            yield found("service-added", None, _top(new[name]), spot)


def _top(document: Document) -> Place:
    return Place(document, (), document.data)


def _file(spot: Spot, old: Document | None, new: Document | None) -> Iterator[Difference]:
    if old is not None and new is not None:
        yield from each_key(spot, _top(old), _top(new), _DOCUMENT)
    elif spot.subject.endswith(".yaml"):
        place = _top(new) if new is not None else _top(old) if old is not None else None
        yield found("shared-file-changed", place if new is None else None, place if new is not None else None, spot)


def _info(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    judges = {**TEXT_KEYS, "version": _version, "x-service": rule("service-key-changed")}
    judges |= dict.fromkeys(("contact", "license", "termsOfService"), rule("text-changed"))
    if old is None or new is None:
        yield from unknown(spot, old, new)
    else:
        yield from each_key(spot, old, new, judges)


def _version(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    was, now = (shown(place.data) if place else "none" for place in (old, new))
    yield found("spec-version-changed", old, new, spot, was=was, now=now)


def _tags(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    before, after = ({str(tag.get("name")): tag for tag in (place.children() if place else ())} for place in (old, new))
    for name in dict.fromkeys((*after, *before)):
        if not same(before.get(name), after.get(name)):
            yield found("tag-changed", before.get(name), after.get(name), spot, was=name, now=name)
    if list(before) != list(after) and before.keys() == after.keys():
        yield found("order-changed", old, new, spot)


def _components(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    """Kinds of components that no other comparison looks at."""
    seen = ("schemas", "parameters", "responses", "requestBodies", "securitySchemes")
    for kind in dict.fromkeys((*mapping(new), *mapping(old))):
        before, after = child(old, kind), child(new, kind)
        if kind not in seen and not same(before, after):
            yield from unknown(spot, before, after)


def _nothing(_spot: Spot, _old: Place | None, _new: Place | None) -> Iterator[Difference]:
    """What is compared elsewhere."""
    yield from ()


_INFO: Mapping[str, Judge] = {"openapi": rule("openapi-version-changed"), "info": _info}
_DOCUMENT: Mapping[str, Judge] = {
    **_INFO,
    "tags": _tags,
    "components": _components,
    "x-generated": rule("text-changed"),
    **dict.fromkeys(("paths", "servers", "x-merged"), _nothing),
}


def _examples(old: list[ExampleFile], new: list[ExampleFile]) -> Iterator[Difference]:
    before, after = ({example.path: example for example in side} for side in (old, new))
    for path in dict.fromkeys((*before, *after)):
        one, other = before.get(path), after.get(path)
        if one and other and repr_of(one.data) == repr_of(other.data):
            continue
        pointer = _first_difference(one.data, other.data) if one and other else ()
        left, right = (Place(example, pointer, None) if example else None for example in (one, other))
        service = path.split("/")[1]
        yield found("example-changed", left, right, Spot(path, (), (service,)))


def _first_difference(old: object, new: object) -> Pointer:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*new, *old)):
            if key not in old or key not in new:
                return (key,)
            if repr_of(old[key]) != repr_of(new[key]):
                return (key, *_first_difference(old[key], new[key]))
    if isinstance(old, list) and isinstance(new, list):
        for index, (one, other) in enumerate(zip(old, new, strict=False)):
            if repr_of(one) != repr_of(other):
                return (index, *_first_difference(one, other))
    return ()


def _readings(old: str, new: str) -> Iterator[Difference]:
    if old == new:
        return
    pairs = list(zip(old.splitlines(), new.splitlines(), strict=False))
    line = next((number for number, (was, now) in enumerate(pairs, 1) if was != now), len(pairs) + 1)
    at = Location("README.md", line, ())
    yield Difference("readings-changed", "spec/README.md", at, at)
