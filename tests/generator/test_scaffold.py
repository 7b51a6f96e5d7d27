"""`new` writes a stub that passes: sound, generated, and in the files where it belongs."""

import argparse
import difflib
import shutil
from pathlib import Path

import pytest

from generator.bundle import operations
from generator.lint import lint
from generator.pipeline import generate
from generator.project import GeneratorError, Project
from generator.scaffold import command
from generator.scaffold.writing import scaffold
from generator.source import load_spec


@pytest.fixture
def project(tmp_path: Path, repository: Path) -> Project:
    shutil.copytree(repository / "spec", tmp_path / "spec")
    return Project(tmp_path)


def findings(project: Project) -> list[str]:
    return [str(finding) for finding in lint(load_spec(project.spec))]


def described(project: Project, service: str, operation_id: str) -> tuple[str, str]:
    """Path and method of an operation of the spec."""
    path, method, _ = operations(load_spec(project.spec).services[service].data)[operation_id]
    return path, method


EXPECTED = {
    ("data_warehouse", "listTables"): ("/data-warehouse/api/v1/tables", "GET"),
    ("data_warehouse", "createTable"): ("/data-warehouse/api/v1/tables", "POST"),
    ("model_training", "stopQueue"): ("/model-training-platform/api/v1/queues/{id}", "POST"),
    ("dataset_management", "updateDatasetTag"): ("/dataset-mng/api/v2/dataset-tags/{id}", "PUT"),
    ("ticket_desk", "getTicket"): ("/ticket-desk/api/v1/tickets/{id}", "GET"),
    ("ticket_desk", "deleteTicket"): ("/ticket-desk/api/v1/tickets/{id}", "DELETE"),
}


@pytest.mark.slow
def test_stubs_of_every_verb_are_sound_and_generate_together(project: Project) -> None:
    for service, operation_id in EXPECTED:
        scaffold(project, service, operation_id)

    assert findings(project) == []
    assert {key: described(project, *key) for key in EXPECTED} == EXPECTED
    generate(project)
    assert (project.generated / "aihub_api/ticket_desk/delete_ticket.py").is_file()
    assert "def ticket_desk(self) -> TicketDeskApi:" in (project.generated / "aihub_api/api.py").read_text("utf-8")
    assert '"ticket_desk": ServiceRow(' in (project.generated / "aihub_api/tables.py").read_text("utf-8")


def test_a_stub_only_adds_lines_to_what_is_there(project: Project, repository: Path) -> None:
    scaffold(project, "data_warehouse", "listTables")
    for name in ("services/data_warehouse.yaml", "environments.yaml"):
        old, new = ((root / name).read_text("utf-8").splitlines() for root in (repository / "spec", project.spec))
        assert [line for line in difflib.ndiff(old, new) if line.startswith("-")] == []


def test_an_operation_under_a_known_path_joins_it(project: Project) -> None:
    scaffold(project, "data_warehouse", "listSearches", path="/data-warehouse/api/v1/searches")

    assert findings(project) == []
    assert described(project, "data_warehouse", "listSearches") == ("/data-warehouse/api/v1/searches", "GET")


def test_a_new_service_is_one_file_and_its_row_of_addresses(project: Project, repository: Path) -> None:
    written = scaffold(project, "ticket_desk", "createTicket")

    names = [path.relative_to(project.spec).as_posix() for path in written]
    assert names == [
        "environments.yaml",
        "services/ticket_desk.yaml",
        "examples/ticket_desk/createTicket.success.json",
        "examples/ticket_desk/createTicket.failure-not-found.json",
    ]
    assert findings(project) == []
    row = load_spec(project.spec).environments.data["services"]["ticket_desk"]
    assert (row["addresses"], row["local"]) == ({}, "http://127.0.0.1:8021")


@pytest.mark.parametrize(
    ("service", "operation_id", "options", "complaint"),
    [
        ("data_warehouse", "getSearch", {}, "getSearch is there already: data_warehouse, get /data-warehouse"),
        ("data_warehouse", "fetchTables", {}, "'fetchTables' is not verbNoun. Start it with one of create, delete"),
        ("data_warehouse", "list", {}, "'list' is not verbNoun"),
        ("Data-Warehouse", "listTables", {}, "'Data-Warehouse' is no service key"),
        ("data_warehouse", "listTables", {"path": "tables"}, "'tables' is no path"),
        ("data_warehouse", "listTables", {"method": "trace"}, "'trace' is no method"),
        (
            "data_warehouse",
            "createQuery",
            {"path": "/data-warehouse/api/v1/searches"},
            "post /data-warehouse/api/v1/searches is taken",
        ),
        ("class", "getLesson", {}, "'class' is no service key"),
        (
            "data_warehouse",
            "getURL",
            {},
            "It would break a rule, so nothing was written:\nspec/services/data_warehouse.yaml:",
        ),
        ("ticket_desk", "listFiles", {"path": "/upload"}, "S049 `/upload` and `/upload` of services/s3_relay.yaml"),
        ("ticket_desk", "getTicket", {"path": "/tickets/{number}"}, "S042 the path of `getTicket` has `{number}`"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    project: Project, service: str, operation_id: str, options: dict[str, str], complaint: str
) -> None:
    before = {path: path.read_bytes() for path in sorted(project.spec.rglob("*")) if path.is_file()}
    with pytest.raises(GeneratorError) as caught:
        scaffold(project, service, operation_id, **options)

    assert complaint in str(caught.value)
    assert {path: path.read_bytes() for path in sorted(project.spec.rglob("*")) if path.is_file()} == before


def test_the_command_names_the_files_and_what_is_left_to_do(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {"service": "data_warehouse", "method": None, "path": None}

    assert command.run(argparse.Namespace(operation="listTables", **asked), project) == 0
    assert capsys.readouterr().out.splitlines() == [
        "spec/services/data_warehouse.yaml",
        "spec/examples/data_warehouse/listTables.success.json",
        "spec/examples/data_warehouse/listTables.failure-not-found.json",
        "Now say what is true: every `To be written.`, `待补充` and example. Then run `make generate`.",
    ]
    assert command.run(argparse.Namespace(operation="listTables", **asked), project) == 1
    assert "listTables is there already" in capsys.readouterr().err
