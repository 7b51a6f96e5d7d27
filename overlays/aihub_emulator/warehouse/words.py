"""What a text search understands: a fixed list of English and Chinese words, and the labels that the images have."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aihub_emulator.warehouse.ranking import Scored

__all__ = ["Wanted", "fits", "wanted_in"]

# A share of a colour in what stands out that counts as all of it: things have windows, wheels and shades.
_WHOLLY = 0.4
_LARGE = 0.4
_STRETCHED = 2.0

# The part of the features that a kind of word is about; the other kinds are about what `meta` tells.
_PARTS = {"colour": {"colour"}, "light": {"colour", "layout"}, "shape": {"edges"}, "size": {"edges", "layout"}}
_FILLS = {"round": 0.785, "rectangular": 1.0, "triangular": 0.5}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "colour": {
        "red": "red 红色 红",
        "orange": "orange 橙色 橘色 橙",
        "yellow": "yellow 黄色 黄",
        "green": "green 绿色 绿",
        "cyan": "cyan turquoise 青色 青",
        "blue": "blue 蓝色 蓝",
        "purple": "purple violet 紫色 紫",
        "pink": "pink 粉色 粉红 粉",
        "brown": "brown 棕色 褐色 棕",
        "black": "black 黑色 黑",
        "grey": "grey gray 灰色 灰",
        "white": "white 白色 白",
    },
    "light": {"dark": "dark night 黑暗 夜晚 夜间 暗 夜", "bright": "bright day light 明亮 白天 日间 亮"},
    "shape": {
        "round": "round circle circular 圆形 圆",
        "rectangular": "rectangle rectangular 矩形 长方形 方形",
        "triangular": "triangle triangular 三角形 三角",
        "long": "long 细长 长",
    },
    "size": {"large": "large big 大型 大", "small": "small little tiny 小型 小"},
    "frame": {
        "wide": "wide landscape horizontal 横向 横幅 横",
        "tall": "tall portrait vertical 纵向 竖幅 竖",
        "square": "square 正方形",
    },
    "format": {"png": "png", "jpg": "jpg jpeg", "gif": "gif", "bmp": "bmp", "webp": "webp"},
}
# Other words for labels.
_LABELS: Mapping[str, Collection[str]] = {
    "automobile": ("car",),
    "轿车": ("car",),
    "汽车": ("car",),
    "小车": ("car",),
    "lorry": ("truck",),
    "卡车": ("truck",),
    "货车": ("truck",),
    "公交车": ("bus",),
    "公交": ("bus",),
    "巴士": ("bus",),
    "大巴": ("bus",),
    "motorbike": ("motorcycle",),
    "摩托车": ("motorcycle",),
    "摩托": ("motorcycle",),
    "vehicle": ("car", "truck", "bus", "motorcycle"),
    "车辆": ("car", "truck", "bus", "motorcycle"),
    "人脸": ("face",),
    "脸": ("face",),
    "plate": ("蓝牌", "绿牌"),
    "车牌": ("蓝牌", "绿牌"),
}
_LATIN = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Wanted:
    """One thing that words ask for: a value of a kind such as `colour`, or one of several labels."""

    kind: str
    values: tuple[str, ...]


def wanted_in(text: str, *, labels: Collection[str], parts: Collection[str]) -> list[Wanted]:
    """What a text asks for, each thing once. Words that are not known are passed over.

    Args:
        text: The keywords.
        labels: The labels that there are.
        parts: What the feature library holds: words about anything else are not known.
    """
    known = _known(labels, parts)
    found: dict[Wanted, None] = {}
    rest = text.lower()
    # What is no single Latin word is looked for anywhere, the longest first: 白天 is no white, and 蓝牌 no blue.
    for phrase in sorted((word for word in known if not _LATIN.fullmatch(word)), key=len, reverse=True):
        if phrase in rest:
            rest = rest.replace(phrase, " ")
            found[known[phrase]] = None
    for word in _LATIN.findall(rest):
        wanted = next((known[form] for form in _singular(word) if form in known), None)
        if wanted is not None:
            found[wanted] = None
    return list(found)


def _known(labels: Collection[str], parts: Collection[str]) -> dict[str, Wanted]:
    known = {}
    for kind, values in _WORDS.items():
        if kind not in _PARTS or _PARTS[kind] & set(parts):
            known.update({word: Wanted(kind, (value,)) for value, words in values.items() for word in words.split()})
    for word, meant in _LABELS.items():
        there = tuple(label for label in meant if label in labels)
        if there:
            known[word] = Wanted("label", there)
    known.update({label.lower(): Wanted("label", (label,)) for label in labels if label})
    return known


def _singular(word: str) -> Iterator[str]:
    yield word
    for ending in ("es", "s"):
        if word.endswith(ending):
            yield word.removesuffix(ending)


def fits(image: Mapping[str, Any], wanted: Sequence[Wanted]) -> Scored:
    """How well an image fits: the mean over everything that is wanted; None when nothing of it is there."""
    score = sum(_degree(image, each) for each in wanted) / len(wanted)
    return (round(score, 4), image["views"][-1]["box"]) if score > 0 else None


def _degree(image: Mapping[str, Any], wanted: Wanted) -> float:
    (value, *_) = wanted.values
    if wanted.kind == "label":
        return float(image["label"] in wanted.values)
    if wanted.kind == "colour":
        share: float = image["names"].get(value, 0.0)
        return min(1.0, share / _WHOLLY)
    if wanted.kind == "light":
        light: float = image["light"]
        return light if value == "bright" else 1 - light
    if wanted.kind == "format":
        return float(image["format"] == value)
    if wanted.kind == "frame":
        across, down = image["width"], image["height"]
        return float({"wide": across > down, "tall": across < down, "square": across == down}[value])
    return _shape(image, value) if wanted.kind == "shape" else _size(image, value)


def _shape(image: Mapping[str, Any], value: str) -> float:
    if value == "long":
        x1, y1, x2, y2 = image["views"][-1]["box"]
        longer, shorter = sorted((x2 - x1, y2 - y1), reverse=True)
        return float(longer >= _STRETCHED * shorter)
    fill: float = image["fill"]
    return max(0.0, 1 - abs(fill - _FILLS[value]) / 0.2)


def _size(image: Mapping[str, Any], value: str) -> float:
    x1, y1, x2, y2 = image["views"][-1]["box"]
    whole: int = image["width"] * image["height"]
    large: float = min(1.0, (x2 - x1) * (y2 - y1) / (_LARGE * whole))
    return large if value == "large" else 1 - large
