"""Datasets and versions from creation to the last downloaded file, over real TCP."""

import time
from pathlib import Path

import pytest

from aihub_emulator import Emulator
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.dataset_calls import (
    FILES,
    S3_DIRECTORY,
    SUCCESS,
    add_version,
    built,
    built_from,
    create,
    detail,
    files_of,
    index_rows,
    upload,
    zipped,
)


def test_a_zip_becomes_a_version_whose_index_lists_every_file_and_directory(
    emulator: Emulator, admin: Caller, tmp_path: Path
) -> None:
    data = built_from(emulator, admin, "all", zipped({**FILES, "empty/": b""}))

    rows = index_rows(admin, data["parquet_index_path"], tmp_path)
    assert rows == [
        ("", "car", "s3://dataset-files/all/V1/car/", 1),
        ("car", "deep", "s3://dataset-files/all/V1/car/deep/", 1),
        ("", "empty", "s3://dataset-files/all/V1/empty/", 1),
        ("", "odd", "s3://dataset-files/all/V1/odd/", 1),
        ("", "猫", "s3://dataset-files/all/V1/猫/", 1),
        ("car", "a#b?%20.png", "s3://dataset-files/all/V1/car/a#b?%20.png", 0),
        ("car/deep", " b.txt ", "s3://dataset-files/all/V1/car/deep/ b.txt ", 0),
        ("odd", '"q",\r\n\'.txt', 's3://dataset-files/all/V1/odd/"q",\r\n\'.txt', 0),
        ("", "readme.txt", "s3://dataset-files/all/V1/readme.txt", 0),
        ("猫", "图 1.jpg", "s3://dataset-files/all/V1/猫/图 1.jpg", 0),
    ]


def test_every_file_downloads_from_the_host_of_the_index(emulator: Emulator, admin: Caller, tmp_path: Path) -> None:
    data = built_from(emulator, admin, "下载 #?%", zipped(FILES))

    assert files_of(admin, data["parquet_index_path"], tmp_path) == FILES


def test_a_version_shows_what_it_was_made_of_and_how_large_it_is(emulator: Emulator, admin: Caller) -> None:
    before = int(time.time() * 1000)

    data = built_from(emulator, admin, "facts", zipped(FILES))

    assert before - 1000 <= data.pop("created_at") <= int(time.time() * 1000) + 1000
    assert data == {
        "id": data["id"],
        "version": 1,
        "dataset_id": data["dataset_id"],
        "upload_path": "s3://uploads/facts.zip",
        "upload_type": 1,
        "parent_version_id": 0,
        "description": "words",
        "status": SUCCESS,
        "message": "",
        "user_id": 1,
        "data_size": sum(map(len, FILES.values())),
        "data_count": len(FILES),
        "parquet_index_path": f"{emulator.base_url}/dataset-indexes/facts/V1.parquet",
    }


def test_the_address_that_the_relay_answered_does_in_place_of_the_path(emulator: Emulator, admin: Caller) -> None:
    port = emulator.base_url.rpartition(":")[2]
    url = upload(admin, zipped(FILES), key="目录/a b#.zip")["data"]["url"]

    data = built(emulator, admin, "by-url", url.replace("127.0.0.1", "localhost"))

    assert url.startswith(f"http://127.0.0.1:{port}/uploads/")
    assert (data["status"], data["message"], data["data_count"]) == (SUCCESS, "", len(FILES))


@pytest.mark.parametrize(
    "path", ["http://storage.example.com/uploads/x.zip", "uploads/x.zip", "s3://", "S3://uploads/x.zip", "file:///x"]
)
def test_a_path_that_names_no_object_fails_the_version(emulator: Emulator, admin: Caller, path: str) -> None:
    data = built(emulator, admin, f"nowhere {path.replace('/', '-')}", path)

    assert data["status"] == 4
    assert "is neither an s3:// path nor the address of an object on this emulator" in data["message"]


def test_an_object_that_is_not_there_fails_the_version(emulator: Emulator, admin: Caller) -> None:
    data = built(emulator, admin, "no object", "s3://uploads/none.zip")

    assert (data["status"], data["message"]) == (4, "there is no object 's3://uploads/none.zip'")


@pytest.mark.parametrize("path", ["s3://tree/mnist/", "s3://tree/mnist"])
def test_a_directory_in_s3_becomes_a_version(emulator: Emulator, admin: Caller, tmp_path: Path, path: str) -> None:
    for name, content in FILES.items():
        upload(admin, content, bucket="tree", key=f"mnist/{name}")
    upload(admin, b"beside", bucket="tree", key="mnist2/beside.txt")

    data = built(emulator, admin, f"tree {path[-1]}".replace("/", "slash"), path, upload_type=S3_DIRECTORY)

    assert files_of(admin, data["parquet_index_path"], tmp_path) == FILES


def test_a_version_keeps_an_object_that_is_replaced_later(emulator: Emulator, admin: Caller, tmp_path: Path) -> None:
    upload(admin, b"old", bucket="kept", key="a/x.txt")
    data = built(emulator, admin, "kept", "s3://kept/a", upload_type=S3_DIRECTORY)

    upload(admin, b"new", bucket="kept", key="a/x.txt")

    assert files_of(admin, data["parquet_index_path"], tmp_path) == {"x.txt": b"old"}


def test_the_files_of_a_version_are_a_directory_in_s3_too(emulator: Emulator, admin: Caller, tmp_path: Path) -> None:
    built_from(emulator, admin, "first", zipped(FILES))

    data = built(emulator, admin, "second", "s3://dataset-files/first/V1/", upload_type=S3_DIRECTORY)

    assert files_of(admin, data["parquet_index_path"], tmp_path) == FILES


def test_an_empty_directory_in_s3_fails_the_version(emulator: Emulator, admin: Caller) -> None:
    data = built(emulator, admin, "empty tree", "s3://tree/none/", upload_type=S3_DIRECTORY)

    assert (data["status"], data["message"]) == (4, "there is no object below 's3://tree/none/'")


def test_keys_that_no_directory_can_hold_together_fail_the_version(emulator: Emulator, admin: Caller) -> None:
    upload(admin, b"file", bucket="clash", key="a/b")
    upload(admin, b"below", bucket="clash", key="a/b/c")

    data = built(emulator, admin, "clash", "s3://clash/", upload_type=S3_DIRECTORY)

    assert (data["status"], data["message"]) == (4, "'a/b' is a file and a directory at once")


def test_versions_number_up_within_their_dataset_also_past_a_failed_one(emulator: Emulator, admin: Caller) -> None:
    one, two = (create(admin, name)["data"]["id"] for name in ("one", "two"))
    path = upload(admin, zipped(FILES))["data"]["path"]

    ids = [
        add_version(admin, dataset_id, source)["data"]["id"]
        for dataset_id, source in ((one, path), (one, "s3://none/none"), (two, path), (one, path))
    ]
    emulator.settle()

    names = ("one/V1", "one/V2", "two/V1", "one/V3")
    shown = [detail(admin, name)["data"] for name in names]
    assert [(data["id"], data["version"], data["dataset_id"], data["status"]) for data in shown] == [
        (ids[0], 1, one, 3),
        (ids[1], 2, one, 4),
        (ids[2], 1, two, 3),
        (ids[3], 3, one, 3),
    ]
    assert len(set(ids)) == 4


def test_a_dataset_is_needed(admin: Caller) -> None:
    assert add_version(admin, 404, "s3://a/b.zip") == {"code": 2, "msg": "there is no dataset 404", "data": None}


def test_a_parent_must_be_a_version_of_the_same_dataset(admin: Caller) -> None:
    one, two = (create(admin, name)["data"]["id"] for name in ("parents", "others"))
    parent = add_version(admin, one, "s3://a/b.zip")["data"]["id"]
    stranger = add_version(admin, two, "s3://a/b.zip")["data"]["id"]

    answers = [add_version(admin, one, "s3://a/b.zip", parent=number)["code"] for number in (parent, stranger, 404)]

    assert answers == [0, 2, 2]
    assert detail(admin, "parents/V2")["data"]["parent_version_id"] == parent


def test_a_name_is_given_once_among_all_users(emulator: Emulator, admin: Caller, stranger: Caller) -> None:
    first = create(admin, "taken")

    again, of_another = create(admin, "taken"), create(stranger, "taken", create_by=2)

    assert (first["code"], again["code"], of_another["code"]) == (0, 8, 8)
    assert again["msg"] == 'there is a dataset "taken" already'


def test_the_names_of_the_seeds_datasets_are_taken(admin: Caller) -> None:
    assert create(admin, "street-day")["code"] == 8


@pytest.mark.parametrize("name", ["", " ", ".", "..", "a/b", "a\nb", "a\0b", "x" * 129])
def test_a_name_that_no_address_could_hold_is_refused(admin: Caller, name: str) -> None:
    answer = create(admin, name)

    assert answer["code"] == 400
    assert answer["msg"].startswith("body.name: ")


def test_a_dataset_is_created_by_whoever_the_token_belongs_to(admin: Caller) -> None:
    answer = create(admin, "of another", create_by=2)

    assert answer["code"] == 403
    assert answer["msg"] == "body.create_by: is 2, and the token is that of user 1. Send 1."


def test_everybody_may_read_a_version_and_only_the_owner_may_add_one(
    emulator: Emulator, admin: Caller, stranger: Caller
) -> None:
    data = built_from(emulator, admin, "shared", zipped(FILES))

    assert detail(stranger, "shared/V1")["data"] == data
    assert add_version(stranger, data["dataset_id"], "s3://a/b.zip")["code"] == 403


@pytest.mark.parametrize("name", ["mnist", "mnist/", "mnist/1", "mnist/v1", "mnist/V0", "mnist/V01", "/V1", "a/b/V1"])
def test_a_version_is_asked_for_by_its_full_name(admin: Caller, name: str) -> None:
    answer = detail(admin, name)

    assert answer["code"] == 400
    assert answer["msg"].endswith("Send <dataset name>/V<version number>.")


def test_there_is_no_version_that_nobody_made(admin: Caller) -> None:
    assert detail(admin, "mnist/V404")["code"] == 2
