"""The status page, in a real browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from aihub_emulator import Emulator, Settings
from aihub_emulator.faults import Status
from aihub_emulator.spec import load_operations
from tests.e2e.emulator.browser import Browser, browsing
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.crowd import DATASET, DATASETS, KINDS, VERSIONS

HOSTILE = "<img src=x onerror=document.title='hacked'>"
PAGE = "/_emulator/"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(Settings(clock="manual")) as running, Caller(running.base_url, running.token) as admin:
        admin.create_search("select object_name from meta", name=HOSTILE)
        for kind in ("training", "quota_task", "run"):
            path, _, body = KINDS[kind]
            for name in ("车牌识别", "resnet-50"):
                admin.send("POST", path, json={**body, "name": name})
        admin.send("POST", DATASETS, json={**DATASET, "name": "mnist"})
        admin.send("POST", VERSIONS, json={"dataset_id": 1, "upload_type": 1, "upload_path": "s3://none/none.zip"})
        running.advance(0.3)
        admin.post_search({"type": 3, "name": "图像检索", "feature_lib_id": 7, "keywords": "红色卡车", "top_k": 3})
        running.faults.add(Status(status=503), operation="getSearch", count=3)
        admin.send("GET", "/data-warehouse/api/v1/searches/1")
        admin.send("GET", "/nowhere")
        yield running


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def keep(browser: Browser, name: str) -> None:
    """For a person to look at, when they said where."""
    if folder := os.environ.get("AIHUB_TEST_SCREENSHOTS"):
        browser.screenshot(Path(folder) / f"{name}.png")


def rows(browser: Browser, table: str) -> list[list[str]]:
    lines = "[...document.querySelectorAll(`#${arguments[0]} tbody tr`)]"
    script = f"return {lines}.map(row => [...row.cells].map(cell => cell.innerText))"
    found: list[list[str]] = browser.run(script, table)
    return found


@pytest.fixture
def page(emulator: Emulator, browser: Browser) -> Browser:
    browser.resize(1400, 1250)
    browser.open(f"{emulator.base_url}{PAGE}")
    browser.run("localStorage.setItem('language', 'en')")
    browser.open(f"{emulator.base_url}{PAGE}")
    browser.until("document.querySelector('#coverage tbody tr')")
    return browser


@pytest.mark.browser
def test_the_page_shows_all_that_there_is_and_complains_about_nothing(page: Browser) -> None:
    keep(page, "light-en")

    assert page.run("return document.title") == "AIHub emulator"
    assert [row[:3] for row in rows(page, "jobs")] == [
        ["quota task", "2", "resnet-50"],
        ["quota task", "1", "车牌识别"],
        ["training", "2", "resnet-50"],
        ["training", "1", "车牌识别"],
    ]
    assert [row[1] for row in rows(page, "versions")[:3]] == ["mnist/V1", "车牌/V2", "车牌/V1"]
    assert [row[1:4] for row in rows(page, "datasets")[:2]] == [["mnist", "admin", "1"], ["车牌", "(seed)", "2"]]
    assert len(rows(page, "coverage")) == len(load_operations())
    assert [row[1:5] for row in rows(page, "faults")] == [["status", "getSearch", "1", "3"]]
    assert rows(page, "requests")[0][1:5] == ["GET", "/nowhere", "", "404"]
    assert page.complaints() == []


@pytest.mark.browser
def test_what_came_in_requests_is_shown_as_text_and_does_not_run(page: Browser) -> None:
    assert [row[1:3] for row in rows(page, "searches")] == [["图像检索", "words"], [HOSTILE, "SQL"]]
    assert page.run("return document.querySelectorAll('#tables img').length") == 0


@pytest.mark.browser
def test_the_page_is_chinese_at_a_click_and_stays_so(page: Browser, emulator: Emulator) -> None:
    page.click("#language")
    page.open(f"{emulator.base_url}{PAGE}")
    page.until("document.querySelector('#coverage tbody tr')")
    keep(page, "light-zh")

    assert page.run("return [document.documentElement.lang, document.title]") == ["zh", "AIHub 模拟器"]
    assert page.run("return document.querySelector('#jobs h2').innerText") == "训练与配额任务"
    assert [row[2] for row in rows(page, "datasets")[:2]] == ["admin", "（种子）"]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_a_telephone_states_are_in_view_and_no_heading_is_broken(page: Browser, language: str) -> None:
    page.run("localStorage.setItem('language', arguments[0]); location.reload()", language)
    page.devtools(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    )
    page.until("document.querySelector('#coverage tbody tr')")
    keep(page, f"telephone-{language}")
    found = page.run(
        """
        const cells = [...document.querySelectorAll('th')].filter(cell => ['state', '状态'].includes(cell.innerText));
        return [cells.length, cells.filter(cell => cell.getBoundingClientRect().right > innerWidth).length,
          [...document.querySelectorAll('th')].filter(cell => cell.getBoundingClientRect().height > 32).length]
        """
    )
    page.devtools("Emulation.clearDeviceMetricsOverride", {})

    assert found == [4, 0, 0]


@pytest.mark.browser
def test_the_page_follows_the_emulator_and_stands_still_when_paused(page: Browser, admin: Caller) -> None:
    page.click("#pause")
    admin.create_search("select 1", name="while-paused")
    before = [row[1] for row in rows(page, "searches")]
    page.click("#pause")
    page.until("document.querySelector('#searches').innerText.includes('while-paused')")

    assert "while-paused" not in before


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(page: Browser, scheme: str) -> None:
    """4.5 to 1, as WCAG asks of text."""
    page.devtools("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    keep(page, f"scheme-{scheme}")
    faint = page.run(
        """
        const numbers = color => color.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
          .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
          .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
        const ground = each => { const c = numbers(getComputedStyle(each).backgroundColor);
          if (c.length < 4 || c[3] > 0) return c;
          return each.parentElement ? ground(each.parentElement) : [255, 255, 255]; };
        return [...document.querySelectorAll('h1, h2, p, li b, li span, th, td, button')]
          .filter(each => each.innerText)
          .map(each => { const [a, b] = [light(numbers(getComputedStyle(each).color)), light(ground(each))];
            return [each.innerText, (Math.max(a, b) + .05) / (Math.min(a, b) + .05)]; })
          .filter(([, ratio]) => ratio < 4.5)
        """
    )

    assert faint == []


@pytest.mark.browser
def test_a_narrow_window_scrolls_in_one_direction_only(page: Browser) -> None:
    page.devtools(
        "Emulation.setDeviceMetricsOverride", {"width": 420, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    keep(page, "narrow")
    too_wide = page.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.devtools("Emulation.clearDeviceMetricsOverride", {})

    assert too_wide == 0


def test_the_page_loads_nothing_from_elsewhere(emulator: Emulator) -> None:
    page = requests.get(f"{emulator.base_url}{PAGE}", timeout=30)
    texts = [requests.get(f"{emulator.base_url}{PAGE}{name}", timeout=30).text for name in ("", "page.css", "page.js")]

    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert [text for text in texts if "http:" in text or "https:" in text or "//" in text.replace("// ", "")] == []


def test_the_short_address_leads_to_the_page(emulator: Emulator) -> None:
    response = requests.get(f"{emulator.base_url}/_emulator", timeout=30)

    assert (response.status_code, response.url) == (200, f"{emulator.base_url}{PAGE}")
