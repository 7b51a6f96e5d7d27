"""Every operation, public name, error, setting and command has its entry in both languages."""

import inspect
import re
from functools import cache

import pytest

import aihub_emulator
import aihub_sdk
from aihub_api.tables import OPERATIONS, WAITERS
from aihub_sdk import errors
from aihub_sdk._settings.environments import VARIABLES
from aihub_sdk._settings.profiles import KEYS
from docs.site import (
    command_pages,
    decision_pages,
    error_pages,
    option_texts,
    python_pages,
    rest_pages,
    setting_pages,
    state_pages,
)
from docs.site.localizing import localized
from docs.site.navigation import sections
from docs.site.operations import operations, service_keys
from docs.site.places import LANGUAGES, source_of
from tests.architecture.project_files import text_of

CHINESE = re.compile("[\u3001-\u9fff]")


@cache
def rest_page(service: str, language: str) -> str:
    return rest_pages.text(f"rest/{service}", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operation_has_a_section_with_samples_fields_and_a_failure(language: str) -> None:
    shown = {
        operation.id: operation
        for service in service_keys()
        for operation in operations(service)
        if f"{{ #{operation.id.lower()} }}" in rest_page(service, language)
    }

    assert shown.keys() == OPERATIONS.keys()
    for operation in shown.values():
        spec = localized(operation.service, language)["paths"][operation.path][operation.method.lower()]
        section = rest_page(operation.service, language).split(f"{{ #{operation.id.lower()} }}")[1]
        examples = spec["responses"]["200"]["content"]["application/json"]["examples"]
        assert all(example["summary"].replace('"', "'") in section for example in examples.values())
        assert any(name.startswith("failure") for name in examples)


def test_the_chinese_copy_of_a_document_has_chinese_in_every_text() -> None:
    english: list[str] = []

    def look(node: object, place: str) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in {"description", "summary"} and isinstance(value, str) and not CHINESE.search(value):
                    english.append(f"{place}/{key}: {value}")
                if key not in {"value", "examples", "properties"}:
                    look(value, f"{place}/{key}")
            for name, value in (node.get("properties") or {}).items():
                look(value, f"{place}/{name}")
            for name, value in node["examples"].items() if isinstance(node.get("examples"), dict) else ():
                look({"summary": value["summary"]}, f"{place}/{name}")

    for service in service_keys():
        look(localized(service, "zh"), service)

    assert english == []


def test_every_public_name_stands_on_a_page_of_the_python_reference() -> None:
    listed = {name for module in python_pages.modules() for name in module.names}
    wanted = {f"aihub_sdk.{name}" for name in aihub_sdk.__all__ if name not in errors.__all__}
    wanted |= {f"aihub_sdk.errors.{name}" for name in errors.__all__}
    wanted |= {f"aihub_emulator.{name}" for name in aihub_emulator.__all__}

    assert wanted - listed == {"aihub_sdk.__version__"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_cause_or_remedy_in_both_languages(language: str) -> None:
    page = error_pages.text("", language)
    classes = [name for name in errors.__all__ if issubclass(getattr(errors, name), Exception)]

    assert error_pages.names() == [name for name in error_pages.names() if f"## {name} {{" in page]
    assert set(error_pages.names()) == set(classes)
    for name in classes:
        found = error_pages.error_text(name, language)
        assert found.summary
        assert name == "AIHubError" or found.remedy, f"{name} has no remedy"
        assert bool(CHINESE.search(found.summary + found.remedy)) == (language == "zh")


def test_both_languages_say_the_same_about_each_error() -> None:
    for name in error_pages.names():
        english, chinese = (error_pages.error_text(name, language) for language in LANGUAGES)
        assert (name, bool(english.cause), bool(english.remedy)) == (name, bool(chinese.cause), bool(chinese.remedy))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_has_a_row_under_each_of_its_names(language: str) -> None:
    rows = setting_pages.settings()
    page = setting_pages.text("", language)
    arguments = set(inspect.signature(aihub_sdk.AIHub).parameters)

    assert {name for row in rows for name in row.get("arguments", ())} == arguments
    assert {name for row in rows for name in row.get("keys", ())} == set(KEYS)
    assert {name for row in rows for name in row.get("variables", ())} >= set(VARIABLES)
    assert all(f">{name}</code>" in page for name in [*arguments, *KEYS, *VARIABLES])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_has_an_entry(language: str) -> None:
    page = command_pages.text("", language)
    names = [name for name, _ in command_pages.commands()]

    assert [name for name in names if f"## {name} {{" not in page] == []


def test_every_command_is_described_in_chinese() -> None:
    names = {name for name, _ in command_pages.commands()}

    assert {name for name in names if not CHINESE.search(command_pages.chinese().get(name, ""))} == set()


def test_the_chinese_of_commands_names_none_that_is_not_there() -> None:
    assert command_pages.chinese().keys() - {name for name, _ in command_pages.commands()} == set()


def test_every_option_is_described_in_chinese() -> None:
    english = {
        (path, names)
        for path, command in command_pages.commands()
        for option, names, words in command_pages.options(path, command)
        # What stands in brackets behind it is Chinese already, and would hide that the sentence is not.
        if words and not CHINESE.search(option_texts.chinese_meaning(path, option, words).partition("（")[0])
    }

    assert english == set()


def test_the_chinese_of_options_has_no_sentence_that_no_option_has() -> None:
    used = {
        option_texts.sentence_of(option, words)
        for path, command in command_pages.commands()
        for option, _, words in command_pages.options(path, command)
    }

    assert option_texts.sentences().keys() - used == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_job_shows_its_states(language: str) -> None:
    page = state_pages.text("", language)

    assert all(f"`{state}`" in page for row in WAITERS.values() for state in row.states.values())


def test_both_languages_of_the_spec_list_the_same_readings() -> None:
    numbers = {
        page: re.findall(r"^(\d+)\. \*\*", text_of(page), re.MULTILINE)
        for page in ("spec/README.md", "spec/README.zh.md")
    }

    assert numbers["spec/README.md"] == numbers["spec/README.zh.md"]
    assert len(numbers["spec/README.md"]) >= 37


def test_every_page_that_stands_in_a_file_has_one_in_each_language() -> None:
    """The decisions among them, whose rows of the navigation are made from the files."""
    listed = [page.source for section in sections() for page in section.pages if page.source]
    listed += [page.source for page in decision_pages.pages()]

    assert [source for source in listed for language in LANGUAGES if not source_of(source, language).exists()] == []
    assert {"CONTRIBUTING", "overlays/aihub_emulator/README", "docs/decisions/README"} <= set(listed)


def test_both_changelogs_have_the_same_entries() -> None:
    entries = {
        page: [len(re.findall(r"^\* ", part, re.MULTILINE)) for part in text_of(page).split("\n## ")]
        for page in ("CHANGELOG.md", "CHANGELOG.zh.md")
    }

    assert entries["CHANGELOG.md"] == entries["CHANGELOG.zh.md"]
