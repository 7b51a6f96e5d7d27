"""The calls of a dataset's life, and the archives that it begins with."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import duckdb
from PIL import Image

from aihub_emulator import Emulator
from tests.e2e.emulator.caller import Caller, check_answer

ZIP, S3_DIRECTORY, HOST_DIRECTORY = 1, 2, 3
WAITING, CREATING, SUCCESS, FAILED, LOADING_META, BUILDING_INDEX = 1, 2, 3, 4, 5, 6


def image(kind: str, width: int, height: int) -> bytes:
    """An image of one colour."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height)).save(stream, kind)
    return stream.getvalue()


def zipped(
    files: Mapping[str, bytes] | Mapping[zipfile.ZipInfo, bytes], *, method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A zip archive; names that end with a slash are directories."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content, compress_type=method)
    return stream.getvalue()


def upload(caller: Caller, content: bytes, *, bucket: str = "uploads", key: str = "data.zip") -> dict[str, Any]:
    """The envelope of `uploadFile`, sent to the port of all services."""
    response = caller.send("POST", "/upload", params={"bucket": bucket, "key": key}, files={"file": ("f", content)})
    check_answer("uploadFile", response.text)
    envelope: dict[str, Any] = response.json()
    return envelope


def create(caller: Caller, name: str, *, create_by: int = 1) -> dict[str, Any]:
    """The envelope of `createDataset`."""
    body = {"name": name, "description": "words", "tags": [], "cover_img": "", "create_by": create_by}
    response = caller.send("POST", "/dataset-mng/api/v2/datasets", json=body)
    check_answer("createDataset", response.text)
    envelope: dict[str, Any] = response.json()
    return envelope


def add_version(
    caller: Caller, dataset_id: int, path: str, *, upload_type: int = ZIP, parent: int = 0
) -> dict[str, Any]:
    """The envelope of `uploadDatasetVersion`."""
    body = {"upload_type": upload_type, "upload_path": path, "dataset_id": dataset_id, "description": "words"}
    if parent:
        body["parent_version_id"] = parent
    response = caller.send("POST", "/dataset-mng/api/v2/dataset-versions-upload", json=body)
    check_answer("uploadDatasetVersion", response.text)
    envelope: dict[str, Any] = response.json()
    return envelope


def detail(caller: Caller, name: str) -> dict[str, Any]:
    """The envelope of `getDatasetVersionDetail`."""
    response = caller.send("GET", "/dataset-mng/api/v2/dataset-versions-detail", params={"name": name})
    check_answer("getDatasetVersionDetail", response.text)
    envelope: dict[str, Any] = response.json()
    return envelope


def built(emulator: Emulator, caller: Caller, name: str, path: str, *, upload_type: int = ZIP) -> dict[str, Any]:
    """The first version of a new dataset, once it has ended."""
    dataset_id = create(caller, name)["data"]["id"]
    assert add_version(caller, dataset_id, path, upload_type=upload_type)["code"] == 0
    emulator.settle()
    data: dict[str, Any] = detail(caller, f"{name}/V1")["data"]
    return data


def built_from(emulator: Emulator, caller: Caller, name: str, archive: bytes) -> dict[str, Any]:
    """The first version of a new dataset, made of a zip archive, once it has ended."""
    path = upload(caller, archive, key=f"{name}.zip")["data"]["path"]
    return built(emulator, caller, name, path)


def index_rows(caller: Caller, address: str, folder: Any) -> list[tuple[str, str, str, int]]:
    """The rows of a parquet index, in its order."""
    response = caller.session.get(address, timeout=60)
    assert response.status_code == 200
    (folder / "index.parquet").write_bytes(response.content)
    with duckdb.connect() as connection:
        columns = connection.execute("DESCRIBE FROM read_parquet(?)", [str(folder / "index.parquet")]).fetchall()
        assert [column[:2] for column in columns] == [
            ("parent_dir", "VARCHAR"),
            ("name", "VARCHAR"),
            ("s3path", "VARCHAR"),
            ("type", "INTEGER"),
        ]
        return connection.execute("FROM read_parquet(?)", [str(folder / "index.parquet")]).fetchall()


def files_of(caller: Caller, address: str, folder: Any) -> dict[str, bytes]:
    """Every file of a version by its path, fetched as the spec says: from the index's host at /bucket/key."""
    host = address.split("/")[2]
    files = {}
    for parent, name, s3path, kind in index_rows(caller, address, folder):
        if kind == 0:
            response = caller.session.get(f"http://{host}/{quote(s3path.removeprefix('s3://'))}", timeout=60)
            assert response.status_code == 200, s3path
            files[f"{parent}/{name}" if parent else name] = response.content
    return files


FILES = {
    "readme.txt": b"words",
    "car/a#b?%20.png": image("PNG", 30, 20),
    "car/deep/ b.txt ": b"",
    "猫/图 1.jpg": image("JPEG", 8, 9),
    'odd/"q",\r\n\'.txt': b"odd",
}
