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


def test_the_index_of_decisions_lists_every_decision_with_its_title() -> None:
    decisions = sorted(name for name in project_files() if re.match(r"docs/decisions/\d{4}-", name))
    rows = re.findall(r"^\| \[(\d{4})\]\(([^)]+)\) \| (.+) \|$", text_of("docs/decisions/README.md"), re.MULTILINE)

    assert [f"docs/decisions/{file}" for _, file, _ in rows] == decisions
    assert [f"# {number}: {title}" for number, _, title in rows] == [text_of(d).split("\n")[0] for d in decisions]


def test_every_decision_has_the_sections_of_the_template() -> None:
    wanted = re.findall("^## .*$", text_of("docs/decisions/template.md"), re.MULTILINE)
    decisions = [name for name in project_files() if re.match(r"docs/decisions/\d{4}-", name)]

    assert {d: re.findall("^## .*$", text_of(d), re.MULTILINE) for d in decisions} == dict.fromkeys(decisions, wanted)


def test_every_target_that_a_page_tells_people_to_make_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    told = {
        (str(PurePosixPath(page)), word)
        for page in pages()
        for words in re.findall(r"(?:`|^ {4})make ((?:[a-z-]+ ?)+)", text_of(page), re.MULTILINE)
        for word in words.split()
    }

    assert {(page, word) for page, word in told if word not in targets} == set()
