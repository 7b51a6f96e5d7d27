"""Evaluation results, sync and async, against both kinds of emulator."""

from pathlib import Path
from typing import Any

import pytest

from aihub_sdk.errors import InvalidRequest, ServerRefused
from tests.e2e.sdk.conftest import Platform


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "模型.onnx").write_bytes(b"\x00" * 3_000_000)
    (tmp_path / "pred.jsonl").write_text('{"image": "1.jpg"}\n' * 1000, "utf-8")
    return {
        "model_type": "license-plate",
        "model_file": tmp_path / "模型.onnx",
        "pred_file": tmp_path / "pred.jsonl",
        "dataset_name": "q/V1",
        "id_dataset_name": "i/V1",
        "gallery_dataset_name": "g/V1",
    }


def test_a_result_is_taken_in(platform: Platform, given: dict[str, Any]) -> None:
    first, second = (platform.done(platform.hub.evaluations.import_result("m", **given, epoch=e)) for e in (1, 2))

    assert second > first > 0


def test_bad_lines_are_refused_here(platform: Platform, given: dict[str, Any]) -> None:
    given["pred_file"].write_text('{"a": 1}\nnope\n', "utf-8")

    with pytest.raises(InvalidRequest, match="line 2 is not JSON"):
        platform.done(platform.hub.evaluations.import_result("m", **given))


def test_another_users_id_is_refused_by_the_platform(platform: Platform, given: dict[str, Any]) -> None:
    with pytest.raises(ServerRefused, match="user_id"):
        platform.done(platform.hub.evaluations.import_result("m", **given, user_id=1))
