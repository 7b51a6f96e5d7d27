"""Answers that are not as the spec has them, one field at a time."""

import copy
from typing import Any

import pytest

from aihub_emulator.control.drifting import EXTRA, UNKNOWN_NUMBER, UNKNOWN_TEXT, drifted

ENVELOPE: Any = {"code": 0, "data": {"status": 3, "name": "x", "list": [{"a": 1}, {"a": 2}], "object": {}}}


@pytest.mark.parametrize(
    ("field", "to", "place", "value"),
    [
        ("data", "null", ("data",), None),
        ("data.status", "null", ("data", "status"), None),
        ("data.status", "unknown", ("data", "status"), UNKNOWN_NUMBER),
        ("data.name", "unknown", ("data", "name"), UNKNOWN_TEXT),
        ("data.status", "wrong_type", ("data", "status"), UNKNOWN_TEXT),
        ("data.name", "wrong_type", ("data", "name"), UNKNOWN_NUMBER),
        ("data.list", "wrong_type", ("data", "list"), {EXTRA: UNKNOWN_NUMBER}),
        ("data.object", "wrong_type", ("data", "object"), [UNKNOWN_TEXT]),
        ("data.list.0.a", "null", ("data", "list"), [{"a": None}, {"a": 2}]),
        ("data.list.*.a", "null", ("data", "list"), [{"a": None}, {"a": None}]),
        ("data.list.*.a", "missing", ("data", "list"), [{}, {}]),
        ("data.list.*", "missing", ("data", "list"), []),
        ("data.object", "extra", ("data", "object"), {EXTRA: UNKNOWN_NUMBER}),
    ],
)
def test_the_field_and_nothing_else_changes(field: str, to: str, place: tuple[str, ...], value: Any) -> None:
    changed = drifted(copy.deepcopy(ENVELOPE), field, to)

    wanted = copy.deepcopy(ENVELOPE)
    holder = wanted
    for name in place[:-1]:
        holder = holder[name]
    holder[place[-1]] = value
    assert changed == wanted


def test_a_field_that_is_missing_is_gone() -> None:
    assert drifted({"code": 0, "data": 1}, "data", "missing") == {"code": 0}


@pytest.mark.parametrize("field", ["none", "data.none", "data.list.7", "data.list.x", "data.status.deeper", "data.*"])
def test_an_answer_without_the_field_does_not_drift(field: str) -> None:
    assert drifted(copy.deepcopy(ENVELOPE), field, "null") is None


def test_only_an_object_can_have_an_extra_field() -> None:
    assert drifted(copy.deepcopy(ENVELOPE), "data.status", "extra") is None
