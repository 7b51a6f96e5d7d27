"""The shell sessions that the guides show run, line by line, against the emulator."""

import json
import os
import shutil
import subprocess

import pytest

from aihub_emulator import Emulator
from tests.docs.markdown_pages import Block, blocks, pages

SESSIONS = [block for page in pages() for block in blocks(page) if block.language == "sh" and "curl " in block.text]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed; .ci/run installs it")
@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: f"{session.page}:{session.line}")
def test_a_session_with_curl_runs(session: Block) -> None:
    with Emulator() as emulator:
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", session.text.replace("curl -fsS", "curl -fsS -w '\\n'")],
            env={**os.environ, "AI_HUB_BASE_URL": emulator.base_url, "AI_HUB_TOKEN": emulator.token, "no_proxy": "*"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        met = [fault.consumed for fault in emulator.faults.all()]

    assert (ended.returncode, ended.stderr) == (0, "")
    login, created, fault, search, log = map(json.loads, ended.stdout.splitlines())
    assert (login["code"], created["data"]["id"], fault["id"], search["code"]) == (0, 1, 1, 0)
    assert [request["operation"] for request in log["requests"]] == ["login", "createSearch", "getSearch"]
    assert met == [1]


def test_the_guides_show_a_session() -> None:
    assert {session.page for session in SESSIONS} >= {"docs/guide/emulator.md", "docs/guide/emulator.zh.md"}
