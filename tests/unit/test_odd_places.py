"""Addresses that cannot be read, and paths that are no ordinary files. Every test of a client runs sync and async."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from aihub_sdk._transfers.part_file import PartFile
from aihub_sdk._transfers.zip_stream import ZipStream
from aihub_sdk.errors import ConfigurationError, TransferFailed
from tests.unit.conftest import MakeClient
from tests.unit.scripted import page, search
from tests.unit.streamed import streamed

GOOD = "http://storage.example/images/good.jpg"
BAD = [
    "http://[bad/x.jpg",
    "http://a..b/x.jpg",
    f"http://{'a' * 64}.example/x.jpg",
    "http:///x.jpg",
    "http://h:p/x.jpg",
]


@pytest.mark.parametrize("url", BAD)
def test_an_address_that_cannot_be_read_fails_by_name_and_the_rest_arrives(
    client: MakeClient, tmp_path: Path, url: str
) -> None:
    results = [{"image_url": url}, {"image_url": GOOD}]
    c = client(search(type=2, results=results), *[lambda _: streamed(b"image")] * 2, max_retries=0)
    report = c.done(c.done(c.hub.searches.get(7)).download(tmp_path, check=False, workers=1))
    # Whether the bad one was asked for is not what this is about.
    c.script.steps = []

    assert [failure.path for failure in report.failures] == ["x.jpg"]
    assert (tmp_path / "images" / "good.jpg").read_bytes() == b"image"


def test_a_call_to_a_host_that_cannot_be_is_a_matter_of_configuration(client: MakeClient) -> None:
    c = client(base_url="http://a..b")

    with pytest.raises(ConfigurationError, match="no host can have the name"):
        c.get_search()


def test_a_redirect_to_an_address_that_cannot_be_read_is_no_reason_to_crash(client: MakeClient, tmp_path: Path) -> None:
    c = client(search(result_url="http://storage.example/r.csv"), page(302, {"Location": "http://[bad"}))

    with pytest.raises(TransferFailed, match="redirects to itself"):
        c.done(c.done(c.hub.searches.get(7)).to_csv(tmp_path / "r.csv"))


def test_the_name_of_a_file_is_told_as_it_is(client: MakeClient, tmp_path: Path) -> None:
    c = client(search(type=2, results=[{"image_url": GOOD}]), httpx.Response(404))
    report = c.done(c.done(c.hub.searches.get(7)).download(tmp_path, check=False))

    assert report.failures[0].reason.startswith("images/good.jpg could not be fetched")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link_to_a_device(path: Path) -> None:
    path.symlink_to(os.devnull)


@pytest.mark.parametrize("make", [pipe, link_to_a_device])
def test_what_is_no_file_is_not_replaced_by_one(
    client: MakeClient, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """A program that runs as root could take away /dev/null for the whole machine."""
    target = tmp_path / "target"
    make(target)
    before = target.lstat()
    c = client(search(result_url="http://storage.example/r.csv"))

    with pytest.raises(TransferFailed, match="no regular file"):
        c.done(c.done(c.hub.searches.get(7)).to_csv(target))
    assert (target.lstat(), list(tmp_path.iterdir())) == (before, [target])


def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path) -> None:
    target = tmp_path / f"{'长' * 83}.csv"
    part = PartFile(target)
    part.write(b"content")
    part.commit()

    assert target.read_bytes() == b"content"


def test_a_folder_that_was_downloaded_is_packed_without_what_the_download_keeps(tmp_path: Path) -> None:
    """A version that holds the list could not be downloaded into a folder that has one itself."""
    for parent in (tmp_path, tmp_path / "deeper"):
        (parent / ".aihub-download").mkdir(parents=True)
        (parent / ".aihub-download" / "complete.jsonl").write_text("[]")
        (parent / "image.jpg").write_bytes(b"image")
    content = b"".join(ZipStream(tmp_path).pieces())

    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["deeper/image.jpg", "image.jpg"]
