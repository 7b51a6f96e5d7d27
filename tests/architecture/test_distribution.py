"""What the project declares about itself agrees with itself."""

import re
import tomllib
from typing import Any

import pytest

import aihub_sdk
from tests.architecture.project_files import ROOT, text_of

LOCKS = {"requirements-dev": "make setup", "requirements-older-client": "make test-wheel"}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    declared: dict[str, Any] = tomllib.loads(text_of("pyproject.toml"))["project"]
    return declared


def names(lines: list[str]) -> set[str]:
    """Distribution names, normalised, of requirement lines."""
    found = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines)
    return {re.sub(r"[-_.]+", "-", match.group()).lower() for match in found if match}


def test_the_changelog_has_the_version_that_is_built(project: dict[str, Any]) -> None:
    assert f"## {project['version']}" in text_of("CHANGELOG.md")


def test_the_package_says_the_version_that_is_built(project: dict[str, Any]) -> None:
    assert aihub_sdk.__version__ == project["version"]


def test_the_extra_all_is_every_other_extra(project: dict[str, Any]) -> None:
    extras = project["optional-dependencies"]
    inner = re.search(r"\[(.*)\]", extras["all"][0])

    assert inner is not None
    assert sorted(inner.group(1).split(",")) == sorted(set(extras) - {"all"})


def test_the_base_install_is_three_packages(project: dict[str, Any]) -> None:
    assert names(project["dependencies"]) == {"attrs", "httpx", "msgspec"}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash_and_no_address(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", text_of(f"{lock}.txt").strip())

    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert [entry for entry in entries if re.search(r"://|--index|--find|@ ", entry)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_what_its_source_asks_for(lock: str) -> None:
    wanted = [line for line in text_of(f"{lock}.in").splitlines() if line and not line.startswith("#")]
    locked = text_of(f"{lock}.txt").splitlines()

    assert names(wanted) - names(locked) == set()
    assert [line for line in wanted if "==" in line and not any(x.startswith(f"{line} ") for x in locked)] == []


def test_the_development_lock_covers_what_ships_and_is_tested(project: dict[str, Any]) -> None:
    extras = project["optional-dependencies"]
    declared = names([*project["dependencies"], *extras["cli"], *extras["emulator"], "hatchling"])

    assert declared - names(text_of("requirements-dev.txt").splitlines()) == set()


def test_make_help_lists_every_target() -> None:
    makefile = text_of("Makefile")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    described = re.findall(r"^([a-z-]+):.*  ## .+$", makefile, re.MULTILINE)

    assert phony is not None
    assert sorted(described) == sorted(phony.group(1).split())


def test_the_license_is_apache_2(project: dict[str, Any]) -> None:
    assert project["license"] == "Apache-2.0"
    assert (ROOT / "LICENSE").read_text().split("\n")[1].strip() == "Version 2.0, January 2004"
