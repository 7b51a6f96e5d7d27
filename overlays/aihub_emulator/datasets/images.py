"""Width, height and format of the images among a version's files, from their headers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["ImageSize", "image_size"]

_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"RIFF")
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
_SHORT = {"JPEG": "jpg"}


@dataclass(frozen=True)
class ImageSize:
    """How an image is stored: pixels across and down before any rotation that it asks for, and its usual suffix."""

    width: int
    height: int
    format: str


def image_size(file: Path) -> ImageSize | None:
    """The image that a file is, by its content; None when it is none, or a broken one. No pixel is decoded."""
    with file.open("rb") as stream:
        if not stream.read(8).startswith(_BEGINNINGS):
            return None
        from PIL import Image  # noqa: PLC0415  # only versions with images need it

        # Its guard against huge images is for those who decode them.
        Image.MAX_IMAGE_PIXELS = None
        stream.seek(0)
        try:
            with Image.open(stream, formats=_FORMATS) as image:
                kind = image.format or ""
                return ImageSize(image.width, image.height, _SHORT.get(kind, kind.lower()))
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001  # the decoders raise anything on hostile bytes; it is then no image
            return None
