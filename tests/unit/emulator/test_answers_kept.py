"""With a state folder, nothing is told before it is kept."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from aihub_emulator import Settings
from aihub_emulator.app import app_of
from aihub_emulator.instance import Instance

BODY = json.dumps({"type": 1, "name": "search-001", "sql": "select 1"}).encode()


def kept_searches(state: Path) -> int:
    """How many there are for another process, which would find them after a crash."""
    with closing(sqlite3.connect(state / "records.sqlite")) as connection:
        counted = connection.execute("SELECT count(*) FROM records WHERE kind = 'SearchRecord'").fetchone()
    return int(counted[0])


def test_an_answer_begins_when_what_it_tells_of_is_kept(tmp_path: Path) -> None:
    instance = Instance(Settings(clock="manual", state=tmp_path))
    token = instance.identity.issue(instance.first_user)
    headers = {"host": "127.0.0.1", "authorization": f"Bearer {token}", "content-type": "application/json"}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/data-warehouse/api/v1/searches",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    told: list[tuple[int, int]] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            told.append((message["status"], kept_searches(tmp_path)))

    async def story() -> None:
        for _ in range(3):
            await app_of(instance)(dict(scope), receive, send)
        await instance.stop()

    asyncio.run(story())
    instance.close()

    assert told == [(200, 1), (200, 2), (200, 3)]
