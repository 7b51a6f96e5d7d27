"""What a program can do with threads, it can do with asyncio: the same names, parameters, words and errors."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import aihub_sdk.services
from aihub_api.tables import OPERATIONS
from aihub_sdk import AIHub, AsyncAIHub
from aihub_sdk.errors import AIHubError
from aihub_sdk.testing import AnswerLost, Failure, FakeHub, GatewayAnswer, Refused, Unreachable
from tests.e2e.sdk.conftest import Platform
from tests.e2e.sdk.operations import BY_OPERATION, World

# What Python calls differently where a program awaits.
DUNDERS = {"__iter__": "__aiter__", "__enter__": "__aenter__", "__exit__": "__aexit__"}
REFERENCE = re.compile(r"(?:See|As) (?:`(?P<name>[\w.]+)`|the sync twin|`?\w+`? twin)")


def modules() -> Iterator[Any]:
    """Every module of the SDK that a program comes to through the root or a noun."""
    yield importlib.import_module("aihub_sdk.client")
    yield importlib.import_module("aihub_sdk._calls.unlisted")
    for module in pkgutil.iter_modules(aihub_sdk.services.__path__):
        yield importlib.import_module(f"aihub_sdk.services.{module.name}")


def pairs() -> Iterator[tuple[type[Any], type[Any]]]:
    """Each public class with its async twin."""
    for module in modules():
        found = vars(module)
        for name, value in sorted(found.items()):
            is_own = inspect.isclass(value) and value.__module__ == module.__name__ and not name.startswith("_")
            if is_own and f"Async{name}" in found:
                yield value, found[f"Async{name}"]


PAIRS = list(pairs())
each_pair = pytest.mark.parametrize(("sync", "other"), PAIRS, ids=lambda cls: cls.__name__)


class Member(NamedTuple):
    """What a program sees of a name.

    Attributes:
        parameters: Name, kind, default and annotation of each; None for what is no function.
        result: What it gives, once it is awaited or iterated over.
    """

    kind: str
    parameters: list[tuple[str, Any, Any, str]] | None
    result: str


def plain(annotation: object) -> str:
    """An annotation as it reads for threads."""
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    text = re.sub(r"\bAsync(\w+)", r"\1", text)
    # The type variables of handles that give themselves back.
    text = re.sub(r"^A$|(?<=\[)A(?=\])", "J", text)
    return re.sub(r"Awaitable\[(.+)\]", r"\1", text)


def member(cls: type[Any], name: str) -> Member:
    found = inspect.getattr_static(cls, name)
    if isinstance(found, property):
        assert found.fget is not None
        return Member("property", None, plain(inspect.signature(found.fget).return_annotation))
    if not inspect.isfunction(found):
        return Member(type(found).__name__, None, "")
    signature = inspect.signature(found)
    parameters = [(p.name, p.kind, p.default, plain(p.annotation)) for p in signature.parameters.values()]
    return Member("function", parameters, plain(signature.return_annotation))


def surface(cls: type[Any]) -> dict[str, Member]:
    """The public names of a class, under the names that they have for threads."""
    names = {name: name for name in dir(cls) if not name.startswith("_")}
    for sync, awaited in DUNDERS.items():
        own = next((each for each in (sync, awaited) if hasattr(cls, each)), None)
        if own is not None:
            names[sync] = own
    return {name: member(cls, own) for name, own in names.items()}


def test_every_noun_and_every_handle_has_a_twin() -> None:
    compared = {cls.__name__ for cls, _ in PAIRS}
    handles = {name.removeprefix("Async") for name in aihub_sdk.__all__ if name.startswith("Async")}
    nouns = {
        member(AIHub, name).result
        for name in dir(AIHub)
        if isinstance(inspect.getattr_static(AIHub, name), property) and not name.startswith("_")
    }

    assert compared >= handles | (nouns - {"Api", "Config"})


@each_pair
def test_twins_have_the_same_names_parameters_and_results(sync: type[Any], other: type[Any]) -> None:
    assert surface(other) == surface(sync)


@each_pair
def test_twins_have_the_same_attributes(sync: type[Any], other: type[Any]) -> None:
    found = [{name for name in inspect.get_annotations(cls) if not name.startswith("_")} for cls in (sync, other)]

    assert found[0] == found[1]


@each_pair
def test_an_async_twin_says_the_same_or_where_it_is_said(sync: type[Any], other: type[Any]) -> None:
    silent = []
    for name in surface(other):
        mine, its = (inspect.getdoc(getattr(cls, DUNDERS.get(name, name), None)) for cls in (other, sync))
        if name.startswith("_") or mine == its:
            continue
        reference = REFERENCE.search(mine or "")
        target = (reference["name"] or "") if reference else None
        if target is None or (target and not resolves(target, sync)):
            silent.append((name, mine))

    assert silent == []


def resolves(reference: str, sync: type[Any]) -> bool:
    """Whether `Class.method` of a docstring is there."""
    owner, _, name = reference.rpartition(".")
    known = {cls.__name__: cls for pair in PAIRS for cls in pair} | {base.__name__: base for base in sync.__mro__}
    return hasattr(known.get(owner), name) if owner else reference in known


@pytest.mark.parametrize("cls", [cls for pair in PAIRS for cls in pair], ids=lambda cls: cls.__name__)
def test_every_public_name_says_what_it_is(cls: type[Any]) -> None:
    names = [name for name in dir(cls) if not name.startswith("_")]
    documented = [name for name in names if callable(getattr(cls, name)) or isinstance(getattr(cls, name), property)]

    assert [name for name in documented if not inspect.getdoc(getattr(cls, name))] == []
    assert inspect.getdoc(cls)


# --- errors ---------------------------------------------------------------------------------------


FAULTS: dict[str, Failure] = {
    "refused": Refused(1, "no"),
    "not found": Refused(2, "没有"),
    "database": Refused(3, "database"),
    "name exists": Refused(8, "taken"),
    "unauthorized": Refused(401, "who are you", 401),
    "forbidden": Refused(1, "not yours", 403),
    "404 page": GatewayAnswer(404),
    "405 page": GatewayAnswer(405),
    "413 page": GatewayAnswer(413),
    "429": GatewayAnswer(429, retry_after=3),
    "500": GatewayAnswer(500),
    "502": GatewayAnswer(502),
    "503 asks again": GatewayAnswer(503, retry_after=2),
    "503": GatewayAnswer(503),
    "504": GatewayAnswer(504),
    "302": GatewayAnswer(302),
    "200 page": GatewayAnswer(200),
    "connection broke": AnswerLost(),
    "time ran out": AnswerLost(is_timeout=True),
    "unreachable": Unreachable(),
}


def told(client: Callable[[FakeHub], Any], operation: str, failure: Failure, folder: Path) -> tuple[Any, ...]:
    """What a program gets to know of a call that fails, how often it was sent, and how long it took."""
    fake = FakeHub(max_retries=2)
    for other in set(OPERATIONS) - {operation}:
        fake.answer(other, times=2)
    fake.fail(operation, failure, times=6)
    platform, row = Platform(client(fake)), BY_OPERATION[operation]
    world = World(platform, folder)
    try:
        with pytest.raises(AIHubError) as caught:
            row.call(world, row.prepare(world))
    finally:
        platform.runner.close()
    return type(caught.value), str(caught.value), len(fake.calls_of(operation)), fake.clock.pauses


@pytest.mark.parametrize("fault", FAULTS)
def test_every_operation_fails_in_the_same_words(fault: str, tmp_path: Path) -> None:
    def table(client: Callable[[FakeHub], Any]) -> dict[str, tuple[Any, ...]]:
        return {operation: told(client, operation, FAULTS[fault], tmp_path) for operation in BY_OPERATION}

    assert table(lambda fake: fake.async_hub) == table(lambda fake: fake.hub)


# --- results --------------------------------------------------------------------------------------


def given(client: Callable[[FakeHub], Any], operation: str, folder: Path) -> tuple[Any, ...]:
    """What a program gets of a call that succeeds, and every request that this took."""
    fake = FakeHub()
    for each in OPERATIONS:
        fake.answer(each, times=4)
    platform, row = Platform(client(fake)), BY_OPERATION[operation]
    world = World(platform, folder)
    try:
        result = row.call(world, row.prepare(world))
    finally:
        platform.runner.close()
    is_handle = hasattr(result, "environment")
    facts = (result.id, getattr(result, "snapshot", None)) if is_handle else result
    return row.outcome(result), facts, fake.calls


@pytest.mark.parametrize("operation", BY_OPERATION)
def test_every_operation_gives_the_same_and_sends_the_same(operation: str, tmp_path: Path) -> None:
    given_async = given(lambda fake: fake.async_hub, operation, tmp_path)

    assert given_async == given(lambda fake: fake.hub, operation, tmp_path)


def test_the_clients_are_among_the_twins() -> None:
    assert (AIHub, AsyncAIHub) in PAIRS
