"""Imported evaluation results: a form with two files, checked before anything of it is kept."""

from pathlib import Path
from typing import Any

import pytest

from aihub_emulator import Emulator
from aihub_emulator.evaluations import EvaluationRecord
from tests.e2e.emulator.caller import Caller, check_answer

IMPORT = "/api/v2/tasks/import_result"
FIELDS = {
    "model_name": "face-r50",
    "model_type": "3",
    "epoch": "10",
    "dataset_name": "faces-query/V1",
    "id_dataset_name": "faces-id/V1",
    "gallery_dataset_name": "faces-gallery/V1",
    "user_id": "1",
}
MODEL = b"\x00\r\n--+++\r\nmodel"
PREDICTIONS = '{"image": "1.jpg", "score": 0.93}\n{"image": "二.jpg"}'.encode()


def send(
    caller: Caller, *, predictions: bytes = PREDICTIONS, fields: dict[str, str | None] | None = None
) -> dict[str, Any]:
    """The envelope; a field that is None is left out."""
    form = {name: value for name, value in {**FIELDS, **(fields or {})}.items() if value is not None}
    files = {"model_file": ("../model.onnx", MODEL), "pred_file": ("pred.jsonl", predictions)}
    response = caller.send("POST", IMPORT, data=form, files=files)
    check_answer("importEvaluationResult", response.text)
    assert response.status_code == 200
    envelope: dict[str, Any] = response.json()
    return envelope


def kept(emulator: Emulator, evaluation_id: int) -> tuple[EvaluationRecord | None, Path]:
    instance, thread, _ = emulator._parts()

    async def look() -> EvaluationRecord | None:
        return instance.store.table(EvaluationRecord).get(evaluation_id)

    return thread.call(look()), instance.evaluations.folder_of(evaluation_id)


def test_a_result_is_kept_byte_for_byte_with_its_fields(emulator: Emulator, admin: Caller) -> None:
    evaluation_id = send(admin)["data"]["id"]
    record, folder = kept(emulator, evaluation_id)

    assert record is not None
    assert (record.owner_id, dict(record.fields)) == (1, FIELDS)
    assert (record.model_name, record.model_bytes) == ("../model.onnx", len(MODEL))
    assert (record.pred_name, record.pred_bytes, record.lines) == ("pred.jsonl", len(PREDICTIONS), 2)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        "model": MODEL,
        "predictions.jsonl": PREDICTIONS,
    }


def test_each_result_has_an_id_of_its_own(admin: Caller) -> None:
    first = send(admin)["data"]["id"]

    assert send(admin)["data"]["id"] == first + 1


@pytest.mark.parametrize(
    ("predictions", "problem"),
    [
        (b"", "has no line"),
        (b"not json\n", 'line 1 is not JSON ("not json")'),
        (b'{"a": 1}\n\n{"a": 2}\n', "line 2 is blank"),
        (b'{"a": 1}\n[1, 2]\n', "line 2 is not a JSON object ([1, 2])"),
        (b'{"a": NaN}\n', 'line 1 is not JSON ("{\\"a\\": NaN}")'),
        (b'{"a": 1}\n\xff\xfe\n', "line 2 is not UTF-8"),
        (b"[" * 100_000, None),
        (
            b"1\n" * 5,
            "line 1 is not a JSON object (1); line 2 is not a JSON object (1); line 3 is not a JSON object (1)",
        ),
    ],
    ids=["empty", "words", "blank line", "array", "NaN", "not UTF-8", "deep", "the first three"],
)
def test_predictions_that_are_not_json_lines_are_refused(
    admin: Caller, predictions: bytes, problem: str | None
) -> None:
    answer = send(admin, predictions=predictions)

    assert (answer["code"], answer["data"]) == (400, None)
    if problem is None:
        assert answer["msg"].startswith("form.pred_file: line 1 is not JSON (")
    else:
        assert answer["msg"] == f"form.pred_file: {problem}. Send JSON Lines: UTF-8, one JSON object a line."


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"model_name": " "}, 400, 'form.model_name: is " ". Send a name.'),
        ({"dataset_name": ""}, 400, 'form.dataset_name: is "". Send a name.'),
        ({"model_type": "6"}, 400, "form.model_type: is \"6\". Send one of '3', '4' or '5'."),
        ({"model_name": None}, 400, "form.model_name: is missing. Send it."),
        ({"epoch": ""}, 400, 'form.epoch: is "". Leave it out, or send one.'),
        (
            {"user_id": "2"},
            403,
            'form.user_id: is "2", and the token is that of user 1. Send 1, or leave it out.',
        ),
    ],
)
def test_fields_that_do_not_fit_are_refused(
    admin: Caller, fields: dict[str, str | None], code: int, message: str
) -> None:
    assert send(admin, fields=fields) == {"code": code, "msg": message, "data": None}


def test_epoch_and_user_may_be_left_out(admin: Caller) -> None:
    assert send(admin, fields={"epoch": None, "user_id": None})["code"] == 0


def test_nothing_is_left_of_a_form_that_is_refused(emulator: Emulator, admin: Caller) -> None:
    _, folder = kept(emulator, send(admin)["data"]["id"])
    instance = emulator._parts()[0]
    before = sorted(folder.parent.iterdir())
    send(admin, predictions=b"not json")

    assert sorted(folder.parent.iterdir()) == before
    assert list(instance.objects.incoming.iterdir()) == []


def test_a_file_that_is_sent_as_text_is_refused(admin: Caller) -> None:
    response = admin.send("POST", IMPORT, data={**FIELDS, "pred_file": "{}"}, files={"model_file": ("m", MODEL)})

    check_answer("importEvaluationResult", response.text)
    assert response.json()["msg"] == (
        "form.pred_file: is a text part, and a file is wanted. Send it as a file part, with a file name."
    )


def test_a_reset_removes_the_files(emulator: Emulator, admin: Caller) -> None:
    _, folder = kept(emulator, send(admin)["data"]["id"])
    emulator.reset()

    assert (folder.exists(), send(admin)["data"]["id"]) == (False, 1)
