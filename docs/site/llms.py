"""`llms.txt`: what a language model, or a person in a hurry, reads first to find the right page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from .navigation import Section
from .places import LANGUAGES

_HEAD = {
    "en": """# AIHub SDK

> The AIHub platform from Python, from the command line and over HTTP.

`pip install aihub-sdk`, then `from aihub_sdk import AIHub` (or `AsyncAIHub`, with the same names to be awaited). Which
platform: `AI_HUB_ENV` (`external-test`, `internal-test`, `production`, `local`); there is no default. Who:
`AI_HUB_TOKEN`.
`pip install 'aihub-sdk[cli,emulator]'` adds the command `aihub` and an emulator, to try everything without an account.
""",
    "zh": """# AIHub SDK

> 用 Python、命令行和 HTTP 调用 AIHub 平台。

`pip install aihub-sdk`，然后 `from aihub_sdk import AIHub`（或 `AsyncAIHub`，名称相同，调用时加 `await`）。
连接哪个环境：`AI_HUB_ENV`（`external-test`、`internal-test`、`production`、`local`），没有默认值。以谁的身份：`AI_HUB_TOKEN`。
`pip install 'aihub-sdk[cli,emulator]'` 另加 `aihub` 命令和模拟器，没有账号也能试用全部功能。
""",
}
_DOCUMENTS = {
    "en": "OpenAPI 3.1 documents; `.zh` has Chinese texts, `aihub` all services",
    "zh": "OpenAPI 3.1 描述；`.zh` 的文字是中文，`aihub` 包含全部服务",
}

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
# What begins with a sign is a heading, a table, a list or HTML.
_PROSE = re.compile(r"[^\W\d_]|`")
_HEADING = re.compile(r"^#+ .*$", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=。)|(?<=\.)(?= )")


def write_indexes(site: Path, sections: Sequence[Section], text_of: Callable[[str, str], str]) -> None:
    """Write an index into the folder of each language, and one where it is looked for first.

    Args:
        site: The site, with everything else in it.
        sections: The navigation, whole.
        text_of: Gives a page's Markdown by its language and place.
    """
    for language in LANGUAGES:
        rows = list(_rows(sections, language, text_of))
        (site / language / "llms.txt").write_text(_text(site, language, rows, "", "../"), "utf-8")
        if language == "en":
            (site / "llms.txt").write_text(_text(site, language, rows, "en/", ""), "utf-8")


def _text(site: Path, language: str, rows: Sequence[str], to_pages: str, to_root: str) -> str:
    # Links are relative: the site may be put below any path.
    documents = "".join(
        f"- [{file.name}]({to_root}openapi/{file.name})\n" for file in sorted((site / "openapi").glob("*.json"))
    )
    pages = "".join(rows).replace("](", f"]({to_pages}")
    return f"{_HEAD[language]}{pages}\n## OpenAPI\n\n{_DOCUMENTS[language]}\n\n{documents}"


def _rows(sections: Sequence[Section], language: str, text_of: Callable[[str, str], str]) -> Iterator[str]:
    for section in sections:
        yield f"\n## {section.titles[language]}\n\n"
        for page in section.pages:
            summary = first_sentence(text_of(language, page.path))
            yield f"- [{page.titles[language]}]({page.path}.html){': ' if summary else ''}{summary}\n"


def first_sentence(markdown: str) -> str:
    """The first sentence of a page's prose, without its links; `""` when there is none."""
    for paragraph in re.split(r"\n\s*\n", _HEADING.sub("\n", _FENCE.sub("", markdown))):
        if _PROSE.match(paragraph.strip()):
            words = " ".join(_LINK.sub(r"\1", paragraph).split())
            return _SENTENCE.split(words)[0].rstrip(" :：")
    return ""
