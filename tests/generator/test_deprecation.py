"""A deprecated operation says what replaces it, where it is called, in its documentation and in the tables."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from generator.deprecation import deprecation_of
from generator.pipeline import generate
from generator.project import Project

TOLD = "getSearch is deprecated. Use createSearch instead. It works until 2027-01-31."
PROGRAM = """
import asyncio, json, warnings
import httpx
from aihub_api.tables import OPERATIONS
from aihub_api.data_warehouse import get_search
from aihub_sdk import AIHub, AsyncAIHub
from aihub_sdk._settings.config import resolve

reply = httpx.MockTransport(lambda request: httpx.Response(200, json={"code": 0, "msg": "", "data": {"id": 1}}))
config = resolve(env="local", token="t")
hub = AIHub._from_config(config, transport=reply)

async def awaited():
    async with AsyncAIHub._from_config(config, transport=reply) as other:
        await other.api.data_warehouse.get_search(id=1)
        await other.api.data_warehouse.raw.get_search(id=1)

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("default")
    for _ in range(3):
        hub.api.data_warehouse.get_search(id=1)
    hub.api.data_warehouse.raw.get_search(id=1)
    asyncio.run(awaited())
    get_search.sync(hub._session, id=1)
    hub.searches.get(1)
rows = [[str(one.message), one.category.__name__, one.filename] for one in caught]
text = hub.api.data_warehouse.get_search.__doc__
print(json.dumps({"rows": rows, "text": text, "table": OPERATIONS["getSearch"].deprecation}))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> dict[str, Any]:
    """What a program is told that calls a deprecated operation in every way."""
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(repository / "spec", root / "spec")
    file = root / "spec/services/data_warehouse.yaml"
    mark = "operationId: getSearch\n      tags"
    text = file.read_text(encoding="utf-8")
    assert text.count(mark) == 1
    deprecated = "deprecated: true\n      x-replaced-by: createSearch\n      x-sunset: 2027-01-31\n      "
    file.write_text(text.replace(mark, f"{deprecated}{mark}"), encoding="utf-8")
    generate(Project(root))
    paths = os.pathsep.join([str(root / "generated"), str(repository / "overlays")])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.slow
def test_each_line_that_calls_it_is_warned_once_and_named(told: dict[str, Any]) -> None:
    assert told["rows"] == [[TOLD, "DeprecationWarning", "<string>"]] * 5


@pytest.mark.slow
def test_its_documentation_and_the_table_say_it_too(told: dict[str, Any]) -> None:
    assert f"Deprecated: {TOLD}" in " ".join(told["text"].split())
    assert told["table"] == TOLD


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({}, ""),
        ({"deprecated": False, "x-replaced-by": "getNew"}, ""),
        ({"deprecated": True, "x-replaced-by": "getNew"}, "getOld is deprecated. Use getNew instead."),
        (
            {"deprecated": True, "x-sunset": "2027-01-31"},
            "getOld is deprecated. Nothing replaces it. It works until 2027-01-31.",
        ),
    ],
)
def test_the_sentence_says_what_is_known(operation: dict[str, Any], expected: str) -> None:
    assert deprecation_of({"operationId": "getOld", **operation}) == expected
