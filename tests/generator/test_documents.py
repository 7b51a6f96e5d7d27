"""The published OpenAPI documents: valid, complete, and readable by tools that know nothing of this project."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

SERVICES = [
    "data_warehouse",
    "dataset_management",
    "evaluation",
    "model_training",
    "quota_schedule",
    "s3_relay",
    "tag_resource",
    "user_system",
    "workflow_center",
]
METHODS = {"get", "post", "put", "delete", "patch"}


@pytest.fixture(scope="module")
def documents(repository: Path) -> dict[str, dict[str, Any]]:
    """Every document of the data package by name."""
    folder = repository / "generated" / "aihub_openapi"
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Every operation of a document."""
    return [op for item in document["paths"].values() for method, op in item.items() if method in METHODS]


def test_there_are_nine_services_and_one_document_of_all(documents: dict[str, Any]) -> None:
    assert sorted(documents) == sorted([*SERVICES, "aihub"])


@pytest.mark.parametrize("name", [*SERVICES, "aihub"])
def test_a_document_is_valid_openapi_3_1(documents: dict[str, Any], name: str) -> None:
    assert documents[name]["openapi"] == "3.1.0"
    assert [error.message for error in OpenAPIV31SpecValidator(documents[name]).iter_errors()] == []


@pytest.mark.parametrize("name", [*SERVICES, "aihub"])
def test_a_document_refers_to_nothing_outside_itself(documents: dict[str, Any], name: str) -> None:
    text = json.dumps(documents[name])
    assert '"$ref": "' in text
    assert '"$ref": "#/' in text
    assert text.count('"$ref": "') == text.count('"$ref": "#/components/')


def test_the_whole_has_every_operation_of_the_services_once(documents: dict[str, Any]) -> None:
    ids = [operation["operationId"] for operation in operations(documents["aihub"])]
    assert len(set(ids)) == len(ids)
    assert sorted(ids) == sorted(op["operationId"] for name in SERVICES for op in operations(documents[name]))


def test_every_path_of_the_whole_names_its_own_servers(documents: dict[str, Any]) -> None:
    for name in SERVICES:
        for path in documents[name]["paths"]:
            assert documents["aihub"]["paths"][path]["servers"] == documents[name]["servers"]


def test_the_eighteen_printed_addresses_are_there_and_none_is_invented(documents: dict[str, Any]) -> None:
    printed = [
        (name, server["x-environment"])
        for name in SERVICES
        for server in documents[name]["servers"]
        if server["x-environment"] != "local"
    ]
    assert len(printed) == 18
    assert {name for name, _ in printed}.isdisjoint({"quota_schedule", "evaluation", "s3_relay"})
    assert all(documents[name]["servers"][-1]["x-environment"] == "local" for name in SERVICES)


def test_every_operation_has_a_success_and_a_failure_example(documents: dict[str, Any]) -> None:
    for operation in operations(documents["aihub"]):
        media = operation["responses"]["200"]["content"]["application/json"]
        codes = [example["value"]["code"] for example in media["examples"].values()]
        assert 0 in codes, operation["operationId"]
        assert any(code != 0 for code in codes), operation["operationId"]


def test_every_operation_speaks_both_languages_and_names_its_source(documents: dict[str, Any]) -> None:
    for operation in operations(documents["aihub"]):
        assert operation["summary"].isascii()
        assert not operation["x-zh"]["summary"].isascii()
        assert operation["x-source"]


def test_links_lead_from_creating_to_reading_stopping_and_pods(documents: dict[str, Any]) -> None:
    linked = {
        operation["operationId"]: {
            link["operationId"] for link in operation["responses"]["200"].get("links", {}).values()
        }
        for operation in operations(documents["aihub"])
    }
    assert linked["createTraining"] == {"getTraining", "listTrainingPods", "stopTraining"}
    assert linked["createQuotaTask"] == {"getQuotaTask", "listQuotaTaskPods", "stopQuotaTask"}
    assert linked["createSearch"] == {"getSearch"}
    assert linked["createRun"] == {"getRun"}


def test_an_operation_names_the_other_methods_that_it_may_be_served_under(documents: dict[str, Any]) -> None:
    """Those of `fallbacks` in spec/behaviours.yaml, in the service's document and in the whole."""
    for name in ("workflow_center", "aihub"):
        named = {
            operation["operationId"]: operation["x-fallback-methods"]
            for operation in operations(documents[name])
            if "x-fallback-methods" in operation
        }
        assert named == {"getRun": ["GET"]}


def test_an_independent_generator_reads_the_whole_without_a_warning(repository: Path, tmp_path: Path) -> None:
    """datamodel-code-generator by itself, warnings turned into errors; its output imports.

    The two options are those whose absence it warns about whatever the document is.
    """
    source = repository / "generated" / "aihub_openapi" / "aihub.json"
    output = tmp_path / "models.py"
    options = ["--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel", "--disable-timestamp"]
    options += ["--use-annotated", "--formatters", "builtin"]
    command = [sys.executable, "-W", "error", "-m", "datamodel_code_generator", "--input", str(source)]
    done = subprocess.run(
        [*command, "--output", str(output), *options], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    use = "import models; models.Search(id=1)"
    subprocess.run([sys.executable, "-W", "error", "-c", use], check=True, cwd=tmp_path)
