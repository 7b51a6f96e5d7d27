"""What images are compared by, and how searches rank them."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from PIL import Image, ImageDraw

from aihub_emulator.warehouse.features import Broken, features_of, opened, view_of
from aihub_emulator.warehouse.ranking import best, likeness

ALL = {"colour": 2, "layout": 1, "edges": 1}
RED, BLUE, SKY = (205, 32, 38), (28, 78, 190), (176, 196, 204)


def drawn(shape: str, colour: tuple[int, int, int], box: tuple[int, int, int, int], size: Any = (200, 100)) -> Any:
    image = Image.new("RGB", size, SKY)
    draw = ImageDraw.Draw(image)
    (draw.ellipse if shape == "disc" else draw.rectangle)(box, fill=colour)
    return stored(image, "PNG")


def stored(image: Any, kind: str) -> Any:
    stream = io.BytesIO()
    image.save(stream, kind)
    return opened(stream, most_pixels=10_000_000)


def measured(key: str, image: Any) -> dict[str, Any]:
    return {"key": key, "label": key, **features_of(image)}


def ranked(looked_for: Any, parts: Mapping[str, float] = ALL) -> list[str]:
    view = view_of(looked_for, (0, 0, *looked_for.size))
    images = [
        measured("red disc", drawn("disc", RED, (30, 10, 110, 90))),
        measured("blue disc", drawn("disc", BLUE, (30, 10, 110, 90))),
        measured("red bar", drawn("bar", RED, (10, 40, 190, 60))),
        measured("blue bar", drawn("bar", BLUE, (10, 40, 190, 60))),
    ]
    return [match["key"] for match in best(images, lambda image: likeness(image, [view], parts), top_k=4)]


def test_an_image_is_most_like_itself() -> None:
    image = measured("same", drawn("disc", RED, (30, 10, 110, 90)))

    assert likeness(image, [view_of(drawn("disc", RED, (30, 10, 110, 90)), (0, 0, 200, 100))], ALL)[0] == 1.0


def test_what_stands_out_is_found_with_its_place_and_colour() -> None:
    found = features_of(drawn("bar", RED, (50, 25, 149, 74)))

    assert [view["box"] for view in found["views"]] == [[0, 0, 200, 100], [50, 25, 150, 75]]
    assert found["names"] == {"red": 1.0}
    assert found["fill"] == 1.0


def test_a_disc_fills_less_of_its_box_than_a_bar() -> None:
    assert features_of(drawn("disc", RED, (50, 10, 130, 90)))["fill"] == pytest.approx(0.785, abs=0.06)


def test_an_even_image_has_one_view_and_is_like_another_even_one() -> None:
    even = features_of(stored(Image.new("RGB", (50, 50), RED), "PNG"))

    assert [view["box"] for view in even["views"]] == [[0, 0, 50, 50]]
    assert likeness(even, even["views"], ALL)[0] == 1.0


def test_colours_decide_where_only_colours_are_compared() -> None:
    assert {*ranked(drawn("disc", RED, (30, 10, 110, 90)), {"colour": 1})[:2]} == {"red disc", "red bar"}


def test_shapes_decide_where_only_shapes_are_compared() -> None:
    assert {*ranked(drawn("disc", RED, (30, 10, 110, 90)), {"edges": 1})[:2]} == {"red disc", "blue disc"}


def test_both_decide_where_both_are_compared() -> None:
    assert ranked(drawn("disc", RED, (30, 10, 110, 90)))[0] == "red disc"


def test_a_small_part_of_an_image_is_found_where_it_is() -> None:
    image = measured("disc", drawn("disc", RED, (120, 20, 180, 80)))
    looked_for = view_of(drawn("disc", RED, (0, 0, 99, 99), (100, 100)), (0, 0, 100, 100))

    score, box = likeness(image, [looked_for], ALL)

    assert score > 0.95
    assert list(box) == pytest.approx([120, 20, 181, 81], abs=4)


def test_of_several_views_the_most_similar_one_counts() -> None:
    image = measured("disc", drawn("disc", RED, (30, 10, 110, 90)))
    views = [view_of(drawn(kind, colour, (30, 10, 110, 90)), (0, 0, 200, 100)) for kind, colour in
             (("bar", BLUE), ("disc", RED))]  # fmt: skip  # one view a pair

    assert likeness(image, views, ALL)[0] == 1.0
    assert likeness(image, views[:1], ALL)[0] < 1.0


def test_equally_good_matches_come_in_the_order_of_their_keys() -> None:
    images = [{"key": key, "label": ""} for key in ("b", "c", "a")]

    assert [match["key"] for match in best(images, lambda _: (0.5, [0, 0, 1, 1]), top_k=2)] == ["a", "b"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_every_format_has_the_same_colours(kind: str) -> None:
    image = Image.new("RGB", (64, 64), SKY)
    ImageDraw.Draw(image).rectangle((16, 16, 47, 47), fill=BLUE)

    assert next(iter(features_of(stored(image, kind))["names"])) == "blue"


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_every_kind_of_pixel_can_be_looked_at(mode: str) -> None:
    image = Image.new(mode, (20, 10))

    assert features_of(stored(image, "JPEG" if mode == "CMYK" else "PNG"))["views"][0]["box"] == [0, 0, 20, 10]


def test_an_image_with_too_many_pixels_is_not_decoded() -> None:
    stream = io.BytesIO()
    Image.new("1", (4000, 3000)).save(stream, "PNG")

    with pytest.raises(Broken, match="has 4000 x 3000 pixels, and 10000000 are allowed in all"):
        opened(stream, most_pixels=10_000_000)


def test_what_is_no_image_is_no_image() -> None:
    with pytest.raises(Broken, match="is no PNG, JPEG, GIF, BMP or WebP image"):
        opened(io.BytesIO(b"<svg/>"), most_pixels=10)
