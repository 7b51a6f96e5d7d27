"""Fetching a file: whole or not at all, asked for without the token. Every test runs sync and async."""

import pickle
from pathlib import Path
from typing import Any

import httpx
import pytest

from aihub_sdk._searches.csv_rows import CsvRows
from aihub_sdk._transfers.flow import Commit, Open, Pull, Source, Write, fetch_flow
from aihub_sdk._transfers.part_file import PartFile
from aihub_sdk._wire.effects import Opened
from aihub_sdk.errors import ConfigurationError, ErrorContext, InvalidRequest, TransferFailed, UnexpectedResponse
from tests.unit.conftest import MakeClient
from tests.unit.scripted import Client, page, search

URL = "http://storage.example:9000/results/7.csv?signature=secret"
CSV = b"object_name,width\r\na.jpg,1001\r\nb.jpg,2000\r\n"


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in pieces, which may break off."""

    def __init__(self, *pieces: bytes, fault: Exception | None = None) -> None:
        self.pieces = pieces
        self.fault = fault

    def __iter__(self) -> Any:
        yield from self.pieces
        if self.fault is not None:
            raise self.fault

    async def __aiter__(self) -> Any:
        for piece in self:
            yield piece


def file(*pieces: bytes, fault: Exception | None = None, size: int | None = None) -> httpx.Response:
    headers = {} if size is None else {"Content-Length": str(size)}
    return httpx.Response(200, headers=headers, stream=Pieces(*pieces, fault=fault))


def done_search(c: Client, url: str = URL) -> Any:
    """A search whose result is at an address."""
    c.script.steps.insert(0, search(result_url=url))
    return c.done(c.hub.searches.get(7))


def save(c: Client, target: Path) -> Any:
    return c.done(done_search(c).to_csv(target))


def test_a_result_is_saved_byte_for_byte(client: MakeClient, tmp_path: Path) -> None:
    target = tmp_path / "result.csv"

    assert save(client(file(CSV[:10], CSV[10:])), target) == target
    assert (target.read_bytes(), list(tmp_path.iterdir())) == (CSV, [target])


def test_the_path_may_be_text(client: MakeClient, tmp_path: Path) -> None:
    c = client(file(CSV))

    assert c.done(done_search(c).to_csv(str(tmp_path / "r.csv"))) == tmp_path / "r.csv"


def test_a_result_is_asked_for_without_token_and_uncompressed(client: MakeClient, tmp_path: Path) -> None:
    c = client(file(CSV))
    save(c, tmp_path / "r.csv")
    request = c.script.requests[-1]

    assert str(request.url) == URL
    assert dict(request.headers) == {
        "host": "storage.example:9000",
        "user-agent": "aihub-sdk/0.1.0",
        "accept-encoding": "identity",
    }


def test_a_file_that_was_there_is_replaced(client: MakeClient, tmp_path: Path) -> None:
    target = tmp_path / "result.csv"
    target.write_text("old")
    save(client(file(CSV)), target)

    assert target.read_bytes() == CSV


def test_a_fetch_that_breaks_off_begins_anew(client: MakeClient, tmp_path: Path) -> None:
    c = client(file(CSV[:20], fault=httpx.ReadError("reset")), page(503), httpx.ConnectError("no"), file(CSV))
    target = tmp_path / "result.csv"
    save(c, target)

    assert (target.read_bytes(), c.time.pauses) == (CSV, [0.5, 1.0, 2.0])


def test_a_file_that_is_too_short_is_fetched_again(client: MakeClient, tmp_path: Path) -> None:
    target = tmp_path / "result.csv"
    save(client(file(CSV[:20], size=len(CSV)), file(CSV, size=len(CSV))), target)

    assert target.read_bytes() == CSV


BAD = [
    ([page(404)], "HTTP 404"),
    ([page(403)], "HTTP 403"),
    ([page(302, {"Location": "http://elsewhere.example/x"})], "redirects to elsewhere.example"),
    ([lambda _: file(b"x", fault=httpx.ReadError("reset")), httpx.ConnectError("refused")], "refused"),
    ([page(500), page(500)], "HTTP 500"),
]


@pytest.mark.parametrize(("steps", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_fetch_that_fails_leaves_everything_as_it_was(
    client: MakeClient, tmp_path: Path, steps: list[Any], reason: str
) -> None:
    target = tmp_path / "result.csv"
    target.write_text("old")

    with pytest.raises(TransferFailed) as caught:
        save(client(*steps, max_retries=1), target)
    assert (target.read_text(), list(tmp_path.iterdir())) == ("old", [target])
    assert (reason in caught.value.message, "secret" in str(caught.value)) == (True, False)
    assert (caught.value.path, caught.value.on_disk) == (str(target), "Nothing was changed.")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_address_that_may_have_run_out_is_taken_anew(client: MakeClient, tmp_path: Path, status: int) -> None:
    with pytest.raises(TransferFailed) as caught:
        save(client(page(status)), tmp_path / "result.csv")
    assert caught.value.hint.startswith("The address may have run out: refresh() brings")


def test_a_folder_that_does_not_exist_is_told_before_anything_is_fetched(client: MakeClient, tmp_path: Path) -> None:
    with pytest.raises(TransferFailed) as caught:
        save(client(), tmp_path / "missing" / "r.csv")
    assert isinstance(caught.value.__cause__, FileNotFoundError)


def test_a_full_disk_leaves_nothing_behind(client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(PartFile, "write", full)

    with pytest.raises(TransferFailed, match="No space left on device"):
        save(client(file(CSV)), tmp_path / "r.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://h/x", "/relative", "s3://b/k"])
def test_only_http_addresses_are_fetched(client: MakeClient, tmp_path: Path, url: str) -> None:
    c = client()

    with pytest.raises(TransferFailed, match="http or https"):
        c.done(done_search(c, url).to_csv(tmp_path / "r.csv"))
    assert len(c.script.requests) == 1


def test_a_saved_file_has_the_usual_permissions(client: MakeClient, tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    save(client(file(CSV)), tmp_path / "r.csv")

    assert (tmp_path / "r.csv").stat().st_mode == usual.stat().st_mode


def test_pieces_are_written_a_mebibyte_at_a_time() -> None:
    client = Client("sync")
    flow = fetch_flow(Source("http://h/x", "it", ErrorContext()), client.hub._session.terms)
    assert next(flow) == Open("http://h/x", 60.0)
    effects = [type(flow.send(Opened(200, {}, None)))]
    for _ in range(20):
        effect = flow.send(bytes(64 * 1024))
        effects.append(type(effect))
        if isinstance(effect, Write):
            effects.append(type(flow.send(None)))
    assert flow.send(None) == Commit(bytes(4 * 64 * 1024))
    assert effects == [Pull] * 16 + [Write] + [Pull] * 5
    client.end()


# --- rows -----------------------------------------------------------------------------------------


def test_rows_are_read_as_they_arrive(client: MakeClient) -> None:
    c = client(file(*(bytes([byte]) for byte in CSV)))

    assert c.listed(done_search(c).rows()) == [
        {"object_name": "a.jpg", "width": "1001"},
        {"object_name": "b.jpg", "width": "2000"},
    ]


def test_iterating_over_a_search_gives_its_rows(client: MakeClient) -> None:
    c = client(file(CSV))
    handle = done_search(c)

    assert len(c.listed(aiter(handle) if c.is_async else iter(handle))) == 2


def test_rows_that_break_off_say_so(client: MakeClient) -> None:
    c = client(file(CSV[:30], fault=httpx.ReadError("reset")))

    with pytest.raises(TransferFailed, match="broke off"):
        c.listed(done_search(c).rows())


def test_opening_the_rows_is_tried_again(client: MakeClient) -> None:
    c = client(page(503), file(CSV))

    assert len(c.listed(done_search(c).rows())) == 2


TABLES = [
    (b"a,b\n1,2\n", [{"a": "1", "b": "2"}]),
    (b"\xef\xbb\xbfa\n1\n", [{"a": "1"}]),
    ("名,b\n图,2".encode(), [{"名": "图", "b": "2"}]),
    (b'a,b\n"x\ny","p""q"\n', [{"a": "x\ny", "b": 'p"q'}]),
    (b'a\r\n"x\r\ny"\r\n', [{"a": "x\r\ny"}]),
    ("a\nx\u2028y\x0bz\n".encode(), [{"a": "x\u2028y\x0bz"}]),
    (b"a,b\n\n1,2\n\n", [{"a": "1", "b": "2"}]),
    (b"a,b\n,\n", [{"a": "", "b": ""}]),
    (b"a,b\n", []),
    (b"", []),
]


@pytest.mark.parametrize(("data", "expected"), TABLES)
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_rows_do_not_depend_on_where_the_pieces_end(data: bytes, expected: list[dict[str, str]], size: int) -> None:
    reader = CsvRows("it", ErrorContext())
    rows = [row for at in range(0, len(data), size) for row in reader.feed(data[at : at + size])]

    assert rows + reader.feed(None) == expected


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"a,b\n1\n", "row 1 has 1 values for 2 columns"), (b"a\n\xff\n", "utf-8"), (b"a\n1\n1,2\n", "row 2")],
)
def test_what_is_not_a_table_is_unexpected(data: bytes, reason: str) -> None:
    with pytest.raises(UnexpectedResponse, match=reason):
        CsvRows("it", ErrorContext()).feed(data)


def test_the_unused_part_of_rows_is_not_read(client: MakeClient) -> None:
    c = client(file(CSV, fault=httpx.ReadError("never reached")))
    rows = done_search(c).rows()

    async def first() -> Any:
        try:
            return await anext(rows)
        finally:
            await rows.aclose()

    row = c.runner.run(first()) if c.is_async else next(rows)
    assert row == {"object_name": "a.jpg", "width": "1001"}


# --- searches without a result --------------------------------------------------------------------


@pytest.mark.parametrize("status", [1, 2, 99])
def test_a_search_that_goes_on_has_no_result_yet(client: MakeClient, tmp_path: Path, status: int) -> None:
    c = client(search(status))

    with pytest.raises(InvalidRequest, match=r"has no result[\s\S]*wait\(\)"):
        c.done(c.hub.attach("aihub://custom/search/7").to_csv(tmp_path / "r.csv"))


def test_a_search_that_failed_has_no_result(client: MakeClient, tmp_path: Path) -> None:
    c = client(search(4, message="no table"))

    with pytest.raises(InvalidRequest, match="Search 7 is FAILED and has no result: no table"):
        c.done(c.hub.attach("aihub://custom/search/7").to_csv(tmp_path / "r.csv"))


def test_a_search_that_succeeded_without_an_address_is_unexpected(client: MakeClient, tmp_path: Path) -> None:
    c = client(search(3))

    with pytest.raises(UnexpectedResponse):
        c.done(c.hub.attach("aihub://custom/search/7").to_csv(tmp_path / "r.csv"))


def test_a_handle_looks_again_when_its_search_was_still_running(client: MakeClient, tmp_path: Path) -> None:
    c = client(search(2), search(3, result_url=URL), file(CSV))
    handle = c.done(c.hub.searches.get(7))

    assert c.done(handle.to_csv(tmp_path / "r.csv")).read_bytes() == CSV


def test_an_unpickled_handle_says_how_to_attach_it(client: MakeClient, tmp_path: Path) -> None:
    c = client()
    handle = pickle.loads(pickle.dumps(c.hub.attach("aihub://custom/search/7")))

    with pytest.raises(ConfigurationError, match=r"hub\.attach\(handle\)"):
        c.done(handle.to_csv(tmp_path / "r.csv"))
