"""behaviours.yaml: waiting, paging, retries, fallbacks, uploads and codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from generator.diff.difference import Difference, Spot, found, shown
from generator.diff.mappings import Judge, came_or_went, child, each_key, keys_of, mapping, rule, same, unknown
from generator.diff.matching import Pair
from generator.lint.place import Place
from generator.retrying import is_retry_safe

_TERMINAL = ("success", "failure", "stopped")
_TEXTS = dict.fromkeys(("description", "x-zh", "note", "note-zh"), rule("text-changed"))


def behaviour_differences(pair: Pair) -> Iterator[Difference]:
    """Everything in which the behaviours differ."""
    old, new = (Place(edition.spec.behaviours, (), edition.spec.behaviours.data) for edition in (pair.old, pair.new))
    for section in keys_of(old, new):
        before, after = child(old, section), child(new, section)
        if section not in _SECTIONS:
            if not same(before, after):
                yield from unknown(Spot(section), before, after)
            continue
        known = _SECTIONS[section][2](pair)
        yield from _entries(partial(_entry, pair, _SECTIONS[section]), known, section, before, after)


def _entries(
    judge: Callable[..., Iterator[Difference]],
    names: Mapping[str, str],
    section: str,
    old: Place | None,
    new: Place | None,
) -> Iterator[Difference]:
    taken = {names.get(name, name) for name in mapping(old)}
    for name in mapping(old):
        there = names.get(name, name)
        before, after = child(old, name), child(new, there)
        if name != there and after is not None:
            yield found("name-follows", before, after, Spot(f"{section}.{there}"), was=name, now=there)
        if not same(before, after):
            yield from judge(Spot(f"{section}.{there}"), old=before, new=after)
    for name in mapping(new):
        if name not in taken:
            yield from judge(Spot(f"{section}.{name}"), old=None, new=child(new, name))


def _entry(pair: Pair, section: _Section, spot: Spot, *, old: Place | None, new: Place | None) -> Iterator[Difference]:
    noun, judges, _ = section
    if old is None or new is None:
        if noun == "behaviour":
            yield from _default_retry(pair, spot, old, new)
        yield from came_or_went(f"{noun}-added", f"{noun}-removed", "")(spot, old, new)
        return
    if noun == "waiter":
        yield from _states(spot, old, new)
    yield from each_key(spot, old, new, judges(pair))


def _states(spot: Spot, old: Place, new: Place) -> Iterator[Difference]:
    """Each state that a waiter takes for something else than before."""
    before, after = _groups(old), _groups(new)
    for state in dict.fromkeys((*before, *after)):
        (was, place), (now, there) = (side.get(state, ("nothing", None)) for side in (before, after))
        if was != now:
            is_end = was in _TERMINAL or now in _TERMINAL
            name = "waiter-end-changed" if is_end else "waiter-pending-changed"
            at = Spot(f"{spot.subject}.{state}", spot.python, spot.services)
            yield found(name, place or old, there or new, at, was=was, now=now)


def _groups(waiter: Place) -> dict[str, tuple[str, Place]]:
    return {str(state.data): (group, state) for group in ("pending", *_TERMINAL) for state in waiter.children(group)}


def _group_order(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    was, now = (list(place.data or ()) if place else [] for place in (old, new))
    # Members that moved have been told one by one.
    if sorted(map(str, was)) == sorted(map(str, now)):
        yield found("order-changed", old, new, spot)


def _operation_name(pair: Pair, judge: Judge) -> Judge:
    def judged(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
        if old and new and pair.operation_names.get(str(old.data)) == new.data:
            yield found("name-follows", old, new, spot, was=str(old.data), now=str(new.data))
        else:
            yield from judge(spot, old, new)

    return judged


def _filled(name: str) -> Judge:
    """A key whose value may be null: from null to something is more than before, all else is a change."""

    def judge(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
        rule_id = f"{name}-stated" if old is None or old.data is None else f"{name}-changed"
        was, now = (shown(place.data) if place else "null" for place in (old, new))
        yield found(rule_id, old, new, Spot(_key(spot, old, new), spot.python, spot.services), was=was, now=now)

    return judge


def _key(spot: Spot, old: Place | None, new: Place | None) -> str:
    place = new or old
    return f"{spot.subject}.{place.name}" if place else spot.subject


def _named(name: str) -> Judge:
    def judge(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
        yield from rule(name)(Spot(_key(spot, old, new), spot.python, spot.services), old, new)

    return judge


def _retry(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    yield found("retry-gained" if new and new.data == "safe" else "retry-lost", old, new, spot)


def _default_retry(pair: Pair, spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    """Without an entry the method decides: writing one down, or removing it, may change that."""
    name = spot.subject.partition(".")[2]
    before, after = pair.old.operations.get(name), pair.new.operations.get(name)
    if before is None or after is None:
        return
    was = is_retry_safe(pair.old.spec.behaviours.data, name, before.method)
    now = is_retry_safe(pair.new.spec.behaviours.data, name, after.method)
    if was != now:
        yield found("retry-gained" if now else "retry-lost", old, new, spot)


def _resumable(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    yield found("upload-resume-gained" if new and new.data is True else "upload-resume-lost", old, new, spot)


def _max_bytes(spot: Spot, old: Place | None, new: Place | None) -> Iterator[Difference]:
    was, now = (place.data if place else None for place in (old, new))
    is_tighter = now is not None and (was is None or now < was)
    name = "upload-limit-tightened" if is_tighter else "upload-limit-loosened"
    yield found(name, old, new, spot, was=shown(was), now=shown(now))


def _waiter_judges(pair: Pair) -> Mapping[str, Judge]:
    changed, operation = _filled("waiter-field"), _filled("waiter-operation")
    return {
        "noun": _named("text-changed"),
        **dict.fromkeys(("argument", "state", "message", "created_id"), changed),
        **{key: _operation_name(pair, operation) for key in ("poll", "created_by", "stop")},
        **dict.fromkeys(("pending", *_TERMINAL), _group_order),
    }


def _operation_judges(pair: Pair) -> Mapping[str, Judge]:
    return {"retry": _retry, "check": _operation_name(pair, _named("text-changed"))}


def _paging_judges(_pair: Pair) -> Mapping[str, Judge]:
    changed = _named("paging-changed")
    return {
        **dict.fromkeys(("page", "size", "total", "items", "first"), changed),
        "default_size": _named("paging-size-changed"),
    }


def _code_judges(_pair: Pair) -> Mapping[str, Judge]:
    return {**_TEXTS, "name": _named("code-renamed")}


def _fallback_judges(_pair: Pair) -> Mapping[str, Judge]:
    return dict.fromkeys(("method", "when_status", "unless_envelope", "remember"), _named("fallback-changed"))


def _upload_judges(_pair: Pair) -> Mapping[str, Judge]:
    return {"parts": _named("upload-parts-changed"), "resumable": _resumable, "max_bytes": _max_bytes}


def _no_names(_pair: Pair) -> Mapping[str, str]:
    return {}


def _new_operation_names(pair: Pair) -> Mapping[str, str]:
    return pair.operation_names


_Section = tuple[str, Callable[[Pair], Mapping[str, Judge]], Callable[[Pair], Mapping[str, str]]]
_SECTIONS: dict[str, _Section] = {
    "codes": ("code", _code_judges, _no_names),
    "operations": ("behaviour", _operation_judges, _new_operation_names),
    "waiters": ("waiter", _waiter_judges, _no_names),
    "paging": ("paging", _paging_judges, _new_operation_names),
    "fallbacks": ("fallback", _fallback_judges, _new_operation_names),
    "uploads": ("upload", _upload_judges, _new_operation_names),
}
