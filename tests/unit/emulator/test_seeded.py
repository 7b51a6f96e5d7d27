"""The seed's datasets: what is said about their images before they are drawn is true of what is drawn."""

import io
from itertools import islice
from typing import Any

import pytest
from PIL import Image

from aihub_emulator.datasets.drawing import COLOURS, encoded, picture_of
from aihub_emulator.datasets.records import FAILED, SUCCESS
from aihub_emulator.datasets.seeded import Planned, planned_images, seeded_rows, seeded_versions
from aihub_emulator.seeds import load_seed

SEED = load_seed("demo")


def planned(name: str) -> list[Planned]:
    (source,) = [source for record, source in seeded_versions(SEED) if record.name == name]
    return list(planned_images(source["dataset"], source["version"]))


def some_of_each_kind() -> list[Planned]:
    versions = [record.name for record, _ in seeded_versions(SEED) if record.status == SUCCESS]
    largest = [max(planned(name), key=lambda image: image.width * image.height) for name in versions]
    return [*largest, *(image for name in versions for image in islice(planned(name), 0, None, 9))]


@pytest.mark.parametrize("image", some_of_each_kind(), ids=lambda image: image.path)
def test_an_image_has_the_size_format_and_length_that_were_planned(image: Planned) -> None:
    pixels, colour = picture_of(image)
    content = encoded(image, pixels)

    with Image.open(io.BytesIO(content)) as decoded:
        decoded.load()
        shown = (decoded.width, decoded.height, {"JPEG": "jpg", "PNG": "png"}[str(decoded.format)], len(content))
    assert shown == (image.width, image.height, image.format, image.size_bytes)
    assert colour in COLOURS


@pytest.mark.slow  # draws everything
def test_every_image_fits_into_its_planned_length_with_room_to_spare() -> None:
    narrowest = 0.0
    for record, source in seeded_versions(SEED):
        for image in planned_images(source["dataset"], source["version"]):
            stream = io.BytesIO()
            picture_of(image)[0].save(stream, {"jpg": "JPEG", "png": "PNG"}[image.format], quality=80, compress_level=3)
            narrowest = max(narrowest, stream.tell() / image.size_bytes)
        assert narrowest < 0.75, record.name


def test_an_image_is_drawn_alike_every_time() -> None:
    image = planned("street-day/V1")[0]

    assert encoded(image, picture_of(image)[0]) == encoded(image, picture_of(image)[0])


def test_an_image_that_does_not_fit_into_its_length_is_refused_and_not_cut() -> None:
    image = planned("street-day/V1")[0]
    pixels, _ = picture_of(image)
    too_short: dict[str, Any] = {**vars(image), "size_bytes": 100}

    with pytest.raises(ValueError, match="does not fit into 100 bytes"):
        encoded(Planned(**too_short), pixels)


def test_every_version_says_how_many_files_of_how_many_bytes_it_has() -> None:
    rows = list(seeded_rows(SEED))

    for record, _ in seeded_versions(SEED):
        sizes = [row[6] for row in rows if row[0].startswith(f"{record.name}/")]
        assert (record.data_count, record.data_size) == (len(sizes), sum(sizes))
    assert len(rows) == 240
    assert len({row[0] for row in rows}) == 240


def test_one_version_of_the_seed_has_failed_with_a_message() -> None:
    failed = [(record.name, record.message) for record, _ in seeded_versions(SEED) if record.status == FAILED]

    assert failed == [("street-night/V1", "the file is not a zip archive")]
