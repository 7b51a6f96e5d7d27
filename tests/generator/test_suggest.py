"""Recorded answers and drift logs become a patch that applies, after which the spec is sound and the answers fit."""

import base64
import gzip
import json
import logging
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from generator.bundle import bundles
from generator.lint import lint
from generator.lint.survey import Survey
from generator.pipeline import generate
from generator.project import Project
from generator.source import load_spec
from generator.suggest import command
from generator.suggest.patching import Suggestion, suggest
from generator.suggest.recorded import from_har, from_log

SECRET = "eyJhbGciOi-wangwu@example.com"
SEARCH: dict[str, Any] = {"id": 1, "name": SECRET, "status": 3}


@pytest.fixture
def project(tmp_path: Path, repository: Path) -> Project:
    shutil.copytree(repository / "spec", tmp_path / "spec")
    return Project(tmp_path)


def entry(data: Any, path: str = "/data-warehouse/api/v1/searches/1", method: str = "GET") -> dict[str, Any]:
    """One exchange as a browser records it."""
    text = json.dumps({"code": 0, "msg": "", "data": data})
    headers = [{"name": "Authorization", "value": f"Bearer {SECRET}"}]
    return {
        "request": {"method": method, "url": f"http://192.0.2.7:30020{path}?x=1", "headers": headers},
        "response": {"status": 200, "content": {"mimeType": "application/json", "text": text}},
    }


def har(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"log": {"version": "1.2", "entries": list(entries)}}


@pytest.fixture(scope="module")
def survey(repository: Path) -> Survey:
    """The project's spec as it is, for suggestions that are not applied."""
    return Survey(load_spec(repository / "spec"))


def of_answer(survey: Survey, **fields: Any) -> Suggestion:
    """What is suggested for one answer of getSearch."""
    return of_har(survey, entry({**SEARCH, **fields}))


def of_har(survey: Survey, *entries: dict[str, Any]) -> Suggestion:
    return suggest(survey, from_har(survey, har(*entries)))


def apply(project: Project, suggestion: Suggestion) -> None:
    """The patch as people apply it, comments on top and all."""
    subprocess.run(["git", "init", "-q"], cwd=project.root, check=True)
    subprocess.run(["git", "apply"], cwd=project.root, input=str(suggestion), text=True, check=True)


def mends(project: Project, suggestion: Suggestion, entries: list[dict[str, Any]]) -> bool:
    """Whether nothing is left to suggest after the patch, and the patched spec is sound."""
    apply(project, suggestion)
    patched = load_spec(project.spec)
    assert [str(finding) for finding in lint(patched)] == []
    return of_har(Survey(patched), *entries) == Suggestion()


FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "text": ({"owner": SECRET}, "has the field `owner` (string), which `Search` has not"),
    "number": ({"cost": 0.25}, "has the field `cost` (number)"),
    "object": ({"owner": {"id": 7, "mail": SECRET, "tags": [1]}}, "has the field `owner` (object)"),
    "list of objects": ({"shares": [{"user": SECRET, "role": {"id": 1}}]}, "has the field `shares` (array)"),
    "empty list": ({"notes": []}, "has the field `notes` (array)"),
    "empty object": ({"extra": {}}, "has the field `extra` (object)"),
    "nested": (
        {"results": [{"score": 0.5, "rank": 1}]},
        "has the field `rank` (integer), which `SearchResult` has not",
    ),
    "null text": ({"message": None}, "has null for `message`, which may not be null"),
    "unlisted": ({"status": 9}, "has the value 9, which `SearchStatus` does not list"),
    "unlisted, negative": ({"type": -1}, "has the value -1, which `SearchType` does not list"),
    "whole to text": ({"top_k": SECRET}, "has a string for `top_k`, which is integer"),
    "whole to number": ({"feature_lib_id": 1.5}, "has a number for `feature_lib_id`, which is integer"),
    "number to text": ({"results": [{"score": "steep"}]}, "has a string for `score`, which is number"),
    "text to boolean": ({"message": True}, "has a boolean for `message`, which is string"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", FIELDS)
def test_an_answer_that_differs_gives_a_patch_that_mends_it(project: Project, survey: Survey, case: str) -> None:
    fields, _ = FIELDS[case]

    assert mends(project, of_answer(survey, **fields), [entry({**SEARCH, **fields})])


@pytest.mark.parametrize("case", FIELDS)
def test_each_edit_of_a_patch_has_its_place_and_its_reason(survey: Survey, case: str) -> None:
    fields, reason = FIELDS[case]
    suggestion = of_answer(survey, **fields)

    assert suggestion.by_hand == []
    assert reason in suggestion.reasons[0]
    assert suggestion.reasons[0].startswith("spec/services/data_warehouse.yaml:")
    assert "getSearch, entry 1 of the recording" in suggestion.reasons[0]


@pytest.mark.parametrize("case", FIELDS)
def test_no_value_of_the_answer_gets_into_the_patch(survey: Survey, case: str) -> None:
    told = str(of_answer(survey, **FIELDS[case][0]))

    assert [word for word in (SECRET, "wangwu", "192.0.2.7", "steep") if word in told] == []


def test_a_missing_field_is_no_longer_required(project: Project, survey: Survey) -> None:
    entries = [entry({"name": "a"})]
    suggestion = of_har(survey, *entries)

    assert "has no `id`, which `Search` requires" in suggestion.reasons[0]
    assert mends(project, suggestion, entries)


def test_all_differences_of_a_recording_make_one_patch_and_each_counts_once(project: Project, survey: Survey) -> None:
    fields = {"owner": "a", "cost": 1, "status": 9, "message": None, "top_k": "a"}
    entries = [entry({**SEARCH, **fields}), entry({**SEARCH, **fields}), entry({**SEARCH, "status": 8})]
    suggestion = of_har(survey, *entries)

    assert len(suggestion.reasons) == 6
    assert mends(project, suggestion, entries)


def test_an_unlisted_status_counts_as_pending_for_those_who_wait(project: Project, survey: Survey) -> None:
    apply(project, of_answer(survey, status=9))
    waiter = load_spec(project.spec).behaviours.data["waiters"]["search"]

    assert waiter["pending"] == ["WAITING", "RUNNING", "UNLISTED_9"]


@pytest.mark.slow
def test_the_patched_spec_generates_and_the_answer_fits_its_schema(project: Project, survey: Survey) -> None:
    import jsonschema

    data = {**SEARCH, "owner": {"id": 7}, "status": 9, "message": None, "top_k": "a"}
    apply(project, of_har(survey, entry(data)))
    generate(project)
    document = bundles(load_spec(project.spec))["data_warehouse"]
    schema = {**document, "$ref": "#/components/schemas/GetSearchResponse"}

    jsonschema.validate({"code": 0, "msg": "", "data": data}, schema)


@pytest.mark.parametrize(
    "harmless",
    [
        entry(SEARCH),
        entry({**SEARCH, "owner": 1}, path="/elsewhere"),
        entry({**SEARCH, "owner": 1}, method="DELETE"),
        {"request": {"method": "GET", "url": "/data-warehouse/api/v1/searches/1"}, "response": {}},
    ],
)
def test_what_fits_or_is_not_documented_gives_nothing(survey: Survey, harmless: dict[str, Any]) -> None:
    assert of_har(survey, harmless) == Suggestion()


def test_a_gateways_prefix_a_fallback_method_and_base64_are_understood(survey: Survey) -> None:
    recorded = entry({"id": 1, "owner": 2}, path="/gateway/workflow-center/api/v1/runs/7", method="GET")
    content = recorded["response"]["content"]
    content |= {"text": base64.b64encode(content["text"].encode()).decode(), "encoding": "base64"}

    assert "getRun, entry 1 of the recording, has the field `owner`" in of_har(survey, recorded).reasons[0]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"results": {}}, "has an object for `results`"), ({"status": "done"}, "has a string for `status`")],
)
def test_what_needs_a_decision_is_left_to_people(survey: Survey, fields: dict[str, Any], reason: str) -> None:
    suggestion = of_answer(survey, **fields)

    assert (suggestion.patch, suggestion.reasons) == ("", [])
    assert reason in suggestion.by_hand[0]


def test_data_used_as_keys_is_not_taken_for_fields(survey: Survey) -> None:
    assert of_answer(survey, **{"zhang san": 1, "a@b": 2, "192.168.0.1": 3}) == Suggestion()


def drift_log(data: dict[str, Any], caplog: pytest.LogCaptureFixture) -> str:
    """What the SDK logs about an answer, with a time in front as in a log file."""
    from aihub_sdk import AIHub
    from aihub_sdk._settings.config import resolve

    body = {"code": 0, "msg": "", "data": data}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    with AIHub._from_config(resolve(env="local", token="t"), transport=transport) as hub:
        hub.api.data_warehouse.get_search(id=1)
    return "\n".join(f"2026-01-01 10:00:00 WARNING {record.getMessage()}" for record in caplog.records)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({**SEARCH, "top_k": "a"}, "has a string for `top_k`, which is integer"),
        ({**SEARCH, "top_k": "a", "owner": "b"}, "has the field `owner` (string), which `Search` has not"),
        ({**SEARCH, "top_k": "a", "status": 9}, "has the value 9, which `SearchStatus` does not list"),
        ({"name": "a"}, "has no `id`, which `Search` requires"),
    ],
)
def test_the_sdks_drift_log_gives_the_same_patch(
    project: Project, survey: Survey, caplog: pytest.LogCaptureFixture, data: dict[str, Any], reason: str
) -> None:
    with caplog.at_level(logging.WARNING, "aihub_sdk"):
        text = drift_log(data, caplog)
    suggestion = suggest(survey, from_log(survey, text))

    assert [line for line in suggestion.reasons if reason in line] != []
    assert SECRET not in str(suggestion)
    apply(project, suggestion)
    assert [str(finding) for finding in lint(load_spec(project.spec))] == []


@pytest.fixture
def suggested(project: Project, repository: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """The command, on a file with this text."""
    import argparse

    def run(text: str) -> tuple[int, str]:
        file = project.root / "recorded"
        file.write_text(text, encoding="utf-8")
        code = command.run(argparse.Namespace(file=file), project)
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def test_the_command_prints_the_patch(suggested: Callable[..., tuple[int, str]]) -> None:
    code, told = suggested(json.dumps(har(entry({**SEARCH, "owner": 1}))))

    assert code == 0
    assert told.startswith("# spec/services/data_warehouse.yaml:")
    assert "+++ b/spec/services/data_warehouse.yaml" in told


def test_the_command_says_when_there_is_nothing_or_something_to_decide(
    suggested: Callable[..., tuple[int, str]],
) -> None:
    assert suggested("nothing of interest\n") == (0, "Nothing in it differs from the spec.\n")
    code, told = suggested(json.dumps(har(entry({**SEARCH, "results": {}}))))
    assert (code, told.startswith("# by hand: spec/services/data_warehouse.yaml:")) == (1, True)


def test_a_field_that_the_spec_cannot_take_is_left_to_people(survey: Survey) -> None:
    suggestion = of_answer(survey, owner={"class": "a"})

    assert (suggestion.patch, suggestion.reasons) == ("", [])
    assert suggestion.by_hand == [
        (
            "spec/services/data_warehouse.yaml:168: getSearch, entry 1 of the recording, "
            "has the field `owner` (object), which `Search` has not"
        )
    ]


@pytest.mark.parametrize(
    "broken",
    [
        None,
        {},
        {"request": None, "response": None},
        {"request": {"method": "GET", "url": "http://[bad"}, "response": {"content": {"text": "{}"}}},
        {"request": {"method": "GET", "url": "http://h/data-warehouse/api/v1/searches/1"}, "response": {"content": 1}},
    ],
)
def test_an_entry_that_is_none_is_stepped_over(survey: Survey, broken: Any) -> None:
    whole = entry({**SEARCH, "label": "a"})

    assert len(of_har(survey, broken, whole).reasons) == 1
    assert suggest(survey, from_har(survey, {"log": {"entries": None}})) == Suggestion()


def test_a_body_kept_as_it_travelled_is_read(survey: Survey) -> None:
    packed = entry({**SEARCH, "label": "a"})
    text = packed["response"]["content"]["text"]
    sent = base64.b64encode(gzip.compress(text.encode())).decode()
    packed["response"]["content"] |= {"encoding": "base64", "text": sent}

    assert len(of_har(survey, packed).reasons) == 1
