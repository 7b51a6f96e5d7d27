"""S050-S059: every reference arrives, and everything shared is used."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from generator.lint.place import Place, tokens
from generator.lint.rule import Remark, Rule, nearest
from generator.lint.survey import Survey

_SECTIONS = ("schemas", "responses", "parameters", "requestBodies", "links", "headers")


def _references(place: Place) -> Iterator[Place]:
    for child in place.children():
        if child.name == "$ref" and isinstance(child.data, str):
            yield child
        elif isinstance(child.data, dict | list):
            yield from _references(child)


def _all_references(survey: Survey) -> Iterator[Place]:
    for root in survey.roots:
        yield from _references(root)


def _broken(survey: Survey) -> Iterator[Remark]:
    for place in _all_references(survey):
        document = survey.document(place, place.data)
        if document is None:
            if not _is_outside(place):
                file = place.data.partition("#")[0]
                yield Remark(
                    place,
                    f"`{place.data}` names a file that does not exist.",
                    nearest(file, _files(survey, place)),
                )
            continue
        here = Place(document, (), document.data)
        for token in tokens(place.data):
            if here.child(token).data is None:
                known = [child.name for child in here.children()]
                message = f"`{place.data}` leads nowhere: {document.path} has no `{token}` there."
                yield Remark(place, message, nearest(str(token), known))
                break
            here = here.child(token)


def _files(survey: Survey, place: Place) -> list[str]:
    folder = posixpath.dirname(place.path)
    return [posixpath.relpath(document.path, folder) for document in survey.spec.shared.values()]


def _is_outside(place: Place) -> bool:
    file = place.data.partition("#")[0]
    if not file:
        return False
    found = posixpath.normpath(posixpath.join(posixpath.dirname(place.path), file))
    return "://" in file or posixpath.dirname(found) != "shared"


def _outside(survey: Survey) -> Iterator[Remark]:
    for place in _all_references(survey):
        if _is_outside(place):
            yield Remark(place, f"`{place.data}` refers to a file that is not in shared/.")
        elif not re.search(r"#/components/\w+/\w+$", place.data):
            remedy = "refer to `#/components/<section>/<name>`."
            yield Remark(place, f"`{place.data}` refers to something that is no component.", remedy)


def _unused(survey: Survey) -> Iterator[Remark]:
    used = set()
    for place in _all_references(survey):
        target = survey.target(place, place.data)
        # A component that only refers to itself is unused all the same.
        if target and not (target.path == place.path and place.pointer[: len(target.pointer)] == target.pointer):
            used.add((target.path, target.pointer[:3]))
    for section in _SECTIONS:
        for place in survey.components(section):
            if place.key not in used:
                yield Remark(place, f"nothing refers to `{place.name}`.")
    asked = {
        scheme.name
        for operation in survey.operations
        for requirement in operation.place.children("security")
        for scheme in requirement.children()
    }
    for place in survey.components("securitySchemes"):
        if place.name not in asked:
            yield Remark(place, f"no operation asks for the security scheme `{place.name}`.")


def _circles(survey: Survey) -> Iterator[Remark]:
    for root in survey.roots:
        for section in _SECTIONS:
            for place in root.children("components", section):
                if isinstance(place.get("$ref"), str) and _comes_back(survey, place):
                    yield Remark(place, f"`{place.name}` refers to itself and to nothing else.")


def _comes_back(survey: Survey, place: Place) -> bool:
    seen: set[object] = set()
    here: Place | None = place
    while here is not None and isinstance(here.get("$ref"), str):
        if here.key in seen:
            return True
        seen.add(here.key)
        here = survey.target(here, here.get("$ref"))
    return False


RULES = (
    Rule(
        code="S050",
        title="reference that does not resolve",
        why="openapi-python-client drops what it cannot resolve and still ends with success.",
        mend="correct the file or the name.",
        check=_broken,
    ),
    Rule(
        code="S051",
        title="reference to somewhere else",
        why="Services do not know one another, and bundles must not depend on the network.",
        mend="move the target to shared/ and refer to `../shared/<file>#/components/...`.",
        check=_outside,
    ),
    Rule(
        code="S052",
        title="unused component",
        why="What nothing uses is generated nowhere and goes stale.",
        mend="remove it, or refer to it.",
        check=_unused,
    ),
    Rule(
        code="S053",
        title="reference in a circle",
        why="There is nothing at its end that anything could be made of.",
        mend="write out what one of the components in the circle holds.",
        check=_circles,
    ),
)
