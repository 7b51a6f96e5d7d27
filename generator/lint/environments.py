"""S080-S089: environments.yaml has a row for every service, and addresses that can be called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from generator.lint.place import Place
from generator.lint.rule import Remark, Rule, nearest
from generator.lint.survey import Survey

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _rows(survey: Survey) -> list[Place]:
    top = Place(survey.spec.environments, (), survey.spec.environments.data)
    return list(top.children("services"))


def _unknown_service(survey: Survey) -> Iterator[Remark]:
    for row in _rows(survey):
        if row.name not in survey.spec.services:
            yield Remark(row, f"there is no service `{row.name}`.", nearest(row.name, survey.spec.services))


def _missing_service(survey: Survey) -> Iterator[Remark]:
    present = {row.name for row in _rows(survey)}
    table = Place(survey.spec.environments, ("services",), None)
    for service in survey.spec.services:
        if service not in present:
            yield Remark(table, f"service `{service}` has no row.")


def _unknown_environment(survey: Survey) -> Iterator[Remark]:
    known = [name for name in survey.spec.environments.data.get("environments") or {} if name != "local"]
    for row in _rows(survey):
        for address in row.children("addresses"):
            if address.name not in known:
                message = f"`{row.name}` has an address in `{address.name}`, which is no environment."
                yield Remark(address, message, nearest(address.name, known))


def _addresses(survey: Survey) -> Iterator[Place]:
    for row in _rows(survey):
        yield row.child("local")
        yield from row.children("addresses")
    gateway = Place(survey.spec.environments, (), survey.spec.environments.data)
    yield from gateway.children("gateway", "addresses")


def _malformed(survey: Survey) -> Iterator[Remark]:
    for place in _addresses(survey):
        wrong = _fault(place)
        if wrong:
            yield Remark(place, f"the address `{place.data}` {wrong}.")


def _fault(place: Place) -> str:
    try:
        parts = urlsplit(place.data if isinstance(place.data, str) else "")
        port = parts.port
    except ValueError:
        return "has no valid port"
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"\[[0-9a-f:]+\]:\d+|[\w.-]+(:\d*)?", parts.netloc):
        return "is not http://<host>:<port>"
    if parts.path or parts.query or parts.fragment:
        return "has a path; paths belong to the operations"
    if place.name == "local" and parts.hostname not in _LOOPBACK:
        return "is local, but not on this machine"
    return "" if port else "has no port"


RULES = (
    Rule(
        code="S080",
        title="address of an unknown service",
        why="It would silently have no effect.",
        mend="use the name of a file in services/.",
        check=_unknown_service,
    ),
    Rule(
        code="S081",
        title="service without a row of addresses",
        why="Having no address is a fact of its own: the error then names the setting to use.",
        mend="add a row; `addresses: {}` when none is printed.",
        check=_missing_service,
    ),
    Rule(
        code="S082",
        title="address that cannot be called",
        why="An operation's path is appended to it as it is.",
        mend="write http://<host>:<port>, nothing behind it.",
        check=_malformed,
    ),
    Rule(
        code="S083",
        title="address in an unknown environment",
        why="It could never be chosen.",
        mend="use an environment of the table at the top.",
        check=_unknown_environment,
    ),
)
