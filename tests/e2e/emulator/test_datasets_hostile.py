"""Archives and images that were made to hurt: a version fails with a message, and that is all."""

import io
import os
import stat
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aihub_emulator import DatasetLimits, Emulator, Settings
from aihub_emulator.datasets.archives import _copy
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.dataset_calls import (
    FAILED,
    SUCCESS,
    add_version,
    built,
    built_from,
    create,
    detail,
    files_of,
    image,
    upload,
    zipped,
)

GIB = 1 << 30
WINDOWS, UNIX = 0, 3
LIMITS = DatasetLimits(files=50, content_bytes=64 << 20, memory_bytes=512 << 20)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """With limits that a test can reach."""
    with Emulator(Settings(waiting_seconds=0, running_seconds=0, datasets=LIMITS)) as running:
        yield running


def entry(name: str, *, mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def patched(archive: bytes, old: bytes, new: bytes) -> bytes:
    """The archive with some bytes changed everywhere, as no tool would write it."""
    assert old in archive
    return archive.replace(old, new)


def encrypted() -> bytes:
    archive = bytearray(zipped({"secret.txt": b"x"}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        archive[archive.index(signature) + place] |= 1
    return bytes(archive)


def raw_names(name: bytes, *, made_on: int = UNIX) -> bytes:
    """An archive whose entry has exactly these bytes as its name, and does not say that they are UTF-8."""
    placeholder = zipfile.ZipInfo("N" * len(name))
    placeholder.create_system = made_on
    return patched(zipped({placeholder: b"x"}), b"N" * len(name), name)


def bomb(claimed: int, *, unpacked_mib: int = 10 * 1024) -> bytes:
    """An archive of some megabytes with one entry that really unpacks to so much, and claims what it is told to.

    Blocks of a deflate stream that were flushed stand alone: one of them, repeated, needs no time to make.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    data = block * unpacked_mib + zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    sizes = (zlib.crc32(bytes(1 << 20)), 0xFFFFFFFF, 0xFFFFFFFF)
    wide = struct.pack("<HHQQ", 1, 16, claimed, len(data))
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, 8, 0, 33, *sizes, 4, len(wide)) + b"bomb" + wide + data
    central = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 8, 0, 33, *sizes, 4, len(wide), 0, 0, 0, 0, 0)
    central += b"bomb" + wide
    return local + central + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central), len(local), 0)


def greedy_lzma() -> bytes:
    """An entry whose decoder is told to keep four gigabytes at hand."""
    archive = zipped({"a": b"x"}, method=zipfile.ZIP_LZMA)
    place = archive.index(b"\x09\x04\x05\x00") + 5
    return archive[:place] + b"\xff\xff\xff\xff" + archive[place + 4 :]


def overlapping() -> bytes:
    """Two entries that share their bytes."""
    archive = zipped({"aa": b"x" * 100, "bb": b"y" * 100}, method=zipfile.ZIP_STORED)
    second = archive.rindex(b"PK\x01\x02")
    return archive[: second + 42] + bytes(4) + archive[second + 46 :]


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a way out": (lambda: zipped({"ok": b"", "../../evil": b"x"}), "'../../evil' leads out of the version"),
    "a way out below": (lambda: zipped({"a/b/../../../evil": b"x"}), "'a/b/../../../evil' leads out of the version"),
    "a Windows way out": (lambda: zipped({"..\\..\\evil": b"x"}), "'../../evil' leads out of the version"),
    "an absolute path": (lambda: zipped({"/etc/cron.d/evil": b"x"}), "'/etc/cron.d/evil' is an absolute path"),
    "a share": (lambda: zipped({"\\\\host\\share": b"x"}), "'//host/share' is an absolute path"),
    "a drive": (lambda: zipped({"C:\\evil": b"x"}), "'C:/evil' is an absolute path"),
    "a link": (lambda: zipped({entry("l", mode=stat.S_IFLNK | 0o777): b"/etc"}), "'l' is a symbolic link"),
    "a device": (lambda: zipped({entry("d", mode=stat.S_IFCHR): b""}), "'d' is neither a file nor a directory"),
    "a pipe": (lambda: zipped({entry("p", mode=stat.S_IFIFO): b""}), "'p' is neither a file nor a directory"),
    "a secret": (encrypted, "'secret.txt' is encrypted"),
    "a NUL": (lambda: raw_names(b"a.png\0.exe"), "'a.png\\x00.exe' holds a NUL character"),
    "a long name": (lambda: zipped({"x" * 1025: b""}), f"'{'x' * 120}…' is 1025 bytes long, and 1024 are allowed"),
    "a file twice": (lambda: patched(zipped({"same": b"1", "sama": b"2"}), b"sama", b"same"), "'same' is there twice"),
    "a file twice, spelt otherwise": (lambda: zipped({"a/b": b"1", "a/./b": b"2"}), "'a/b' is there twice"),
    "a file that is a directory": (lambda: zipped({"a": b"", "a/b": b""}), "'a' is a file and a directory at once"),
    "a directory that is a file": (lambda: zipped({"a/b": b"", "a": b""}), "'a' is a file and a directory at once"),
    "nothing": (lambda: zipped({}), "there is no file in it"),
    "only directories": (lambda: zipped({"a/": b"", "b/": b""}), "there is no file in it"),
    "no archive": (lambda: b"words" * 100, "not a zip file, or a broken one (File is not a zip file)"),
    "no bytes": (lambda: b"", "not a zip file, or a broken one (File is not a zip file)"),
    "a cut archive": (lambda: zipped({"a": os.urandom(5000)})[:-3000], "not a zip file, or a broken one ("),
    "changed bytes": (lambda: patched(zipped({"a": b"x" * 9}, method=0), b"x" * 9, b"y" * 9), "'a' is broken (Bad"),
    "unknown packing": (lambda: patched(zipped({"a": b"x"}), b"\x08\0", b"\x63\0"), "'a' is packed in a way"),
    "many files": (lambda: zipped({str(n): b"" for n in range(51)}), "there are more than the 50 files and"),
    "many directories": (lambda: zipped({"a/" * 51 + "b": b""}), "there are more than the 50 files and directories"),
    "much content": (lambda: zipped({"a": bytes(65 << 20)}), "the files are larger than the 67108864 bytes"),
    "ten gigabytes": (lambda: bomb(10 * GIB), "the files are larger than the 67108864 bytes"),
    "ten gigabytes, disowned": (lambda: bomb(1000), "'bomb' is broken (Bad CRC"),
    "overlapping files": (overlapping, "'bb' is broken ("),
    "a greedy decoder": (greedy_lzma, "it needs more memory than the 512 MiB that it may use"),
}  # fmt: skip  # one case a line


def bytes_on_disk(emulator: Emulator) -> int:
    return sum(file.stat().st_blocks * 512 for file in emulator.ca_file.parent.rglob("*"))


@pytest.mark.parametrize("kind", HOSTILE)
def test_an_archive_that_must_not_become_a_version_fails_with_a_message_and_leaves_nothing(
    emulator: Emulator, admin: Caller, kind: str
) -> None:
    make, words = HOSTILE[kind]
    path = upload(admin, make(), key="hostile.zip")["data"]["path"]
    before = bytes_on_disk(emulator)

    data = built(emulator, admin, kind, path)

    assert (data["status"], data["parquet_index_path"], data["data_count"], data["data_size"]) == (FAILED, "", 0, 0)
    assert data["message"].startswith(words)
    assert bytes_on_disk(emulator) - before < 1 << 20


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED])
def test_every_usual_packing_is_unpacked(emulator: Emulator, admin: Caller, tmp_path: Path, method: int) -> None:
    content = os.urandom(100_000) + bytes(3_000_000)

    data = built_from(emulator, admin, f"packing {method}", zipped({"a": content}, method=method))

    assert files_of(admin, data["parquet_index_path"], tmp_path) == {"a": content}


def version_within(limits: DatasetLimits, archive: bytes) -> dict[str, Any]:
    """A version made of the archive on an emulator with these limits, once it has ended."""
    settings = Settings(waiting_seconds=0, running_seconds=0, datasets=limits)
    with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token, emulator.s3_token) as caller:
        return built_from(emulator, caller, "limited", archive)


def test_a_well_packed_file_is_taken_out_in_small_pieces(tmp_path: Path) -> None:
    content = b"".join(os.urandom(300) + bytes(300 << 10) for _ in range(150))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_BZIP2, compresslevel=1) as packed:
        packed.writestr("a", content)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        tracemalloc.start()
        try:
            copied = _copy(archive, archive.infolist()[0], tmp_path / "a")
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert copied == len(content)
    assert most < copied // 2


@pytest.mark.slow  # unpacks 300 MB; the test above is its small twin
def test_a_well_packed_file_needs_no_memory_of_its_size() -> None:
    limits = DatasetLimits(memory_bytes=400 << 20, ratio=10_000)
    content = b"".join(os.urandom(300) + bytes(300 << 10) for _ in range(1000))

    data = version_within(limits, zipped({"a": content}, method=zipfile.ZIP_BZIP2))

    assert (data["status"], data["message"], data["data_size"]) == (SUCCESS, "", len(content))


def test_a_bomb_within_all_sizes_is_known_by_its_ratio() -> None:
    data = version_within(DatasetLimits(), bomb(7 * GIB))

    assert data["status"] == FAILED
    assert data["message"].startswith("the archive grows from ")
    assert data["message"].endswith(f" to {7 * GIB} bytes; 200 times is allowed")


def test_other_requests_are_served_while_a_bomb_is_looked_at(emulator: Emulator, admin: Caller) -> None:
    path = upload(admin, bomb(1000), key="bomb.zip")["data"]["path"]
    add_version(admin, create(admin, "bombed")["data"]["id"], path)

    served = 0
    while detail(admin, "bombed/V1")["data"]["status"] != FAILED:
        served += admin.send("GET", "/_emulator/health").status_code == 200

    assert served > 0


def test_a_build_that_takes_too_long_is_ended() -> None:
    data = version_within(DatasetLimits(wall_seconds=0.001), zipped({"a": b"x"}))

    assert (data["status"], data["message"]) == (FAILED, "it takes longer than the 0.001 s that it may take")


def test_a_build_that_computes_too_long_is_ended() -> None:
    data = version_within(DatasetLimits(cpu_seconds=1, ratio=100_000), bomb(7 * GIB))

    assert data["status"] == FAILED
    assert data["message"] == "it needs more than the 1 s of processor time that it may use"


@pytest.mark.parametrize(
    ("name", "made_with"),
    [
        # 图片 and 猫 in GBK are valid UTF-8 as well.
        ("图片/猫.txt", ("gbk", WINDOWS)),
        ("数据集/训练.txt", ("gbk", WINDOWS)),
        ("数据集/训练.txt", ("utf-8", WINDOWS)),
        ("图片/猫.txt", ("utf-8", UNIX)),
        ("café.txt", ("utf-8", UNIX)),
        ("café.txt", ("cp437", WINDOWS)),
    ],
)
def test_names_of_tools_that_do_not_say_their_encoding_are_read_as_they_were_meant(
    emulator: Emulator, admin: Caller, tmp_path: Path, name: str, made_with: tuple[str, int]
) -> None:
    encoding, made_on = made_with
    archive = raw_names(name.encode(encoding), made_on=made_on)

    data = built_from(emulator, admin, f"names {encoding} {made_on} {name.replace('/', '-')}", archive)

    assert files_of(admin, data["parquet_index_path"], tmp_path) == {name: b"x"}


def test_backslashes_of_windows_tools_are_directories(emulator: Emulator, admin: Caller, tmp_path: Path) -> None:
    data = built_from(emulator, admin, "windows", zipped({"a\\b.txt": b"x", "./c//d.txt": b"y"}))

    assert files_of(admin, data["parquet_index_path"], tmp_path) == {"a/b.txt": b"x", "c/d.txt": b"y"}


def test_images_that_lie_or_are_broken_stay_files_and_are_no_images(emulator: Emulator, admin: Caller) -> None:
    huge = io.BytesIO(image("PNG", 1, 1))
    huge.seek(16)
    huge.write(struct.pack(">II", 60_000, 50_000))
    header = huge.getvalue()[12:29]
    huge.seek(29)
    huge.write(struct.pack(">I", zlib.crc32(header)))
    files = {
        "huge.png": huge.getvalue(),
        "cut.png": image("PNG", 9, 9)[:20],
        "cut.jpg": image("JPEG", 9, 9)[:30],
        "sound.webp": b"RIFF\x24\0\0\0WAVEfmt ",
        "bm.txt": b"BM is how it starts",
        "empty.png": b"",
    }

    data = built_from(emulator, admin, "lies", zipped(files))
    search = admin.create_search("select object_name, width, height from meta where dataset = 'lies'")
    emulator.settle()
    found = admin.session.get(admin.get_search(search)["data"]["result_url"], timeout=60).text.splitlines()[1:]

    assert (data["status"], data["message"], data["data_count"]) == (SUCCESS, "", 6)
    assert found == ["lies/V1/huge.png,60000,50000"]
