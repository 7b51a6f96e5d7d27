"""The pages lead where they say they do, and both languages say the same."""

import re
from pathlib import PurePosixPath

import pytest

from tests.architecture.project_files import ROOT, project_files, text_of
from tests.docs.markdown_pages import anchors, blocks, pages


@pytest.mark.parametrize("page", pages())
def test_every_link_inside_the_project_leads_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (folder / path).resolve() if path else ROOT / page
        if not file.exists() or (anchor and anchor not in anchors(str(file.relative_to(ROOT)))):
            broken.append(target)

    assert broken == []


def test_both_readmes_show_the_same_programs_and_sections() -> None:
    programs = {
        page: [re.sub("  # .*", "", block.text) for block in blocks(page)] for page in ("README.md", "README.zh.md")
    }
    sections = {page: len(re.findall("^## ", text_of(page), re.MULTILINE)) for page in programs}

    assert programs["README.md"] == programs["README.zh.md"]
    assert sections["README.md"] == sections["README.zh.md"]


def decisions(language: str) -> list[str]:
    """The decisions' pages in a language, by number."""
    every = sorted(name for name in project_files() if re.match(r"docs/decisions/\d{4}-", name))
    return [name for name in every if name.endswith(".zh.md") == (language == "zh")]


@pytest.mark.parametrize(
    ("language", "index", "colon"),
    [("en", "docs/decisions/README.md", ": "), ("zh", "docs/decisions/README.zh.md", "：")],
)
def test_the_index_of_decisions_lists_every_decision_with_its_title(language: str, index: str, colon: str) -> None:
    rows = re.findall(r"^\| \[(\d{4})\]\(([^)]+)\) \| ([^|]+) \|", text_of(index), re.MULTILINE)

    assert [f"docs/decisions/{file}" for _, file, _ in rows] == decisions(language)
    assert [f"# {number}{colon}{title}" for number, _, title in rows] == [
        text_of(decision).split("\n")[0] for decision in decisions(language)
    ]


@pytest.mark.parametrize(("language", "template"), [("en", "template.md"), ("zh", "template.zh.md")])
def test_every_decision_has_the_sections_of_the_template_in_its_language(language: str, template: str) -> None:
    pages_of = decisions(language)
    wanted = headings(f"docs/decisions/{template}")

    assert len(wanted) == 4
    assert {page: headings(page) for page in pages_of} == dict.fromkeys(pages_of, wanted)


def headings(page: str) -> list[str]:
    """The page's sections."""
    return re.findall("^## .*$", text_of(page), re.MULTILINE)


TRANSLATED = sorted(name for name in pages() if name.endswith(".zh.md"))


@pytest.mark.parametrize("page", TRANSLATED)
def test_both_languages_of_a_page_have_the_same_sections_tables_and_code(page: str) -> None:
    """A part that was added in one language only shows here."""
    shapes = [shape(f"{page.removesuffix('.zh.md')}.md"), shape(page)]

    assert shapes[0] == shapes[1]


def shape(page: str) -> dict[str, int]:
    """How many of each there are on a page, outside of its code."""
    text = re.sub(r"^```.*?^```$", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    parts = {"section": "^## ", "part": "^### ", "row": r"^\|", "code": r"\n\n {4}[^ ]"}
    counted = {name: len(re.findall(pattern, text, re.MULTILINE)) for name, pattern in parts.items()}
    return {**counted, "fences": len(blocks(page))}


@pytest.mark.parametrize("page", TRANSLATED)
def test_both_languages_of_a_page_lead_to_each_other(page: str) -> None:
    english = PurePosixPath(f"{page.removesuffix('.zh.md')}.md")

    assert f"\n[English]({english.name})\n" in text_of(page)
    assert re.search(rf"^\[中文[^\]]*\]\({re.escape(PurePosixPath(page).name)}\)$", text_of(str(english)), re.MULTILINE)


def test_every_target_that_a_page_tells_people_to_make_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    told = {
        (str(PurePosixPath(page)), word)
        for page in pages()
        for words in re.findall(r"(?:`|^(?: {4})?)make ((?:[a-z-]+ ?)+)", text_of(page), re.MULTILINE)
        for word in words.split()
    }

    assert {(page, word) for page, word in told if word not in targets} == set()
