"""Draws the seed's images: flat shapes, the same ones every time, in files of exactly the planned length."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aihub_emulator.datasets.seeded import Planned

__all__ = ["COLOURS", "PICTURES", "draw_to", "encoded", "picture_of"]

Colour = tuple[int, int, int]
Draw = Any  # PIL.ImageDraw.ImageDraw, which is imported where images are drawn

COLOURS: dict[str, Colour] = {
    "red": (205, 32, 38),
    "orange": (240, 130, 20),
    "yellow": (238, 206, 36),
    "green": (36, 150, 62),
    "blue": (28, 78, 190),
    "purple": (120, 46, 160),
    "white": (246, 246, 246),
    "black": (22, 22, 24),
}
_GROUND: dict[str, tuple[Colour, Colour]] = {
    "day": ((176, 196, 204), (150, 150, 148)),
    "night": ((24, 26, 38), (44, 44, 48)),
}
_SKINS = ((244, 210, 180), (214, 160, 120), (150, 98, 66))
_WHEEL, _GLASS, _LAMP = (40, 40, 42), (150, 205, 225), (255, 244, 190)
_SEGMENTS = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgcde", "abc", "abcdefg", "abcdfg")
_STROKES = {
    "a": (0, 0, 1, 0.14),
    "b": (0.8, 0, 1, 0.54),
    "c": (0.8, 0.46, 1, 1),
    "d": (0, 0.86, 1, 1),
    "e": (0, 0.46, 0.2, 1),
    "f": (0, 0, 0.2, 0.54),
    "g": (0, 0.43, 1, 0.57),
}


class _Canvas:
    """Shapes in fractions of a frame that keeps its proportions, somewhere in the image."""

    def __init__(self, drawing: Draw, box: tuple[float, float, float, float]) -> None:
        self._drawing = drawing
        self._left, self._top, right, bottom = box
        self._across, self._down = right - self._left, bottom - self._top

    def _pixels(self, box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
        x1, y1, x2, y2 = box
        return (
            round(self._left + x1 * self._across),
            round(self._top + y1 * self._down),
            round(self._left + x2 * self._across),
            round(self._top + y2 * self._down),
        )

    def block(self, colour: Colour, *box: float) -> None:
        x1, y1, x2, y2 = box
        self._drawing.rectangle(self._pixels((x1, y1, x2, y2)), fill=colour)

    def disc(self, colour: Colour, *box: float) -> None:
        x1, y1, x2, y2 = box
        self._drawing.ellipse(self._pixels((x1, y1, x2, y2)), fill=colour)

    def digit(self, colour: Colour, number: int, *box: float) -> None:
        x1, y1, x2, y2 = box
        for stroke in _SEGMENTS[number]:
            left, top, right, bottom = _STROKES[stroke]
            across, down = x2 - x1, y2 - y1
            self.block(colour, x1 + left * across, y1 + top * down, x1 + right * across, y1 + bottom * down)


def _car(canvas: _Canvas, colour: Colour, _: random.Random) -> None:
    canvas.block(colour, 0.22, 0.18, 0.74, 0.55)
    canvas.block(_GLASS, 0.28, 0.25, 0.46, 0.48)
    canvas.block(_GLASS, 0.5, 0.25, 0.68, 0.48)
    canvas.block(colour, 0, 0.45, 1, 0.82)
    canvas.block(_LAMP, 0.95, 0.52, 1, 0.62)
    for left in (0.12, 0.68):
        canvas.disc(_WHEEL, left, 0.66, left + 0.2, 1)


def _truck(canvas: _Canvas, colour: Colour, _: random.Random) -> None:
    canvas.block(colour, 0, 0, 0.68, 0.8)
    canvas.block(colour, 0.72, 0.28, 1, 0.8)
    canvas.block(_GLASS, 0.8, 0.34, 0.97, 0.55)
    canvas.block(_WHEEL, 0, 0.78, 1, 0.84)
    for left in (0.06, 0.3, 0.78):
        canvas.disc(_WHEEL, left, 0.72, left + 0.16, 1)


def _bus(canvas: _Canvas, colour: Colour, _: random.Random) -> None:
    canvas.block(colour, 0, 0, 1, 0.84)
    for index in range(5):
        canvas.block(_GLASS, 0.05 + index * 0.19, 0.14, 0.19 + index * 0.19, 0.44)
    for left in (0.14, 0.7):
        canvas.disc(_WHEEL, left, 0.72, left + 0.15, 1)


def _motorcycle(canvas: _Canvas, colour: Colour, _: random.Random) -> None:
    for left in (0, 0.62):
        canvas.disc((90, 90, 96), left, 0.5, left + 0.38, 1)
        canvas.disc(_WHEEL, left + 0.08, 0.6, left + 0.3, 0.9)
    canvas.block(colour, 0.18, 0.36, 0.84, 0.64)
    canvas.block(colour, 0.7, 0.1, 0.78, 0.4)
    canvas.block(_LAMP, 0.78, 0.14, 0.9, 0.28)


def _face(canvas: _Canvas, colour: Colour, draw: random.Random) -> None:
    canvas.disc(colour, 0.06, 0, 0.94, 0.8)
    canvas.disc(draw.choice(_SKINS), 0.12, 0.1, 0.88, 1)
    for left in (0.3, 0.58):
        canvas.disc((250, 250, 250), left, 0.4, left + 0.14, 0.5)
        canvas.disc((30, 30, 30), left + 0.04, 0.42, left + 0.1, 0.49)
    canvas.block((170, 60, 70), 0.38, 0.76, 0.62, 0.8)


def _plate(canvas: _Canvas, colour: Colour, draw: random.Random) -> None:
    canvas.block(colour, 0, 0, 1, 1)
    for index in range(6):
        left = 0.06 + index * 0.152 + (0.02 if index else 0)
        canvas.digit((250, 250, 250), draw.randrange(10), left, 0.22, left + 0.1, 0.78)


# picture -> how it is drawn, its height for a width of 1, and the colours that it comes in.
_PICTURES: dict[str, tuple[Callable[[_Canvas, Colour, random.Random], None], float, tuple[str, ...]]] = {
    "car": (_car, 0.45, tuple(COLOURS)),
    "truck": (_truck, 0.55, tuple(COLOURS)),
    "bus": (_bus, 0.4, tuple(COLOURS)),
    "motorcycle": (_motorcycle, 0.62, ("red", "green", "blue", "white")),
    "face": (_face, 1.25, ("black", "orange", "yellow")),
    "blue plate": (_plate, 0.32, ("blue",)),
    "green plate": (_plate, 0.32, ("green",)),
}

PICTURES = tuple(_PICTURES)


def picture_of(image: Planned) -> tuple[Any, str]:
    """The image's pixels, and the name of the colour of what it shows."""
    from PIL import Image, ImageDraw  # noqa: PLC0415  # only the process that builds draws

    draw = random.Random(f"{image.picture} {image.number}")  # noqa: S311  # made-up images, not a secret
    sky, ground = _GROUND[image.scheme]
    pixels = Image.new("RGB", (image.width, image.height), sky)
    drawing = ImageDraw.Draw(pixels)
    picture, aspect, colours = _PICTURES[image.picture]
    is_outdoors = "plate" not in image.picture and image.picture != "face"
    if is_outdoors:
        drawing.rectangle((0, image.height * 3 // 4, image.width, image.height), fill=ground)
    across = min(image.width * draw.uniform(0.5, 0.75), image.height * 0.8 / aspect)
    left = (image.width - across) * draw.uniform(0.2, 0.8)
    top = (image.height - across * aspect) * draw.uniform(0.4, 0.8)
    name = draw.choice(colours)
    picture(_Canvas(drawing, (left, top, left + across, top + across * aspect)), COLOURS[name], draw)
    return pixels, name


def encoded(image: Planned, pixels: Any) -> bytes:
    """The image's file. Encoders differ from release to release: a note that viewers skip fills it to its length.

    Raises:
        ValueError: The image does not fit into its planned length.
    """
    for quality in (80, 60, 40):
        stream = io.BytesIO()
        if image.format == "jpg":
            pixels.save(stream, "JPEG", quality=quality)
        else:
            pixels.save(stream, "PNG", compress_level=3)
        content = stream.getvalue()
        missing = image.size_bytes - len(content)
        if missing == 0:
            return content
        filled = _with_comment(content, missing) if image.format == "jpg" else _with_text(content, missing)
        if filled is not None:
            return filled
    raise ValueError(f"{image.path} does not fit into {image.size_bytes} bytes")


def _with_comment(content: bytes, missing: int) -> bytes | None:
    """A JPEG file with comments of `missing` bytes in all after its first marker."""
    comments = b""
    while missing:
        # A segment has 4 bytes of its own and at most 65,533 others; what is left must be room for another one.
        length = missing if missing <= 60_000 else min(60_000, missing - 4)
        if length < 4:
            return None
        comments += b"\xff\xfe" + struct.pack(">H", length - 2) + b" " * (length - 4)
        missing -= length
    return content[:2] + comments + content[2:]


def _with_text(content: bytes, missing: int) -> bytes | None:
    """A PNG file with a note of `missing` bytes before its end."""
    text = b"Comment\0".ljust(missing - 12, b" ")
    if missing < 12 + len(b"Comment\0"):
        return None
    note = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
    return content[:-12] + note + content[-12:]


def draw_to(image: Planned, target: Path) -> int:
    """Draw an image into a new file, and say how many bytes it has."""
    pixels, _ = picture_of(image)
    content = encoded(image, pixels)
    with target.open("xb") as sink:
        return sink.write(content)
