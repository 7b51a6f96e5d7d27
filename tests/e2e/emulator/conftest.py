"""Emulators for tests: one a module over real TCP, with searches that end as soon as their work is done."""

from collections.abc import Iterator

import pytest

from aihub_emulator import Emulator, Settings, SqlLimits
from tests.e2e.emulator.caller import Caller

# A second of processor time is plenty for a real query, and keeps the tests of hostile ones short.
QUICK = Settings(waiting_seconds=0, running_seconds=0, sql=SqlLimits(cpu_seconds=1, wall_seconds=20))


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(QUICK) as running:
        yield running


@pytest.fixture
def admin(emulator: Emulator) -> Iterator[Caller]:
    # A token of its own: a test may have let those before it expire.
    with Caller(emulator.base_url, emulator.issue_token("admin"), emulator.s3_token) as caller:
        yield caller


@pytest.fixture
def stranger(emulator: Emulator) -> Iterator[Caller]:
    """Another user than the admin."""
    with Caller(emulator.base_url, emulator.issue_token("demo"), emulator.s3_token) as caller:
        yield caller


@pytest.fixture
def nobody(emulator: Emulator) -> Iterator[Caller]:
    """Somebody without a token."""
    with Caller(emulator.base_url) as caller:
        yield caller
