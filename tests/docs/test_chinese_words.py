"""The Chinese pages use one word for one thing, the document's where it has one, and Chinese punctuation."""

import re

import pytest

from tests.architecture.project_files import project_files, text_of
from tests.docs.markdown_pages import pages

TEXTS = [name for name in pages() if name.endswith(".zh.md")]
TEXTS += [name for name in project_files() if name.startswith("docs/site/text/")]
# A word that stands for something with another name in the document or on the other pages, and that name.
OTHERWISE = {
    "令牌": "Token",
    "您": "你",
    "笔记本": "notebook",
    "流水线": "工作流",
    "课题": "研发项目",
    "配置档": "profile",
    "回答": "响应",
}
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`|^ {4}[^\n]*|“[^”]*”", re.MULTILINE | re.DOTALL)


def prose(page: str) -> str:
    """A page without its code and without the document's own words, which stand in quotation marks."""
    return CODE.sub("", text_of(page))


@pytest.mark.parametrize("page", TEXTS)
def test_a_chinese_page_calls_things_by_their_names(page: str) -> None:
    found = {word: name for word, name in OTHERWISE.items() if word in prose(page)}

    assert found == {}


@pytest.mark.parametrize("page", TEXTS)
def test_a_chinese_page_has_chinese_punctuation(page: str) -> None:
    # A character, then a mark of the other kind.
    assert re.findall(r".{0,12}[一-鿿][,;:!?(](?![:/]).{0,12}", prose(page)) == []
