"""What an image is compared by: numbers computed from its pixels, nothing learned.

Each view of an image is shrunk to 32 x 32 pixels and becomes three unit vectors:

* `colour`: the shares of 12 hues, each dark and bright, and of 4 greys,
* `layout`: the lightness of 8 x 8 fields, less their mean,
* `edges`: how strongly lightness changes in 8 directions, in 4 x 4 fields.

There are two views: the whole image, and what stands out in it, which is all that differs from both ends of its row.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

__all__ = ["Box", "Broken", "Features", "View", "features_of", "opened", "view_of"]

Box = tuple[int, int, int, int]
# `box` and a vector for each part.
View = dict[str, Any]
# `views`, `names` (the share of each colour name), `light` and `fill`.
Features = dict[str, Any]
_Pixel = tuple[int, int, int]

_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
_MEAN_OF_PIXELS = 4  # Image.Resampling.BOX, without importing Pillow
_WORKING_SIDE, _LOOK_SIDE, _SIDE = 256, 64, 32
_EVERYTHING = (0, 0, _LOOK_SIDE, _LOOK_SIDE)
_DIFFERENT = 60
_HUES, _FIELDS, _CELLS, _DIRECTIONS = 12, 8, 4, 8
_DARK, _PALE, _BRIGHT = 45, 45, 140
# Where each name begins on the circle of hues, which has 256 steps.
_NAMED_HUES = (
    (0, "red"),
    (10, "orange"),
    (28, "yellow"),
    (48, "green"),
    (116, "cyan"),
    (136, "blue"),
    (182, "purple"),
    (218, "pink"),
    (245, "red"),
)


class Broken(ValueError):
    """It is no image that can be looked at; the message says why."""


def opened(file: Any, *, most_pixels: int) -> Any:
    """The image in a file or stream, with nothing decoded yet.

    Raises:
        Broken: It is none, or has too many pixels.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415  # only the process that measures decodes

    # Its own guard against huge images knows warnings only; ours is below.
    Image.MAX_IMAGE_PIXELS = None
    try:
        image = Image.open(file, formats=_FORMATS)
    except UnidentifiedImageError:
        raise Broken("is no PNG, JPEG, GIF, BMP or WebP image") from None
    if image.width * image.height > most_pixels:
        raise Broken(f"has {image.width} x {image.height} pixels, and {most_pixels} are allowed in all")
    return image


def features_of(image: Any) -> Features:
    """The features of an opened image."""
    width, height = image.size
    small = _shrunk(image)
    look = small.resize((_LOOK_SIDE, _LOOK_SIDE), _MEAN_OF_PIXELS)
    stands_out = _standing_out(look)
    x1, y1, x2, y2 = found = stands_out.getbbox() or _EVERYTHING
    views = [{"box": [0, 0, width, height], **_vectors(small)}]
    if found != _EVERYTHING:
        # Cut out of the image as a query's box is, so that whoever asks with this very box finds it whole.
        views.append(view_of(image, _scaled(found, width, height)))
    is_there, is_even = stands_out.tobytes(), stands_out.getbbox() is None
    flat = look.tobytes()
    pixels = zip(flat[::3], flat[1::3], flat[2::3], strict=True)
    coloured = [pixel for pixel, there in zip(pixels, is_there, strict=True) if there or is_even]
    return {
        "views": views,
        "names": _names(coloured),
        "light": round(sum(flat) / (255 * len(flat)), 3),
        "fill": round(len(coloured) / ((x2 - x1) * (y2 - y1)), 3),
    }


def view_of(image: Any, box: Sequence[int]) -> View:
    """The part of an opened image within `box`, which lies within it."""
    whole = tuple(box) == (0, 0, *image.size)
    return {"box": list(box), **_vectors(_shrunk(image if whole else image.crop(box)))}


def _shrunk(image: Any) -> Any:
    """Its pixels in red, green and blue, at most 256 a side."""
    if image.mode.startswith(("I", "F")):
        image = image.convert("L")
    if image.mode != "RGB":
        image = image.convert("RGB")
    longest = max(image.size)
    if longest <= _WORKING_SIDE:
        return image
    width, height = (max(1, side * _WORKING_SIDE // longest) for side in image.size)
    return image.resize((width, height), _MEAN_OF_PIXELS)


def _standing_out(look: Any) -> Any:
    """A mask of the pixels that differ from both ends of their row."""
    from PIL import ImageChops  # noqa: PLC0415  # only the process that measures has images

    side = look.width
    masks = []
    for column in (0, side - 1):
        end = look.crop((column, 0, column + 1, side)).resize((side, side), 0)
        red, green, blue = ImageChops.difference(look, end).split()
        masks.append(ImageChops.add(ImageChops.add(red, green), blue))
    return ImageChops.darker(*masks).point([0] * _DIFFERENT + [255] * (256 - _DIFFERENT))


def _scaled(box: Box, width: int, height: int) -> list[int]:
    x1, y1, x2, y2 = box
    right, bottom = math.ceil(x2 * width / _LOOK_SIDE), math.ceil(y2 * height / _LOOK_SIDE)
    return [x1 * width // _LOOK_SIDE, y1 * height // _LOOK_SIDE, right, bottom]


def _vectors(part: Any) -> dict[str, list[float]]:
    square = part.resize((_SIDE, _SIDE), _MEAN_OF_PIXELS)
    light = square.convert("L")
    fields = light.resize((_FIELDS, _FIELDS), _MEAN_OF_PIXELS).tobytes()
    mean = sum(fields) / len(fields)
    return {
        "colour": _colour(square.convert("HSV").tobytes()),
        "layout": _unit([value - mean for value in fields]),
        "edges": _edges(light.tobytes()),
    }


def _colour(flat: bytes) -> list[float]:
    shares = [0.0] * (2 * _HUES + 4)
    for hue, depth, light in zip(flat[::3], flat[1::3], flat[2::3], strict=True):
        if light < _DARK or depth < _PALE:
            shares[2 * _HUES + min(light, 255) // 64] += 1
        else:
            step = 256 / _HUES
            # Half a step on, so that red lies within one share and not on the border of two.
            nearest = int((hue + step / 2) / step) % _HUES
            shares[2 * nearest + (light >= _BRIGHT)] += 1
    return _unit([math.sqrt(share) for share in shares])


def _edges(light: bytes) -> list[float]:
    found = [0.0] * (_CELLS * _CELLS * _DIRECTIONS)
    for y in range(1, _SIDE - 1):
        for x in range(1, _SIDE - 1):
            at = y * _SIDE + x
            across, down = light[at + 1] - light[at - 1], light[at + _SIDE] - light[at - _SIDE]
            strength = math.hypot(across, down)
            if strength < 8:
                continue
            # A change from dark to light and one back have the same direction: 0 to 180 degrees.
            direction = int((math.atan2(down, across) % math.pi) / math.pi * _DIRECTIONS) % _DIRECTIONS
            cell = (y * _CELLS // _SIDE) * _CELLS + x * _CELLS // _SIDE
            found[cell * _DIRECTIONS + direction] += strength
    return _unit(found)


def _unit(values: list[float]) -> list[float]:
    length = math.sqrt(sum(value * value for value in values))
    return [round(value / length, 5) for value in values] if length else values


def _names(pixels: Iterable[_Pixel]) -> dict[str, float]:
    counted = Counter(_name(pixel) for pixel in pixels)
    return {name: round(count / counted.total(), 3) for name, count in counted.most_common()}


@lru_cache(maxsize=4096)
def _name(pixel: _Pixel) -> str:
    """What people call a colour, by its hue, depth and lightness."""
    most, least = max(pixel), min(pixel)
    depth = 0 if not most else 255 * (most - least) // most
    if most < 60:
        return "black"
    if depth < _PALE:
        return "white" if most > 215 else "grey"
    red, green, blue = pixel
    spread = most - least
    if most == red:
        sixth = (green - blue) / spread % 6
    else:
        sixth = (blue - red) / spread + 2 if most == green else (red - green) / spread + 4
    hue = sixth * 256 / 6
    name = next(name for start, name in reversed(_NAMED_HUES) if hue >= start)
    if name in {"orange", "red"} and most < 170 and hue >= 6 and hue < 40:
        return "brown"
    return name
