"""What a Markdown file of the project becomes on the site."""

import re

import pytest

from docs.site import command_pages, decision_pages
from docs.site.markdown import page_text
from docs.site.navigation import sections
from docs.site.places import LANGUAGES, source_of

SOURCES = sorted(
    {page.source for section in sections() for page in section.pages if page.source}
    | {page.source for page in decision_pages.pages()}
)


@pytest.mark.parametrize("source", SOURCES)
def test_a_chinese_page_keeps_its_headings_apart_from_what_follows_them(source: str) -> None:
    """Line breaks between Chinese characters go; the one that ends a heading must not."""
    heading = re.compile(r"^#+ .*$", re.MULTILINE)
    text = source_of(source, "zh").read_text("utf-8")

    assert heading.findall(page_text(source, "page", "zh", {})) == heading.findall(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_in_a_table_shows_the_backslash_before_a_bar(language: str) -> None:
    texts = {source: page_text(source, "page", language, {}) for source in SOURCES}
    texts["commands"] = command_pages.text("", language)
    rows = {name: re.findall(r"^\|.*`[^`\n]*\\\|[^`\n]*`.*$", text, re.MULTILINE) for name, text in texts.items()}

    assert {name: found for name, found in rows.items() if found} == {}
