"""Every public name says what its caller gets: type and unit, what can go wrong, and where the platform says so."""

from __future__ import annotations

import asyncio
import builtins
import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

import aihub_sdk
import aihub_sdk.testing
from aihub_api.tables import OPERATIONS
from aihub_sdk import errors

SETTINGS = {"base_url": "http://127.0.0.1:9", "token": "not.a.token"}
SECTIONS = ("Args", "Returns", "Raises", "Source", "Attributes", "Yields")
UNIT = re.compile(
    r"\b(seconds?|minutes|ms|s|bytes|[KMG]iB|UTC|pixels?|percent|share|from 0 to 1|epoch)\b", re.IGNORECASE
)
TWIN = re.compile(r"See (?:the sync twin|`[\w.]+`)|`sync` for asyncio")

# Methods that ask the platform nothing, or whose errors are those of what they are given to. The reason follows.
SENDS_NOTHING = {
    "attach": "makes a handle; the first look tells whether there is such a job",
    "close": "gives connections back",
    "aclose": "gives connections back",
    "explain": "shows settings",
    "address": "shows a setting",
    "changed": "settings from settings",
    "secret": "a setting",
    "with_options": "settings from settings",
    "render": "text of what is known",
    "as_text": "text of what is known",
    "Datasets.get": "makes a handle, as no operation reads a dataset",
    "AsyncDatasets.get": "the same",
}
# JSON that a test changes as it likes.
VAGUE_ON_PURPOSE = {"FakeHub.example": {"return": "Any"}}


class Member(NamedTuple):
    """A public function, method or property."""

    name: str
    owner: type[Any] | None
    value: Any

    @property
    def text(self) -> str:
        """Its docstring; for the async half of a pair that points to the sync one, the sync one's."""
        own = inspect.getdoc(self.value) or ""
        if self.owner is None or not TWIN.search(own):
            return own
        return inspect.getdoc(getattr(twin_of(self.owner), self.name.rpartition(".")[2], None)) or ""


def twin_of(owner: type[Any]) -> type[Any]:
    """The sync half of a pair of classes."""
    if not owner.__name__.startswith("Async"):
        return owner
    homes = [(importlib.import_module(each.__module__), each.__name__.removeprefix("Async")) for each in owner.__mro__]
    found: type[Any] = next(getattr(home, name) for home, name in homes if hasattr(home, name))
    return found


def public_classes() -> list[type[Any]]:
    """What `aihub_sdk` and its testing kit export, and what its clients' nouns are."""
    exported = [(home, name) for home in (aihub_sdk, aihub_sdk.testing) for name in home.__all__]
    found = [value for home, name in exported if inspect.isclass(value := getattr(home, name))]
    hub, other = aihub_sdk.AIHub(**SETTINGS), aihub_sdk.AsyncAIHub(**SETTINGS)  # type: ignore[arg-type]  # all are text
    for client in (hub, other):
        nouns = [
            n for n in dir(type(client)) if not n.startswith("_") and isinstance(getattr(type(client), n), property)
        ]
        found += [type(getattr(client, noun)) for noun in nouns]
    hub.close()
    asyncio.run(other.close())
    return list(dict.fromkeys(each for each in found if each.__module__.startswith(("aihub_sdk", "aihub_api"))))


def members() -> Iterator[Member]:
    for owner in public_classes():
        for name, value in inspect.getmembers_static(owner):
            if not name.startswith("_") and is_ours(owner, name):
                plain = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
                if inspect.isfunction(plain) or isinstance(plain, property):
                    yield Member(f"{owner.__name__}.{name}", owner, plain)
    for row in OPERATIONS.values():
        module = importlib.import_module(f"aihub_api.{row.service}.{row.function}")
        yield Member(f"{row.service}.{row.function}", None, module.sync)


def is_ours(owner: type[Any], name: str) -> bool:
    home = next(each for each in owner.__mro__ if name in vars(each))
    return home.__module__.startswith(("aihub_sdk", "aihub_api"))


MEMBERS = {each.name: each for each in members()}
METHODS = {name: each for name, each in MEMBERS.items() if inspect.isfunction(each.value)}


def section(text: str, name: str) -> str:
    """The lines under one heading of a docstring."""
    found = re.search(rf"^{name}:\n((?:[ \t]+.*\n?|\n)*)", text, re.MULTILINE)
    return found.group(1) if found else ""


@pytest.mark.parametrize("owner", public_classes(), ids=lambda owner: owner.__name__)
def test_a_class_says_what_it_is(owner: type[Any]) -> None:
    assert vars(owner).get("__doc__")


@pytest.mark.parametrize("name", sorted(MEMBERS))
def test_a_public_name_begins_with_a_sentence(name: str) -> None:
    own = inspect.getdoc(MEMBERS[name].value) or ""

    assert re.match(r"\S.*?[.:]( |\n|$)", own, re.DOTALL), own[:80]


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_method_names_its_errors_and_its_source(name: str) -> None:
    owner = METHODS[name].owner
    is_of_the_kit = owner is not None and owner.__module__.startswith("aihub_sdk.testing")  # it stands for the platform
    if is_of_the_kit or not {name, name.rpartition(".")[2]}.isdisjoint(SENDS_NOTHING):
        return
    text = METHODS[name].text

    assert [each for each in ("Raises", "Source") if not section(text, each)] == []


@pytest.mark.parametrize("name", sorted(METHODS))
def test_the_errors_that_are_named_exist(name: str) -> None:
    raised = section(METHODS[name].text, "Raises")
    named = [each for line in re.findall(r"^ {4}(\w[\w, ]+):", raised, re.MULTILINE) for each in line.split(", ")]
    places = (errors, importlib.import_module("aihub_api.errors"), aihub_sdk.testing, builtins)

    unknown = [each for each in named if not any(hasattr(place, each) for place in places)]
    assert unknown == []


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_source_names_operations_that_exist(name: str) -> None:
    source = section(METHODS[name].text, "Source")
    called = re.findall(r"\b[a-z]+[A-Z]\w+\b", source)

    assert [each for each in called if each not in OPERATIONS] == []
    assert (
        not source
        or any(each in source for each in OPERATIONS)
        or re.search(r"assumed|not documented|SDK|None: |As `wait_all`", source)
    )


@pytest.mark.parametrize("name", sorted(METHODS))
def test_the_arguments_that_are_described_exist(name: str) -> None:
    member = METHODS[name]
    described = re.findall(r"^ {4}(\w+):", section(member.text, "Args"), re.MULTILINE)

    assert [each for each in described if each not in inspect.signature(member.value).parameters] == []


@pytest.mark.parametrize("name", sorted(METHODS))
def test_an_argument_with_a_unit_says_which(name: str) -> None:
    member = METHODS[name]
    text = section(member.text, "Args")
    silent = []
    for argument in inspect.signature(member.value).parameters.values():
        if argument.name != "seconds" and re.search(r"\b(float|timedelta|datetime)\b", str(argument.annotation)):
            found = re.search(rf"^ {{4}}{argument.name}:(.*(?:\n {{5,}}.*)*)", text, re.MULTILINE)
            if not found or not UNIT.search(found.group(1)):
                silent.append(argument.name)

    assert silent == []


@pytest.mark.parametrize("name", sorted(MEMBERS))
def test_a_number_or_a_time_that_is_given_says_its_unit(name: str) -> None:
    member = MEMBERS[name]
    given: Any = member.value.fget if isinstance(member.value, property) else member.value
    result = str(inspect.signature(given).return_annotation)
    if re.fullmatch(r"(float|datetime|timedelta)( \| None)?", result):
        assert UNIT.search(member.text)
    elif re.fullmatch(r"int( \| None)?", result) and not re.search(r"(^|\.)(id|status|.*_(id|bytes|cnt|count))$", name):
        assert re.search(r"\b([Nn]umber|[Hh]ow (many|often)|[Ii]d|code|lines)\b", member.text) or UNIT.search(
            member.text
        )


@pytest.mark.parametrize("name", sorted(MEMBERS))
def test_sections_are_the_ones_that_readers_know(name: str) -> None:
    headings = re.findall(r"^([A-Z]\w+):\n {4}", MEMBERS[name].text, re.MULTILINE)

    assert [each for each in headings if each not in SECTIONS] == []


@pytest.mark.parametrize("name", sorted(MEMBERS))
def test_a_public_signature_has_a_type_for_everything(name: str) -> None:
    member = MEMBERS[name]
    called: Any = member.value.fget if isinstance(member.value, property) else member.value
    signature = inspect.signature(called)
    annotations = {
        each.name: each.annotation for each in signature.parameters.values() if each.name not in {"self", "cls"}
    }
    annotations["return"] = signature.return_annotation

    vague = {key: each for key, each in annotations.items() if each is inspect.Signature.empty or "Any" in str(each)}
    assert vague == VAGUE_ON_PURPOSE.get(name, {})
