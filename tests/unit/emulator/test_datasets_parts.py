"""The parts that build a version: its process, its index, the names of its files."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from PIL import Image

from aihub_emulator.datasets import worker
from aihub_emulator.datasets.contents import BuildFailed, Contents, clean_path
from aihub_emulator.datasets.images import ImageSize, image_size
from aihub_emulator.datasets.index import write_index
from aihub_emulator.settings import Settings, UnsupportedSetting


@pytest.mark.parametrize(
    ("path", "clean"),
    [
        ("a", "a"),
        ("a/b.txt", "a/b.txt"),
        ("./a//b/", "a/b"),
        ("a\\b", "a/b"),
        (".", ""),
        ("", ""),
        ("...", "..."),
        ("a:b", None),
        ("ab:c", "ab:c"),
        ("/a", None),
        ("\\a", None),
        ("a/..", None),
        ("..", None),
        ("a\0", None),
        ("\udce9", None),
        ("x" * 1025, None),
    ],
)
def test_a_path_stays_within_its_version_or_is_refused(path: str, clean: str | None) -> None:
    if clean is not None:
        assert clean_path(path) == clean
    else:
        with pytest.raises(BuildFailed):
            clean_path(path)


def touched(target: Path) -> int:
    target.touch()
    return 0


def test_an_index_keeps_texts_as_they_are_and_knows_empty_from_null(tmp_path: Path) -> None:
    contents = Contents(tmp_path, most_files=10, most_bytes=10)
    odd = "q\"',\r\n\t;| NULL 名"
    contents.add_file(odd, touched)
    contents.add_directory("")
    contents.add_file("d/NULL", touched)

    write_index(contents, beginning="s3://b/o'clock/", file=tmp_path / "it's.parquet")

    with duckdb.connect() as connection:
        rows = connection.execute("FROM read_parquet(?)", [str(tmp_path / "it's.parquet")]).fetchall()
    assert rows == [
        ("", "d", "s3://b/o'clock/d/", 1),
        ("d", "NULL", "s3://b/o'clock/d/NULL", 0),
        ("", odd, f"s3://b/o'clock/{odd}", 0),
    ]


@pytest.mark.parametrize(
    ("kind", "name"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("BMP", "bmp"), ("WEBP", "webp")]
)
def test_an_image_is_known_by_its_content(tmp_path: Path, kind: str, name: str) -> None:
    Image.new("RGB", (7, 5)).save(tmp_path / "no suffix", kind)

    assert image_size(tmp_path / "no suffix") == ImageSize(7, 5, name)


def test_an_image_of_another_kind_is_none(tmp_path: Path) -> None:
    Image.new("RGB", (7, 5)).save(tmp_path / "x.png", "TIFF")

    assert image_size(tmp_path / "x.png") is None


def test_the_process_ends_when_nobody_listens_any_more(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "never written")
    (tmp_path / "files").mkdir()
    job = {
        "files": 1,
        "content_bytes": 1 << 20,
        "result_bytes": 1 << 20,
        "ratio": 1,
        "memory_bytes": 1 << 30,
        "cpu_seconds": 60,
        "wall_seconds": 60,
        "paths": [],
        "source": {"kind": "objects", "listing": str(tmp_path / "never written")},
        "folder": str(tmp_path),
    }
    command = [sys.executable, "-I", str(worker.__file__)]

    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.communicate(f"{json.dumps(job)}\n".encode(), timeout=30)

    assert process.returncode == 1


def test_serving_loads_no_image_library() -> None:
    program = "import sys, aihub_emulator; aihub_emulator.create_app(); print('PIL' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert ended.stdout.strip() == "False"


def test_a_host_root_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedSetting, match="there is no such directory"):
        Settings(host_root=tmp_path / "none")


def test_a_picture_is_not_decoded_to_be_measured(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (64, 64)).save(stream, "PNG")
    (tmp_path / "cut.png").write_bytes(stream.getvalue()[:60])

    assert image_size(tmp_path / "cut.png") == ImageSize(64, 64, "png")
