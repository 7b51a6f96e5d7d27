"""Who may import whom: the contracts of pyproject.toml, and the allow-lists that they cannot express."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.project_files import ROOT, python_files, tree_of

# What a shipped package may import besides the standard library and itself.
ALLOWED = {
    "generated/aihub_api": {"attrs", "httpx", "msgspec"},
    "generated/aihub_models": {"pydantic"},
    "generated/aihub_openapi": set(),
    "overlays/aihub_sdk": {
        "aihub_api",
        "aihub_emulator",
        "arro3",
        "attrs",
        "click",
        "httpx",
        "msgspec",
        "opentelemetry",
        "pandas",
        "pyarrow",
        "pydantic",
        "pytest",
        "rich",
        "tomli",
        "yaml",
    },
    "overlays/aihub_emulator": {
        "aihub_models",
        "aihub_openapi",
        "click",
        "cryptography",
        "duckdb",
        "jwt",
        "PIL",
        "pydantic",
        "pydantic_core",
        "python_multipart",
        "starlette",
        "uvicorn",
    },
}


def imported_packages(name: str) -> set[str]:
    """The top-level packages that a file imports, lazily or not."""
    packages = set()
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Import):
            packages |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            packages.add(node.module.split(".")[0])
    return packages


def test_the_import_contracts_are_kept() -> None:
    command = Path(sys.executable).with_name("lint-imports")

    finished = subprocess.run([command, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True)

    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.parametrize("package", ALLOWED)
def test_a_shipped_package_imports_only_what_the_design_lets_it(package: str) -> None:
    room, own = package.split("/")
    files = [name for name in python_files(room) if name.startswith(f"{package}/")]
    strangers = {
        name: sorted(extra)
        for name in files
        if (extra := imported_packages(name) - sys.stdlib_module_names - ALLOWED[package] - {own})
    }

    assert files != []
    assert strangers == {}


def test_a_service_of_the_sdk_never_imports_another() -> None:
    """A noun may use handles, its own or another's; handles stand alone. So nouns can grow without each other."""
    entangled = {
        name: sorted(used)
        for name in python_files("overlays")
        if name.startswith("overlays/aihub_sdk/services/") and not name.endswith("__init__.py")
        if (used := {m for m in service_modules(name) if name.endswith("_handles.py") or not m.endswith("_handles")})
    }

    assert entangled == {}


def service_modules(name: str) -> set[str]:
    """The modules of `aihub_sdk.services` that a file imports."""
    imported = {
        f"{node.module}.{alias.name}" if node.module == "aihub_sdk.services" else node.module or ""
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return {module for module in imported if module.startswith("aihub_sdk.services.")}


def test_one_module_of_the_sdk_names_httpx() -> None:
    naming = [name for name in python_files("overlays") if "aihub_sdk" in name and "httpx" in imported_packages(name)]

    assert len(naming) == 1, naming


def test_importing_the_sdk_loads_no_http_library_and_no_optional_package() -> None:
    """`import aihub_sdk` costs milliseconds because its parts load when they are first used."""
    late = {
        "aihub_api",
        "aihub_emulator",
        "arro3",
        "attrs",
        "click",
        "httpx",
        "msgspec",
        "pandas",
        "pyarrow",
        "pydantic",
    }
    program = f"import sys, aihub_sdk; print(sorted({late} & set(sys.modules)))"

    finished = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert finished.stdout.strip() == "[]"
