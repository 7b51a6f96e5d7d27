"""The documentation site, built once for all tests of a run, and served with an emulator beside it."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from aihub_emulator import Emulator
from docs.site.places import NODE_MODULES
from tests.e2e.emulator.browser import Browser, browsing


class Served(NamedTuple):
    """The site's address, and the emulator beside it."""

    address: str
    emulator: Emulator


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    if importlib.util.find_spec("zensical") is None or not (NODE_MODULES / "mermaid").exists():
        pytest.fail("the site's tools are not installed: `make docs` installs them")
    from docs.site.building import build

    folder = tmp_path_factory.mktemp("docs")
    build(folder / "site", folder / "work")
    return folder / "site"


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[Served]:
    """The site as `make docs-serve` serves it."""
    from docs.site.serving import served

    with served(site) as (address, emulator):
        yield Served(address, emulator)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser that reaches nothing but this machine."""
    with browsing(tmp_path_factory.mktemp("profile")) as browser:
        yield browser
