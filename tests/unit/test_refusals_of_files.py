"""Arguments about files that cannot be right: named with their value and a remedy before anything is sent."""

import base64
import os
from pathlib import Path
from typing import Any

import pytest

from aihub_sdk._predictions import check_predictions
from aihub_sdk.errors import InvalidRequest
from tests.unit.conftest import MakeClient
from tests.unit.scripted import Client, ok, search

GIVEN = {"s3_token": "s0", "services": {"evaluation": "http://evaluation.example"}}
IMAGE = base64.b64decode("R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=")


def refusal(c: Client, call: Any, /, *args: Any, **given: Any) -> InvalidRequest:
    sent = c.script.sent()
    with pytest.raises(InvalidRequest) as caught:
        c.done(call(*args, **given))
    assert c.script.sent() == sent
    return caught.value


@pytest.mark.parametrize("content", [bytes(5000), bytearray(5000)])
def test_the_content_of_a_file_is_no_path_and_no_part_of_a_message(client: MakeClient, content: Any) -> None:
    c = client(**GIVEN)
    error = refusal(c, c.hub.s3.upload, content, bucket="b")

    assert (error.field, error.message) == ("path", "path cannot be 5000 bytes.")
    assert "written to a file first" in error.hint


def test_an_open_file_is_no_path(client: MakeClient) -> None:
    c = client(**GIVEN)
    with Path(__file__).open("rb") as stream:
        error = refusal(c, c.hub.s3.upload, stream, bucket="b")

    assert "written to a file first" in error.hint


@pytest.mark.parametrize("path", ["a\0b.zip", "x" * 300])
def test_a_path_that_no_file_can_have_is_refused(client: MakeClient, path: str) -> None:
    c = client(**GIVEN)

    assert refusal(c, c.hub.s3.upload, path, bucket="b").field == "path"
    assert refusal(c, c.hub.datasets.get("mnist", id=3).upload, path).field == "path"


@pytest.mark.parametrize(
    ("path", "hint"),
    [("s3://", "s3://bucket/key"), ("s3:///key", "s3://bucket/key"), (Path("s3://bucket/key.zip"), "as text")],
)
def test_an_s3_path_without_a_bucket_or_a_slash_is_refused(client: MakeClient, path: str | Path, hint: str) -> None:
    c = client(**GIVEN)
    error = refusal(c, c.hub.datasets.get("mnist", id=3).upload, path)

    assert (error.field, hint in error.hint) == ("path", True)


async def awaited(done: int, total: int) -> None:
    raise AssertionError((done, total))


@pytest.mark.parametrize("progress", [True, "bar", awaited])
def test_progress_is_told_to_a_plain_function(client: MakeClient, tmp_path: Path, progress: Any) -> None:
    c = client(search(type=2, results=[]), **GIVEN)
    (tmp_path / "f").write_bytes(b"x")
    found = c.done(c.hub.searches.get(7))
    errors = [
        refusal(c, c.hub.s3.upload, tmp_path / "f", bucket="b", progress=progress),
        refusal(c, c.hub.datasets.get("mnist", id=3).upload, tmp_path, progress=progress),
        refusal(c, found.download, tmp_path / "t", progress=progress),
    ]

    assert [(error.field, error.message) for error in errors] == [("progress", f"progress cannot be {progress!r}.")] * 3
    assert not (tmp_path / "t").exists()


@pytest.mark.parametrize("tags", [5, None, "ab", {1: 2}])
def test_the_tags_of_a_dataset_are_a_list(client: MakeClient, tags: Any) -> None:
    c = client(**GIVEN)
    error = refusal(c, c.hub.datasets.create, "mnist", tags=tags, create_by=1)

    assert (error.field, error.message) == ("tags", f"tags cannot be {tags!r}.")


@pytest.mark.parametrize("wanted", [None, True, 1.5])
def test_what_is_neither_id_nor_name_is_not_looked_up(client: MakeClient, wanted: Any) -> None:
    c = client(**GIVEN)

    assert refusal(c, c.hub.clusters.get, wanted, user_id=1).message == f"cluster cannot be {wanted!r}."
    assert refusal(c, c.hub.storages.get, wanted).message == f"storage cannot be {wanted!r}."


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_an_image_in_any_kind_of_bytes_is_one(client: MakeClient, kind: Any) -> None:
    c = client(ok({"path": "s3://searches/k", "url": ""}), ok({"id": 7}), **GIVEN)

    assert c.done(c.hub.searches.image(kind(IMAGE), feature_lib_id=7, top_k=1)).id == 7


def test_an_image_as_text_is_not_repeated_in_the_message(client: MakeClient) -> None:
    c = client(**GIVEN)
    error = refusal(c, c.hub.searches.image, base64.b64encode(bytes(100_000)).decode(), feature_lib_id=7, top_k=1)

    assert len(error.message) < 500


@pytest.mark.parametrize("field", ["model_file", "pred_file"])
def test_a_pipe_is_not_waited_for(client: MakeClient, tmp_path: Path, field: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "model").write_bytes(b"model")
    (tmp_path / "pred").write_text("{}\n")
    names = dict.fromkeys(("dataset_name", "id_dataset_name", "gallery_dataset_name"), "faces/V1")
    files = {"model_file": tmp_path / "model", "pred_file": tmp_path / "pred", field: tmp_path / "pipe"}
    c = client(**GIVEN)
    error = refusal(c, c.hub.evaluations.import_result, "face-r50", model_type="face", **names, **files)

    assert (error.field, "it is not a file" in error.message) == (field, True)


def test_a_byte_order_mark_is_called_by_its_name(tmp_path: Path) -> None:
    """It cannot be seen in what is shown of the line."""
    (tmp_path / "pred").write_text("{}\n", "utf-8-sig")

    with pytest.raises(InvalidRequest, match="line 1 begins with a byte order mark"):
        check_predictions(tmp_path / "pred")


NO_TEXT = os.fsdecode("数据.zip".encode("gbk"))


def test_a_file_whose_name_is_in_another_encoding_is_sent_under_a_key_that_is_given(
    client: MakeClient, tmp_path: Path
) -> None:
    (tmp_path / NO_TEXT).write_bytes(b"x")
    c = client(ok({"path": "s3://b/k", "url": ""}), **GIVEN)
    c.done(c.hub.s3.upload(tmp_path / NO_TEXT, bucket="b", key="data.zip"))

    assert b'filename="????.zip"' in c.script.requests[0].content


def test_text_that_cannot_be_sent_is_refused(client: MakeClient, tmp_path: Path) -> None:
    (tmp_path / NO_TEXT).write_text("{}\n")
    names = dict.fromkeys(("dataset_name", "id_dataset_name", "gallery_dataset_name"), "faces/V1")
    files = dict.fromkeys(("model_file", "pred_file"), tmp_path / NO_TEXT)
    c = client(**GIVEN)
    errors = [
        refusal(c, c.hub.s3.upload, tmp_path / NO_TEXT, bucket="b"),
        refusal(c, c.hub.datasets.create, NO_TEXT, create_by=1),
        refusal(c, c.hub.datasets.get("mnist", id=3).upload, f"s3://b/{NO_TEXT}"),
        refusal(c, c.hub.searches.sql, NO_TEXT),
        refusal(c, c.hub.workflows.run, 1, 2, params={"a": NO_TEXT}),
        refusal(c, c.hub.evaluations.import_result, NO_TEXT, model_type="face", **names, **files),
    ]

    assert all("no text that can be sent" in error.message and "UTF-8" in error.hint for error in errors)
