"""The site in a real browser: it reads, finds and tries out, in both languages, without leaving this machine."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from docs.site.operations import service_keys
from docs.site.places import LANGUAGES, NODE_MODULES
from tests.docs.conftest import Served
from tests.e2e.emulator.browser import Browser

pytestmark = pytest.mark.browser

MAIN_PAGES = (
    "index.html",
    "start/settings.html",
    "guide/datasets.html",
    "guide/errors.html",
    "rest/index.html",
    "rest/data_warehouse.html",
    "python/clients.html",
    "reference/errors.html",
    "reference/states.html",
    "project/architecture.html",
)
# The search lives in a shadow tree, the only one on a page.
SEARCH = "[...document.querySelectorAll('body > div')].find(part => part.shadowRoot)?.shadowRoot"
SEND = "[...document.querySelectorAll('button')].find(b => /^(Send|发送)/.test(b.innerText) && b.offsetParent)"
# An animation that is under way and comes to an end.
ENDING = "a => a.playState === 'running' && a.effect.getComputedTiming().endTime !== Infinity"
SIZES = {"desktop": (1400, 1000), "phone": (390, 844)}


def show(browser: Browser, address: str, *, scheme: str = "light", size: str = "desktop") -> None:
    """Open a page as somebody who has not been here before."""
    # An open page would note its own shade down again.
    browser.open("about:blank")
    browser.devtools("Storage.clearDataForOrigin", {"origin": address, "storageTypes": "all"})
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.devtools("Emulation.setEmulatedMedia", {"features": features})
    browser.resize(*SIZES[size])
    browser.open(address)


def asked_elsewhere(browser: Browser) -> list[str]:
    """What the page has asked of any machine but this one."""
    names = browser.run("return performance.getEntriesByType('resource').map(entry => entry.name)")
    return [name for name in names if urlsplit(name).hostname not in {"127.0.0.1", None}]


def settle(browser: Browser) -> None:
    """Return when the page is complete: diagrams drawn, the interactive reference there, nothing moving."""
    browser.until("!document.querySelector('pre.diagram, .diagram:not([data-drawn])')")
    browser.until("!document.getElementById('app') || document.querySelector('button.show-api-client-button')")
    browser.until("![...document.querySelectorAll('#app button:not([aria-label])')].some(b => !b.innerText.trim())")
    browser.until(f"!document.getAnimations().some({ENDING})")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", MAIN_PAGES)
def test_a_page_shows_itself_without_complaint_and_asks_nobody_else(
    page: str, language: str, served: Served, browser: Browser
) -> None:
    browser.complaints()

    show(browser, f"{served.address}/{language}/{page}")
    settle(browser)

    assert browser.run("return document.documentElement.lang") == language
    assert asked_elsewhere(browser) == []
    assert browser.complaints() == []


@pytest.mark.parametrize(
    ("language", "words", "place"),
    [
        ("zh", "创建数据查询任务", "zh/rest/data_warehouse.html#createsearch"),
        ("zh", "配额", "zh/rest/quota_schedule.html"),
        ("zh", "训练", "zh/guide/jobs.html"),
        ("zh", "超时", "zh/guide/waiting.html"),
        ("zh", "重试", "zh/guide/errors.html"),
        ("en", "retry", "en/guide/errors.html"),
        ("en", "token expired", "en/start/authentication.html"),
        ("en", "environment variable", "en/start/settings.html"),
        ("en", "ResponseLost", "en/reference/errors.html#responselost"),
    ],
)
def test_the_search_finds_the_page(language: str, words: str, place: str, served: Served, browser: Browser) -> None:
    show(browser, f"{served.address}/{language}/index.html")
    browser.until("document.querySelector('.md-search__button')")

    browser.click(".md-search__button")
    browser.until(f"{SEARCH}?.querySelector('input')")
    browser.run(
        f"const input = {SEARCH}.querySelector('input'); input.focus(); input.value = arguments[0];"
        "input.dispatchEvent(new Event('input', {bubbles: true}))",
        words,
    )
    browser.until(f"{SEARCH}.querySelector('ol a')")

    links = browser.run(f"return [...{SEARCH}.querySelectorAll('ol a')].map(link => link.href)")
    found = [urlsplit(link)._replace(query="", scheme="", netloc="").geturl().lstrip("/") for link in links]
    assert any(each.startswith(place) for each in found[:5]), found[:5]


@pytest.mark.parametrize("language", LANGUAGES)
def test_trying_out_creates_a_search_on_the_emulator_and_shows_its_answer(
    language: str, served: Served, browser: Browser
) -> None:
    served.emulator.reset()
    browser.complaints()
    show(browser, f"{served.address}/{language}/try/data_warehouse.html")
    browser.until("document.querySelector('button.show-api-client-button')")

    browser.run("document.querySelector('button.show-api-client-button').click()")
    browser.until(SEND)
    browser.run(f"{SEND}.click()")
    browser.until("/\"id\":\\s*1\\b/.test(document.querySelector('.response-section-content')?.innerText)")

    (request,) = served.emulator.requests("createSearch")
    assert (request.status, request.code) == (200, 0)
    assert asked_elsewhere(browser) == []
    assert [words for words in browser.complaints() if "@scalar/api-reference@" not in words] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_request_can_be_sent_from_a_phone(language: str, served: Served, browser: Browser) -> None:
    show(browser, f"{served.address}/{language}/try/data_warehouse.html", size="phone")
    browser.until("document.querySelector('button.show-api-client-button')")

    browser.run("document.querySelector('button.show-api-client-button').click()")
    browser.until(SEND)
    browser.until("document.querySelector('.scalar-client .cm-content')")

    # The columns of what is sent, and the button that sends it, end within the window.
    parts = f"[...document.querySelectorAll('.scalar-client :is(section, table, th)'), {SEND}]"
    ends = browser.run(f"return {parts}.map(part => part.getBoundingClientRect().right)")
    assert len(ends) > 5
    assert max(ends) <= browser.run("return innerWidth")


@pytest.mark.parametrize("key", service_keys())
def test_each_interactive_page_shows_its_operations_in_chinese(key: str, served: Served, browser: Browser) -> None:
    browser.complaints()
    show(browser, f"{served.address}/zh/try/{key}.html")
    settle(browser)

    title = browser.run("return JSON.parse(document.getElementById('document').textContent).info.title")
    browser.until(f"document.querySelector('#app').innerText.includes({json.dumps(title)})")
    assert asked_elsewhere(browser) == []
    # The interactive reference greets the console with its version.
    assert [words for words in browser.complaints() if "@scalar/api-reference@" not in words] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", [*MAIN_PAGES, "try/data_warehouse.html"])
def test_a_page_has_no_serious_barrier(page: str, scheme: str, served: Served, browser: Browser) -> None:
    show(browser, f"{served.address}/en/{page}", scheme=scheme)
    settle(browser)
    browser.run((NODE_MODULES / "axe-core" / "axe.min.js").read_text("utf-8"))

    found: list[dict[str, Any]] = browser.run("return axe.run(document).then(result => result.violations)")
    serious = [
        (rule["id"], [node["html"][:200] for node in rule["nodes"]])
        for rule in found
        if rule["impact"] in {"serious", "critical"}
    ]

    assert serious == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", [*MAIN_PAGES, "try/data_warehouse.html"])
def test_a_page_fits_a_phone(page: str, language: str, served: Served, browser: Browser) -> None:
    show(browser, f"{served.address}/{language}/{page}", size="phone")
    settle(browser)

    width, wanted = browser.run("return [innerWidth, document.scrollingElement.scrollWidth]")
    assert wanted <= width


@pytest.mark.parametrize("page", ["index.html", "project/architecture.html", "try/data_warehouse.html"])
def test_a_page_is_dark_for_those_who_prefer_it(page: str, served: Served, browser: Browser) -> None:
    shades = {}
    for scheme in ("light", "dark"):
        show(browser, f"{served.address}/zh/{page}", scheme=scheme)
        settle(browser)
        shades[scheme] = browser.run(
            "let part = document.querySelector('h1, #app h1');"
            "return getComputedStyle(part).color.match(/[0-9.]+/g).slice(0, 3).map(Number)"
        )

    assert sum(shades["light"]) < sum(shades["dark"])


def test_the_search_works_on_pages_opened_from_the_disk(site: Path, browser: Browser) -> None:
    browser.open((site / "en" / "index.html").as_uri())
    browser.until("document.querySelector('.md-search__button')")
    browser.click(".md-search__button")
    browser.until(f"{SEARCH}?.querySelector('input')")

    browser.run(
        f"const input = {SEARCH}.querySelector('input'); input.focus(); input.value = 'ResponseLost';"
        "input.dispatchEvent(new Event('input', {bubbles: true}))"
    )

    browser.until(f"{SEARCH}.querySelector('ol a')")


def test_the_entrance_leads_to_the_language_of_the_browser(served: Served, browser: Browser) -> None:
    browser.open(f"{served.address}/index.html")
    browser.until("location.pathname.endsWith('/en/index.html') || location.pathname.endsWith('/zh/index.html')")

    language = browser.run("return navigator.languages[0].slice(0, 2) === 'zh' ? 'zh' : 'en'")
    assert browser.run("return location.pathname") == f"/{language}/index.html"


def test_the_entrance_leads_to_the_language_that_was_chosen_last(served: Served, browser: Browser) -> None:
    show(browser, f"{served.address}/en/start/settings.html")
    # The choice alone: the page that it leads to is another test's.
    stay = "document.addEventListener('click', click => click.preventDefault(), true);"
    for language in ("zh", "en"):
        browser.run(f"{stay} document.querySelector('.md-select__link[lang={language}]').click()")

        browser.open(f"{served.address}/index.html")
        browser.until(f"location.pathname === '/{language}/index.html'")


def test_a_page_that_does_not_exist_leads_back_into_the_site(served: Served, browser: Browser) -> None:
    show(browser, f"{served.address}/zh/guide/none.html")

    links = browser.run("return [...document.links].map(link => link.href)")
    assert browser.run("return performance.getEntriesByType('navigation')[0].responseStatus") == 404
    assert links == [f"{served.address}/{language}/index.html" for language in LANGUAGES]
