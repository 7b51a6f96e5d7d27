"""What `import aihub_sdk` gives, and what it costs."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import aihub_sdk
from aihub_sdk import errors

HEAVY = {"aihub_api", "asyncio", "attrs", "click", "httpx", "msgspec", "pydantic", "ssl", "typing"}


def loaded_after(program: str) -> set[str]:
    """The modules that a fresh interpreter has after the program, beyond those of a bare one."""
    report = "import sys; bare = set(sys.modules)\n{}\nprint(' '.join(set(sys.modules) - bare))"
    finished = subprocess.run(
        [sys.executable, "-c", report.format(program)], check=True, capture_output=True, text=True
    )
    return set(finished.stdout.split())


def test_importing_the_sdk_loads_nothing_but_itself() -> None:
    loaded = loaded_after("import aihub_sdk")

    assert sorted(name for name in loaded if name.startswith("aihub_")) == ["aihub_sdk", "aihub_sdk._version"]
    assert loaded & HEAVY == set()


def test_catching_an_error_loads_no_http_library() -> None:
    loaded = loaded_after("from aihub_sdk import AIHubError, NotFound")

    assert loaded & (HEAVY - {"typing"}) == set()


def test_resolving_settings_loads_no_http_library() -> None:
    loaded = loaded_after(
        "from aihub_sdk._settings.config import resolve; resolve(env='internal-test', token='t', environ={})"
    )

    assert loaded & (HEAVY - {"typing", "aihub_api"}) == set()


def test_the_exported_names_are_sorted_and_all_there_are() -> None:
    assert aihub_sdk.__all__ == sorted(aihub_sdk.__all__)
    assert dir(aihub_sdk) == aihub_sdk.__all__


def test_every_exported_name_is_there() -> None:
    assert [name for name in aihub_sdk.__all__ if not hasattr(aihub_sdk, name)] == []


def test_every_error_is_exported_from_the_root() -> None:
    assert [name for name in errors.__all__ if getattr(aihub_sdk, name) is not getattr(errors, name)] == []


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'aihub_sdk' has no attribute 'AiHub'"):
        aihub_sdk.AiHub  # noqa: B018  # the access is what is tested


def test_a_star_import_gives_the_exported_names() -> None:
    names: dict[str, object] = {}
    exec("from aihub_sdk import *", names)

    assert set(names) - {"__builtins__"} == set(aihub_sdk.__all__)


def test_the_version_is_that_of_the_project(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert aihub_sdk.__version__ == project["version"]
