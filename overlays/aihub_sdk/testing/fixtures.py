"""pytest fixtures: put `pytest_plugins = ["aihub_sdk.testing.fixtures"]` into your top conftest.py.

Nothing is registered for those who do not ask for it, and nothing starts before a test wants a fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from aihub_emulator.emulator import Emulator
    from aihub_sdk.client import AIHub, AsyncAIHub

    from .clock import VirtualClock
    from .emulated import EmulatedHub
    from .fake import FakeHub

__all__ = ["aihub", "aihub_clock", "aihub_emulated", "aihub_emulator", "aihub_env", "aihub_fake", "async_aihub"]


@pytest.fixture(scope="session")
def _aihub_emulator() -> Iterator[EmulatedHub]:
    """One emulator for all tests: resetting it costs a tenth of starting it."""
    from .emulated import EmulatedHub  # noqa: PLC0415  # loads the emulator; only who uses it pays

    with EmulatedHub() as running:
        yield running


@pytest.fixture
def aihub_emulated(_aihub_emulator: EmulatedHub) -> Iterator[EmulatedHub]:
    """The emulator, back at its seed, with clients whose time is virtual."""
    from .emulated import EmulatedHub  # noqa: PLC0415  # as above

    _aihub_emulator.emulator.reset()
    with EmulatedHub(_aihub_emulator.emulator) as fresh:
        yield fresh


@pytest.fixture
def aihub_emulator(aihub_emulated: EmulatedHub) -> Emulator:
    """The emulator behind `aihub` and `async_aihub`: make it fail, look at what it received."""
    return aihub_emulated.emulator


@pytest.fixture
def aihub_clock(aihub_emulated: EmulatedHub) -> VirtualClock:
    """The time of `aihub`, `async_aihub` and the emulator."""
    return aihub_emulated.clock


@pytest.fixture
def aihub(aihub_emulated: EmulatedHub) -> AIHub:
    """A client of the emulator for code that blocks; it is closed after the test."""
    return aihub_emulated.hub


@pytest.fixture
def async_aihub(aihub_emulated: EmulatedHub) -> AsyncAIHub:
    """A client of the emulator for asyncio; use it in an `async with` block."""
    return aihub_emulated.async_hub


@pytest.fixture
def aihub_env(aihub_emulated: EmulatedHub, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Variables that lead every `AIHub()` to the emulator, where all work ends as soon as it is looked at.

    For programs that make their own client. Their time is real: a second look comes after a second.
    """
    aihub_emulated.hurry()
    for name, value in aihub_emulated.environ.items():
        monkeypatch.setenv(name, value)
    return aihub_emulated.environ


@pytest.fixture
def aihub_fake() -> Iterator[FakeHub]:
    """A scripted platform; after the test, answers that nobody asked for are an error."""
    from .fake import FakeHub  # noqa: PLC0415  # as above

    with FakeHub() as fake:
        yield fake
