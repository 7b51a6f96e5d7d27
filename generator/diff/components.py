"""Schemas by name: classes that came, went, or got another name, and what is in them."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diff.difference import Difference, Spot, found
from generator.diff.edition import Edition, python_class
from generator.diff.mappings import each_key, mapping, rule, same
from generator.diff.matching import Pair
from generator.diff.schemas import schema_differences
from generator.lint.place import Place

_BOTH = ("request", "response")


def component_differences(pair: Pair) -> Iterator[Difference]:
    """Everything in which the schemas of the services differ; a shared one once for each service that has it."""
    for (service, name), old, new in pair.classes():
        if old is None or new is None:
            yield _came_or_went(service, old, new)
            continue
        if (old.path, old.name) == (new.path, name) and not pair.schema_names and same(old, new):
            continue
        is_envelope = bool(old.get("x-envelope"))
        spot = _spot(service, old.name, _directions(pair, old, new), has_class=not is_envelope)
        if old.name != name:
            rule_id = "envelope-renamed" if is_envelope else "schema-renamed"
            yield found(rule_id, old, new, spot, was=old.name, now=name)
        if old.path != new.path and pair.old.is_whole and pair.new.is_whole:
            yield found("schema-moved", old, new, spot, was=old.path, now=new.path)
        if is_envelope and new.get("x-envelope"):
            yield from _envelope(pair, spot, old, new)
        else:
            yield from schema_differences(pair, spot, old, new)


def _directions(pair: Pair, old: Place, new: Place) -> tuple[str, ...]:
    ways = pair.old.directions(old) | pair.new.directions(new)
    return tuple(sorted(ways)) or _BOTH


def _spot(service: str, name: str, directions: tuple[str, ...], *, has_class: bool = True) -> Spot:
    return Spot(name, (python_class(service, name),) if has_class else (), (service,), directions)


def _came_or_went(service: str, old: Place | None, new: Place | None) -> Difference:
    place = new or old
    assert place is not None  # noqa: S101  # a class stands on at least one side
    is_envelope = bool(place.get("x-envelope"))
    what = "envelope" if is_envelope else "schema"
    spot = _spot(service, place.name, _BOTH, has_class=not is_envelope)
    return found(f"{what}-added" if old is None else f"{what}-removed", old, new, spot)


def _envelope(pair: Pair, spot: Spot, old: Place, new: Place) -> Iterator[Difference]:
    """No class is made of an envelope: what it holds is what the operations answer."""
    users = _answering(pair.new, new) or spot
    at = Spot(users.subject, users.python, spot.services, ("response",))
    before, after = old.child("properties"), new.child("properties")
    for name in dict.fromkeys((*mapping(after), *mapping(before))):
        one, other = before.child(name), after.child(name)
        if name not in mapping(before) or name not in mapping(after):
            what = ("answer-added" if name in mapping(after) else "answer-removed") if name == "data" else None
            is_there = (one if name in mapping(before) else None, other if name in mapping(after) else None)
            yield _came_or_went_in(what or "envelope-changed", *is_there, at, name)
        elif name == "data":
            yield from schema_differences(pair, at, one, other)
        else:
            yield from (_of_envelope(at, difference) for difference in schema_differences(pair, at, one, other))
    if old.get("required") != new.get("required"):
        yield found("envelope-changed", old, new, at, was=old.get("required"), now=new.get("required"))
    rest = [key for key in (*mapping(old), *mapping(new)) if key not in ("properties", "required")]
    texts = {key: rule("text-changed") for key in rest if key in ("description", "title") or key.startswith("x-")}
    yield from each_key(at, _without(old), _without(new), {**texts, "type": rule("envelope-changed")})


def _came_or_went_in(rule_id: str, old: Place | None, new: Place | None, spot: Spot, name: str) -> Difference:
    return found(rule_id, old, new, spot, was=name if old else "-", now=name if new else "-")


def _without(place: Place) -> Place:
    kept = {key: value for key, value in mapping(place).items() if key not in ("properties", "required")}
    return Place(place.file, place.pointer, kept)


def _of_envelope(spot: Spot, difference: Difference) -> Difference:
    """What would be a matter of one field is a matter of every answer here, unless it is a text."""
    if difference.grade == "editorial":
        return difference
    return Difference(
        "envelope-changed",
        spot.subject,
        difference.old,
        difference.new,
        difference.was,
        difference.now,
        spot.python,
        spot.services,
    )


def _answering(edition: Edition, envelope: Place) -> Spot | None:
    """The operations that answer with an envelope, as one spot."""
    from generator.diff.edition import python_function  # noqa: PLC0415  # only a changed envelope asks

    names = [
        operation
        for operation in edition.survey.operations
        for _, response in edition.survey.responses(operation)
        for media in response.children("content")
        if (found_place := edition.survey.follow(media.child("schema"))) and found_place.key == envelope.key
    ]
    if not names:
        return None
    unique = {operation.id: operation for operation in names}
    python = tuple(python_function(operation) for operation in unique.values())
    return Spot(" / ".join(unique) if len(unique) < 4 else "every answer", python)
