"""The SDK against the emulator: in this process, and in one of its own."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from aihub_emulator import Emulator, Settings
from aihub_sdk import AIHub, AsyncAIHub
from tests.e2e.emulator.processes import emulator_process

# Nothing waits for the sake of waiting: a search ends as soon as its query has.
QUICK = Settings(waiting_seconds=0, running_seconds=0)


@pytest.fixture(scope="session", params=["in this process", "in a process of its own"])
def base_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An emulator's address."""
    if request.param == "in this process":
        with Emulator(QUICK) as emulator:
            yield emulator.base_url
    else:
        with emulator_process("--clock", "1000") as (_, addresses):
            yield addresses["base_url"]


class Platform:
    """`AIHub` or `AsyncAIHub`, used the same way."""

    def __init__(self, hub: Any) -> None:
        self.hub = hub
        self.runner = asyncio.Runner()

    def done(self, value: Any) -> Any:
        """The value, awaited where the client is async."""
        return self.runner.run(value) if inspect.isawaitable(value) else value  # type: ignore[arg-type]  # Runner.run takes coroutines, which these are

    def listed(self, rows: Any) -> list[Any]:
        """Everything an iterator gives."""
        if not isinstance(rows, AsyncIterator):
            return list(rows)

        async def collect() -> list[Any]:
            return [row async for row in rows]

        return self.runner.run(collect())


@pytest.fixture(params=[AIHub, AsyncAIHub])
def platform(request: pytest.FixtureRequest, base_url: str) -> Iterator[Platform]:
    """A client of the emulator's demo user, who has logged in."""
    each = Platform(request.param(env="local", base_url=base_url))
    each.done(each.hub.login("demo", "demo"))
    yield each
    each.done(each.hub.close())
    each.runner.close()
