"""Other tools take the documents to download as they are: Postman's importer, and Redocly's rules."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs.site.operations import Operation, operations, service_keys
from docs.site.places import LANGUAGES, NODE_MODULES
from docs.site.publishing import published

CI_NODE = NODE_MODULES.parent
NAMES = ["aihub", *service_keys()]
# Postman's own names for the two ways to sign in.
SIGN_IN = {"bearerAuth": "bearer", "relayToken": "apikey", "": None}


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The documents, of all languages."""
    if not (NODE_MODULES / "openapi-to-postmanv2").exists():
        pytest.fail("the npm tools are not installed: `make node-tools` installs them")
    folder = tmp_path_factory.mktemp("openapi")
    files = []
    for language in LANGUAGES:
        for name in NAMES:
            files.append(folder / f"{name}.{language}.json")
            files[-1].write_text(json.dumps(published(name, language)), "utf-8")
    return files


def node(*words: object) -> str:
    """What a program of the npm packages prints."""
    variables = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    command = ["node", *map(str, words)]
    ended = subprocess.run(
        command, cwd=CI_NODE, env=variables, capture_output=True, text=True, timeout=100, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def request_of(operation: Operation) -> dict[str, Any]:
    """What an importer has to make of an operation."""
    body = None if operation.body is None else "formdata" if operation.files else "raw"
    path = operation.path.replace("{", ":").replace("}", "")
    return {"method": operation.method, "path": path, "body": body, "auth": SIGN_IN[operation.security]}


def expected(file: Path) -> Iterator[dict[str, Any]]:
    name = file.name.split(".")[0]
    for key in service_keys() if name == "aihub" else [name]:
        yield from map(request_of, operations(key))


@pytest.mark.slow
def test_postman_imports_every_document_whole_and_without_a_complaint(downloads: list[Path]) -> None:
    found = json.loads(node("import_into_postman.js", *downloads))

    assert len(found) == len(downloads)
    for file, answer in zip(downloads, found, strict=True):
        assert answer["accepted"] == {"result": True, "specificationVersion": "3.1.x"}
        assert (file.name, answer["collections"], answer["troubles"]) == (file.name, 1, [])
        assert answer["servers"] == [json.loads(file.read_text("utf-8"))["servers"][0]["url"]]
        assert sorted(map(str, answer["requests"])) == sorted(map(str, expected(file)))


@pytest.mark.slow
def test_the_documents_follow_the_rules_that_redocly_recommends(downloads: list[Path]) -> None:
    words = ["--config", "redocly.yaml", "--format", "github-actions", "--max-problems", "1000"]

    # One line a problem; which documents it has looked at goes to the other stream.
    assert node(NODE_MODULES / "@redocly" / "cli" / "bin" / "cli.js", "lint", *words, *downloads) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_document_states_its_licence_and_a_server(language: str) -> None:
    for name in NAMES:
        document = published(name, language)
        assert document["info"]["license"] == {"name": "Apache-2.0", "identifier": "Apache-2.0"}
        assert len(document["servers"]) > 0
