"""Small specs of one feature each, and exactly what the pipeline makes of them; the clients it makes are then used."""

import importlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pytest

from generator.bundle import bundles
from generator.client import TEMPLATES, tidy, write_clients
from generator.facts import function_name
from generator.models import write_models
from generator.project import GeneratorError
from generator.source import load_spec
from generator.stamp import tree
from generator.tables import write_tables

GOLDEN = Path(__file__).parent / "golden"
FEATURES = sorted(path.parent.name for path in GOLDEN.glob("*/service.yaml"))
# The version that the templates were written against: see generator/templates/README.md.
PINNED = "0.29.1"


def spec_of(folder: Path) -> Path:
    """A spec with a service for each feature."""
    minimal = Path(__file__).parent / "lint/minimal"
    shutil.copytree(minimal / "shared", folder / "shared")
    (folder / "services").mkdir()
    for name in FEATURES:
        shutil.copyfile(GOLDEN / name / "service.yaml", folder / "services" / f"{name}.yaml")
    rows = "".join(f"  {name}: {{addresses: {{}}, local: 'http://127.0.0.1:1'}}\n" for name in FEATURES)
    head = "environments:\n  local: {title: Local, x-zh: 本机, description: Here.}\nservices:\n"
    (folder / "environments.yaml").write_text(head + rows, encoding="utf-8")
    shutil.copyfile(GOLDEN / "behaviours.yaml", folder / "behaviours.yaml")
    shutil.copyfile(minimal / "aihub.yaml", folder / "aihub.yaml")
    (folder / "README.md").write_text("", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the packages that the pipeline makes of all features."""
    folder = tmp_path_factory.mktemp("golden")
    (folder / "scratch").mkdir()
    spec = load_spec(spec_of(folder / "spec"))
    documents = bundles(spec)
    write_clients(documents, spec.behaviours.data, folder / "golden_api", folder / "scratch")
    write_tables(spec, documents, folder / "golden_api")
    write_models(documents, folder / "golden_models")
    tidy(folder / "golden_api")
    tidy(folder / "golden_models")
    return folder


def files_of(made: Path, feature: str) -> dict[str, str]:
    """What was made of one feature; as text files, which no other tool of the project takes for its own code."""
    client = {f"client/{name}": path for name, path in tree(made / "golden_api" / feature).items()}
    files = {**client, "strict_models.py": made / "golden_models" / f"{feature}.py"}
    return {f"{name}.txt": path.read_text(encoding="utf-8") for name, path in files.items()}


@pytest.mark.parametrize("feature", FEATURES)
def test_the_output_is_the_recorded_one(made: Path, feature: str) -> None:
    expected, now = GOLDEN / feature / "expected", files_of(made, feature)
    if os.environ.get("UPDATE_GOLDEN"):
        shutil.rmtree(expected, ignore_errors=True)
        for name, text in now.items():
            (expected / name).parent.mkdir(parents=True, exist_ok=True)
            (expected / name).write_text(text, encoding="utf-8")
    recorded = {name: path.read_text(encoding="utf-8") for name, path in tree(expected).items()}

    assert now == recorded, "If this is meant, run `make golden` and review the difference."


def test_the_templates_meet_the_version_of_the_tool_that_they_were_written_for() -> None:
    installed = version("openapi-python-client")
    moved = (
        f"openapi-python-client moved from {PINNED} to {installed}. Its templates are no public interface: read the "
        f"last column of generator/{TEMPLATES.name}/README.md, run `make golden` and `make generate`, read every "
        "difference, then raise PINNED here and the pin in requirements-dev.in together."
    )

    assert installed == PINNED, moved


def test_every_template_is_explained_and_every_explained_one_exists() -> None:
    text = (TEMPLATES / "README.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))

    assert rows == {path.name.removesuffix(".py.jinja") for path in TEMPLATES.glob("*.jinja")}


@pytest.fixture(scope="module")
def sent(made: Path) -> Iterator[list[httpx.Request]]:
    """Requests that the generated clients send; the packages can be imported meanwhile."""
    sys.path.insert(0, str(made))
    yield []
    sys.path.remove(str(made))
    for name in [name for name in sys.modules if name.split(".")[0] in {"golden_api", "golden_models"}]:
        del sys.modules[name]


class Called:
    """A generated operation, called over a transport that answers `data`."""

    def __init__(self, sent: list[httpx.Request]) -> None:
        self.sent = sent

    def module(self, feature: str, name: str) -> Any:
        return importlib.import_module(f"golden_api.{feature}.{name}")

    def __call__(self, feature: str, name: str, data: Any = None, /, **arguments: Any) -> Any:
        def reply(request: httpx.Request) -> httpx.Response:
            request.read()
            self.sent.append(request)
            return httpx.Response(200, json={"code": 0, "msg": "", **({} if data is None else {"data": data})})

        client = importlib.import_module("golden_api.client").Client
        with client("http://h:1", http=httpx.Client(transport=httpx.MockTransport(reply))) as opened:
            return self.module(feature, name).sync(opened, **arguments)


@pytest.fixture
def called(sent: list[httpx.Request]) -> Called:
    sent.clear()
    return Called(sent)


def test_an_enum_takes_unlisted_values_from_a_server_and_not_from_a_caller(called: Called) -> None:
    models = called.module("enums", "models")
    errors = importlib.import_module("golden_api.errors")
    body = models.CreateEnumRequest(state=models.State.DONE, word=models.Word("new"))

    assert called("enums", "create_enum", {"state": 9}, body=body).state.name == "UNKNOWN_9"
    assert called.sent[0].content == b'{"state":2,"word":"new"}'
    with pytest.raises(errors.InvalidArgument, match=r"body\.state is 9"):
        called("enums", "create_enum", body=models.CreateEnumRequest(state=models.State(9)))


def test_null_lists_objects_and_texts_are_none(called: Called) -> None:
    answer = called("nullable_lists", "list_things", {"data": [{"id": 1, "note": None}], "box": None})

    assert (answer.data[0].note, answer.box, answer.owner) == (None, None, None)


def test_a_null_that_was_seen_is_no_drift(made: Path, called: Called) -> None:
    operation = called.module("nullable_lists", "list_things").OPERATION
    envelope = importlib.import_module("golden_api._runtime.envelope")
    body = b'{"code":0,"data":{"data":[{"id":1,"note":null}]}}'
    _, answer = envelope.open_answer(operation, status=200, content_type="", body=body, is_strict=True)

    assert answer.data[0].note is None


def test_a_form_checks_its_conditions(called: Called) -> None:
    models = called.module("multipart_forms", "models")
    errors = importlib.import_module("golden_api.errors")
    file = importlib.import_module("golden_api.types").File(b"content")
    body = models.UploadFormRequest(title="t", part=file, kind=models.FormKind.BODY)

    with pytest.raises(errors.InvalidArgument, match=r"body\.note is missing, and kind=4 needs it"):
        called("multipart_forms", "upload_form", body=body)


def test_a_form_travels_as_multipart(called: Called) -> None:
    models = called.module("multipart_forms", "models")
    file = importlib.import_module("golden_api.types").File(b"content")
    called("multipart_forms", "upload_form", body=models.UploadFormRequest(title="t", part=file))

    assert called.sent[0].headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="title"' in called.sent[0].content


def test_an_open_object_keeps_what_is_not_listed(called: Called) -> None:
    models = called.module("open_objects", "models")
    body = models.CreateObjectRequest(params=[{"key": "a", "extra": 1}])
    called("open_objects", "create_object", {"id": 1}, body=body)

    assert called.sent[0].content == b'{"params":[{"key":"a","extra":1}]}'


def test_a_query_has_scalars_enums_and_lists(called: Called) -> None:
    order = called.module("query_parameters", "models").Order
    called("query_parameters", "list_queries", word="a b&c", deep=True, ids=[1, 2], orders=[order.UP, order.DOWN])

    assert called.sent[0].url.raw_path == b"/queries?word=a%20b%26c&deep=true&ids=1&ids=2&orders=1&orders=2"


@pytest.mark.parametrize(("ids", "complaint"), [(None, "is missing"), (1, r"is 1 \(int\)"), (["a"], "is 'a'")])
def test_a_list_in_a_query_is_checked_before_it_is_sent(called: Called, ids: Any, complaint: str) -> None:
    errors = importlib.import_module("golden_api.errors")
    with pytest.raises(errors.InvalidArgument, match=f"listQueries: ids {complaint}"):
        called("query_parameters", "list_queries", word="a", ids=ids)

    assert called.sent == []


def test_what_stands_in_a_path_is_encoded(called: Called) -> None:
    called("path_parameters", "get_part", {"id": 1}, name="a/V1 #?", id=7)

    assert called.sent[0].url.raw_path == b"/paths/a%2FV1%20%23%3F/parts/7"


def test_a_deprecated_operation_warns_and_the_new_one_does_not(called: Called) -> None:
    with pytest.warns(DeprecationWarning, match=r"^getOld is deprecated\. Use getNew instead\.$"):
        called("deprecations", "get_old", {"id": 1})

    assert called("deprecations", "get_new", {"id": 1}).id == 1


def test_a_condition_and_a_limit_are_checked_and_a_secret_is_not_shown(called: Called) -> None:
    models = called.module("conditional_fields", "models")
    errors = importlib.import_module("golden_api.errors")
    without = models.CreateConditionRequest(type=models.ConditionType.SQL, word="hunter2", hint="hunter2 again")
    too_short = models.CreateConditionRequest(type=models.ConditionType.TEXT, word="hunter2", box=[1])

    assert "hunter2" not in repr(without)
    with pytest.raises(errors.InvalidArgument, match=r"body\.sql is missing, and type=SQL needs it"):
        called("conditional_fields", "create_condition", body=without)
    with pytest.raises(errors.InvalidArgument, match=r"body\.box does not fit: expected array of length >= 4"):
        called("conditional_fields", "create_condition", body=too_short)


def test_a_limit_leaves_a_null_alone(called: Called) -> None:
    models = called.module("conditional_fields", "models")
    body = models.CreateConditionRequest(type=models.ConditionType.TEXT, word="a", corners=[1, 2, 3, 4])
    called("conditional_fields", "create_condition", {"id": 1}, body=body)

    assert called.sent[0].content == b'{"type":2,"word":"a","corners":[1,2,3,4]}'


def test_an_operation_without_data_answers_none_and_a_page_knows_its_items(called: Called) -> None:
    assert called("query_parameters", "list_queries", word="a", ids=[]) is None
    assert called.module("pages", "list_pages").OPERATION.items == "data"


def broken(feature: str, folder: Path, old: str, new: str) -> Any:
    """The stages that make a client, on a spec with one mistake that no lint rule has seen."""
    root = spec_of(folder / "spec")
    file = root / "services" / f"{feature}.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    spec = load_spec(root)
    documents = bundles(spec)
    (folder / "scratch").mkdir()
    only = {feature: documents[feature]}
    write_clients(only, spec.behaviours.data, folder / "api", folder / "scratch")


@pytest.mark.parametrize(
    ("feature", "old", "new", "message"),
    [
        (
            "enums",
            "{$ref: '#/components/schemas/State', description: The state.}",
            "{$ref: '../shared/envelope.yaml#/components/schemas/Stat', description: The state.}",
            "spec/shared/envelope.yaml has no components/schemas/Stat",
        ),
        (
            "enums",
            "{$ref: '#/components/schemas/Word', description: The word.}",
            "{$ref: 'https://example.com/word.json', description: The word.}",
            "a request refers to 'word.json', which is no schema of its document.",
        ),
        ("enums", "operationId: createEnum", "operationId: class", "operationId 'class' does not give a Python name."),
        (
            "path_parameters",
            "{name: id, in: path,",
            "{name: number, in: path,",
            "openapi-python-client has objections to path_parameters:",
        ),
    ],
)
def test_a_mistake_that_reaches_the_tools_stops_the_pipeline_with_a_message(
    tmp_path: Path, feature: str, old: str, new: str, message: str
) -> None:
    with pytest.raises(GeneratorError) as caught:
        broken(feature, tmp_path, old, new)

    assert message in str(caught.value)


def test_an_operation_id_becomes_a_function() -> None:
    assert function_name("getDatasetVersionDetail") == "get_dataset_version_detail"
