"""A page that is opened piece by piece is the page that is opened whole, wherever the pieces end."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aihub_api._runtime import pages
from aihub_api._runtime.envelope import open_answer
from aihub_api.errors import ApiError, EnvelopeError, UnexpectedAnswer
from aihub_api.types import Drift

from .test_requests import module

OPERATION = module("listTrainingPods").OPERATION
# Text that looks like the places at which a page may be cut.
TEXTS = st.lists(st.sampled_from(["},{", "}]", '"', "\\", "]}}", ",", "中", '"data":[', "x"]), max_size=6).map("".join)
NESTED = st.recursive(TEXTS | st.none() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner))
PODS = st.fixed_dictionaries(
    {"id": st.integers(0, 2**40) | TEXTS},
    optional={
        "name": TEXTS,
        "status": st.sampled_from(["Running", "Lost", 7]),
        "ssh_port": st.integers(),
        "new": NESTED,
    },
)
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n ", " :\t")])


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """The JSON of a page, its keys in any order, spaced in any way."""
    pods: list[Any] = draw(st.lists(PODS | st.none(), max_size=12))
    fields = {"total": len(pods), "data": pods, "page_size": draw(st.integers() | TEXTS), "more": draw(NESTED)}
    data = {name: fields[name] for name in draw(st.permutations(sorted(fields)))}
    whole = {"code": draw(st.sampled_from([0, 0, 0, 3])), "msg": draw(TEXTS), "data": data}
    ordered = {name: whole[name] for name in draw(st.permutations(sorted(whole)))}
    return json.dumps(ordered, separators=draw(SEPARATORS), ensure_ascii=False).encode()


def pieces(body: bytes, size: int) -> list[bytes]:
    """The body as a connection might deliver it."""
    return [body[at : at + size] for at in range(0, len(body), size)] or [b""]


def opened(body: bytes | list[bytes]) -> tuple[Any, set[Drift]]:
    """The data, or what was raised with what it says, and the drifts.

    Fields and enum values that the spec does not list are left out: they are told only where something else made the
    lenient decoder look, and how much that looks at is what the pieces change.
    """
    told: set[Drift] = set()

    def on_drift(_: object, drifts: tuple[Drift, ...]) -> None:
        told.update(d for d in drifts if d.expected != "nothing" and not d.expected.startswith("a listed"))

    try:
        _, data = open_answer(
            OPERATION,
            status=200,
            content_type="application/json",
            body=body,
            on_drift=on_drift,
        )
    except EnvelopeError as error:
        return str(error), told
    except ApiError as error:
        return type(error), told
    return data, told


@pytest.fixture(autouse=True, scope="module")
def small_batches() -> Any:
    """Batches of a few bytes, so that short bodies are cut often."""
    patch = pytest.MonkeyPatch()
    patch.setattr(pages, "BATCH_BYTES", 24)
    yield
    patch.undo()


@settings(max_examples=60)
@given(bodies(), st.integers(1, 200))
def test_pieces_open_as_the_whole_does(body: bytes, size: int) -> None:
    assert opened(pieces(body, size)) == opened(body)


@settings(max_examples=60)
@given(bodies(), st.integers(1, 60), st.data())
def test_a_body_that_breaks_off_opens_as_the_whole_does(body: bytes, size: int, data: st.DataObject) -> None:
    broken = body[: data.draw(st.integers(0, len(body) - 1))]
    assert opened(pieces(broken, size)) == opened(broken)


@settings(max_examples=60)
@given(bodies(), st.integers(1, 60), st.data())
def test_a_damaged_body_opens_as_the_whole_does(body: bytes, size: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(body) - 1))
    damaged = body[:at] + data.draw(st.sampled_from([b"}", b"]", b",", b'"', b"{", b"x", b""])) + body[at + 1 :]
    assert opened(pieces(damaged, size)) == opened(damaged)


def test_pieces_are_given_up_as_they_are_decoded() -> None:
    body = json.dumps({"code": 0, "data": {"data": [{"id": n} for n in range(50)]}}).encode()
    chunks = pieces(body, 40)
    assert len(opened(chunks)[0].data) == 50
    assert chunks == [b'{"code": 0, "data": {"data": []}}']


def test_pieces_that_are_no_page_stay() -> None:
    chunks = pieces(b'{"code": 0, "msg": "", "data": null}', 9)
    assert opened(chunks) == (UnexpectedAnswer, set())
    assert b"".join(chunks) == b'{"code": 0, "msg": "", "data": null}'


def test_a_long_page_is_decoded_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the test above would hold for a decoder that joins everything."""
    seen: list[int] = []
    decode = pages._decode

    def counting(operation: Any, batch: bytes, items: list[Any], notes: Any) -> bool:
        seen.append(len(batch))
        return decode(operation, batch, items, notes)

    monkeypatch.setattr(pages, "_decode", counting)
    body = json.dumps({"code": 0, "data": {"data": [{"id": n} for n in range(50)]}}).encode()
    opened(pieces(body, 40))
    assert len(seen) > 10
    assert max(seen) < 120
