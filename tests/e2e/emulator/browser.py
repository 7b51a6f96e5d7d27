"""A headless Chromium, driven over WebDriver by plain HTTP: no driver library, and nothing fetched from anywhere."""

import base64
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    """One window."""

    def __init__(self, driver_url: str, session: str) -> None:
        self._base = f"{driver_url}/session/{session}"

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, f"{self._base}{path}", json=body, timeout=60)
        value = answer.json()["value"]
        assert answer.ok, value
        return value

    def open(self, url: str) -> None:
        """Go there, and return when it has loaded."""
        self._ask("POST", "/url", {"url": url})

    def run(self, script: str, *arguments: Any) -> Any:
        """What a piece of JavaScript returns; of a promise, what it comes to."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def until(self, condition: str) -> None:
        """Return when a JavaScript expression is true."""
        wait = "return new Promise(done => { (function look() { (%s) ? done(true) : setTimeout(look, 20) })() })"
        assert self.run(wait % condition)

    def click(self, selector: str) -> None:
        """Click on the element, as a person would."""
        found = self._ask("POST", "/element", {"using": "css selector", "value": selector})
        self._ask("POST", f"/element/{found[_ELEMENT]}/click", {})

    def screenshot(self, file: Path) -> None:
        """What is to be seen, as PNG."""
        file.write_bytes(base64.b64decode(self._ask("GET", "/screenshot")))

    def resize(self, width: int, height: int) -> None:
        """Give the window a size."""
        self._ask("POST", "/window/rect", {"width": width, "height": height})

    def devtools(self, command: str, parameters: dict[str, Any]) -> Any:
        """A command of Chromium's own."""
        return self._ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def complaints(self) -> list[str]:
        """What the page or the browser complained about: errors, refused loads."""
        return [entry["message"] for entry in self._ask("POST", "/se/log", {"type": "browser"})]


@contextmanager
def browsing(profile: Path) -> Iterator[Browser]:
    """A browser with a profile of its own, ended when the block is left."""
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    if driver is None or chromium is None:
        pytest.fail("this test needs Debian's packages chromium and chromium-driver: .ci/run installs them")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            _wait_for(process)
            yield from _window(f"http://127.0.0.1:{port}", chromium, profile)
        finally:
            process.terminate()


def _wait_for(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdout is not None
    while b"started successfully" not in (line := process.stdout.readline()):
        assert line, "chromedriver did not start"


def _window(driver_url: str, chromium: str, profile: Path) -> Iterator[Browser]:
    wanted = {
        "browserName": "chrome",
        "goog:chromeOptions": {"binary": chromium, "args": [*OPTIONS, f"--user-data-dir={profile}"]},
        "goog:loggingPrefs": {"browser": "ALL"},
    }
    with requests.Session() as session:
        session.trust_env = False
        asked = {"capabilities": {"alwaysMatch": wanted}}
        answer = session.post(f"{driver_url}/session", json=asked, timeout=60).json()["value"]
        assert "sessionId" in answer, answer
        try:
            yield Browser(driver_url, answer["sessionId"])
        finally:
            session.delete(f"{driver_url}/session/{answer['sessionId']}", timeout=60)
