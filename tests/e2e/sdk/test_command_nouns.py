"""The commands for jobs and files, against the emulator: what they print is what the next one takes."""

import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aihub_emulator import Emulator
from aihub_sdk.cli import main
from tests.e2e.sdk.conftest import QUICK

Run = Callable[..., tuple[int, str, str]]
JOB = """
name = "resnet-50"
image = "registry.example.com/train:1"
framework = "PyTorchJob"
virtual_cluster_id = {cluster}
sku_cnt = 1
project_id = 1
shm = 1
estimate_run_time = 60
"""


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(QUICK) as running:
        yield running


@pytest.fixture
def aihub(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command as a user whose settings lead to the emulator."""
    monkeypatch.setenv("AI_HUB_ENV", "local")
    monkeypatch.setenv("AI_HUB_BASE_URL", emulator.base_url)
    monkeypatch.setenv("AI_HUB_TOKEN", emulator.token)
    monkeypatch.setenv("AI_HUB_S3_TOKEN", emulator.s3_token)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["aihub", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def printed(aihub: Run, *arguments: str) -> Any:
    """The JSON of a command that did what it was told."""
    code, out, err = aihub(*arguments)
    assert code == 0, err
    return json.loads(out)


def test_a_search_is_started_waited_for_and_saved(aihub: Run, tmp_path: Path) -> None:
    target = tmp_path / "result.csv"
    row = printed(aihub, "searches", "sql", "select object_name from meta limit 3", "--to-csv", str(target))

    assert (row["ref"], row["status"]) == (f"aihub://local/search/{row['id']}", "SUCCESS")
    assert len(target.read_text(encoding="utf-8").splitlines()) == 4
    shown = printed(aihub, "show", row["ref"])
    assert (shown["status"], shown["data"]["sql"]) == ("SUCCESS", "select object_name from meta limit 3")


def test_a_search_that_is_not_waited_for_prints_its_reference_for_later(aihub: Run) -> None:
    row = printed(aihub, "searches", "sql", "select 1", "--name", "later")

    assert row["status"] is None
    assert printed(aihub, "wait", row["ref"]) == {**row, "status": "SUCCESS"}


def test_a_failed_job_ends_the_wait_with_1_and_the_servers_words(aihub: Run) -> None:
    code, out, err = aihub("searches", "sql", "select nothing from nowhere", "--wait")

    assert (code, out) == (1, "")
    assert re.match(r"note: waiting for aihub://local/search/\d+\nerror: Search \d+ failed: .*nowhere", err)


@pytest.mark.parametrize("noun", ["trainings", "quota-tasks"])
def test_a_job_file_is_submitted_with_fields_on_top_and_stopped(aihub: Run, tmp_path: Path, noun: str) -> None:
    kind = ("--user-id", "1", "--module-type", "training")
    clusters = printed(aihub, "api", "tag-resource", "list-select-clusters", *kind)["data"]
    job = tmp_path / "job.toml"
    job.write_text(JOB.format(cluster=clusters[0]["id"]), encoding="utf-8")

    more = ("--set", "priority=1") if noun == "quota-tasks" else ()
    row = printed(aihub, noun, "submit", str(job), "--set", "instances=2", "--set", f"name=mine-{noun}", *more)

    shown = printed(aihub, "show", row["ref"])["data"]
    assert (shown["name"], shown["instances"]) == (f"mine-{noun}", 2)
    assert aihub("stop", row["ref"]) == (0, "", "")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (
            ("trainings", "submit", "--set", "instnces=2"),
            "--set: a job has no field 'instnces'. Known are: name, image",
        ),
        (("trainings", "submit", "--set", "instances"), "--set: 'instances' has no name and value. Write it as in"),
        (("workflows", "run", "1", "1", "--param", "=x"), "--param: '=x' has no name and value."),
        (("stop", "aihub://local/search/1"), "the platform can stop trainings and quota tasks only"),
        (("wait", "aihub://local/search/1", "--timeout", "-1"), "Invalid value for '--timeout'"),
        (("s3", "upload", "/no/such/file", "--bucket", "b"), "does not exist"),
    ],
)
def test_wrong_usage_is_named_before_anything_is_sent(
    aihub: Run, emulator: Emulator, words: tuple[str, ...], complaint: str
) -> None:
    before = len(emulator.requests())
    code, out, err = aihub(*words)

    assert (code, out, len(emulator.requests())) == (2, "", before)
    assert complaint in " ".join(err.split())


def test_a_workflow_is_run_with_its_parameters(aihub: Run) -> None:
    row = printed(aihub, "workflows", "run", "1", "1", "--param", "dataset=mnist/V1", "--wait")

    assert (row["ref"], row["status"]) == (f"aihub://local/run/{row['id']}", "SUCCESS")


def test_a_dataset_is_made_filled_and_fetched(aihub: Run, tmp_path: Path) -> None:
    archive = tmp_path / "digits.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("images/1.txt", "one")
    made = printed(aihub, "datasets", "create", "digits", "--description", "from a shell")
    row = printed(aihub, "datasets", "upload", "digits", str(archive), "--id", str(made["id"]), "--wait")
    code, out, err = aihub("datasets", "download", "digits/V1", str(tmp_path / "data"))

    assert row["status"] == "SUCCESS"
    assert (code, out, err.startswith("note: ")) == (0, "", True)
    files = [path.name for path in sorted((tmp_path / "data").rglob("*.txt"))]
    assert files == ["1.txt"]


def test_a_file_is_stored(aihub: Run, tmp_path: Path) -> None:
    (tmp_path / "a file.bin").write_bytes(b"content")
    stored = printed(aihub, "s3", "upload", str(tmp_path / "a file.bin"), "--bucket", "datasets")

    assert stored["path"] == "s3://datasets/a file.bin"


def test_clusters_and_storages_are_listed(aihub: Run) -> None:
    clusters = printed(aihub, "clusters", "list")
    storages = printed(aihub, "storages", "list")

    assert [row["name"] for row in clusters][:2] == ["vc-a800-train", "vc-4090-dev"]
    assert [row["path"] for row in storages] == ["/mnt/data1", "/cache", "/mnt/models"]
    assert {row["sku"]["gpu_type"] for row in clusters} == {1, 2, 3, 5}


def test_a_job_is_watched_and_its_pods_are_listed(aihub: Run, tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    job.write_text(JOB.format(cluster='"vc-a800-train"'), encoding="utf-8")
    row = printed(aihub, "trainings", "submit", str(job), "--set", "instances=1", "--set", "name=watched")

    code, out, _ = aihub("watch", row["ref"])
    pods = printed(aihub, "pods", row["ref"])

    seen = [json.loads(line) for line in out.splitlines()]
    assert (code, seen[-1]) == (0, {**row, "status": "SUCCESS"})
    assert [(pod["namespace"], pod["status"]) for pod in pods] == [("training", "Succeeded")]


def test_pods_of_a_job_that_has_none_are_refused_before_anything_is_sent(aihub: Run, emulator: Emulator) -> None:
    before = len(emulator.requests())
    code, out, err = aihub("pods", "aihub://local/search/1")

    assert (code, out, len(emulator.requests())) == (2, "", before)
    assert "only trainings and quota tasks have pods" in err


def test_searches_by_words_and_by_image_are_started(aihub: Run) -> None:
    asked = ("--feature-lib-id", "1", "--top-k", "2", "--wait")
    by_words = printed(aihub, "searches", "text", "a bus", "--name", "words", *asked)
    found = printed(aihub, "show", by_words["ref"])["data"]["results"]
    by_image = printed(aihub, "searches", "image", found[0]["image_url"], "--box", "0", "0", "100", "100", *asked)

    assert [hit["label"] for hit in found] == ["bus", "bus"]
    assert len(printed(aihub, "show", by_image["ref"])["data"]["results"]) == 2


def test_an_evaluation_is_handed_in(aihub: Run, tmp_path: Path) -> None:
    model, predictions = tmp_path / "model.bin", tmp_path / "predictions.jsonl"
    model.write_bytes(b"weights")
    predictions.write_text('{"id": 1}\n', encoding="utf-8")
    files = ("--model-file", str(model), "--pred-file", str(predictions), "--model-type", "face")
    datasets = ("--dataset", "q", "--id-dataset", "i", "--gallery-dataset", "g")

    assert printed(aihub, "evaluations", "import", "resnet", *files, *datasets)["id"] >= 1
    predictions.write_text("not JSON\n", encoding="utf-8")
    code, _, err = aihub("evaluations", "import", "resnet", *files, *datasets)
    assert (code, "line 1" in err.lower()) == (2, True), err
