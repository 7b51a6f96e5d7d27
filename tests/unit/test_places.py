"""`hub.clusters` and `hub.storages`: lists, and one by its id or name. Every test runs sync and async."""

from typing import Any

import pytest

from aihub_sdk.errors import InvalidRequest, NotFound
from tests.unit.conftest import MakeClient
from tests.unit.made_up_tokens import jwt
from tests.unit.scripted import Client, ok

CLUSTERS = {"data": [{"id": 29, "name": "vc-a800-train"}, {"id": 30, "name": "vc-4090-dev"}]}
STORAGES = {"data": [{"id": 1, "name": "data1"}, {"id": 2, "name": "cache"}, {"id": 3, "name": "cache"}]}
PATH = "GET /tag-resource-management/api/v1/select-clusters?user_id={}&module_type={}"


def test_clusters_are_listed_for_the_tokens_user_and_for_trainings(client: MakeClient) -> None:
    c = client(ok(CLUSTERS), token=jwt(user_id=5))
    found = c.done(c.hub.clusters.list())

    assert [cluster.name for cluster in found] == ["vc-a800-train", "vc-4090-dev"]
    assert c.script.sent() == [PATH.format(5, 1)]


@pytest.mark.parametrize("module", [3, "quota_schedule", "QUOTA-SCHEDULE", "3"])
def test_the_kind_of_job_is_given_by_number_or_name(client: MakeClient, module: Any) -> None:
    c = client(ok(CLUSTERS))
    c.done(c.hub.clusters.list(user_id=7, module_type=module))

    assert c.script.sent() == [PATH.format(7, 3)]


def test_a_kind_of_job_that_is_none_is_refused_with_what_was_meant(client: MakeClient) -> None:
    c = client()

    with pytest.raises(InvalidRequest, match="Did you mean 'TRAINING'") as caught:
        c.done(c.hub.clusters.list(user_id=7, module_type="trainig"))
    assert caught.value.field == "module_type"


def test_a_token_that_does_not_say_whose_it_is_wants_a_user_id(client: MakeClient) -> None:
    c = client(token="opaque")

    with pytest.raises(InvalidRequest) as caught:
        c.done(c.hub.clusters.list())
    assert caught.value.field == "user_id"


@pytest.mark.parametrize("wanted", [30, "vc-4090-dev"])
def test_a_cluster_is_found_by_id_and_by_name(client: MakeClient, wanted: Any) -> None:
    c = client(ok(CLUSTERS))

    assert c.done(c.hub.clusters.get(wanted, user_id=7)).id == 30


def test_a_cluster_that_is_not_there_is_not_found_and_the_nearest_is_named(client: MakeClient) -> None:
    c = client(ok(CLUSTERS))

    with pytest.raises(NotFound, match="Did you mean 'vc-a800-train'") as caught:
        c.done(c.hub.clusters.get("vc-a800-trian", user_id=7))
    assert caught.value.hint == "There are vc-a800-train (29), vc-4090-dev (30)."


@pytest.mark.parametrize("data", [{"data": None}, {"data": []}])
def test_no_storages_are_an_empty_list(client: MakeClient, data: Any) -> None:
    c = client(ok(data))

    assert c.done(c.hub.storages.list()) == ()


def test_a_null_in_a_list_is_nothing_to_choose(client: MakeClient) -> None:
    c = client(ok({"data": [None, {"id": 1, "name": "data1"}]}), ok({"data": [None, {"id": 29, "name": "vc"}]}))

    assert c.done(c.hub.storages.get("data1")).id == 1
    assert c.done(c.hub.clusters.get("vc", user_id=5)).id == 29


def test_a_storage_is_found_by_name(client: MakeClient) -> None:
    c = client(ok(STORAGES))

    assert c.done(c.hub.storages.get("data1")).id == 1
    assert c.script.sent() == ["GET /model-training-platform/api/v1/storages"]


def test_a_name_that_several_have_is_refused_with_their_ids(client: MakeClient) -> None:
    c = client(ok(STORAGES))

    with pytest.raises(InvalidRequest, match="2, 3"):
        c.done(c.hub.storages.get("cache"))


@pytest.mark.parametrize("wanted", [None, 1.5, True])
def test_what_is_neither_id_nor_name_is_refused(client: MakeClient, wanted: Any) -> None:
    c: Client = client()

    with pytest.raises(InvalidRequest) as caught:
        c.done(c.hub.storages.get(wanted))
    assert caught.value.field == "storage"
