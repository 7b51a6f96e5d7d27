"""What an image or text search has found: hits, and the boxes around what was found."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple, overload
from urllib.parse import quote, unquote

from aihub_api.data_warehouse.models import SearchResult
from aihub_sdk._transfers.index_rows import IndexRow

__all__ = ["Box", "Hit", "Hits", "hits_of", "image_rows"]

_MOST_SHOWN = 50
_HTTP = re.compile(r"(https?)://([^/?#]*)([^?]*)(.*)", re.IGNORECASE | re.DOTALL)
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Box(NamedTuple):
    """A part of an image, in pixels from its upper left corner. `box.x2` and `box.y2` lie just outside of it.

    It is a tuple, so that `PIL.Image.crop` and `hub.searches.image(box=…)` take it as it is.

    Attributes:
        x1: Left edge.
        y1: Upper edge.
        x2: Right edge.
        y2: Lower edge.
    """

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.x2 - self.x1

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.y2 - self.y1


@dataclass(frozen=True)
class Hit:
    """One match of an image or text search.

    Attributes:
        image_url: Address of the image that it is in.
        label: What it is, `""` when the server does not say.
        score: Similarity: higher is closer. The document states no scale. None when there is none.
        box: Where it is in the image, rounded to whole pixels; None when the server names no box.
    """

    image_url: str
    label: str = ""
    score: float | None = None
    box: Box | None = None

    @property
    def object_name(self) -> str:
        """Bucket and key of the image, such as `images/42.jpg`; `download(folder)` puts it at `folder/object_name`."""
        match = _HTTP.fullmatch(self.image_url)
        if match is not None:
            return unquote(match[3]).lstrip("/")
        return self.image_url.removeprefix("s3://") if self.image_url.startswith("s3://") else ""


@dataclass(frozen=True)
class Hits(Sequence[Hit]):
    """The matches of a search, in the server's order. A notebook shows them as a table, which loads no image."""

    _hits: tuple[Hit, ...] = ()

    def __len__(self) -> int:
        return len(self._hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...

    @overload
    def __getitem__(self, index: slice) -> Hits: ...

    def __getitem__(self, index: int | slice) -> Hit | Hits:
        return Hits(self._hits[index]) if isinstance(index, slice) else self._hits[index]

    def __repr__(self) -> str:
        return f"Hits({list(self._hits)!r})"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in ("#", "score", "label", "box", "image"))
        rows = "".join(map(_html_row, range(1, _MOST_SHOWN + 1), self._hits))
        more = len(self._hits) - _MOST_SHOWN
        rest = f"<p>and {more} more</p>" if more > 0 else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{rest}"


def hits_of(results: Sequence[SearchResult] | None) -> Hits:
    """The matches that a server sent; what does not fit reads as nothing, and `snapshot` keeps it as it came."""
    return Hits(tuple(map(_hit, results or ())))


def image_rows(hits: Sequence[Hit]) -> tuple[IndexRow, ...]:
    """The images of hits, each once, as rows of a download.

    A signature in an address changes with every look and is no part of what the image is.
    """
    rows = []
    for hit in {hit.image_url: hit for hit in hits}.values():
        parent, _, name = hit.object_name.rpartition("/")
        match = _HTTP.fullmatch(hit.image_url)
        if match is None:
            rows.append(IndexRow(parent, name, hit.image_url, is_directory=False))
        else:
            asked = f"{match[1].lower()}://{match[2]}{_sent_path(match[3])}{match[4]}"
            rows.append(IndexRow(parent, name, hit.image_url.partition("?")[0], is_directory=False, url=asked))
    return tuple(rows)


def _sent_path(path: str) -> str:
    """The path of an address as it has to be sent.

    No image has a fragment: a bare `#` is part of a key that a server did not encode. HTTP libraries would resolve a
    segment of dots.
    """
    path = quote(_LONE_PERCENT.sub("%25", path), safe="/%:@!$&'()*+,;=~")
    return "/".join(part.replace(".", "%2E") if part in {".", ".."} else part for part in path.split("/"))


def _hit(result: SearchResult) -> Hit:
    url: object = result.image_url
    label: object = result.label
    score: object = result.score
    is_number = isinstance(score, (int, float)) and not isinstance(score, bool)
    return Hit(
        url if isinstance(url, str) else "",
        label if isinstance(label, str) else "",
        float(score) if is_number else None,  # type: ignore[arg-type]  # is_number has looked at its type
        _box(result.box),
    )


def _box(value: object) -> Box | None:
    if not isinstance(value, list) or len(value) != 4:
        return None
    if not all(isinstance(each, (int, float)) and math.isfinite(each) for each in value):
        return None
    return Box(*map(round, value))


def _html_row(number: int, hit: Hit) -> str:
    score = "" if hit.score is None else f"{hit.score:.6g}"
    box = "" if hit.box is None else ", ".join(map(str, hit.box))
    name = escape(hit.object_name or hit.image_url)
    # Only an address that a browser fetches becomes a link: others, such as `javascript:`, would be run.
    is_link = _HTTP.fullmatch(hit.image_url) is not None
    link = (
        f'<a href="{escape(hit.image_url)}" target="_blank" rel="noopener noreferrer">{name}</a>' if is_link else name
    )
    cells = (str(number), score, escape(hit.label), box, link)
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
