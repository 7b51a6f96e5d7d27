"""What an image or text search has found: hits as values, as a page of a notebook, and their images as files."""

import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from aihub_sdk import Box, Hit, Hits
from aihub_sdk._searches.hits import image_rows
from aihub_sdk.errors import InvalidRequest, TransferFailed
from tests.unit.conftest import MakeClient
from tests.unit.scripted import Client, search
from tests.unit.streamed import streamed

HOST = "http://storage.example:9000"
CSV = f"{HOST}/data-warehouse/search/7.csv"
RESULTS = [
    {"image_url": f"{HOST}/images/42.jpg", "label": "truck", "score": 0.93, "box": [12, 24, 116, 230]},
    {"image_url": f"{HOST}/images/7.jpg", "label": "", "score": 1, "box": None},
]


def found(c: Client, results: Any = RESULTS, **more: Any) -> Any:
    """A search by words that has succeeded."""
    c.script.steps.insert(0, search(**{"type": 3, "result_url": CSV, "results": results, **more}))
    return c.done(c.hub.searches.get(7))


def hits_of(client: MakeClient, results: Any) -> Hits:
    c = client()
    hits: Hits = c.done(found(c, results).hits())
    return hits


# --- as values --------------------------------------------------------------------------------------


def test_hits_come_in_the_servers_order(client: MakeClient) -> None:
    assert list(hits_of(client, RESULTS)) == [
        Hit(f"{HOST}/images/42.jpg", "truck", 0.93, Box(12, 24, 116, 230)),
        Hit(f"{HOST}/images/7.jpg", "", 1.0, None),
    ]


def test_hits_are_a_frozen_sequence(client: MakeClient) -> None:
    hits = hits_of(client, RESULTS)

    assert (len(hits), hits[-1].score, hits[:1], hits[0] in hits) == (2, 1.0, Hits(tuple(hits)[:1]), True)
    assert (pickle.loads(pickle.dumps(hits)) == hits, len({hits, hits[:]})) == (True, 1)
    with pytest.raises(AttributeError):
        hits[0].label = "car"  # type: ignore[misc]  # what must not work


def test_a_box_is_a_tuple_with_a_size() -> None:
    box = Box(12, 24, 116, 230)

    assert (box, box.width, box.height) == ((12, 24, 116, 230), 104, 206)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, Hit("")),
        ({"image_url": None, "label": None, "score": None, "box": None}, Hit("")),
        ({"image_url": 5, "label": 5, "score": "high", "box": "1,2,3,4"}, Hit("")),
        ({"score": True, "box": [1, 2, 3]}, Hit("")),
        ({"box": [1, 2, 3, None]}, Hit("")),
        ({"box": [1.4, 2.6, 3, 4]}, Hit("", box=Box(1, 3, 3, 4))),
    ],
    ids=str,
)
def test_what_does_not_fit_reads_as_nothing(client: MakeClient, sent: dict[str, Any], expected: Hit) -> None:
    assert list(hits_of(client, [sent])) == [expected]


def test_a_search_that_found_nothing_has_no_hits(client: MakeClient) -> None:
    assert (len(hits_of(client, None)), len(hits_of(client, []))) == (0, 0)


@pytest.mark.parametrize("use", ["hits", "download"])
def test_a_search_by_sql_has_rows_and_no_hits(client: MakeClient, tmp_path: Path, use: str) -> None:
    c = client()
    handle = found(c, None, type=1)

    with pytest.raises(InvalidRequest, match="is one by SQL") as caught:
        c.done(handle.hits() if use == "hits" else handle.download(tmp_path))
    assert "rows()" in caught.value.hint


def test_a_handle_that_has_not_seen_the_end_looks_again(client: MakeClient) -> None:
    c = client(search(type=3, results=RESULTS))

    assert len(c.done(c.hub.attach("aihub://custom/search/7").hits())) == 2


def test_a_search_that_has_not_succeeded_has_no_hits(client: MakeClient) -> None:
    c = client(search(4, type=3, message="no such library"))

    with pytest.raises(InvalidRequest, match="no such library"):
        c.done(c.done(c.hub.searches.get(7)).hits())


# --- in a notebook ----------------------------------------------------------------------------------


def test_a_notebook_shows_a_table_that_loads_nothing() -> None:
    html = Hits((Hit(f"{HOST}/images/a%20b.jpg", "truck", 0.93, Box(1, 2, 3, 4)),))._repr_html_()

    assert "<td>1</td><td>0.93</td><td>truck</td><td>1, 2, 3, 4</td>" in html
    assert f'href="{HOST}/images/a%20b.jpg" target="_blank" rel="noopener noreferrer">images/a b.jpg</a>' in html
    assert "<img" not in html


def test_a_servers_words_cannot_run_in_a_notebook() -> None:
    evil = '"><script>alert(1)</script>'
    html = Hits((Hit(f"http://h/{evil}", evil), Hit(f"javascript:alert('{evil}')", "")))._repr_html_()

    assert "<script" not in html
    assert html.count("<a ") == 1
    assert 'href="javascript' not in html


def test_a_notebook_shows_fifty_hits_and_counts_the_rest() -> None:
    html = Hits(tuple(Hit(f"{HOST}/{n}.jpg") for n in range(60)))._repr_html_()

    assert (html.count("<tr>"), "and 10 more" in html) == (51, True)
    assert "more" not in Hits((Hit("a"),))._repr_html_()


# --- as files ---------------------------------------------------------------------------------------


class Storage:
    """Answers images with their own address, whatever their order."""

    def __init__(self) -> None:
        self.fetched: list[str] = []
        self.answers: dict[str, Callable[[], httpx.Response]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        url = str(request.url)
        self.fetched.append(url)
        return self.answers.get(url, lambda: streamed(url))()


def download(make: MakeClient, storage: Storage, results: Any, target: Path, **more: Any) -> Any:
    c: Client = make(max_retries=0)
    handle = found(c, [{"image_url": each} for each in results])
    c.script.steps = [storage] * 1000
    try:
        return c.done(handle.download(target, **more))
    finally:
        c.script.steps = []


def listed(target: Path) -> list[str]:
    files = (path for path in target.rglob("*") if path.is_file() and ".aihub-download" not in path.parts)
    return sorted(path.relative_to(target).as_posix() for path in files)


@pytest.mark.parametrize(
    ("url", "asked", "place"),
    [
        (f"{HOST}/b/a.jpg", "/b/a.jpg", "b/a.jpg"),
        (f"{HOST}/b/%23a%3Fb%2525.jpg", "/b/%23a%3Fb%2525.jpg", "b/#a?b%25.jpg"),
        (f"{HOST}/b/a#1.jpg", "/b/a%231.jpg", "b/a#1.jpg"),
        (f"{HOST}/b/a.jpg?signature=x%2Fy", "/b/a.jpg?signature=x%2Fy", "b/a.jpg"),
        (f"{HOST}/b/100%.jpg", "/b/100%25.jpg", "b/100%.jpg"),
        (f"{HOST}/b/two words.jpg", "/b/two%20words.jpg", "b/two words.jpg"),
        (f"{HOST}/b/%E4%B8%AD 文.jpg", "/b/%E4%B8%AD%20%E6%96%87.jpg", "b/中 文.jpg"),
        (f"{HOST}/b/./a.jpg", "/b/%2E/a.jpg", "b/a.jpg"),
        (f"{HOST}/b//x;y&z=+.jpg", "/b//x;y&z=+.jpg", "b/x;y&z=+.jpg"),
        ("s3://b/中 #?%25.jpg", "/b/%E4%B8%AD%20%23%3F%2525.jpg", "b/中 #?%25.jpg"),
    ],
)
def test_every_character_of_a_key_reaches_the_storage_and_the_disk(
    client: MakeClient, tmp_path: Path, url: str, asked: str, place: str
) -> None:
    storage = Storage()
    report = download(client, storage, [url], tmp_path / "t")

    assert storage.fetched == [HOST + asked]
    assert (listed(tmp_path / "t"), report.downloaded) == ([place], 1)
    assert (tmp_path / "t" / Hit(url).object_name).is_file()


def test_an_image_with_several_hits_is_fetched_once(client: MakeClient, tmp_path: Path) -> None:
    storage, told = Storage(), list[tuple[int, int]]()
    urls = [f"{HOST}/b/{name}" for name in ("1.jpg", "2.jpg", "1.jpg")]
    report = download(client, storage, urls, tmp_path / "t", progress=lambda done, total: told.append((done, total)))

    assert sorted(storage.fetched) == sorted(set(urls))
    assert (report.downloaded, report.is_complete, sorted(told)) == (2, True, [(1, 2), (2, 2)])


@pytest.mark.parametrize(
    "url",
    [
        f"{HOST}/../../evil.jpg",
        f"{HOST}/b/%2E%2E/%2e%2e/evil.jpg",
        f"{HOST}/b/..%5Cevil.jpg",
        f"{HOST}/b/%00evil.jpg",
        f"{HOST}/C:/evil.jpg",
        f"{HOST}/.aihub-download/evil.jpg",
        f"{HOST}/",
        "s3://b/../../evil.jpg",
        "file:///evil.jpg",
        "",
    ],
)
def test_what_leads_outside_fails_by_name_and_the_rest_arrives(client: MakeClient, tmp_path: Path, url: str) -> None:
    storage = Storage()
    report = download(client, storage, [url, f"{HOST}/b/fine.jpg"], tmp_path / "t", check=False)

    assert (listed(tmp_path / "t"), storage.fetched) == (["b/fine.jpg"], [f"{HOST}/b/fine.jpg"])
    assert (len(report.failures), report.downloaded, report.is_complete) == (1, 1, False)
    assert sorted(tmp_path.rglob("*evil*")) == []


def test_two_addresses_of_one_place_do_not_overwrite_each_other(client: MakeClient, tmp_path: Path) -> None:
    urls = [f"{HOST}/b/1.jpg", "http://other.example/b/1.jpg"]
    report = download(client, Storage(), urls, tmp_path / "t", check=False)

    assert (tmp_path / "t/b/1.jpg").read_text() == urls[0]
    assert ([failure.path for failure in report.failures], report.downloaded) == (["b/1.jpg"], 1)


def test_only_what_is_missing_is_fetched_again_even_when_signatures_have_changed(
    client: MakeClient, tmp_path: Path
) -> None:
    storage = Storage()
    storage.answers = {f"{HOST}/b/2.jpg?s=1": lambda: httpx.Response(404)}
    first = download(client, storage, [f"{HOST}/b/{n}.jpg?s=1" for n in (1, 2, 3)], tmp_path / "t", check=False)
    storage.fetched = []
    second = download(client, storage, [f"{HOST}/b/{n}.jpg?s=2" for n in (1, 2, 3)], tmp_path / "t")

    assert (first.downloaded, second.downloaded, second.skipped) == (2, 1, 2)
    assert storage.fetched == [f"{HOST}/b/2.jpg?s=2"]


def test_one_error_tells_of_every_image_that_failed(client: MakeClient, tmp_path: Path) -> None:
    storage = Storage()
    storage.answers = {f"{HOST}/b/2.jpg": lambda: httpx.Response(403)}

    with pytest.raises(TransferFailed, match="Images of search 7") as caught:
        download(client, storage, [f"{HOST}/b/{n}.jpg" for n in (1, 2, 3)], tmp_path / "t")
    assert "HTTP 403" in caught.value.message
    assert caught.value.on_disk == "2 files are there and complete."


def test_a_search_that_found_nothing_makes_an_empty_folder(client: MakeClient, tmp_path: Path) -> None:
    report = download(client, Storage(), [], tmp_path / "t")

    assert (listed(tmp_path / "t"), report.downloaded, report.is_complete) == ([], 0, True)


@pytest.mark.parametrize("workers", [0, 17, True, "8"])
def test_the_number_of_workers_has_bounds(client: MakeClient, tmp_path: Path, workers: Any) -> None:
    with pytest.raises(InvalidRequest) as caught:
        download(client, Storage(), [], tmp_path / "t", workers=workers)
    assert caught.value.field == "workers"


def test_a_download_needs_no_reader_of_indexes(
    client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "arro3.core", None)

    assert download(client, Storage(), [f"{HOST}/b/1.jpg"], tmp_path / "t").is_complete


def test_a_signature_is_no_part_of_what_an_image_is() -> None:
    (row,) = image_rows([Hit(f"{HOST}/b/1.jpg?signature=x")])

    assert (row.s3path, row.url) == (f"{HOST}/b/1.jpg", f"{HOST}/b/1.jpg?signature=x")
