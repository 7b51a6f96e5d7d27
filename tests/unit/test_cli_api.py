"""`aihub api`: every operation of the spec can be called from a shell."""

import io
import json
import subprocess
import sys
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httpx
import pytest

from aihub_api.tables import OPERATIONS
from aihub_sdk.cli._api_spec import Field, operation_spec
from aihub_sdk.cli._lazy import spelled
from tests.contract.bundles import operation as node_of
from tests.unit.cli_runs import Commands, Ended

SEARCH = ("api", "data-warehouse", "create-search")
LOOK = ("api", "data-warehouse", "get-search")
MINIMAL = ("--type", "sql", "--name", "a", "--sql", "select 1")


@pytest.fixture
def aihub(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(monkeypatch, capsys.readouterr)


def successes(operation_id: str) -> list[str]:
    """The names of the examples that show a success."""
    media = node_of(operation_id)["responses"]["200"]["content"]["application/json"]
    return [name for name in media["examples"] if name.startswith("success")]


CASES = [(name, case) for name in OPERATIONS for case in successes(name)]


def given_by(operation_id: str, case: str) -> dict[tuple[str, str], Any]:
    """What the example sends, by place and name."""
    node = node_of(operation_id)
    given: dict[tuple[str, str], Any] = {}
    for field in operation_spec(OPERATIONS[operation_id].service, operation_id).fields:
        for parameter in node.get("parameters", ()):
            if parameter.get("name") == field.name and case in parameter.get("examples", {}):
                given[parameter["in"], field.name] = parameter["examples"][case]["value"]
    for media in node.get("requestBody", {"content": {}})["content"].values():
        body = media.get("examples", {}).get(case, {"value": {}})["value"]  # a form of files has none
        given |= {("body", name): value for name, value in body.items()}
    return given


def option(field: Field, value: Any, folder: Path) -> list[str]:
    """The option of one field as people write it."""
    name = f"--{spelled(field.name)}"
    if field.kind == "file":
        (folder / field.name).write_bytes(b"the file")
        return [name, str(folder / field.name)]
    if isinstance(value, bool):
        return [name if value else f"--no-{spelled(field.name)}"]
    if isinstance(value, list):
        return [word for item in value for word in (name, written(item))] or [name, "[]"]
    return [name, written(value)]


def written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def sent_by(request: httpx.Request) -> dict[str, Any]:
    """The fields of a body: JSON, or the text parts of a form."""
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("multipart/"):
        parts = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + request.content).get_payload()
        named = {str(part.get_param("name", header="content-disposition")): part for part in parts}  # type: ignore[union-attr]  # a multipart message has parts
        return {name: part.get_payload(decode=True).decode() for name, part in named.items()}  # type: ignore[union-attr]  # as above
    return dict(json.loads(request.content)) if request.content else {}


@pytest.mark.parametrize(("operation_id", "case"), CASES, ids=[f"{name}.{case}" for name, case in CASES])
def test_the_specs_example_written_as_options_is_what_goes_over_the_wire(
    aihub: Commands, tmp_path: Path, operation_id: str, case: str
) -> None:
    row = OPERATIONS[operation_id]
    fields = {(f.place, f.name): f for f in operation_spec(row.service, operation_id).fields}
    given = given_by(operation_id, case)
    files = {key: "the file" for key, field in fields.items() if field.kind == "file"}
    words = [word for key, value in {**given, **files}.items() for word in option(fields[key], value, tmp_path)]
    aihub.answer = next(
        example["value"]
        for name, example in node_of(operation_id)["responses"]["200"]["content"]["application/json"][
            "examples"
        ].items()
        if name == case
    )

    ended = aihub("api", row.service, row.function, *words, "--show-secrets" if operation_id == "login" else "--raw")

    assert (ended.code, ended.err) == (0, "")
    (request,) = ended.sent
    path = row.path.format_map({name: value for (place, name), value in given.items() if place == "path"})
    body = {name: value for (place, name), value in {**given, **files}.items() if place == "body"}
    query = {name: str(value) for (place, name), value in given.items() if place == "query"}
    assert (request.method, httpx.URL(path).path) == (row.method, request.url.path)
    assert sent_by(request) == body
    assert dict(request.url.params) == query
    data = ended.data if operation_id == "login" else ended.data["data"]
    assert data == aihub.answer.get("data")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "--type is missing. Give it as an option or in --body: How to search; decides"),
        (("--type", "sql", "--name", "a"), "--sql: sql is missing, and type=SQL needs it. Pass sql"),
        (
            ("--type", "sq"),
            "Invalid value for '--type': 'sq' is not listed. Write one of SQL (1), IMAGE (2), TEXT (3).",
        ),
        (("--type", "4"), "'4' is not listed"),
        ((*MINIMAL, "--top-k", "1.5"), "Invalid value for '--top-k': '1.5' is no whole number. Write it as in 10."),
        ((*MINIMAL, "--images", "{"), "Invalid value for '--images': it is no JSON: Expecting property name"),
        ((*MINIMAL, "--images", "@/no/file"), "'@/no/file' cannot be read: No such file or directory."),
        ((*MINIMAL, "--images", '{"url": "u", "bx": []}'), "--images has the unknown field 'images[0].bx'. Did you"),
        ((*MINIMAL, "--images", '{"url": "u", "box": [1]}'), "--images: images[0].box does not fit: expected"),
        (("--body", "[1]"), "Invalid value for '--body': it is no JSON object."),
        (("--body", '{"type": NaN}'), "it is no JSON: NaN is no JSON value"),
        (("--body", '{"type": 1, "nam": "a"}'), "--body has the unknown field 'nam'. Did you mean 'name'?"),
        ((*MINIMAL, "--sqll", "x"), "No such option"),
    ],
)
def test_what_does_not_fit_is_named_with_its_remedy_and_nothing_is_sent(
    aihub: Commands, words: tuple[str, ...], complaint: str
) -> None:
    ended = aihub(*SEARCH, *words)

    assert (ended.code, ended.out, ended.sent) == (2, "", [])
    assert complaint in ended.err


@pytest.mark.parametrize("name", ["create-search", "create_search", "createSearch"])
@pytest.mark.parametrize("service", ["data-warehouse", "data_warehouse"])
def test_the_names_of_the_api_are_understood_in_every_spelling(aihub: Commands, service: str, name: str) -> None:
    assert aihub("api", service, name, *MINIMAL).data == {"id": 1}


def test_an_unknown_operation_is_answered_with_the_nearest(aihub: Commands) -> None:
    ended = aihub("api", "data-warehouse", "create-serch")

    assert (ended.code, ended.sent) == (2, [])
    assert "There is no command 'create-serch'. Did you mean 'create-search'?" in ended.err


def test_an_enum_is_written_by_name_or_number(aihub: Commands) -> None:
    sent = [sent_by(aihub(*SEARCH, "--type", word, *MINIMAL[2:]).sent[0])["type"] for word in ("SQL", "sql", "1")]

    assert sent == [1, 1, 1]


def test_an_enum_that_is_open_takes_an_unlisted_value_too(aihub: Commands) -> None:
    media = node_of("createTraining")["requestBody"]["content"]["application/json"]
    body = json.dumps(media["examples"]["success"]["value"])
    (request,) = aihub("api", "model-training", "create-training", "--body", body, "--framework", "NewJob").sent

    assert sent_by(request)["framework"] == "NewJob"


def test_a_body_comes_from_a_file_and_single_fields_come_on_top(aihub: Commands, tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text('{"type": 1, "name": "a", "sql": "select 1"}', encoding="utf-8")
    (request,) = aihub(*SEARCH, "--body", f"@{tmp_path / 'body.json'}", "--name", "名").sent

    assert sent_by(request) == {"type": 1, "name": "名", "sql": "select 1"}


def test_a_body_comes_from_the_input(aihub: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"type": 1, "name": "a", "sql": "select 1"}'))

    assert sent_by(aihub(*SEARCH, "--body", "-").sent[0])["sql"] == "select 1"


def test_what_the_server_sent_is_printed_whole_even_where_the_spec_does_not_know_it(aihub: Commands) -> None:
    aihub.answer = {"code": 0, "msg": "", "data": {"id": 1, "owner": "zhang", "status": 3}}

    assert aihub(*LOOK, "--id", "1").data == aihub.answer["data"]


def test_an_answer_that_differs_from_the_spec_is_printed_and_noted(aihub: Commands) -> None:
    aihub.answer = {"code": 0, "msg": "", "data": {"id": 1, "top_k": "many"}}
    ended = aihub(*LOOK, "--id", "1")

    assert (ended.code, ended.data) == (0, {"id": 1, "top_k": "many"})
    assert ended.err == "note: the answer differs from the spec: Search.top_k: expected integer, got string\n"


def test_a_strict_call_ends_with_an_error_instead(aihub: Commands) -> None:
    aihub.answer = {"code": 0, "msg": "", "data": {"id": 1, "top_k": "many"}}
    ended = aihub(*LOOK, "--id", "1", "--strict")

    assert (ended.code, ended.out) == (1, "")
    assert "Search.top_k: expected integer, got string" in ended.err


def test_raw_shows_the_whole_answer_without_the_cookie(aihub: Commands) -> None:
    shown = aihub(*LOOK, "--id", "1", "--raw").data

    assert list(shown) == ["status", "headers", "code", "message", "elapsed", "data"]
    assert (shown["status"], shown["code"], shown["data"]) == (200, 0, {"id": 1})
    assert (shown["headers"]["x-request-id"], shown["headers"]["set-cookie"]) == ("7", "***")


def test_a_refusal_is_an_error_with_the_servers_words(aihub: Commands) -> None:
    aihub.answer = {"code": 2, "msg": "没有这个任务", "data": None}
    ended = aihub(*LOOK, "--id", "9")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("error: 没有这个任务\n")


def test_an_operation_that_answers_no_data_prints_nothing(aihub: Commands) -> None:
    aihub.answer = {"code": 0, "msg": ""}

    assert aihub("api", "model-training", "stop-training", "--id", "1")[:3] == (0, "", "")


def logged_in(aihub: Commands, *words: str) -> Ended:
    aihub.answer = {"code": 0, "msg": "", "data": {"id": 2, "token": "jwt-hunter2"}}
    return aihub("api", "user-system", "login", "--username", "demo", *words)


def test_a_secret_is_read_from_the_input_and_the_token_is_shown_only_when_asked_for(
    aihub: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("geheim\nmore"))
    ended = logged_in(aihub, "--password-stdin")

    assert sent_by(ended.sent[0]) == {"username": "demo", "password": "geheim"}
    assert ended.data == {"id": 2, "token": "***"}
    assert logged_in(aihub, "--password", "x", "--show-secrets").data["token"] == "jwt-hunter2"
    assert "hunter2" not in logged_in(aihub, "--password", "x", "--raw").out


def test_the_clients_options_reach_the_client(aihub: Commands) -> None:
    aihub(*LOOK, "--id", "1", "--env", "production", "--token", "t", "--call-timeout", "5", "--max-retries", "0")

    assert aihub.settings == {
        "env": "production",
        "base_url": None,
        "profile": None,
        "token": "t",
        "timeout": 5.0,
        "max_retries": 0,
        "strict": None,
    }


@pytest.mark.parametrize(
    "words", [("show", "nonsense"), ("wait", "aihub://production/search/7"), ("searches", "sql", " ")], ids=" ".join
)
def test_what_does_not_fit_ends_like_a_wrong_option_and_sends_nothing(words: tuple[str, ...], aihub: Commands) -> None:
    ended = aihub(*words)

    assert (ended.code, ended.err.startswith("error: "), ended.sent) == (2, True, [])


def test_a_deprecated_operation_says_what_replaces_it(aihub: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    told = "getSearch is deprecated. Use findSearch instead."
    row = OPERATIONS["getSearch"]._replace(is_deprecated=True, deprecation=told)
    monkeypatch.setitem(OPERATIONS, "getSearch", row)

    assert aihub(*LOOK, "--id", "1").err == f"note: {told}\n"
    assert "(deprecated)" in aihub("api", "data-warehouse", "--help").out
    assert f"Deprecated: {told}" in aihub(*LOOK, "--help").out


@pytest.mark.parametrize(
    "words", [("--help",), ("api", "--help"), ("api", "data-warehouse", "--help"), (*SEARCH, "-h")]
)
def test_help_loads_neither_the_clients_nor_the_emulator(words: tuple[str, ...]) -> None:
    program = (
        f"import sys\nsys.argv = ['aihub', *{words!r}]\nfrom aihub_sdk.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'aihub_emulator', 'httpx', 'attrs', 'msgspec', 'pydantic'} & set(sys.modules)))"
    )
    finished = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert finished.stdout.splitlines()[-1] == "[]"
