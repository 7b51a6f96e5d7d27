"""environments.yaml: environments, and where each service answers in them."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diff.difference import Difference, Spot, found
from generator.diff.edition import Edition
from generator.diff.mappings import Judge, child, each_key, keys_of, rule, same, unknown
from generator.diff.matching import Pair, renamed
from generator.lint.place import Place

_Address = tuple[str, str]
_NOTES: dict[str, Judge] = {
    **dict.fromkeys(("title", "x-zh", "description", "note", "note-zh"), rule("text-changed")),
    "x-source": rule("source-changed"),
}


def environment_differences(pair: Pair) -> Iterator[Difference]:
    """Everything in which environments and addresses differ."""
    before, after = _addresses(pair.old), _addresses(pair.new)
    old, new = _environments(pair.old), _environments(pair.new)
    names = environment_names(pair)
    taken = {names.get(name, name) for name in old}
    for name, environment in old.items():
        there = new.get(names.get(name, name))
        if there is None:
            yield found("environment-removed", environment, None, Spot(name))
        elif name in names:
            yield found("environment-renamed", environment, there, Spot(name), was=name, now=names[name])
    for name, environment in new.items():
        if name not in taken:
            yield found("environment-added", None, environment, Spot(name))
    if pair.old.is_whole and pair.new.is_whole:
        for name, environment in old.items():
            if there := new.get(names.get(name, name)):
                yield from each_key(Spot(name), environment, there, _NOTES)
        yield from _rest(pair)
    yield from _moved_addresses(before, after, names)


def environment_names(pair: Pair) -> dict[str, str]:
    """Old environment → new one, where the name changed and every address stayed."""
    before, after = _addresses(pair.old), _addresses(pair.new)
    old, new = _environments(pair.old), _environments(pair.new)
    return renamed(old, new, lambda one, other: _same_addresses(before, one, after, other))


def _moved_addresses(
    before: dict[_Address, Place], after: dict[_Address, Place], names: dict[str, str]
) -> Iterator[Difference]:
    moved = {(service, names.get(name, name)): (service, name) for service, name in before}
    for key in dict.fromkeys((*moved, *after)):
        service, environment = key
        old, new = before.get(moved.get(key, key)), after.get(key)
        spot = Spot(f"{service} in {environment}", (), (service,))
        was, now = (str(_url(place)) if place else "none" for place in (old, new))
        if old is None or new is None:
            yield found("address-added" if old is None else "address-removed", old, new, spot, was=was, now=now)
        elif was != now:
            yield found("address-changed", old, new, spot, was=was, now=now)


def _url(place: Place) -> object:
    return place.data if isinstance(place.data, str) else place.get("url")


def _environments(edition: Edition) -> dict[str, Place]:
    if edition.is_whole:
        top = Place(edition.spec.environments, (), edition.spec.environments.data)
        return {place.name: place for place in top.children("environments")}
    return {str(server.get("x-environment")): server for server in reversed(list(_servers(edition).values()))}


def _addresses(edition: Edition) -> dict[_Address, Place]:
    """Every address by service and environment."""
    if not edition.is_whole:
        return _servers(edition)
    top = Place(edition.spec.environments, (), edition.spec.environments.data)
    found_places = {}
    for service in top.children("services"):
        for address in service.children("addresses"):
            found_places[service.name, address.name] = address
        if (local := child(service, "local")) is not None:
            found_places[service.name, "local"] = local
    return found_places


def _servers(edition: Edition) -> dict[_Address, Place]:
    """The servers that a bundle names, for the whole document or for each path."""
    return {
        (service, str(server.get("x-environment") or server.get("url"))): server
        for service, document in edition.spec.services.items()
        for top in (Place(document, (), document.data),)
        for holder in (top, *top.children("paths"))
        for server in holder.children("servers")
    }


def _same_addresses(before: dict[_Address, Place], old: str, after: dict[_Address, Place], new: str) -> float:
    """1 when both environments are at the same addresses, which is what makes them one."""
    was, now = (
        {service: _url(place) for (service, name), place in addresses.items() if name == wanted}
        for addresses, wanted in ((before, old), (after, new))
    )
    return float(bool(was) and was == now)


def _rest(pair: Pair) -> Iterator[Difference]:
    """What environments.yaml says beside environments and addresses."""
    old, new = (
        Place(edition.spec.environments, (), edition.spec.environments.data) for edition in (pair.old, pair.new)
    )
    for key in keys_of(old, new):
        before, after = child(old, key), child(new, key)
        if key == "gateway" and not same(before, after):
            yield found("gateway-changed", before, after, Spot("gateway"))
        elif key not in ("environments", "services", "gateway") and not same(before, after):
            yield from unknown(Spot(key), before, after)
    rows, others = old.child("services"), new.child("services")
    for name in keys_of(rows, others):
        before, after = child(rows, name), child(others, name)
        if before is None or after is None:
            yield found("service-row-changed", before, after, Spot(name, (), (name,)))
            continue
        judges = {**_NOTES, "local": _elsewhere, "addresses": _elsewhere}
        yield from each_key(Spot(name, (), (name,)), before, after, judges)


def _elsewhere(_spot: Spot, _old: Place | None, _new: Place | None) -> Iterator[Difference]:
    """Addresses are compared by service and environment."""
    yield from ()
