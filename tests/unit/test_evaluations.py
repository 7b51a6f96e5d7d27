"""`hub.evaluations`: what is sent, and what is refused before that. Every test runs sync and async."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from aihub_sdk._predictions import check_predictions
from aihub_sdk.errors import ConfigurationError, InvalidRequest, ResponseLost
from tests.unit.conftest import MakeClient
from tests.unit.scripted import Client, ok

GOOD = '{"image": "1.jpg", "score": 0.93}\n{"image": "图.jpg"}'


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "model.onnx").write_bytes(b"model bytes")
    (tmp_path / "pred.jsonl").write_text(GOOD, "utf-8")
    return {
        "model_type": "face",
        "model_file": tmp_path / "model.onnx",
        "pred_file": str(tmp_path / "pred.jsonl"),
        "dataset_name": "faces-query/V1",
        "id_dataset_name": "faces-id/V1",
        "gallery_dataset_name": "faces-gallery/V1",
    }


def imported(c: Client, given: dict[str, Any]) -> Any:
    return c.done(c.hub.evaluations.import_result("face-r50", **given))


def test_fields_and_files_are_sent(client: MakeClient, given: dict[str, Any]) -> None:
    c = client(ok({"id": 11}))

    assert imported(c, {**given, "epoch": 10, "user_id": 2}) == 11
    form = c.script.requests[0].content.decode()
    for name, value in (("model_name", "face-r50"), ("model_type", "3"), ("epoch", "10"), ("user_id", "2")):
        assert f'name="{name}"\r\n\r\n{value}\r\n' in form
    assert 'filename="model.onnx"' in form
    assert "model bytes" in form
    assert GOOD in form


def test_files_are_sent_again_from_their_beginning(client: MakeClient, given: dict[str, Any]) -> None:
    """A 503 that asks for another try comes after the files were read."""
    c = client(httpx.Response(503, headers={"Retry-After": "1"}), ok({"id": 11}))
    imported(c, given)

    first, second = (request.content.count(b"model bytes") for request in c.script.requests)
    assert (first, second) == (1, 1)


def test_a_lost_answer_is_not_sent_again(client: MakeClient, given: dict[str, Any]) -> None:
    c = client(httpx.ReadError("reset"))

    with pytest.raises(ResponseLost, match="look for the model name"):
        imported(c, given)


@pytest.mark.parametrize("model_type", [3, "3", "FACE", "face"])
def test_a_model_type_is_given_by_number_or_name(client: MakeClient, given: dict[str, Any], model_type: Any) -> None:
    c = client(ok({"id": 11}))
    imported(c, {**given, "model_type": model_type})

    assert 'name="model_type"\r\n\r\n3\r\n' in c.script.requests[0].content.decode()


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"model_type": "fase"}, "model_type", "Did you mean 'FACE'"),
        ({"model_type": 9}, "model_type", "model_type cannot be 9"),
        ({"model_file": "nowhere.onnx"}, "model_file", "nowhere.onnx cannot be read: No such file"),
        ({"pred_file": "nowhere.jsonl"}, "pred_file", "nowhere.jsonl cannot be read: No such file"),
        ({"pred_file": None}, "pred_file", "pred_file cannot be None"),
        ({"dataset_name": None}, "body.dataset_name", "dataset_name is missing"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_before_anything_is_sent(
    client: MakeClient, given: dict[str, Any], change: dict[str, Any], field: str, message: str
) -> None:
    c = client()

    with pytest.raises(InvalidRequest, match=message) as caught:
        imported(c, {**given, **change})
    assert caught.value.field == field


def test_without_an_address_nothing_is_read(client: MakeClient, given: dict[str, Any]) -> None:
    c = client(env="internal-test", base_url=None)

    with pytest.raises(ConfigurationError, match="evaluation"):
        imported(c, {**given, "pred_file": "nowhere.jsonl"})


def test_the_first_twenty_bad_lines_are_named(tmp_path: Path) -> None:
    file = tmp_path / "pred.jsonl"
    lines = ["{}"] * 3 + ["not json", "", "[1]", "{} {}"] + ["x"] * 40
    file.write_text("\n".join(lines), "utf-8")

    with pytest.raises(InvalidRequest) as caught:
        check_predictions(file)
    message = caught.value.message
    assert "line 4 is not JSON (not json); line 5 is blank; line 6 is not a JSON object ([1]); line 7" in message
    assert message.count("line ") == 20
    assert "line 23" in message
    assert "line 24" not in message


def test_a_good_file_is_counted(tmp_path: Path) -> None:
    (tmp_path / "pred.jsonl").write_text(GOOD + "\n", "utf-8")

    assert check_predictions(tmp_path / "pred.jsonl") == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "has no line"), (b'{"a": "\xff"}', "line 1 is not JSON"), (b'{"a": NaN}', "line 1 is not JSON")],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "pred.jsonl").write_bytes(content)

    with pytest.raises(InvalidRequest, match=message):
        check_predictions(tmp_path / "pred.jsonl")
