"""What a notebook shows: handles, nodes, lists and settings, with every word of the server's escaped."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from aihub_api.model_training.models import Pod, Storage
from aihub_api.tables import WAITERS
from aihub_api.tag_resource.models import VirtualCluster
from aihub_sdk import Listing
from aihub_sdk._settings.config import resolve
from tests.unit.conftest import MakeClient
from tests.unit.scripted import Client, ok

EVIL = "<script>alert('x')</script>&\""
HARMLESS = {"div", "b", "span", "table", "thead", "tbody", "tr", "th", "td", "pre"}


class Page(HTMLParser):
    """The elements and the text of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def seen(c: Client, kind: str, **fields: Any) -> Any:
    """A handle that was looked at once."""
    c.script.steps = [ok({"id": 7, "version": 1, **fields})]
    return c.done(c.hub.attach(f"aihub://custom/{kind}/{'mnist%2FV1' if kind == 'dataset_version' else 7}").refresh())


def test_a_version_shows_how_much_is_in_it(client: MakeClient) -> None:
    page = Page(seen(client(), "dataset_version", status=3, data_count=60_000, data_size=11_594_722)._repr_html_())

    assert dict(zip(page.texts[3::2], page.texts[4::2], strict=True)) == {
        "name": "mnist/V1",
        "files": "60,000",
        "bytes": "11,594,722",
        "ref": "aihub://custom/dataset_version/mnist%2FV1",
    }


def test_a_dataset_shows_its_name_with_nothing_in_it_taken_for_html(client: MakeClient) -> None:
    name = EVIL.replace("/", "")
    page = Page(client().hub.datasets.get(name, id=3)._repr_html_())

    assert set(page.elements) <= HARMLESS
    assert page.texts == ["dataset 3", "name", name, "environment", "custom"]


@pytest.mark.parametrize("kind", WAITERS)
def test_a_handle_shows_its_state_its_name_its_reference_and_its_times(client: MakeClient, kind: str) -> None:
    handle = seen(client(), kind, status=3, name="nightly", created_at=1_700_000_000_000)
    page = Page(handle._repr_html_())

    assert page.texts[:2] == [f"{WAITERS[kind].noun} {handle.id}", " "]
    assert page.texts[2] == "SUCCESS"
    facts = dict(zip(page.texts[3::2], page.texts[4::2], strict=True))
    assert facts == {
        "name": "mnist/V1" if kind == "dataset_version" else "nightly",
        "ref": handle.ref,
        "created": "2023-11-14 22:13:20 UTC",
    }


@pytest.mark.parametrize("kind", WAITERS)
def test_a_handle_that_was_not_looked_at_says_so_and_asks_nothing(client: MakeClient, kind: str) -> None:
    handle = client().hub.attach(f"aihub://custom/{kind}/{'mnist%2FV1' if kind == 'dataset_version' else 7}")

    assert "not seen yet" in Page(handle._repr_html_()).texts


def test_what_the_server_says_about_the_end_is_shown(client: MakeClient) -> None:
    assert "no such table" in Page(seen(client(), "search", status=4, message="no such table")._repr_html_()).texts


def test_states_differ_in_colour_and_an_unknown_one_is_grey(client: MakeClient) -> None:
    c = client()
    grounds = [
        re.search("background:(#......)", seen(c, "training", status=status)._repr_html_()) for status in range(1, 7)
    ]
    waiting, running, success, failed, stopped, unknown = (each and each[1] for each in grounds)

    assert waiting == running
    assert len({waiting, success, failed, stopped, unknown}) == 5


def test_a_run_shows_its_nodes_as_a_tree(client: MakeClient) -> None:
    nodes = [{"name": "prepare", "status": 3}, {"name": "train", "status": 2, "dependencies": ["prepare"]}]
    html = seen(client(), "run", status=2, task_nodes=nodes)._repr_html_()

    assert "└── prepare" in html
    assert "    └── train" in html


def every_display(c: Client) -> list[str]:
    """All that is shown, of a server that wishes us ill."""
    words = {"name": EVIL, "message": EVIL, "description": EVIL}
    run = seen(c, "run", status=2, task_nodes=[{**words, "status": 2, "dependencies": [EVIL]}], **words)
    cluster = VirtualCluster(id=1, name=EVIL)
    config = resolve(base_url="http://h.example", token="t", environ={"AI_HUB_PROGRESS": EVIL})
    handles = [seen(c, kind, status=4, **words) for kind in WAITERS]
    version = c.hub.attach("aihub://custom/dataset_version/%3Cscript%3Ealert%3C%2Fscript%3E%2FV1")
    shown = [run, run.tree, run.nodes, Listing([cluster]), config.explain(), version, *handles]
    return [each._repr_html_() for each in shown]


def test_nothing_that_a_server_sends_becomes_markup(client: MakeClient) -> None:
    pages = [Page(html) for html in every_display(client())]

    assert {element for page in pages for element in page.elements} <= HARMLESS
    assert {name for page in pages for name in page.attributes} <= {"style"}
    assert all(any("alert" in text for text in page.texts) for page in pages[:6])


# --- lists ----------------------------------------------------------------------------------------


def test_a_listing_is_a_tuple_and_so_is_its_slice() -> None:
    listing = Listing(["a", "b", "c"])

    assert (listing, listing[1], listing[1:], type(listing[1:])) == (("a", "b", "c"), "b", ("b", "c"), Listing)
    assert listing[-1] == "c"


def test_nouns_list_what_a_notebook_shows_as_a_table(client: MakeClient) -> None:
    c = client(
        ok({"data": [{"id": 3, "name": "models", "path": "/m"}]}),
        ok({"data": [{"id": 29, "name": "vc", "sku": {"id": 1, "cpu": 4, "gpu_type": 2}}]}),
    )
    storages, clusters = c.done(c.hub.storages.list()), c.done(c.hub.clusters.list(user_id=1))

    assert Page(storages._repr_html_()).texts == ["id", "name", "path", "3", "models", "/m"]
    assert Page(clusters._repr_html_()).texts[:3] == ["id", "name", "sku"]
    assert "cpu 4" in clusters._repr_html_()


def test_columns_without_a_value_are_left_out_and_times_are_readable() -> None:
    shown = Page(Listing([Pod(id=1), Pod(id=2, created_at=1_700_000_000_000)])._repr_html_())

    assert shown.texts == ["id", "created_at", "1", "2", "2023-11-14 22:13:20 UTC"]


def test_a_long_list_and_a_long_cell_are_cut() -> None:
    html = Listing([Storage(id=number, name="x" * 500) for number in range(250)])._repr_html_()

    assert html.count("<tr>") == 101
    assert "and 150 more" in html
    assert f">{'x' * 119}…<" in html


def test_an_empty_list_says_so() -> None:
    assert Page(Listing[Storage]()._repr_html_()).texts == ["none"]


def test_settings_are_a_table_with_their_notes() -> None:
    config = resolve(base_url="http://h.example", token="t", environ={"AI_HUB_PROGRESS": "of"})
    shown = Page(config.explain()._repr_html_())

    assert shown.texts[:6] == ["setting", "value", "from", "environment", "custom", "only addresses are given"]
    assert shown.texts[-1].startswith("note: AI_HUB_PROGRESS")
