"""What a noun or a handle can do, it can do for threads and for asyncio: same names, same parameters."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

import aihub_sdk.services
from aihub_sdk import AIHub, AsyncAIHub


def pairs() -> Iterator[tuple[type[Any], type[Any]]]:
    """Each class of the services with its async twin, and both clients."""
    yield AIHub, AsyncAIHub
    for module in pkgutil.iter_modules(aihub_sdk.services.__path__):
        found = vars(importlib.import_module(f"aihub_sdk.services.{module.name}"))
        for name, value in sorted(found.items()):
            if inspect.isclass(value) and f"Async{name}" in found and value.__module__.endswith(f".{module.name}"):
                yield value, found[f"Async{name}"]


def surface(cls: type[Any]) -> dict[str, list[tuple[str, Any, Any]] | None]:
    """The public names of a class, each with its parameters: name, kind and default; None for a property."""
    iterating = {"__iter__": "__aiter__", "__enter__": "__aenter__", "__exit__": "__aexit__"}
    names = {name: name for name in dir(cls) if not name.startswith("_")}
    names |= {sync: own for sync, other in iterating.items() for own in (sync, other) if hasattr(cls, own)}
    return {name: parameters(inspect.getattr_static(cls, own)) for name, own in names.items()}


def parameters(member: Any) -> list[tuple[str, Any, Any]] | None:
    if not inspect.isfunction(member):
        return None
    return [(each.name, each.kind, each.default) for each in inspect.signature(member).parameters.values()]


PAIRS = list(pairs())


@pytest.mark.parametrize(("sync", "other"), PAIRS, ids=lambda cls: cls.__name__)
def test_both_twins_have_the_same_names_and_parameters(sync: type[Any], other: type[Any]) -> None:
    assert surface(sync) == surface(other)


@pytest.mark.parametrize("cls", [cls for pair in PAIRS for cls in pair], ids=lambda cls: cls.__name__)
def test_every_public_name_says_what_it_is(cls: type[Any]) -> None:
    names = [name for name in dir(cls) if not name.startswith("_")]
    undocumented = [name for name in names if callable(getattr(cls, name)) or isinstance(getattr(cls, name), property)]

    assert [name for name in undocumented if not inspect.getdoc(getattr(cls, name))] == []
    assert inspect.getdoc(cls)


def test_every_service_has_a_twin_to_compare() -> None:
    compared = {cls.__name__ for cls, _ in PAIRS}

    assert compared >= {
        "AIHub",
        "Clusters",
        "Evaluations",
        "QuotaTask",
        "QuotaTasks",
        "Run",
        "Search",
        "Searches",
        "Storages",
        "Training",
        "Trainings",
        "Workflows",
    }
