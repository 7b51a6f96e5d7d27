"""Clusters and storages by id or by name, as steps that both clients carry out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeVar

from aihub_api.model_training import list_storages
from aihub_api.model_training.models import Storage, StorageList
from aihub_api.tag_resource import list_select_clusters
from aihub_api.tag_resource.models import ModuleType, VirtualCluster, VirtualClusterList
from aihub_sdk._auth.identity import WhoAmI
from aihub_sdk._calls.envelope import checked_call
from aihub_sdk._calls.steps import Steps, WhoAsks
from aihub_sdk._choices import did_you_mean, member
from aihub_sdk._listings import Listing
from aihub_sdk.errors import ErrorContext, InvalidRequest, NotFound

__all__ = ["all_storages", "cluster_called", "clusters_for", "one_of", "storage_called"]


class Named(Protocol):
    """What is found by id or by name."""

    @property
    def id(self) -> int:
        """Its id."""

    @property
    def name(self) -> str | None:
        """Its name."""


N = TypeVar("N", bound=Named)


def clusters_for(environment: str, user_id: int | None, module_type: object) -> Steps[Listing[VirtualCluster]]:
    """The clusters that a user may choose for one kind of job.

    Raises:
        InvalidRequest: `module_type` is none, or nothing says which user.
    """
    module = member(ModuleType, module_type, "module_type")
    if user_id is None:
        user: WhoAmI = yield WhoAsks()
        user_id = user.user_id
    if user_id is None:
        raise InvalidRequest(
            "Whose clusters? The token does not say which user it belongs to.",
            field="user_id",
            context=ErrorContext("tag_resource", "listSelectClusters", environment),
            hint="Pass user_id=, or log in with user name and password.",
        )
    known = user_id
    call = checked_call(lambda: list_select_clusters.call(user_id=known, module_type=module), environment)
    found: VirtualClusterList = yield call
    return _there(found.data)


def all_storages(environment: str) -> Steps[Listing[Storage]]:
    """The storages that jobs can mount."""
    found: StorageList = yield checked_call(list_storages.call, environment)
    return _there(found.data)


def _there(items: Iterable[N] | None) -> Listing[N]:
    # A null in a list is kept by the decoder, and nothing that anybody could use.
    found: Iterable[Any] = items or ()
    return Listing(item for item in found if item is not None)


def cluster_called(
    cluster: int | str, environment: str, user_id: int | None, module_type: object, field: str = "cluster"
) -> Steps[VirtualCluster]:
    """The cluster with this id or name, among those that the user may choose."""
    context = ErrorContext("tag_resource", "listSelectClusters", environment)
    _expect_id_or_name(cluster, "cluster", field, context)
    found = yield from clusters_for(environment, user_id, module_type)
    return one_of(found, cluster, noun="cluster", field=field, context=context)


def storage_called(storage: int | str, environment: str) -> Steps[Storage]:
    """The storage with this id or name."""
    context = ErrorContext("model_training", "listStorages", environment)
    _expect_id_or_name(storage, "storage", "storage", context)
    found = yield from all_storages(environment)
    return one_of(found, storage, noun="storage", field="storage", context=context)


def one_of(items: Sequence[N], wanted: int | str, *, noun: str, field: str, context: ErrorContext) -> N:
    """The one item with an id (a number) or a name (text).

    Raises:
        NotFound: There is none; the error names the nearest, or what there is.
        InvalidRequest: Several have the name, or `wanted` is neither number nor text.
    """
    _expect_id_or_name(wanted, noun, field, context)
    found = [item for item in items if wanted == (item.name if isinstance(wanted, str) else item.id)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(str(item.id) for item in found)
        message = f"There are {len(found)} {noun}s with the name {wanted!r}: {ids}."
        raise InvalidRequest(message, field=field, context=context, hint="Pass the id of the one that is meant.")
    question = did_you_mean(wanted, [item.name for item in items if item.name]) if isinstance(wanted, str) else ""
    there = ", ".join(f"{item.name} ({item.id})" for item in items[:10])
    more = f" and {len(items) - 10} more" if len(items) > 10 else ""
    hint = f"There are {there}{more}." if there else f"There is no {noun} that you may use."
    raise NotFound(f"There is no {noun} {wanted!r}.{question}", context=context, hint=hint)


def _expect_id_or_name(given: object, noun: str, field: str, context: ErrorContext) -> None:
    if isinstance(given, bool) or not isinstance(given, (int, str)):
        hint = f"Pass the id (a number) or the name (text) of a {noun}."
        raise InvalidRequest(f"{field} cannot be {given!r}.", field=field, context=context, hint=hint)
