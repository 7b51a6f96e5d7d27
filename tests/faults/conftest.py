"""Clients of platforms that fail: an emulator on real connections, and a script."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aihub_api.tables import OPERATIONS
from aihub_emulator import Emulator
from aihub_sdk.testing import EmulatedHub, FakeHub
from tests.e2e.sdk.conftest import Platform
from tests.e2e.sdk.operations import World

MakeFake = Callable[..., tuple[FakeHub, World]]


@pytest.fixture(scope="session")
def running() -> Iterator[EmulatedHub]:
    """One emulator for all tests, whose clock goes on when a client sleeps."""
    with EmulatedHub() as emulated:
        yield emulated


@pytest.fixture
def emulator(running: EmulatedHub) -> Emulator:
    """The emulator, back at its seed."""
    running.emulator.reset()
    return running.emulator


@pytest.fixture(params=["sync", "async"])
def world(request: pytest.FixtureRequest, emulator: Emulator, tmp_path: Path) -> Iterator[World]:
    """A client of the emulator, over real connections."""
    with EmulatedHub(emulator) as emulated:
        platform = Platform(emulated.hub if request.param == "sync" else emulated.async_hub)
        yield World(platform, tmp_path)
        platform.done(platform.hub.close())
        platform.runner.close()


@pytest.fixture(params=["sync", "async"])
def scripted(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeFake]:
    """Makes a script that answers every operation but one with the spec's example, and a client of it."""
    made: list[Platform] = []

    def make(operation: str, *, timeout: float = 60, max_retries: int = 4) -> tuple[FakeHub, World]:
        fake = FakeHub(timeout=timeout, max_retries=max_retries)
        for other in set(OPERATIONS) - {operation}:
            fake.answer(other, times=4)
        made.append(Platform(fake.hub if request.param == "sync" else fake.async_hub))
        return fake, World(made[-1], tmp_path)

    yield make
    for each in made:
        each.runner.close()
