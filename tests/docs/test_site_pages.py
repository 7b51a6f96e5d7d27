"""The built site is whole: links lead somewhere, navigation reaches every page, and nothing is loaded from afar."""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from docs.site.navigation import sections
from docs.site.operations import service_keys
from docs.site.places import LANGUAGES
from tests.docs.built_pages import BuiltPage, read, target

pytestmark = pytest.mark.slow


@cache
def read_once(file: Path) -> BuiltPage:
    return read(file)


def html_pages(site: Path) -> list[Path]:
    # Errors of the server lead nowhere in particular.
    return [file for file in sorted(site.rglob("*.html")) if file.name != "404.html"]


def test_both_languages_have_the_same_pages(site: Path) -> None:
    places = [
        {file.relative_to(site / language) for file in html_pages(site) if file.is_relative_to(site / language)}
        for language in LANGUAGES
    ]

    assert places[0] == places[1]
    assert len(places[0]) > 50


def test_every_link_and_anchor_inside_the_site_leads_somewhere(site: Path) -> None:
    broken = []
    for page in html_pages(site):
        for link in read_once(page).links:
            found = target(page, link)
            if found is None:
                continue
            file, anchor = found
            if not file.exists() or (anchor and file.suffix == ".html" and anchor not in read_once(file).anchors):
                broken.append((str(page.relative_to(site)), link))

    assert broken == []


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    loaded = {
        (str(page.relative_to(site)), address)
        for page in html_pages(site)
        for address in read_once(page).loaded
        if (found := target(page, address)) is None or not found[0].exists()
    }

    assert loaded == set()


def test_every_page_is_reached_from_the_entrance_of_its_language(site: Path) -> None:
    for language in LANGUAGES:
        start = site / language / "index.html"
        seen, waiting = {start}, [start]
        while waiting:
            page = waiting.pop()
            for link in read_once(page).links:
                found = target(page, link)
                if found and found[0].suffix == ".html" and found[0].exists() and found[0] not in seen:
                    seen.add(found[0])
                    waiting.append(found[0])
        unreached = [file for file in html_pages(site) if file.is_relative_to(site / language) and file not in seen]

        assert unreached == []


def test_every_page_of_the_table_stands_in_the_navigation(site: Path) -> None:
    for language in LANGUAGES:
        start = site / language / "index.html"
        shown = {found[0] for link in read_once(start).navigation if (found := target(start, link))}
        wanted = {site / language / f"{page.path}.html" for part in sections() for page in part.pages if page.path}

        assert wanted - shown == set()


def test_each_page_switches_to_the_same_page_of_the_other_language(site: Path) -> None:
    wrong = []
    for page in html_pages(site):
        place = page.relative_to(site)
        if len(place.parts) == 1:
            continue
        other = site / ("zh" if place.parts[0] == "en" else "en") / Path(*place.parts[1:])
        if other not in {found[0] for link in read_once(page).links if (found := target(page, link))}:
            wrong.append(str(place))

    assert wrong == []


@pytest.mark.parametrize("suffix", ["", ".zh"])
def test_each_document_to_download_is_valid(site: Path, suffix: str) -> None:
    for name in ["aihub", *service_keys()]:
        validate(json.loads((site / "openapi" / f"{name}{suffix}.json").read_text("utf-8")))


def test_the_index_for_language_models_names_pages_that_exist(site: Path) -> None:
    for file in (site / "llms.txt", *(site / language / "llms.txt" for language in LANGUAGES)):
        places = re.findall(r"\]\(([^)]+)\)", file.read_text("utf-8"))

        assert len(places) > 50
        assert [place for place in places if not (file.parent / place).exists()] == []


def test_the_index_for_language_models_says_what_is_on_each_guide(site: Path) -> None:
    for language in LANGUAGES:
        rows = (site / language / "llms.txt").read_text("utf-8").splitlines()
        silent = [row for row in rows if re.match(r"- \[[^\]]+\]\((start|guide|moving|rest)/[^)]+\)$", row)]

        assert silent == []


def test_no_page_shows_markdown_that_was_meant_to_be_something_else(site: Path) -> None:
    raw = re.compile(r"<p>[^<]*(?:\*\*|```|\]\(|^#|\|---)", re.MULTILINE)
    shown = [str(file.relative_to(site)) for file in html_pages(site) if raw.search(file.read_text("utf-8"))]

    assert shown == []


def test_the_readings_are_shown_under_their_own_numbers(site: Path) -> None:
    """Other pages and the spec refer to them by number."""
    for language in LANGUAGES:
        page = (site / language / "project" / "readings.html").read_text("utf-8")
        # Of each list the number that it begins with, and the readings that are its items.
        parts = re.split(r"<ol(?: start=\"(\d+)\")?>", page)[1:]
        lists = [
            (int(start or 1), [int(each) for each in re.findall(r'<li>\s*(?:<p>)?<a id="reading-(\d+)">', part)])
            for start, part in zip(parts[::2], parts[1::2], strict=True)
        ]
        shown = [(start, found) for start, found in lists if found]

        numbers = [number for _, found in shown for number in found]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= 37
        assert all(found == list(range(start, start + len(found))) for start, found in shown)


def test_the_numbers_of_readings_lead_to_them(site: Path) -> None:
    for language in LANGUAGES:
        page = (site / language / "rest" / "quota_schedule.html").read_text("utf-8")

        assert '<a href="../project/readings.html#reading-13">13</a>' in page
        assert not re.search(r"(?:Reading|读法) \d", page)


def test_no_two_pages_of_a_language_have_the_same_title(site: Path) -> None:
    for language in LANGUAGES:
        texts = [file.read_text("utf-8") for file in html_pages(site) if file.is_relative_to(site / language)]
        titles = Counter(re.findall(r"<title>\s*(.*?)\s*</title>", text)[0] for text in texts)

        assert [title for title, times in titles.items() if times > 1] == []


def test_no_line_break_leaves_a_blank_in_chinese_text(site: Path) -> None:
    blank = re.compile(r"[，。；：、！？][ \n]+[\w“]|[一-鿿]\n[一-鿿]")
    shown = {}
    for file in html_pages(site):
        if file.is_relative_to(site / "zh") and file.parent.name != "try":
            texts = re.findall(r"<(?:p|li|td)>([^<]*)", file.read_text("utf-8"))
            if found := [text for text in texts if blank.search(text)]:
                shown[str(file.relative_to(site))] = found

    assert shown == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_interactive_page_over_tls_tells_how_to_trust_the_emulators_certificate(
    site: Path, language: str
) -> None:
    telling = [
        file.stem for file in (site / language / "try").glob("*.html") if 'class="relay"' in file.read_text("utf-8")
    ]

    assert telling == ["s3_relay"]
