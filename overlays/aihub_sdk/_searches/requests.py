"""What a search asks for: checked as a whole before anything is sent."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import index
from os import PathLike
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from aihub_api.data_warehouse import create_search
from aihub_api.data_warehouse.models import CreatedId, CreateSearchRequest, SearchImageInput, SearchType
from aihub_api.types import Call
from aihub_sdk._calls.envelope import checked_call
from aihub_sdk._transfers.local_paths import shown
from aihub_sdk.errors import InvalidRequest

from .hits import Box
from .image_files import ImageFile, read_image

__all__ = ["ImageSearch", "Naming", "QueryImage", "local_file", "sql_call", "text_call"]

Image = str | PathLike[str] | bytes


class QueryImage(NamedTuple):
    """An image to look for, where several are given to `hub.searches.image()`.

    Attributes:
        image: As for a single one: a local path, an address, or the bytes of a file.
        box: The part that counts, `(x1, y1, x2, y2)` in pixels; None for all of a local image.
    """

    image: str | PathLike[str] | bytes
    box: Sequence[int] | None = None


class Naming(NamedTuple):
    """What every search has, whatever it looks for."""

    name: str | None
    description: str | None
    environment: str


def sql_call(sql: str, naming: Naming) -> Call[CreatedId]:
    """The call that starts a search by SQL.

    Raises:
        InvalidRequest: It cannot be.
    """
    _expect_words("sql", sql)
    body = CreateSearchRequest(type=SearchType.SQL, name=_named(naming), description=naming.description, sql=sql)
    return _call(body, naming)


def text_call(keywords: str, feature_lib_id: int, top_k: int, naming: Naming) -> Call[CreatedId]:
    """The call that starts a search by words.

    Raises:
        InvalidRequest: It cannot be.
    """
    _expect_words("keywords", keywords)
    _expect_counts(feature_lib_id, top_k)
    body = CreateSearchRequest(
        type=SearchType.TEXT,
        name=_named(naming),
        description=naming.description,
        keywords=keywords,
        feature_lib_id=feature_lib_id,
        top_k=top_k,
    )
    return _call(body, naming)


class ImageSearch:
    """A search by images: what has to be uploaded first, and the call that starts it then.

    Attributes:
        uploads: The local images, each content once.

    Raises:
        InvalidRequest: It cannot be; local images were read, and nothing was sent.
    """

    def __init__(
        self,
        image: Image | QueryImage | Sequence[Image | QueryImage],
        box: Sequence[int] | None,
        feature_lib_id: int,
        top_k: int,
        naming: Naming,
    ) -> None:
        _expect_counts(feature_lib_id, top_k)
        self._counts = (feature_lib_id, top_k)
        # Named once: the body that is checked first is the one that is sent.
        self._naming = naming._replace(name=_named(naming))
        self._images = [_asked(*each) for each in _listed(image, box)]
        local = (source for source, _ in self._images if isinstance(source, ImageFile))
        self.uploads = tuple({each.key: each for each in local}.values())
        self.call({each.key: each.key for each in self.uploads})

    def call(self, addresses: Mapping[str, str]) -> Call[CreatedId]:
        """The call that starts the search, given the address of each upload by its key."""
        images = [
            SearchImageInput(url=source if isinstance(source, str) else addresses[source.key], box=list(box))
            for source, box in self._images
        ]
        library, top_k = self._counts
        body = CreateSearchRequest(
            type=SearchType.IMAGE,
            name=self._naming.name or "",
            description=self._naming.description,
            images=images,
            feature_lib_id=library,
            top_k=top_k,
        )
        return _call(body, self._naming)


@contextmanager
def local_file(image: ImageFile) -> Iterator[Path]:
    """A path to upload an image from; bytes lie in a temporary file meanwhile."""
    if isinstance(image.content, Path):
        yield image.content
        return
    import tempfile  # noqa: PLC0415  # only who passes bytes pays

    with tempfile.TemporaryDirectory(prefix="aihub-") as folder:
        path = Path(folder, image.key.rpartition("/")[2])
        path.write_bytes(image.content)
        yield path


def _call(body: CreateSearchRequest, naming: Naming) -> Call[CreatedId]:
    return checked_call(lambda: create_search.call(body=body), naming.environment)


def _named(naming: Naming) -> str:
    if naming.name is None:
        # Names are unique on the platform; the time tells a person which search it was.
        return f"sdk-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"
    _expect_words("name", naming.name)
    return naming.name


def _expect_words(field: str, value: object) -> None:
    if isinstance(value, str) and not value.strip():
        raise InvalidRequest(f"{field} is empty.", field=field, hint=f"Pass the {field}.")


def _expect_counts(feature_lib_id: object, top_k: object) -> None:
    rules = (
        ("feature_lib_id", feature_lib_id, "the id of the feature library to compare with, 1 or more"),
        ("top_k", top_k, "how many of the best matches to return, 1 or more"),
    )
    for field, value, meaning in rules:
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            hint = f"It is a whole number: {meaning}."
            raise InvalidRequest(f"{field} cannot be {value!r}.", field=field, hint=hint)


def _listed(
    image: Image | QueryImage | Sequence[Image | QueryImage], box: Sequence[int] | None
) -> list[tuple[QueryImage, str]]:
    """Each image with the field that its errors name."""
    if isinstance(image, QueryImage) or not isinstance(image, (list, tuple)):
        one = image if isinstance(image, QueryImage) else QueryImage(image, box)  # type: ignore[arg-type]  # _asked looks at what it is
        if one is image and box is not None:
            raise InvalidRequest("box is given twice.", field="box", hint="Pass it in the QueryImage only.")
        return [(one, "")]
    if box is not None:
        hint = "Pass QueryImage(image, box=…) for each of them."
        raise InvalidRequest("One box cannot be that of several images.", field="box", hint=hint)
    if not image:
        raise InvalidRequest("There is no image to look for.", field="image", hint="Pass at least one.")
    return [
        (each if isinstance(each, QueryImage) else QueryImage(each), f"[{number}]") for number, each in enumerate(image)
    ]


def _asked(query: QueryImage, at: str) -> tuple[str | ImageFile, Box]:
    """Where an image is, or the local one that has to be uploaded, and its box."""
    image: object = query.image
    if isinstance(image, (bytearray, memoryview)):
        image = bytes(image)
    if isinstance(image, (bytes, PathLike)) or (isinstance(image, str) and image.strip() and "://" not in image):
        source: str | ImageFile = read_image(image, f"image{at}")
    else:
        source = _address(image, f"image{at}")
    return source, _box(query.box, source, f"image{at}.box" if at else "box")


def _address(image: object, field: str) -> str:
    """An address, as it is.

    Raises:
        InvalidRequest: It is none.
    """
    hint = "Pass the path of a local image, its bytes, or an address that begins with http://, https:// or s3://."
    if isinstance(image, str):
        try:
            parts = urlsplit(image)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme in {"http", "https", "s3"} and parts.netloc and image.isprintable() and " " not in parts.netloc:
            return image
    raise InvalidRequest(f"{field} cannot be {shown(image)}.", field=field, hint=hint)


def _box(value: object, source: str | ImageFile, field: str) -> Box:
    if value is None:
        if isinstance(source, ImageFile):
            return Box(0, 0, source.width, source.height)
        hint = "Pass (x1, y1, x2, y2) in pixels, for all of it (0, 0, width, height)."
        message = f"{field} is missing: how large the image at {source} is cannot be seen from here."
        raise InvalidRequest(message, field=field, hint=hint)
    hint = "It is (x1, y1, x2, y2): four whole numbers of pixels, upper left corner first."
    try:
        box = Box(*map(index, value))  # type: ignore[call-overload]  # what is no sequence is a TypeError
    except TypeError:
        raise InvalidRequest(f"{field} cannot be {value!r}.", field=field, hint=hint) from None
    if box.width < 1 or box.height < 1:
        raise InvalidRequest(f"{field} cannot be {tuple(box)}: there is no pixel in it.", field=field, hint=hint)
    if min(box) < 0:
        raise InvalidRequest(f"{field} cannot be {tuple(box)}: it begins outside the image.", field=field, hint=hint)
    if isinstance(source, ImageFile) and (box.x2 > source.width or box.y2 > source.height):
        size = f"{source.width} x {source.height} pixels"
        message = f"{field} cannot be {tuple(box)}: it reaches beyond {source}, which has {size}."
        raise InvalidRequest(message, field=field, hint=hint)
    return box
