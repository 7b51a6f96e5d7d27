"""No mutation passes the pipeline silently with a broken client: it is refused with a message, or the client works."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.lint import lint
from generator.pipeline import generate
from generator.project import Project
from generator.source import load_spec
from tests.generator.diff.mutating import Case, cases, mutate

_CONTRACT = Path(__file__).with_name("contract_of_examples.py")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One checkout for all mutations: what a service's code was made from decides whether it is made again."""
    return tmp_path_factory.mktemp("checkout")


def _refused(root: Path, case: Case) -> bool:
    """Whether lint refuses, with the rules that the table names and a message that can be acted on."""
    findings = lint(load_spec(root / "spec"))
    wanted = [] if case["pipeline"] == "client" else case["pipeline"]
    assert sorted({finding.code for finding in findings}) == wanted
    for finding in findings:
        assert re.match(r"spec/[\w./-]+:\d+: S\d{3} .+ Fix: .+", str(finding))
    return bool(findings)


@pytest.mark.slow
@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in cases()])
def test_a_mutation_is_refused_or_gives_a_client_that_keeps_its_contract(
    case: Case, checkout: Path, repository: Path
) -> None:
    shutil.rmtree(checkout / "spec", ignore_errors=True)
    shutil.copytree(repository / "spec", checkout / "spec")
    mutate(checkout / "spec", case)
    if _refused(checkout, case):
        return
    generate(Project(checkout))
    done = subprocess.run(
        [sys.executable, str(_CONTRACT), str(checkout / "generated")], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("\n", "", 0)


def test_the_contract_notices_a_client_that_sends_something_else(tmp_path: Path, repository: Path) -> None:
    """What the mutations are held against can fail: a path, an enum's value and a header are changed by hand."""
    generated = tmp_path / "generated"
    shutil.copytree(repository / "generated", generated, ignore=shutil.ignore_patterns("__pycache__"))
    for file, old, new in (
        ("aihub_api/data_warehouse/create_search.py", 'path="/data-warehouse', 'path="/warehouse'),
        ("aihub_api/tag_resource/models.py", "    id: int\n", "    id: str\n"),
        ("aihub_api/_runtime/client.py", '{"Token": relay_token}', '{"X-Token": relay_token}'),
    ):
        path = generated / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    done = subprocess.run([sys.executable, str(_CONTRACT), str(generated)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    told = done.stdout
    assert "data_warehouse.createSearch: sent to /warehouse/api/v1/searches instead of /data-warehouse" in told
    assert "tag_resource.listSelectClusters: success: SchemaMismatch" in told
    assert "s3_relay.uploadFile: the credential of relayToken is not sent in Token" in told
