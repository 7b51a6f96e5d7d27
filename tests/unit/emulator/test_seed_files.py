"""A seed file is checked as a whole, and a wrong one is refused with the place, the problem and the remedy."""

import json
from pathlib import Path
from typing import Any

import pytest

from aihub_emulator import UnsupportedSetting
from aihub_emulator.datasets.drawing import PICTURES, encoded, picture_of
from aihub_emulator.datasets.seeded import planned_images, seeded_rows, seeded_versions
from aihub_emulator.identity import User
from aihub_emulator.instance import Instance
from aihub_emulator.jobs.clusters import Cluster, Node, Sku
from aihub_emulator.seeds import load_seed, seed_label
from aihub_emulator.seeds.reading import checked
from aihub_emulator.seeds.shape import ClusterShape, DatasetShape, NodeShape, SkuShape, StepShape, UserShape
from aihub_emulator.settings import Settings
from aihub_emulator.workflows.pipelines import Node as Step

USERS = [{"id": 7, "username": "kim", "password": "secret"}]
SKU = {"id": 1, "cpu": 8, "memory": 64}
CLUSTER = {"id": 5, "name": "lab", "modules": [1], "sku": SKU, "nodes": [{"name": "a", "ip": "192.0.2.1", "skus": 2}]}
DATASET = {"id": 900_001, "name": "cars", "format": "png", "widths": [64], "pictures": {"car": "car"}}
VERSION = {"id": 900_001, "images": 2}


def seed(**parts: Any) -> dict[str, Any]:
    return {"users": USERS, **parts}


def clusters(**changes: Any) -> dict[str, Any]:
    return seed(clusters=[{**CLUSTER, **changes}])


def datasets(*versions: Any, **changes: Any) -> dict[str, Any]:
    return seed(datasets=[{**DATASET, "versions": versions or [VERSION], **changes}])


def pipeline(*nodes: Any, **changes: Any) -> dict[str, Any]:
    return seed(pipelines=[{"id": 1, "name": "p", "versions": [{"id": 1, "name": "v", "nodes": nodes, **changes}]}])


def refusal(described: object) -> str:
    with pytest.raises(UnsupportedSetting) as refused:
        # Through JSON, as a file would come: tuples are lists there.
        checked(json.loads(json.dumps(described)), name="lab.json")
    return str(refused.value).removeprefix("seed 'lab.json': ")


WRONG = [
    ([], "$: is []. Give an object."),
    ({}, "$.users: is missing. Give it."),
    (seed(cluster=[]), '$.cluster: is not known here. Did you mean "clusters"?'),
    (seed(users=[]), "$.users: is []. Give one or more."),
    (
        seed(users=[{"id": 1, "username": "kim", "pasword": "x"}]),
        '$.users[0].pasword: is not known here. Did you mean "password"?',
    ),
    (seed(users=[{**USERS[0], "zzz": 1}]), "$.users[0].zzz: is not known here. Known are: id, password, username."),
    (seed(users=[{**USERS[0], "id": True}]), "$.users[0].id: is true. Give a whole number."),
    (seed(users=[{**USERS[0], "id": "1"}]), '$.users[0].id: is "1". Give a whole number.'),
    (seed(users=[{**USERS[0], "password": ""}]), '$.users[0].password: is "". Give text that is not empty.'),
    (seed(users=USERS * 2), "$.users[1].id: is 7, as $.users[0].id is. Give each id once.\n"),
    (seed(clusters=3), "$.clusters: is 3. Give a list."),
    (seed(clusters=[CLUSTER, CLUSTER]), "$.clusters[1].id: is 5, as $.clusters[0].id is. Give each id once."),
    (clusters(nodes=[]), "$.clusters[0].nodes: is []. Give one or more."),
    (
        clusters(nodes=[{"name": "a", "ip": "192.0.2.1", "skus": 0}]),
        "$.clusters[0].nodes[0].skus: is 0. Give a number greater than or equal to 1.",
    ),
    (
        clusters(nodes=[{"name": "a", "ip": "here", "skus": 1}]),
        '$.clusters[0].nodes[0].ip: is "here". Give an IP address, such as "192.0.2.1".',
    ),
    (
        clusters(nodes=CLUSTER["nodes"] * 2),  # type: ignore[operator]  # a list, in a table of anything
        "$.clusters[0].nodes[1].name: is 'a', as $.clusters[0].nodes[0].name is. Give each node name once.",
    ),
    (clusters(sku={"id": 1, "cpu": 8}), "$.clusters[0].sku.memory: is missing. Give it."),
    (clusters(modules=[True]), "$.clusters[0].modules[0]: is true. Give a whole number."),
    (clusters(modules=[4]), "$.clusters[0].modules[0]: is 4. Give a number less than or equal to 3."),
    (clusters(users=[1]), "$.clusters[0].users[0]: is 1, and no user has this id. Known are: 7."),
    (datasets(id=1), "$.datasets[0].id: is 1. Give a number greater than or equal to 900001."),
    (datasets(name="a/b"), '$.datasets[0].name: is "a/b". Give a name without slashes; this one holds a slash'),
    (datasets(format="gif"), '$.datasets[0].format: is "gif". Known are: jpg, png.'),
    (datasets(widths=[10**9]), "$.datasets[0].widths[0]: is 1000000000. Give a number less than or equal to 4096."),
    (
        datasets(pictures={"小汽车": "cra"}),
        '$.datasets[0].pictures["小汽车"]: is "cra". Did you mean "car"?',
    ),
    (
        datasets({"id": 900_001}),
        "$.datasets[0].versions[0]: has neither `images` nor `message`. Give `images` for a version that is there,",
    ),
    (datasets({**VERSION, "message": "x"}), "$.datasets[0].versions[0]: has both `images` and `message`."),
    (datasets(VERSION, VERSION), "$.datasets[0].versions[1].id: is 900001, as $.datasets[0].versions[0].id is."),
    (
        seed(feature_libraries=[{"id": 1, "name": "x", "parts": {"color": 1}}]),
        '$.feature_libraries[0].parts.color: is "color". Did you mean "colour"?',
    ),
    (
        seed(feature_libraries=[{"id": 1, "name": "x", "parts": {"colour": 0}}]),
        "$.feature_libraries[0].parts.colour: is 0. Give a number greater than 0.",
    ),
    (seed(feature_libraries=[{"id": 1, "name": "x", "parts": {}}]), "$.feature_libraries[0].parts: is {}. Give one"),
    (
        seed(storages=[{"id": 1, "name": "x", "path": "/x", "server_path": "", "server_type": "nsf"}]),
        '$.storages[0].server_type: is "nsf". Did you mean "nfs"?',
    ),
    (pipeline(), "$.pipelines[0].versions[0].nodes: is []. Give one or more."),
    (
        pipeline({"name": "a"}, {"name": "a"}),
        "$.pipelines[0].versions[0].nodes[1].name: is 'a', as $.pipelines[0].versions[0].nodes[0].name is.",
    ),
    (
        pipeline({"name": "a", "retries": 3}),
        "$.pipelines[0].versions[0].nodes[0].retries: is not known here. Known are: dependencies, exit_code,",
    ),
    (
        pipeline({"name": "a", "seconds": -1}),
        "$.pipelines[0].versions[0].nodes[0].seconds: is -1. Give a number greater than or equal to 0.",
    ),
    (pipeline({"name": "a"}, params=[{}]), "$.pipelines[0].versions[0].params[0].key: is missing. Give it."),
    (
        pipeline({"name": "a"}, params=[{"key": "k"}, {"key": "k"}]),
        "$.pipelines[0].versions[0].params[1].key: is 'k', as $.pipelines[0].versions[0].params[0].key is.",
    ),
    (
        pipeline({"name": "train", "dependencies": ["prepar"]}, {"name": "prepare"}),
        "$.pipelines[0].versions[0].nodes[0].dependencies[0]: is 'prepar', and this version has no such node. Did you",
    ),
    (
        pipeline({"name": "a", "dependencies": ["b"]}, {"name": "b", "dependencies": ["a"]}),
        "$.pipelines[0].versions[0].nodes: is a circle: a -> b -> a. Take one of these dependencies out.",
    ),
    (
        pipeline({"name": "a", "dependencies": ["a"]}),
        "$.pipelines[0].versions[0].nodes: is a circle: a -> a. Take one of these dependencies out.",
    ),
]


@pytest.mark.parametrize(("described", "words"), WRONG, ids=[words.partition(". ")[0] for _, words in WRONG])
def test_a_wrong_seed_is_refused_with_the_place_the_problem_and_the_remedy(described: object, words: str) -> None:
    told = refusal(described)

    assert f"{told}\n"[: len(words)] == words


def test_the_first_five_places_are_told_and_the_others_counted() -> None:
    told = refusal(seed(projects=[{"id": 0, "name": "x"}] * 7)).splitlines()

    places = [f"$.projects[{at}].id" for at in range(5)]
    assert [line.strip().partition(":")[0] for line in told] == [*places, "and 2 more"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"users": [\n1,]}', "line 2, column "),
        (b'{"users": [], "users": []}', 'an object has the key "users" twice. Give it once.'),
        (b'{"users": NaN}', "NaN is no JSON. Give a number."),
        (b'{"users": "\xff"}', "byte 11 is no UTF-8. Save it as UTF-8."),
        (b"[" * 100_000, "it is nested too deeply."),
    ],
)
def test_a_file_that_is_no_json_is_refused_with_its_name(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "lab.json"
    file.write_bytes(content)

    with pytest.raises(UnsupportedSetting) as refused:
        load_seed(file)

    assert str(refused.value).startswith(f"seed {str(file)!r}: {words}")


def test_a_file_that_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    told = []
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(UnsupportedSetting) as refused:
            load_seed(path)
        told.append(str(refused.value))

    assert told == [
        f"seed {str(tmp_path / 'none.json')!r}: No such file or directory.",
        f"seed {str(tmp_path)!r}: Is a directory.",
    ]


def test_only_users_are_necessary_and_a_path_may_be_text(tmp_path: Path) -> None:
    file = tmp_path / "lab.json"
    file.write_text(json.dumps(seed()), "utf-8-sig")

    loaded = load_seed(str(file))

    assert {name: part for name, part in loaded.items() if part} == {"users": USERS}
    assert load_seed(file) == loaded


def test_nodes_may_stand_before_those_that_they_depend_on() -> None:
    late = {"name": "publish", "dependencies": ["train", "index"]}
    described = pipeline(late, {"name": "index", "dependencies": ["prepare"]}, {"name": "prepare"}, {"name": "train"})

    nodes = checked(json.loads(json.dumps(described)), name="x")["pipelines"][0]["versions"][0]["nodes"]

    assert [node["name"] for node in nodes] == ["prepare", "index", "train", "publish"]


def test_the_demo_seed_says_what_its_file_says() -> None:
    file = Path(__file__).parents[3] / "overlays/aihub_emulator/seeds/demo.json"

    def said(written: Any, loaded: Any) -> Any:
        if isinstance(written, dict):
            return {key: said(value, loaded[key]) for key, value in written.items()}
        if isinstance(written, list):
            return [said(one, other) for one, other in zip(written, loaded, strict=True)]
        return loaded

    written = json.loads(file.read_text("utf-8"))
    assert said(written, load_seed("demo")) == written


def test_the_keys_of_a_seed_are_the_fields_of_what_it_becomes() -> None:
    pairs = [(SkuShape, Sku), (NodeShape, Node), (ClusterShape, Cluster), (StepShape, Step), (UserShape, User)]

    for shape, kind in pairs:
        assert set(shape.model_fields) == set(kind.__dataclass_fields__), shape  # type: ignore[attr-defined]  # all are


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("form", ["jpg", "png"])
def test_every_picture_that_can_be_named_is_drawn_also_when_it_is_small(picture: str, form: str) -> None:
    described = datasets(widths=[32], pictures={"label": picture}, format=form, scheme="night")
    checked_seed = checked(json.loads(json.dumps(described)), name="x")

    for _, source in seeded_versions(checked_seed):
        images = list(planned_images(source["dataset"], source["version"]))
        assert [len(encoded(image, picture_of(image)[0])) for image in images] == [i.size_bytes for i in images]
        assert [row[7] for row in seeded_rows(checked_seed)] == ["label", "label"]
    assert picture in str(DatasetShape.model_fields["pictures"].annotation)


def test_versions_of_a_seed_are_its_first_users() -> None:
    (version,) = [record for record, _ in seeded_versions(checked(json.loads(json.dumps(datasets())), name="x"))]

    assert version.user_id == 7


def test_a_state_folder_stays_with_the_content_of_its_seed_file(tmp_path: Path) -> None:
    file = tmp_path / "lab.json"
    settings = Settings(seed=file, state=tmp_path / "state")
    file.write_text(json.dumps(seed()), "utf-8")
    Instance(settings).close()
    file.write_text(json.dumps(seed(), indent=4), "utf-8")
    Instance(settings).close()
    before = seed_label(file, load_seed(file))

    file.write_text(json.dumps(clusters()), "utf-8")
    after = seed_label(file, load_seed(file))

    assert before != after
    with pytest.raises(UnsupportedSetting) as refused:
        Instance(settings)
    assert f"it was started with the seed {before!r}, not with {after!r}" in str(refused.value)
