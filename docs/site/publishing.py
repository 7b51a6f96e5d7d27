"""The documents to download, complete enough for tools that know nothing of this project."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from .localizing import bundle, localized
from .operations import resolve

_LICENSE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}


def published(name: str, language: str) -> dict[str, Any]:
    """A bundle for download, with its licence, a server and complete forms; in Chinese, if asked, where tools look.

    The bundle of all services has its addresses at the paths. Tools that import it want one for the whole document as
    well: the emulator's, where nothing can be broken.
    """
    document = copy.deepcopy(bundle(name)) if language == "en" else localized(name, language)
    document["info"]["license"] = _LICENSE
    for form in _forms(document):
        _name_files(document, form)
    if "servers" not in document:
        servers = localized("user_system", language)["servers"]
        document["servers"] = [each for each in servers if each["x-environment"] == "local"]
    return document


def _forms(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        for operation in methods.values():
            if isinstance(operation, dict):
                found = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
                if found:
                    yield found


def _name_files(document: dict[str, Any], form: dict[str, Any]) -> None:
    """Put a file's name into each example of a form that asks for a file: without it the form is incomplete."""
    for field, schema in resolve(document, form["schema"])["properties"].items():
        if schema.get("format") == "binary":
            for example in form.get("examples", {}).values():
                example["value"].setdefault(field, schema["examples"][0])
