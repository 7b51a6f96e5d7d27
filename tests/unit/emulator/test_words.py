"""What the words of a text search ask for."""

from typing import Any

import pytest

from aihub_emulator.warehouse.words import Wanted, fits, wanted_in

LABELS = ("car", "truck", "bus", "蓝牌", "traffic light")
PARTS = ("colour", "layout", "edges")
IMAGE: dict[str, Any] = {
    "label": "truck",
    "format": "jpg",
    "width": 200,
    "height": 100,
    "light": 0.6,
    "fill": 0.785,
    "names": {"red": 0.6, "black": 0.2},
    "views": [{"box": [0, 0, 200, 100]}, {"box": [50, 0, 150, 100]}],
}


def asked(text: str, parts: tuple[str, ...] = PARTS) -> set[tuple[str, ...]]:
    return {(wanted.kind, *wanted.values) for wanted in wanted_in(text, labels=LABELS, parts=parts)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a red truck", {("colour", "red"), ("label", "truck")}),
        ("红色卡车", {("colour", "red"), ("label", "truck")}),
        ("RED Trucks, please!", {("colour", "red"), ("label", "truck")}),
        ("two buses", {("label", "bus")}),
        ("蓝牌", {("label", "蓝牌")}),
        ("白天", {("light", "bright")}),
        ("a plate", {("label", "蓝牌")}),
        ("vehicles at night", {("label", "car", "truck", "bus"), ("light", "dark")}),
        ("traffic light", {("label", "traffic light")}),
        ("横向 png 圆形", {("frame", "wide"), ("format", "png"), ("shape", "round")}),
        ("red red 红", {("colour", "red")}),
        ("a scarred bored landscaper", set()),
        ("", set()),
    ],
)
def test_words_in_english_and_chinese_ask_for_the_same(text: str, found: set[tuple[str, ...]]) -> None:
    assert asked(text) == found


def test_words_about_what_a_library_does_not_hold_are_not_known() -> None:
    assert asked("red round truck", ("edges",)) == {("shape", "round"), ("label", "truck")}
    assert asked("red round truck", ("colour",)) == {("colour", "red"), ("label", "truck")}


@pytest.mark.parametrize(
    ("kind", "value", "degree"),
    [
        ("label", "truck", 1.0),
        ("label", "car", None),
        ("colour", "red", 1.0),
        ("colour", "black", 0.5),
        ("colour", "green", None),
        ("light", "bright", 0.6),
        ("light", "dark", 0.4),
        ("format", "jpg", 1.0),
        ("frame", "wide", 1.0),
        ("frame", "tall", None),
        ("shape", "round", 1.0),
        ("shape", "long", None),
        ("size", "large", 1.0),
        ("size", "small", None),
    ],
)
def test_an_image_fits_a_word_to_a_degree(kind: str, value: str, degree: float | None) -> None:
    scored = fits(IMAGE, [Wanted(kind, (value,))])

    assert scored == (None if degree is None else (degree, [50, 0, 150, 100]))


def test_an_image_fits_several_words_in_the_mean() -> None:
    scored = fits(IMAGE, [Wanted("colour", ("red",)), Wanted("label", ("car",))])

    assert scored == (0.5, [50, 0, 150, 100])
