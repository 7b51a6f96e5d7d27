"""How alike an image and what is looked for are, from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nsmallest
from typing import Any

__all__ = ["Match", "Scored", "best", "likeness"]

# Score and box, or None for what does not match at all.
Scored = tuple[float, Sequence[int]] | None
# `key`, `label`, `score` and `box` of a match.
Match = dict[str, Any]


def likeness(
    measured: Mapping[str, Any], looked_for: Sequence[Mapping[str, Any]], parts: Mapping[str, float]
) -> tuple[float, Sequence[int]]:
    """How alike an image and the most similar of several views are, and which part of the image it is.

    Args:
        measured: The image's features.
        looked_for: The views.
        parts: What is compared, and how much each counts.
    """
    scores = [(_cosine(view, other, parts), tuple(view["box"])) for view in measured["views"] for other in looked_for]
    score, box = max(scores, key=lambda scored: scored[0])
    return score, list(box)


def _cosine(one: Mapping[str, Any], other: Mapping[str, Any], parts: Mapping[str, float]) -> float:
    whole = 0.0
    for part, weight in parts.items():
        pairs = zip(one[part], other[part], strict=True)
        # Two even images have no layout and no edges, and are alike in that.
        both_even = not any(one[part]) and not any(other[part])
        whole += weight * (1.0 if both_even else sum(a * b for a, b in pairs))
    return round(min(1.0, max(0.0, whole / sum(parts.values()))), 4)


def best(
    images: Iterable[Mapping[str, Any]], score: Callable[[Mapping[str, Any]], Scored], *, top_k: int
) -> list[Match]:
    """The best matches, the best first; of two that are equally good the one whose key comes first."""

    def matches() -> Iterable[Match]:
        for image in images:
            if (scored := score(image)) is not None:
                yield {"key": image["key"], "label": image["label"], "score": scored[0], "box": list(scored[1])}

    return nsmallest(top_k, matches(), key=lambda match: (-match["score"], match["key"]))
