"""Searches by image and by words, among images that are really there, over real TCP."""

import csv
import io
import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image, ImageDraw

from aihub_emulator import Emulator, ImageLimits, Settings
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.dataset_calls import built_from, upload, zipped

# Feature libraries of the seed; SIGNS is one that this module's emulator has beside them.
COLOURS, SHAPES, BOTH, VEHICLES, SIGNS = 1, 2, 3, 7, 100
SKY = (176, 196, 204)
PALETTE = {"red": (205, 32, 38), "blue": (28, 78, 190), "green": (36, 150, 62)}
WHOLE = [0, 0, 200, 100]


def picture(shape: str, colour: str, *, left: int = 40, kind: str = "PNG") -> bytes:
    """A shape of 80 by 80 pixels on an even ground of 200 by 100."""
    image = Image.new("RGB", (200, 100), SKY)
    draw = ImageDraw.Draw(image)
    (draw.ellipse if shape == "disc" else draw.rectangle)((left, 10, left + 79, 89), fill=PALETTE[colour])
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG file of a few bytes that claims to be so large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


SIGN_FILES = {
    "disc/red.png": picture("disc", "red"),
    "disc/blue.png": picture("disc", "blue"),
    "square/red.jpg": picture("square", "red", left=100, kind="JPEG"),
    "square/green.png": picture("square", "green"),
    "square/bomb.png": bomb(30_000, 30_000),
    "square/cut.png": picture("square", "green")[:90],
    "notes.txt": b"no image",
}


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The demo seed with a feature library that holds the dataset `signs` only: no need to draw the others."""
    from aihub_emulator import instance
    from aihub_emulator.seeds import load_seed

    library = {"id": SIGNS, "name": "signs", "parts": {"colour": 2, "layout": 1, "edges": 1}, "datasets": ["signs"]}
    colours = {**library, "id": SIGNS + 1, "name": "sign-colours", "parts": {"colour": 1}}
    shapes = {**library, "id": SIGNS + 2, "name": "sign-shapes", "parts": {"edges": 1}}

    def with_signs(name: str) -> Any:
        seed = load_seed(name)
        return {**seed, "feature_libraries": [*seed["feature_libraries"], library, colours, shapes]}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(instance, "load_seed", with_signs)
        yield


@pytest.fixture(scope="module")
def emulator(seed: None) -> Iterator[Emulator]:
    settings = Settings(waiting_seconds=0, running_seconds=0, images=ImageLimits(pixels=1_000_000))
    with Emulator(settings) as running:
        with Caller(running.base_url, running.token, running.s3_token) as caller:
            version = built_from(running, caller, "signs", zipped(SIGN_FILES))
            assert (version["status"], version["data_count"]) == (3, len(SIGN_FILES))
        yield running


def finished(emulator: Emulator, caller: Caller, **body: Any) -> dict[str, Any]:
    envelope = caller.post_search({"name": "search-001", "top_k": 10, "feature_lib_id": SIGNS, **body})
    assert envelope["code"] == 0, envelope
    emulator.settle()
    data: dict[str, Any] = caller.get_search(envelope["data"]["id"])["data"]
    return data


def found(data: dict[str, Any]) -> list[str]:
    assert (data["status"], data["message"]) == (3, "")
    return [match["image_url"].rpartition("/signs/V1/")[2] for match in data["results"]]


def sent(caller: Caller, content: bytes, key: str = "query.png") -> str:
    return str(upload(caller, content, key=key)["data"]["url"])


def by_image(emulator: Emulator, caller: Caller, content: bytes, box: list[int], **body: Any) -> dict[str, Any]:
    return finished(emulator, caller, type=2, images=[{"url": sent(caller, content), "box": box}], **body)


def test_an_image_finds_itself_and_then_what_is_like_it(emulator: Emulator, admin: Caller) -> None:
    data = by_image(emulator, admin, picture("disc", "red"), WHOLE)

    # What cannot be decoded is not found; everything else has some likeness.
    assert found(data)[0] == "disc/red.png"
    assert {*found(data)} == {"disc/red.png", "disc/blue.png", "square/red.jpg", "square/green.png"}
    assert data["results"][0]["score"] == 1.0
    scores = [match["score"] for match in data["results"]]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_match_is_an_image_that_can_be_fetched_with_its_label_and_box(emulator: Emulator, admin: Caller) -> None:
    match = by_image(emulator, admin, picture("square", "red"), [40, 10, 120, 90], top_k=1)["results"][0]

    content = admin.session.get(match["image_url"], timeout=60).content
    x1, y1, x2, y2 = match["box"]

    assert (match["label"], content) == ("square", SIGN_FILES["square/red.jpg"])
    assert (x1, y1, x2, y2) == pytest.approx((100, 10, 180, 90), abs=5)


@pytest.mark.parametrize(
    ("library", "best"),
    [(SIGNS + 1, {"disc/red.png", "square/red.jpg"}), (SIGNS + 2, {"disc/red.png", "disc/blue.png"})],
    ids=["colours", "shapes"],
)
def test_the_feature_library_decides_what_is_alike(
    emulator: Emulator, admin: Caller, library: int, best: set[str]
) -> None:
    data = by_image(emulator, admin, picture("disc", "red"), [40, 10, 120, 90], feature_lib_id=library, top_k=2)

    assert {*found(data)} == best


def test_the_box_decides_which_part_of_the_image_counts(emulator: Emulator, admin: Caller) -> None:
    both = Image.new("RGB", (400, 100), SKY)
    both.paste(Image.open(io.BytesIO(SIGN_FILES["disc/blue.png"])), (0, 0))
    both.paste(Image.open(io.BytesIO(SIGN_FILES["square/green.png"])), (200, 0))
    stream = io.BytesIO()
    both.save(stream, "PNG")

    left = by_image(emulator, admin, stream.getvalue(), [0, 0, 200, 100], top_k=1)
    right = by_image(emulator, admin, stream.getvalue(), [200, 0, 400, 100], top_k=1)

    assert (found(left), found(right)) == (["disc/blue.png"], ["square/green.png"])


def test_of_several_images_the_most_similar_one_counts(emulator: Emulator, admin: Caller) -> None:
    images = [
        {"url": sent(admin, picture("disc", "blue"), "one.png"), "box": WHOLE},
        {"url": sent(admin, picture("square", "green"), "two.png"), "box": WHOLE},
    ]

    data = finished(emulator, admin, type=2, images=images, top_k=2)

    assert {*found(data)} == {"disc/blue.png", "square/green.png"}
    assert [match["score"] for match in data["results"]] == [1.0, 1.0]
    assert data["images"] == images


@pytest.mark.parametrize("top_k", [1, 2, 3])
def test_there_are_at_most_top_k_matches(emulator: Emulator, admin: Caller, top_k: int) -> None:
    assert len(found(by_image(emulator, admin, picture("disc", "red"), WHOLE, top_k=top_k))) == top_k


@pytest.mark.parametrize(
    ("words", "best"),
    [("red disc", "disc/red.png"), ("红色 jpg", "square/red.jpg"), ("green square", "square/green.png")],
)
def test_words_find_images_by_colour_label_and_format(emulator: Emulator, admin: Caller, words: str, best: str) -> None:
    data = finished(emulator, admin, type=3, keywords=words)

    assert found(data)[0] == best
    assert (data["results"][0]["score"], data["keywords"], data["feature_lib_name"]) == (1.0, words, "signs")


def test_words_find_nothing_else_than_what_has_something_of_them(emulator: Emulator, admin: Caller) -> None:
    assert {*found(finished(emulator, admin, type=3, keywords="blue"))} == {"disc/blue.png"}


def test_words_that_fit_no_image_find_nothing(emulator: Emulator, admin: Caller) -> None:
    assert found(finished(emulator, admin, type=3, keywords="purple")) == []


def test_words_that_nothing_is_known_of_fail_with_the_words_that_are(emulator: Emulator, admin: Caller) -> None:
    data = finished(emulator, admin, type=3, keywords="quarterly revenue")

    assert (data["status"], data["results"], data["result_url"]) == (4, None, "")
    assert data["message"].startswith("none of the keywords is known: images are found by the labels disc, square, ")


def test_the_matches_are_a_csv_file_too(emulator: Emulator, admin: Caller) -> None:
    data = by_image(emulator, admin, picture("disc", "red"), WHOLE)

    header, *rows = csv.reader(io.StringIO(admin.session.get(data["result_url"], timeout=60).text))

    assert header == ["image_url", "label", "score", "box"]
    assert rows == [[m["image_url"], m["label"], str(m["score"]), json.dumps(m["box"])] for m in data["results"]]


def test_an_image_of_a_dataset_is_a_query_too_by_its_s3_path(emulator: Emulator, admin: Caller) -> None:
    images = [{"url": "s3://dataset-files/signs/V1/disc/blue.png", "box": WHOLE}]

    assert found(finished(emulator, admin, type=2, images=images, top_k=1)) == ["disc/blue.png"]


BROKEN = {
    "another host": (
        {"url": "http://storage.example.com/images/1.jpg", "box": WHOLE},
        "images[0].url: 'http://storage.example.com/images/1.jpg' is neither an s3:// path nor the address",
    ),
    "a metadata service": ({"url": "http://169.254.169.254/latest", "box": WHOLE}, "nothing is fetched from elsewhere"),
    "a local file": ({"url": "file:///etc/passwd", "box": WHOLE}, "nothing is fetched from elsewhere"),
    "nothing there": ({"url": "s3://uploads/none.png", "box": WHOLE}, "there is no object 's3://uploads/none.png'"),
    "a way out": ({"url": "s3://uploads/../../etc/passwd", "box": WHOLE}, "there is no object"),
    "no image": (b"hello", "images[0] is no PNG, JPEG, GIF, BMP or WebP image"),
    "half an image": (picture("disc", "red")[:100], "images[0] cannot be decoded"),
    "a pixel bomb": (bomb(50_000, 50_000), "images[0] has 50000 x 50000 pixels, and 1000000 are allowed in all"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_an_image_that_cannot_be_used_fails_the_search_with_a_message(
    emulator: Emulator, admin: Caller, kind: str
) -> None:
    given, words = BROKEN[kind]
    image = {"url": sent(admin, given, "broken.png"), "box": [0, 0, 1, 1]} if isinstance(given, bytes) else given

    data = finished(emulator, admin, type=2, images=[image])

    assert (data["status"], data["results"]) == (4, None)
    assert words in data["message"]


@pytest.mark.parametrize("box", [[0, 0, 201, 100], [-1, 0, 10, 10], [10, 10, 10, 20], [30, 10, 20, 20]])
def test_a_box_that_is_no_part_of_its_image_fails_the_search(emulator: Emulator, admin: Caller, box: list[int]) -> None:
    data = by_image(emulator, admin, picture("disc", "red"), box)

    assert data["status"] == 4
    assert data["message"].startswith(f"images[0] is 200 x 100 pixels large, and the box {box} is not a part of it")


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "an unknown library": (
        {"feature_lib_id": 9},
        2,
        "there is no feature library 9; there are 1 (colours), 2 (shapes)",
    ),
    "no matches wanted": ({"top_k": 0}, 400, "body.top_k: is 0. Send 1 to 1000."),
    "too many wanted": ({"top_k": 1001}, 400, "body.top_k: is 1001. Send 1 to 1000."),
    "no image": ({"type": 2, "images": []}, 400, "body.images: holds 0 images. Send 1 to 16."),
    "no word": ({"keywords": " "}, 400, 'body.keywords: is " ". Send what to look for.'),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_search_that_could_find_nothing_is_refused(admin: Caller, kind: str) -> None:
    changes, code, words = REFUSED[kind]
    body: dict[str, Any] = {"type": 3, "name": "x", "keywords": "red", "top_k": 1, "feature_lib_id": SIGNS}

    envelope = admin.post_search({**body, **changes})

    assert envelope["code"] == code
    assert envelope["msg"].startswith(words)


def test_an_image_that_ends_its_process_is_passed_over_and_the_others_are_found(
    emulator: Emulator, admin: Caller, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    from aihub_emulator.warehouse import images

    # The real program, but for one image that it does not survive.
    program = images._WORKER.read_text(encoding="utf-8")
    death = '            if "blue" in image["key"]:\n                import os; os.kill(os.getpid(), 11)\n'
    deadly = program.replace("            try:\n", f"{death}            try:\n", 1)
    deadly = deadly.replace("Path(__file__)", f"Path({str(images._WORKER)!r})")
    (tmp_path / "deadly.py").write_text(deadly, encoding="utf-8")
    monkeypatch.setattr(images, "_WORKER", tmp_path / "deadly.py")
    archive = zipped({f"{name}.png": picture("disc", name) for name in PALETTE})

    assert deadly.count("os.kill") == 1
    settings = Settings(waiting_seconds=0, running_seconds=0)
    with Emulator(settings) as other, Caller(other.base_url, other.token, other.s3_token) as caller:
        built_from(other, caller, "signs", archive)
        data = finished(other, caller, type=3, keywords="png")

    assert sorted(found(data)) == ["green.png", "red.png"]


def test_images_are_measured_once_and_that_is_kept(seed: None, tmp_path: Any) -> None:
    settings = Settings(waiting_seconds=0, running_seconds=0, state=tmp_path / "state")
    asked: dict[str, Any] = {"type": 3, "keywords": "red"}

    with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token, emulator.s3_token) as caller:
        built_from(emulator, caller, "signs", zipped(SIGN_FILES))
        first = found(finished(emulator, caller, **asked))
        tag = caller.send("GET", "/dataset-indexes/signs/V1.features").headers["ETag"]
    with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token, emulator.s3_token) as caller:
        kept = caller.get_search(1)["data"]
        again = found(finished(emulator, caller, **asked))

        assert caller.send("GET", "/dataset-indexes/signs/V1.features").headers["ETag"] == tag
    assert first == again == found(kept) == ["disc/red.png", "square/red.jpg"]
