"""The seed's datasets: real versions with an index and files, which are made when they are first needed."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from aihub_emulator import Emulator
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.conftest import QUICK
from tests.e2e.emulator.dataset_calls import S3_DIRECTORY, add_version, built, detail, files_of

VEHICLES = 7


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(QUICK) as running:
        yield running


def rows(emulator: Emulator, caller: Caller, sql: str) -> list[list[str]]:
    number = caller.create_search(sql)
    emulator.settle()
    data = caller.get_search(number)["data"]
    assert data["status"] == 3, data["message"]
    return [line.split(",") for line in caller.session.get(data["result_url"], timeout=60).text.splitlines()[1:]]


def test_a_versions_files_are_what_the_meta_table_says(emulator: Emulator, admin: Caller, tmp_path: Any) -> None:
    version = detail(admin, "gate-faces/V1")["data"]
    files = files_of(admin, version["parquet_index_path"], tmp_path)

    told = {}
    for path, content in files.items():
        with Image.open(io.BytesIO(content)) as image:
            size = (str(image.width), str(image.height))
        told[f"gate-faces/V1/{path}"] = (*size, path.rpartition(".")[2], str(len(content)), path.partition("/")[0])
    columns = "object_name, width, height, format, size_bytes, label"
    asked = rows(emulator, admin, f"select {columns} from meta where dataset = 'gate-faces'")

    assert {row[0]: tuple(row[1:]) for row in asked} == told
    assert (version["status"], version["data_count"]) == (3, len(files))
    assert version["data_size"] == sum(map(len, files.values()))


def test_a_version_of_the_seed_that_failed_says_why(admin: Caller) -> None:
    version = detail(admin, "street-night/V1")["data"]

    assert (version["status"], version["message"]) == (4, "the file is not a zip archive")
    assert version["parquet_index_path"] == ""


def test_a_single_image_can_be_fetched_before_anything_else_was_asked(admin: Caller) -> None:
    response = admin.send("GET", "/dataset-files/车牌/V1/蓝牌/00001.png")

    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/png")
    assert response.content.startswith(b"\x89PNG")


def test_a_file_that_the_seed_does_not_have_is_not_there(admin: Caller) -> None:
    paths = (
        "dataset-files/车牌/V1/none.png",
        "dataset-files/车牌/V9/蓝牌/00001.png",
        "dataset-indexes/street-night/V1.parquet",
    )

    assert [admin.send("GET", f"/{path}").status_code for path in paths] == [404] * 3


def test_a_new_dataset_can_be_made_of_the_seeds_files(emulator: Emulator, admin: Caller) -> None:
    version = built(emulator, admin, "copied", "s3://dataset-files/车牌/V2/绿牌", upload_type=S3_DIRECTORY)

    assert (version["status"], version["data_count"], version["message"]) == (3, 20, "")


def test_nobody_adds_a_version_to_a_dataset_of_the_seed(admin: Caller) -> None:
    answer = add_version(admin, detail(admin, "street-day/V1")["data"]["dataset_id"], "s3://none/none.zip")

    assert (answer["code"], answer["data"]) == (403, None)
    assert "is one of the seed's" in answer["msg"]


def test_the_documents_red_truck_is_found_in_english_and_chinese(emulator: Emulator, admin: Caller) -> None:
    answers = []
    for words in ("a red truck", "红色卡车"):
        body = {"type": 3, "name": "words", "feature_lib_id": VEHICLES, "keywords": words, "top_k": 3}
        number = admin.post_search(body)["data"]["id"]
        emulator.settle()
        answers.append(admin.get_search(number)["data"]["results"])

    assert answers[0] == answers[1]
    assert [(match["label"], match["score"]) for match in answers[0]] == [("truck", 1.0)] * 3


def test_an_image_of_the_seed_finds_others_that_show_the_same(emulator: Emulator, admin: Caller) -> None:
    url = f"{emulator.base_url}/dataset-files/street-day/V1/truck/00005.jpg"
    images = [{"url": url, "box": [320, 198, 912, 522]}]
    body = {"type": 2, "name": "image", "feature_lib_id": VEHICLES, "top_k": 3, "images": images}
    number = admin.post_search(body)["data"]["id"]
    emulator.settle()
    results = admin.get_search(number)["data"]["results"]

    assert (results[0]["image_url"], results[0]["box"], results[0]["score"]) == (url, images[0]["box"], 1.0)
    assert {match["label"] for match in results} == {"truck"}


def test_a_reset_ends_the_making_of_files_and_they_are_made_again_when_needed() -> None:
    with Emulator(QUICK) as emulator, Caller(emulator.base_url, emulator.token) as caller:
        caller.post_search({"type": 3, "name": "x", "feature_lib_id": VEHICLES, "keywords": "red", "top_k": 1})
        emulator.reset()

        assert caller.send("GET", "/dataset-files/gate-faces/V1/face/00001.jpg").status_code == 200


def test_the_seeds_images_are_in_the_meta_table_once_also_after_a_restart(tmp_path: Any) -> None:
    from dataclasses import replace

    settings = replace(QUICK, state=tmp_path / "state")
    counts = []
    for _ in range(2):
        with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token) as caller:
            assert caller.send("GET", "/dataset-indexes/gate-faces/V1.parquet").status_code == 200
            counts.append(rows(emulator, caller, "select count(*), count(distinct object_name) from meta"))

    assert counts == [[["240", "240"]]] * 2
