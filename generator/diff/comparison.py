"""The comparison as a whole."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from generator.diff.behaviour import behaviour_differences
from generator.diff.components import component_differences
from generator.diff.difference import Difference
from generator.diff.documents import document_differences
from generator.diff.edition import Edition
from generator.diff.matching import Pair
from generator.diff.operations import operation_differences, scheme_differences
from generator.diff.places import environment_differences
from generator.diff.safety_net import uncovered

# A bundle carries examples and fallbacks inside, and only the schemes that its operations ask for.
_BUNDLED = ("example-changed", "security-scheme-added", "fallback-added", "fallback-removed", "fallback-changed")


def compare(old: Edition, new: Edition) -> list[Difference]:
    """Every difference between two editions, the worst first, then by file and line; each one once."""
    pair = Pair(*_comparable(old, new))
    known = list(_differences(pair))
    if old.is_whole == new.is_whole:
        known += uncovered(pair, known)
    else:
        known = [one for one in known if one.rule not in _BUNDLED]
    return sorted((_rooted(pair, one) for one in _merged(known)), key=Difference.sort_key)


def _rooted(pair: Pair, difference: Difference) -> Difference:
    """The difference with its files named as people see them, from the checkout on."""
    sides = ((difference.old, pair.old), (difference.new, pair.new))
    old, new = (
        dataclasses.replace(location, file=f"{edition.spec.root.name}/{location.file}")
        if location and edition.is_whole
        else location
        for location, edition in sides
    )
    return dataclasses.replace(difference, old=old, new=new)


def _comparable(old: Edition, new: Edition) -> tuple[Edition, Edition]:
    """Both editions, cut to the one service that a bundle of one service can speak of."""
    for edition in (old, new):
        if not edition.is_whole and "x-service" in edition.spec.info.data.get("info", {}):
            services = edition.spec.services.keys()
            return _only(old, services), _only(new, services)
    return old, new


def _only(edition: Edition, services: Iterable[str]) -> Edition:
    spec = edition.spec
    kept = {name: document for name, document in spec.services.items() if name in services}
    table = spec.environments.data
    rows = {name: row for name, row in table.get("services", {}).items() if name in services}
    environments = dataclasses.replace(spec.environments, data={**table, "services": rows})
    return dataclasses.replace(edition, spec=dataclasses.replace(spec, services=kept, environments=environments))


def _differences(pair: Pair) -> Iterator[Difference]:
    yield from document_differences(pair)
    yield from operation_differences(pair)
    yield from scheme_differences(pair)
    yield from component_differences(pair)
    yield from environment_differences(pair)
    if pair.old.is_whole and pair.new.is_whole:
        yield from behaviour_differences(pair)


def _merged(differences: Iterable[Difference]) -> Iterator[Difference]:
    """Each difference once: a shared schema or parameter is seen by every service that uses it."""
    seen: dict[tuple[object, ...], Difference] = {}
    for one in differences:
        key = (one.rule, one.old, one.new, one.was, one.now)
        first = seen.get(key)
        if first is not None:
            services = tuple(dict.fromkeys((*first.services, *one.services)))
            python = tuple(dict.fromkeys((*first.python, *one.python)))
            one = dataclasses.replace(first, services=services, python=python)  # noqa: PLW2901  # the union of both
        seen[key] = one
    yield from seen.values()
