"""Reading a spec: plain data, lines, and errors that name file, line and remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.source import Pointer, SpecError, load_spec

_MINIMAL = Path(__file__).parent / "minimal"


@pytest.fixture
def spec_root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(_MINIMAL, tmp_path / "spec"))


def _error(root: Path) -> str:
    with pytest.raises(SpecError) as caught:
        load_spec(root)
    return str(caught.value)


def test_services_shared_files_and_examples_are_loaded_in_alphabetical_order() -> None:
    spec = load_spec(_MINIMAL)
    assert list(spec.services) == ["files", "jobs"]
    assert list(spec.shared) == ["envelope.yaml", "security.yaml"]
    assert [example.path for example in spec.examples][:2] == [
        "examples/files/uploadFile.failure.json",
        "examples/files/uploadFile.success.json",
    ]


def test_an_example_knows_its_service_operation_and_case() -> None:
    example = load_spec(_MINIMAL).examples[0]
    assert (example.service, example.operation_id, example.case) == ("files", "uploadFile", "failure")


def test_a_document_knows_the_line_of_a_key_an_item_and_a_value() -> None:
    jobs = load_spec(_MINIMAL).services["jobs"]
    pointers: list[Pointer] = [("info", "title"), ("tags", 0), ("tags", 0, "x-displayName")]
    assert [jobs.line(pointer) for pointer in pointers] == [3, 8, 9]


def test_the_line_of_something_missing_is_its_parents() -> None:
    jobs = load_spec(_MINIMAL).services["jobs"]
    assert jobs.line(("info", "contact", "email")) == jobs.line(("info",))


def test_an_example_knows_its_lines() -> None:
    examples = {example.path: example for example in load_spec(_MINIMAL).examples}
    assert examples["examples/jobs/createJob.success.json"].line(("request", "body", "sql")) == 7


def test_an_example_that_yaml_cannot_read_is_located_at_its_file(spec_root: Path) -> None:
    path = spec_root / "examples/jobs/getJob.success.json"
    path.write_text(path.read_text("utf-8").replace("A finished job.", "\\ud83d\\ude00"), encoding="utf-8")
    examples = {example.path: example for example in load_spec(spec_root).examples}
    assert examples["examples/jobs/getJob.success.json"].line(("response",)) == 1


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("on", "on"),
        ("no", "no"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("0o17", "0o17"),
        ("true", True),
        ("null", None),
        ("", None),
        ("-3", -3),
        ("1e3", 1000.0),
        ("'1'", "1"),
    ],
)
def test_a_scalar_means_what_yaml_1_2_says(spec_root: Path, written: str, meant: object) -> None:
    (spec_root / "environments.yaml").write_text(f"value: {written}\n", encoding="utf-8")
    assert load_spec(spec_root).environments.data == {"value": meant}


def test_a_key_is_text_even_when_it_looks_like_a_number(spec_root: Path) -> None:
    (spec_root / "environments.yaml").write_text("200: ok\n", encoding="utf-8")
    assert load_spec(spec_root).environments.data == {"200": "ok"}


def test_a_duplicate_yaml_key_is_refused(spec_root: Path) -> None:
    (spec_root / "behaviours.yaml").write_text("a:\n  b: 1\n  b: 2\n", encoding="utf-8")
    assert _error(spec_root) == (
        "spec/behaviours.yaml:3: the key `b` stands at line 2 too; only one would count. Fix: merge the two entries."
    )


def test_a_duplicate_json_key_is_refused(spec_root: Path) -> None:
    (spec_root / "examples/jobs/getJob.success.json").write_text(
        '{"a": 1,\n "b": {"c": 1,\n "c": 2}}', encoding="utf-8"
    )
    assert _error(spec_root) == (
        "spec/examples/jobs/getJob.success.json:3: the key `c` stands at line 2 too; only one would count. "
        "Fix: merge the two entries."
    )


def test_broken_yaml_is_located(spec_root: Path) -> None:
    (spec_root / "services/jobs.yaml").write_text("a: 1\nb: [1\n", encoding="utf-8")
    assert _error(spec_root) == (
        "spec/services/jobs.yaml:3: not valid YAML: did not find expected ',' or ']'. "
        "Fix: correct the YAML at this line."
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: \x07\n", "2: not valid YAML: the character U+0007 is not allowed. Fix: remove it."),
        (
            "a: &a\n  b: *a\n",
            "1: an anchor stands inside of itself. Fix: write the value out instead of `*`.",
        ),
        (
            "a: &a {c: 1}\nb:\n  <<: *a\n",
            "3: `<<` merges nothing in YAML 1.2. Fix: write the keys out, or use a `$ref`.",
        ),
        (
            "a: 1\nb: {{c}}\n",
            (
                "2: a key is a mapping or a list. "
                "Fix: write `key: value`, and quote a text that begins with a brace or a bracket."
            ),
        ),
    ],
    ids=["control-character", "anchor-in-itself", "merge-key", "mapping-as-key"],
)
def test_yaml_that_means_something_else_elsewhere_is_refused(spec_root: Path, text: str, said: str) -> None:
    (spec_root / "behaviours.yaml").write_text(text, encoding="utf-8")
    assert _error(spec_root) == f"spec/behaviours.yaml:{said}"


def test_a_folder_in_the_place_of_a_file_is_refused(spec_root: Path) -> None:
    (spec_root / "services/more.yaml").mkdir()
    assert _error(spec_root) == (
        "spec/services/more.yaml:1: a folder stands where a file belongs. Fix: rename or remove it."
    )


def test_broken_json_is_located(spec_root: Path) -> None:
    (spec_root / "examples/jobs/getJob.success.json").write_text('{\n  "a": 1,\n}', encoding="utf-8")
    assert _error(spec_root).startswith("spec/examples/jobs/getJob.success.json:3: not valid JSON:")


@pytest.mark.parametrize("name", ["aihub.yaml", "behaviours.yaml", "environments.yaml", "README.md"])
def test_a_missing_file_is_named(spec_root: Path, name: str) -> None:
    (spec_root / name).unlink()
    assert _error(spec_root) == f"spec/{name}:1: the file is missing. Fix: add it; a spec has no optional file."


def test_a_spec_without_services_is_refused(spec_root: Path) -> None:
    shutil.rmtree(spec_root / "services")
    assert _error(spec_root) == (
        "spec/services:1: no service is described. "
        "Fix: add services/<service>.yaml, one OpenAPI 3.1 document for each service."
    )


def test_a_service_in_a_file_that_nobody_reads_is_refused(spec_root: Path) -> None:
    (spec_root / "services/jobs.yaml").rename(spec_root / "services/jobs.yml")
    assert _error(spec_root) == (
        "spec/services/jobs.yml:1: not a .yaml file, so it is never read. Fix: rename or remove it."
    )


@pytest.mark.parametrize("name", ["getJob.json", "getJob.success.yaml", "getJob.success.2.json"])
def test_an_example_whose_name_says_nothing_is_refused(spec_root: Path, name: str) -> None:
    (spec_root / "examples/jobs" / name).write_text("{}", encoding="utf-8")
    assert _error(spec_root) == (
        f"spec/examples/jobs/{name}:1: the file name does not say which operation and case it shows. "
        "Fix: name it <operationId>.<case>.json."
    )


def test_a_list_at_the_top_is_refused(spec_root: Path) -> None:
    (spec_root / "behaviours.yaml").write_text("- a\n", encoding="utf-8")
    assert _error(spec_root) == (
        "spec/behaviours.yaml:1: the file does not hold a mapping. Fix: write `key: value` lines at the top level."
    )


def test_text_that_is_not_utf_8_is_refused(spec_root: Path) -> None:
    (spec_root / "behaviours.yaml").write_bytes("a: 中".encode("gbk"))
    assert _error(spec_root) == "spec/behaviours.yaml:1: the file is not UTF-8 text. Fix: save it as UTF-8."
