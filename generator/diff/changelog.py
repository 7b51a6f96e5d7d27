"""The fragment of the changelog that a comparison makes, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from generator.diff.catalogue import ADDITIVE, BREAKING, EDITORIAL
from generator.diff.difference import Difference


@dataclass(frozen=True)
class _Words:
    headings: dict[str, str]
    editorial: str
    nothing: str


_EN = _Words(
    {BREAKING: "Breaking", ADDITIVE: "Added"},
    "{count} texts, examples and sources were corrected.",
    "Nothing that users notice.",
)
_ZH = _Words(
    {BREAKING: "不兼容的变更", ADDITIVE: "新增"},
    "修订了 {count} 处文字说明、示例与出处。",
    "没有用户可感知的变更。",
)


def fragments(version: str, differences: Iterable[Difference]) -> tuple[str, str]:
    """The English and the Chinese text for `version`."""
    told = list(differences)
    en = [(one.grade, f"{one.message} {one.todo}".strip()) for one in told]
    zh = [(one.grade, f"{one.message_zh}{one.todo_zh}") for one in told]
    return _fragment(version, en, _EN), _fragment(version, zh, _ZH)


def _fragment(version: str, entries: list[tuple[str, str]], words: _Words) -> str:
    parts = [f"## {version}"]
    for grade, heading in words.headings.items():
        lines = dict.fromkeys(text for own, text in entries if own == grade)
        if lines:
            parts += [f"### {heading}", "\n".join(f"* {line}" for line in lines)]
    editorial = sum(grade == EDITORIAL for grade, _ in entries)
    if editorial:
        parts.append(words.editorial.format(count=editorial))
    if not entries:
        parts.append(words.nothing)
    return "\n\n".join(parts) + "\n"


def write_fragments(path: Path, version: str, differences: Iterable[Difference]) -> tuple[Path, Path]:
    """Write the English text to `path` and the Chinese one beside it, `<name>.zh.md`."""
    chinese = path.with_name(f"{path.stem}.zh{path.suffix}")
    path.parent.mkdir(parents=True, exist_ok=True)
    for target, text in zip((path, chinese), fragments(version, differences), strict=True):
        target.write_text(text, encoding="utf-8")
    return path, chinese
