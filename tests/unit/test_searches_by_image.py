"""`hub.searches.image()` and `text()`: what is sent, what is uploaded first, and what is refused before both."""

import hashlib
import io
import json
import os
import struct
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from aihub_sdk import Box, QueryImage
from aihub_sdk.errors import AuthenticationError, InvalidRequest, NameExists, ResponseLost, ServerError
from tests.unit.conftest import MakeClient
from tests.unit.scripted import Client, ok, refused

URL = "http://storage.example/images/1.jpg"
STORED_URL = "http://storage.example/searches/x"
LIBRARY: dict[str, Any] = {"feature_lib_id": 7, "top_k": 10}
WIDTH, HEIGHT = 37, 23


def encoded(kind: str, **more: Any) -> bytes:
    stream = io.BytesIO()
    Image.new("RGBA" if more.pop("is_clear", False) else "RGB", (WIDTH, HEIGHT), "red").save(stream, kind, **more)
    return stream.getvalue()


def old_bmp() -> bytes:
    """As Windows 2 wrote them: a header of twelve bytes."""
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, 26) + struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, 24) + b"\0" * 100


# A thumbnail that would be taken for the image by whoever looks for the first frame without counting.
THUMBNAIL = b"Exif\0\0" + b"\xff\xc0\x00\x11\x08\x00\x01\x00\x01" * 5000
FORMATS = {
    "png": encoded("png"),
    "jpg": encoded("jpeg"),
    "jpg progressive": encoded("jpeg", progressive=True),
    "jpg thumbnail": encoded("jpeg", exif=THUMBNAIL),
    "gif": encoded("gif"),
    "bmp": encoded("bmp"),
    "bmp old": old_bmp(),
    "webp": encoded("webp"),
    "webp lossless": encoded("webp", lossless=True),
    "webp extended": encoded("webp", is_clear=True, exif=THUMBNAIL[:100]),
}
PNG = FORMATS["png"]
KEY = f"images/{hashlib.sha256(PNG).hexdigest()}.png"


def relay(client: MakeClient, *steps: Any, **settings: Any) -> Client:
    return client(*steps, s3_token="relay", **settings)


def stored(url: str = STORED_URL) -> httpx.Response:
    return ok({"path": "s3://searches/x", "url": url})


def search_by(c: Client, image: Any, **more: Any) -> Any:
    return c.done(c.hub.searches.image(image, **{**LIBRARY, "name": "n", **more}))


def body(c: Client) -> Any:
    """What the last request asked for."""
    return json.loads(c.script.requests[-1].content)


@pytest.fixture
def truck(tmp_path: Path) -> Path:
    path = tmp_path / "卡 车#1.png"
    path.write_bytes(PNG)
    return path


# --- by words -------------------------------------------------------------------------------------


def test_a_search_by_words_sends_what_it_needs_and_nothing_else(client: MakeClient) -> None:
    c = client(ok({"id": 7}))
    handle = c.done(c.hub.searches.text("a red truck", **LIBRARY, name="n", description="d"))

    assert body(c) == {"type": 3, "name": "n", "description": "d", "keywords": "a red truck", **LIBRARY}
    assert (handle.ref, handle.snapshot) == ("aihub://custom/search/7", None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"keywords": " \n"}, "keywords"),
        ({"keywords": 5}, "body.keywords"),
        ({"name": ""}, "name"),
        ({"top_k": 0}, "top_k"),
        ({"top_k": -1}, "top_k"),
        ({"top_k": "10"}, "top_k"),
        ({"top_k": True}, "top_k"),
        ({"top_k": None}, "top_k"),
        ({"feature_lib_id": 0}, "feature_lib_id"),
        ({"feature_lib_id": None}, "feature_lib_id"),
    ],
    ids=str,
)
def test_a_search_by_words_that_cannot_be_is_refused_before_anything_is_sent(
    client: MakeClient, given: dict[str, Any], field: str
) -> None:
    c = client()

    with pytest.raises(InvalidRequest) as caught:
        c.done(c.hub.searches.text(**{"keywords": "truck", **LIBRARY, **given}))
    assert caught.value.field == field
    assert caught.value.hint or field.startswith("body.")


def test_what_a_search_needs_cannot_be_left_out(client: MakeClient) -> None:
    searches: Any = client().hub.searches

    for arguments in ({"top_k": 1}, {"feature_lib_id": 1}):
        with pytest.raises(TypeError):
            searches.text("truck", **arguments)
        with pytest.raises(TypeError):
            searches.image(URL, **arguments)


# --- by an image that the platform can reach ----------------------------------------------------------


@pytest.mark.parametrize("url", [URL, "https://h/a%20b?s=1", "s3://bucket/键 1#?.jpg", "HTTP://H/a"])
def test_an_address_is_passed_as_it_is(client: MakeClient, url: str) -> None:
    c = client(ok({"id": 7}))
    search_by(c, url, box=(10, 20, 110, 220), description="d")

    assert body(c) == {
        "type": 2,
        "name": "n",
        "description": "d",
        "images": [{"url": url, "box": [10, 20, 110, 220]}],
        **LIBRARY,
    }


def test_several_images_each_have_a_box_of_their_own(client: MakeClient, truck: Path) -> None:
    c = relay(client, stored(), ok({"id": 7}))
    images = [truck, QueryImage(URL, box=[1, 2, 3, 4]), QueryImage(PNG, Box(0, 0, 5, 5))]
    search_by(c, images)

    assert body(c)["images"] == [
        {"url": STORED_URL, "box": [0, 0, WIDTH, HEIGHT]},
        {"url": URL, "box": [1, 2, 3, 4]},
        {"url": STORED_URL, "box": [0, 0, 5, 5]},
    ]
    assert [request.url.path for request in c.script.requests].count("/upload") == 1


# --- by a local image -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [str, Path, bytes])
def test_a_local_image_goes_through_the_relay_first(client: MakeClient, truck: Path, kind: type[Any]) -> None:
    c = relay(client, stored(), ok({"id": 7}))
    search_by(c, truck.read_bytes() if kind is bytes else kind(truck))
    upload = c.script.requests[0]

    assert (upload.url.path, dict(upload.url.params)) == ("/upload", {"bucket": "searches", "key": KEY})
    assert PNG in upload.content
    assert body(c)["images"] == [{"url": STORED_URL, "box": [0, 0, WIDTH, HEIGHT]}]


def test_the_same_image_is_always_stored_under_the_same_key(client: MakeClient, truck: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.write_bytes(PNG)
    c = relay(client, stored(), ok({"id": 7}), stored(), ok({"id": 8}))
    search_by(c, truck, bucket="mine")
    search_by(c, copy, bucket="mine")

    assert [dict(each.url.params) for each in c.script.requests[::2]] == [{"bucket": "mine", "key": KEY}] * 2


def test_a_relay_that_names_no_address_leaves_the_s3_path(client: MakeClient, truck: Path) -> None:
    c = relay(client, stored(""), ok({"id": 7}))
    search_by(c, truck)

    assert body(c)["images"][0]["url"] == "s3://searches/x"


def test_a_path_object_is_local_whatever_it_looks_like(client: MakeClient) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read"):
        search_by(client(), Path("http://storage.example/1.jpg"), box=(0, 0, 1, 1))


@pytest.mark.parametrize("kind", FORMATS)
def test_the_size_of_every_known_format_is_seen_without_a_decoder(client: MakeClient, kind: str) -> None:
    c = relay(client, stored(), ok({"id": 7}))
    search_by(c, FORMATS[kind])

    assert body(c)["images"][0]["box"] == [0, 0, WIDTH, HEIGHT]
    assert c.script.requests[0].url.params["key"].endswith(f".{kind.split(maxsplit=1)[0]}")


@pytest.mark.parametrize("kind", FORMATS)
def test_an_image_that_ends_within_its_header_is_none(client: MakeClient, kind: str) -> None:
    for length in range(9):
        with pytest.raises(InvalidRequest, match="is no image"):
            search_by(client(), FORMATS[kind][:length])


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"<html>", b"RIFF\0\0\0\0WAVE", b"\xff\xd8\xff\xd9", b"BM" * 20])
def test_what_is_no_image_is_refused_before_anything_is_sent(
    client: MakeClient, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "a.png").write_bytes(content)

    with pytest.raises(InvalidRequest, match=r"a\.png is no image") as caught:
        search_by(client(), tmp_path / "a.png")
    assert caught.value.field == "image"
    assert "hub.s3.upload()" in caught.value.hint


def test_a_file_that_cannot_be_read_is_refused_before_anything_is_sent(client: MakeClient, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for image in (tmp_path / "none.png", tmp_path, tmp_path / "pipe", "a\0b"):
        with pytest.raises(InvalidRequest, match="cannot be read") as caught:
            search_by(client(), image)
        assert (caught.value.field, "http://" in caught.value.hint) == ("image", True)


# --- refused before anything is sent ------------------------------------------------------------------


@pytest.mark.parametrize(
    "image", ["", " ", None, 5, "ftp://h/a.jpg", "file:///a.jpg", "http://", "http://[", "http://h/a\nb", [5]], ids=repr
)
def test_what_is_neither_path_nor_address_is_refused(client: MakeClient, image: Any) -> None:
    with pytest.raises(InvalidRequest) as caught:
        search_by(client(), image, box=None if isinstance(image, list) else (0, 0, 1, 1))
    assert caught.value.field == ("image[0]" if isinstance(image, list) else "image")


def test_no_image_at_all_is_refused(client: MakeClient) -> None:
    with pytest.raises(InvalidRequest, match="no image"):
        search_by(client(), [])


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ((0, 0, 0, 10), "no pixel"),
        ((10, 0, 5, 10), "no pixel"),
        ((0, 10, 10, 10), "no pixel"),
        ((-1, 0, 10, 10), "outside"),
        ((0, 0, WIDTH + 1, 10), "37 x 23 pixels"),
        ((0, 0, 10, HEIGHT + 1), "37 x 23 pixels"),
        ((0, 0, 10), "four whole numbers"),
        ((0, 0, 10.5, 10), "four whole numbers"),
        ("0,0,1,1", "four whole numbers"),
        (5, "four whole numbers"),
    ],
    ids=str,
)
def test_a_box_that_is_none_is_refused(client: MakeClient, truck: Path, box: Any, words: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        search_by(client(), truck, box=box)
    assert caught.value.field == "box"
    assert words in str(caught.value)


def test_a_box_up_to_the_edges_is_fine(client: MakeClient, truck: Path) -> None:
    c = relay(client, stored(), ok({"id": 7}))
    search_by(c, truck, box=[0, 0, WIDTH, HEIGHT])

    assert body(c)["images"][0]["box"] == [0, 0, WIDTH, HEIGHT]


def test_an_address_needs_a_box(client: MakeClient) -> None:
    with pytest.raises(InvalidRequest, match="box is missing") as caught:
        search_by(client(), URL)
    assert caught.value.field == "box"


def test_a_box_belongs_to_one_image(client: MakeClient) -> None:
    for image in ([URL, URL], QueryImage(URL, (0, 0, 1, 1))):
        with pytest.raises(InvalidRequest) as caught:
            search_by(client(), image, box=(0, 0, 1, 1))
        assert caught.value.field == "box"


def test_an_error_about_one_of_several_images_says_which(client: MakeClient, truck: Path) -> None:
    images = [truck, QueryImage(truck, (5, 5, 5, 5)), "nowhere.png"]

    for count, field in ((2, "image[1].box"), (3, "image[1]")):
        with pytest.raises(InvalidRequest) as caught:
            search_by(client(), images[:2] if count == 2 else images[::2])
        assert caught.value.field == field


@pytest.mark.parametrize("wrong", [{"top_k": 0}, {"feature_lib_id": -1}, {"name": " "}, {"description": 5}], ids=str)
def test_nothing_is_uploaded_for_a_search_that_cannot_be(
    client: MakeClient, truck: Path, wrong: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        search_by(relay(client), truck, **wrong)
    assert caught.value.field.removeprefix("body.") == next(iter(wrong))


# --- what goes wrong on the way -----------------------------------------------------------------------


def test_without_the_relays_token_nothing_is_sent(client: MakeClient, truck: Path) -> None:
    with pytest.raises(AuthenticationError):
        search_by(client(), truck)


def test_an_upload_that_fails_starts_no_search(client: MakeClient, truck: Path) -> None:
    c = relay(client, refused(1, "disk full"))

    with pytest.raises(ServerError, match="disk full"):
        search_by(c, truck)
    assert [request.url.path for request in c.script.requests] == ["/upload"]


def test_a_lost_answer_to_the_search_is_never_sent_twice(client: MakeClient, truck: Path) -> None:
    c = relay(client, stored(), httpx.ReadTimeout("slow"))

    with pytest.raises(ResponseLost) as caught:
        search_by(c, truck)
    assert (caught.value.operation, len(c.script.requests)) == ("createSearch", 2)


def test_a_name_that_is_taken_raises(client: MakeClient) -> None:
    c = client(refused(8, "名称已存在"))

    with pytest.raises(NameExists):
        search_by(c, URL, box=(0, 0, 1, 1))


def test_bytes_leave_no_temporary_file_behind(
    client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    search_by(relay(client, stored(), ok({"id": 7})), PNG)

    assert list(tmp_path.iterdir()) == []
