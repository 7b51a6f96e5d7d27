"""The seed file that the guide to the emulator shows starts one, and what it says is there."""

from pathlib import Path

from aihub_api.workflow_center.models import RunStatus
from aihub_emulator import Emulator, Settings
from aihub_sdk import AIHub
from tests.docs.markdown_pages import blocks

GUIDES = ("docs/guide/emulator.md", "docs/guide/emulator.zh.md")


def example(page: str) -> str:
    (shown,) = [block.text for block in blocks(page) if block.language == "json"]
    return shown


def test_the_seed_file_of_the_guide_gives_what_it_says(tmp_path: Path) -> None:
    file = tmp_path / "lab.json"
    file.write_text(example(GUIDES[0]), "utf-8")
    settings = Settings(seed=file, waiting_seconds=0, running_seconds=0)

    with Emulator(settings) as emulator, AIHub(base_url=emulator.base_url, token=emulator.token) as hub:
        user = hub.whoami().username
        clusters = [cluster.name for cluster in hub.clusters.list()]
        storages = [storage.name for storage in hub.storages.list()]
        run = hub.workflows.run(1, 1, name="run-001").wait(timeout=60)
        version = hub.datasets.version("car-park/V2").wait(timeout=60)
        found = hub.searches.text("van", feature_lib_id=1, top_k=20).wait(timeout=60)
        labels = {hit.label for hit in found.hits()}

    assert (user, clusters, storages) == ("kim", ["lab"], ["data"])
    assert (run.status, version.file_count, labels) == (RunStatus.SUCCESS, 12, {"van"})


def test_both_languages_show_the_same_seed_file() -> None:
    english, chinese = map(example, GUIDES)

    assert chinese == english
