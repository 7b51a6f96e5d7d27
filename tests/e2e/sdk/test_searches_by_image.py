"""Searches by words and by image, from a local file to the images they find. Sync and async, both kinds of emulator."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from aihub_api.data_warehouse.models import SearchStatus, SearchType
from aihub_emulator import Emulator, Settings
from aihub_sdk import AIHub, AsyncAIHub, QueryImage
from aihub_sdk.errors import InvalidRequest, NotFound
from tests.e2e.emulator.processes import emulator_process
from tests.e2e.sdk.conftest import Platform

# Work of milliseconds: no need to wait a second before the second look.
QUICK: dict[str, Any] = {"poll": 0.02, "timeout": 60}
VEHICLES = 7
EVERYTHING = 3
HOSTILE = "图 片#1?100%25&+;.png"


@pytest.fixture(
    scope="module",
    # Twice the same questions over TCP: the quick tests ask them once.
    params=["in this process", pytest.param("in a process of its own", marks=pytest.mark.slow)],
)
def addresses(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """What a client has to know of an emulator."""
    names = ("base_url", "s3_url", "ca_file", "token", "s3_token")
    if request.param == "in this process":
        with Emulator(Settings(waiting_seconds=0, running_seconds=0)) as emulator:
            yield {name: str(getattr(emulator, name)) for name in names}
    else:
        with emulator_process("--clock", "1000") as (_, started):
            yield {name: started[name] for name in names}


@pytest.fixture(params=[AIHub, AsyncAIHub])
def platform(request: pytest.FixtureRequest, addresses: dict[str, str]) -> Iterator[Platform]:
    each = Platform(
        request.param(
            env="local",
            base_url=addresses["base_url"],
            services={"s3_relay": addresses["s3_url"]},
            token=addresses["token"],
            s3_token=addresses["s3_token"],
            s3_verify=addresses["ca_file"],
        )
    )
    yield each
    each.done(each.hub.close())
    each.runner.close()


def by_words(platform: Platform, keywords: str = "truck", top_k: int = 4) -> Any:
    started = platform.hub.searches.text(keywords, feature_lib_id=VEHICLES, top_k=top_k)
    return platform.done(platform.done(started).wait(**QUICK))


def by_image(platform: Platform, image: Any, **more: Any) -> Any:
    started = platform.hub.searches.image(image, **{"feature_lib_id": EVERYTHING, "top_k": 3, **more})
    return platform.done(platform.done(started).wait(**QUICK))


def fetched(url: str) -> bytes:
    return httpx.get(url, trust_env=False).content


def files(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".aihub-download/")}


def test_words_find_labelled_images_best_first(platform: Platform) -> None:
    search = by_words(platform)
    hits = platform.done(search.hits())

    assert (search.type, search.status, search.snapshot.keywords) == (SearchType.TEXT, SearchStatus.SUCCESS, "truck")
    assert [hit.label for hit in hits] == ["truck"] * 4
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    with Image.open(io.BytesIO(fetched(hits[0].image_url))) as image:
        assert image.crop(hits[0].box).size == (hits[0].box.width, hits[0].box.height)


def test_the_images_of_the_hits_are_downloaded_each_to_the_place_that_its_hit_names(
    platform: Platform, tmp_path: Path
) -> None:
    search = by_words(platform)
    first = platform.done(search.download(tmp_path, workers=2))
    again = platform.done(search.download(tmp_path))
    hits = platform.done(search.hits())

    assert files(tmp_path) == {hit.object_name: fetched(hit.image_url) for hit in hits}
    assert (first.downloaded, first.is_complete, again.downloaded, again.skipped) == (4, True, 0, 4)
    assert first.size_bytes == sum(map(len, files(tmp_path).values()))


@pytest.mark.parametrize("kind", [str, Path, bytes])
def test_a_local_image_finds_itself_first(platform: Platform, tmp_path: Path, kind: type[Any]) -> None:
    wanted = platform.done(by_words(platform).hits())[0]
    file = tmp_path / "查 询.jpg"
    file.write_bytes(fetched(wanted.image_url))
    search = by_image(platform, file.read_bytes() if kind is bytes else kind(file))
    best = platform.done(search.hits())[0]
    (asked,) = search.snapshot.images

    assert (best.image_url, round(best.score, 2)) == (wanted.image_url, 1.0)
    assert fetched(asked.url) == file.read_bytes()


def test_searching_again_stores_the_same_image_in_the_same_place(platform: Platform, tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), "red").save(tmp_path / "red.png")
    asked = [by_image(platform, tmp_path / "red.png").snapshot.images for _ in range(2)]

    assert asked[0] == asked[1]
    assert asked[0][0].box == [0, 0, 64, 48]


def test_an_address_and_a_part_of_it_are_searched_for(platform: Platform) -> None:
    wanted = platform.done(by_words(platform).hits())[0]
    alone = by_image(platform, wanted.image_url, box=wanted.box)
    several = by_image(platform, [QueryImage(wanted.image_url, wanted.box), QueryImage(wanted.image_url, wanted.box)])

    assert platform.done(alone.hits())[0].image_url == wanted.image_url
    assert alone.snapshot.images[0].url == wanted.image_url
    assert len(several.snapshot.images) == 2


def test_an_image_with_a_hostile_name_is_found_and_downloaded(
    platform: Platform, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    (tmp_path / "source").mkdir()
    image = Image.linear_gradient("L").resize((80, 60))
    image.save(tmp_path / "source" / HOSTILE)
    dataset = platform.done(platform.hub.datasets.create(f"gradients {request.node.name}"))
    platform.done(platform.done(dataset.upload(tmp_path / "source")).wait(**QUICK))
    search = by_image(platform, tmp_path / "source" / HOSTILE, top_k=1)
    (hit,) = platform.done(search.hits())
    report = platform.done(search.download(tmp_path / "found"))

    assert (hit.object_name.endswith(HOSTILE), report.is_complete) == (True, True)
    assert (tmp_path / "found" / hit.object_name).read_bytes() == (tmp_path / "source" / HOSTILE).read_bytes()


def test_the_result_file_holds_the_hits_and_reads_alike_as_rows_and_tables(platform: Platform) -> None:
    search = by_words(platform)
    hits = platform.done(search.hits())
    rows = platform.listed(search.rows())
    frame = platform.done(search.to_pandas())
    table = platform.done(search.to_arrow())

    assert [row["image_url"] for row in rows] == [hit.image_url for hit in hits]
    assert frame["score"].tolist() == [hit.score for hit in hits]
    assert table.to_pylist() == frame.to_dict("records")


def test_a_table_of_an_sql_search_has_its_types(platform: Platform) -> None:
    sql = "select object_name, width, width / 7.0 as share, '00042' as code, null as gap from meta order by 1 limit 9"
    search = platform.done(platform.done(platform.hub.searches.sql(sql)).wait(**QUICK))
    table = platform.done(search.to_arrow())

    assert [str(field.type) for field in table.schema] == ["string", "int64", "double", "string", "string"]
    assert platform.done(search.to_pandas()).to_dict("records") == table.to_pylist()
    with pytest.raises(InvalidRequest, match="is one by SQL"):
        platform.done(search.hits())


def test_a_search_can_be_watched_until_it_is_over(platform: Platform) -> None:
    started = platform.done(platform.hub.searches.text("bus", feature_lib_id=VEHICLES, top_k=1))
    seen = platform.listed(started.watch(**QUICK))

    assert [search.status for search in seen][-1] == SearchStatus.SUCCESS
    assert len({search.status for search in seen}) == len(seen)


def test_a_feature_library_that_there_is_not_is_not_found(platform: Platform) -> None:
    with pytest.raises(NotFound):
        platform.done(platform.hub.searches.text("truck", feature_lib_id=999, top_k=1))
