"""What a changed keyword of a schema means, for what people send and for what they receive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from generator.diff.difference import Difference, Spot, found, shown
from generator.diff.mappings import Judge, came_or_went, rule
from generator.lint.place import Place

# Formats that say how large a number may be; each name is the keyword's rank.
_WIDTHS = {"int32": 1, "float": 1, "int64": 2, "double": 2}


def by_direction(
    suffix: str, spot: Spot, old: Place | None, new: Place | None, *, was: object = "", now: object = ""
) -> Iterator[Difference]:
    """The difference once for each way that the schema travels: `request-<suffix>`, `response-<suffix>`."""
    for direction in spot.directions:
        yield found(f"{direction}-{suffix}", old, new, spot, was=was, now=now)


def _bound(tighter: Callable[[Any, Any], bool]) -> Judge:
    def judge(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
        was, now = (old.data if old else None), (new.data if new else None)
        is_tightened = now is not None and (was is None or tighter(was, now))
        yield from by_direction(
            "bound-tightened" if is_tightened else "bound-loosened", spot, old, new, was=_said(old), now=_said(new)
        )

    return judge


def _said(place: Place | None) -> str:
    return f"{place.name}: {shown(place.data)}" if place else "no bound"


_UPPER = _bound(lambda was, now: now < was)
_LOWER = _bound(lambda was, now: now > was)
# A new step or pattern excludes something unless it is proven not to; nothing proves it here.
_OTHER = _bound(lambda _was, _now: True)


def _format(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    was, now = (str(place.data) if place else "" for place in (old, new))
    if "password" in (was, now) and "" in (was, now):
        yield found("secret-shown" if was else "secret-hidden", old, new, spot)
    elif was in _WIDTHS and now in _WIDTHS:
        suffix = "number-wider" if _WIDTHS[now] > _WIDTHS[was] else "number-narrower"
        yield from by_direction(suffix, spot, old, new, was=was, now=now)
    elif (was in _WIDTHS or now in _WIDTHS) and "" in (was, now):
        suffix = "number-narrower" if now else "number-wider"
        yield from by_direction(suffix, spot, old, new, was=was or "no format", now=now or "no format")
    else:
        yield found("format-changed", old, new, spot, was=was or "no format", now=now or "no format")


def _secret(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    is_hidden = bool(new and new.data)
    yield found("secret-hidden" if is_hidden else "secret-shown", old, new, spot)


def _open(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    suffix = "enum-opened" if new and new.data else "enum-closed"
    yield from by_direction(suffix, spot, old, new)


def _default(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    was, now = (shown(place.data) if place else "none" for place in (old, new))
    yield from by_direction("default-added" if old is None else "default-changed", spot, old, new, was=was, now=now)


def _condition(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    was, now = (_values(place) for place in (old, new))
    same_field = not old or not new or old.get("field") == new.get("field")
    suffix = "condition-loosened" if same_field and now < was else "condition-tightened"
    yield from by_direction(suffix, spot, old, new, was=_when(old), now=_when(new))


def _values(place: Place | None) -> set[str]:
    return {repr(value) for value in (place.get("values") or ())} if place else set()


def _when(place: Place | None) -> str:
    return f"when {place.get('field')} is one of {shown(place.get('values'))}" if place else "never"


def _extra_fields(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    was, now = (place.data if place else None for place in (old, new))
    name = "object-opened" if now is True else "object-closed" if was is True else "unknown-change"
    yield found(name, old, new, spot, was=shown(was), now=shown(now))


def _deprecated(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    yield found("deprecated" if new and new.data else "not-deprecated", old, new, spot)


TEXT_KEYS: dict[str, Judge] = {
    **dict.fromkeys(
        (
            *("title", "description", "summary", "$comment", "externalDocs"),
            *("x-zh", "x-note", "x-note-zh", "x-displayName", "x-required-reason", "x-required-reason-zh"),
            "x-nullable-reason",
            *("x-enum-descriptions", "x-zh-enum-descriptions"),
        ),
        rule("text-changed"),
    ),
    **dict.fromkeys(("example", "examples"), rule("example-changed")),
    "x-source": rule("source-changed"),
}
DEPRECATION: dict[str, Judge] = {
    "deprecated": _deprecated,
    **dict.fromkeys(("x-replaced-by", "x-sunset"), rule("replacement-changed")),
}
# Keywords that stand for themselves. Types, references, fields, items and values are looked at together.
KEYWORDS: dict[str, Judge] = {
    **TEXT_KEYS,
    **DEPRECATION,
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), _UPPER),
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), _LOWER),
    **dict.fromkeys(("pattern", "multipleOf", "uniqueItems", "const"), _OTHER),
    "format": _format,
    "x-secret": _secret,
    "x-open": _open,
    "x-unit": came_or_went("unit-stated", "unit-changed", "unit-changed"),
    "default": _default,
    "x-required-when": _condition,
    "additionalProperties": _extra_fields,
    "x-envelope": rule("envelope-changed"),
}
