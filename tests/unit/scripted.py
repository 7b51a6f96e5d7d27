"""A server that follows a script, a clock that moves when told, and one table for the sync and the async client."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx

from aihub_sdk import AIHub, AsyncAIHub
from aihub_sdk._calls.core import Clock
from aihub_sdk._settings.config import resolve

BASE = "http://platform.example"
NOW = 1_750_000_000.0

Step = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class VirtualClock:
    """Time that passes only while somebody sleeps, or when a step says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        self.chance = 1.0

    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.now, wall=lambda: NOW + self.now, random=lambda: self.chance)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(round(seconds, 3))
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


class Script:
    """Answers one step after the other; a request beyond the last one fails the test."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        assert self.steps, f"no step is left for {request.method} {request.url}"
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step if isinstance(step, httpx.Response) else step(request)

    def sent(self) -> list[str]:
        """Every request so far, as method and path."""
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]


class Client:
    """`AIHub` or `AsyncAIHub` over a script, used the same way."""

    def __init__(self, kind: str, *steps: Step, **settings: Any) -> None:
        self.time = VirtualClock()
        self.script = Script(*steps)
        self.is_async = kind == "async"
        given: dict[str, Any] = {"base_url": BASE, "token": "t0", "environ": {}, **settings}
        self.config = resolve(**given)
        transport, clock = httpx.MockTransport(self.script), self.time.clock()
        self.runner = asyncio.Runner()
        self.hub: Any
        if self.is_async:
            self.hub = AsyncAIHub._from_config(
                self.config, transport=transport, clock=clock, sleep=self.time.sleep_async
            )
        else:
            self.hub = AIHub._from_config(self.config, transport=transport, clock=clock, sleep=self.time.sleep)

    def done(self, value: Any) -> Any:
        """The value, awaited where the client is async."""
        return self.runner.run(value) if inspect.isawaitable(value) else value  # type: ignore[arg-type]  # Runner.run takes coroutines, which these are

    def listed(self, rows: Iterator[Any] | AsyncIterator[Any]) -> list[Any]:
        """Everything an iterator gives."""
        if isinstance(rows, Iterator):
            return list(rows)

        async def collect() -> list[Any]:
            return [row async for row in rows]

        return self.runner.run(collect())

    def get_search(self) -> Any:
        """A read."""
        return self.done(self.hub.api.data_warehouse.get_search(id=7))

    def create_search(self) -> Any:
        """A write."""
        return self.done(self.hub.searches.sql("select 1", name="n"))

    def end(self) -> None:
        """Nothing of the script may be left over."""
        self.runner.close()
        assert self.script.steps == []


def ok(data: Any) -> httpx.Response:
    """A successful answer."""
    return httpx.Response(200, json={"code": 0, "msg": "", "data": data})


def refused(code: int, message: str, status: int = 200) -> httpx.Response:
    """An answer that says no."""
    return httpx.Response(status, json={"code": code, "msg": message, "data": None})


def page(status: int, headers: dict[str, str] | None = None) -> httpx.Response:
    """An answer that is not the platform's."""
    return httpx.Response(status, headers=headers, html="<h1>gateway</h1>")


def search(status: int = 3, **fields: Any) -> httpx.Response:
    """A search in some state."""
    return ok({"id": 7, "status": status, **fields})
