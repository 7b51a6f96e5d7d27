"""What people may import is listed, and really there."""

import importlib
import inspect

import pytest

import aihub_sdk
from aihub_sdk import errors


@pytest.mark.parametrize("name", aihub_sdk.__all__)
def test_an_exported_name_is_there(name: str) -> None:
    assert getattr(aihub_sdk, name) is not None


def test_every_public_error_can_be_imported_from_the_root() -> None:
    public = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, aihub_sdk.AIHubError) and not name.startswith("_")
    }

    assert public - set(aihub_sdk.__all__) == set()


def test_every_public_name_says_what_it_is() -> None:
    silent = [
        name for name in aihub_sdk.__all__ if name != "__version__" and not inspect.getdoc(getattr(aihub_sdk, name))
    ]

    assert silent == []


@pytest.mark.parametrize("client", ["AIHub", "AsyncAIHub"])
def test_both_clients_have_the_same_names(client: str) -> None:
    names = {name for name in dir(getattr(aihub_sdk, client)) if not name.startswith("_")}
    other = aihub_sdk.AsyncAIHub if client == "AIHub" else aihub_sdk.AIHub

    assert names - {name for name in dir(other) if not name.startswith("_")} == set()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="NoSuchName"):
        importlib.import_module("aihub_sdk").NoSuchName  # noqa: B018  # looking it up is the test
