"""Virtual clusters: nodes with a finite number of SKUs, and who may use them for what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Cluster", "Node", "Sku", "clusters_of"]


@dataclass(frozen=True)
class Node:
    """A machine of a cluster.

    Attributes:
        skus: How many SKUs it holds.
    """

    name: str
    ip: str
    skus: int


@dataclass(frozen=True)
class Sku:
    """What one SKU of a cluster is.

    Attributes:
        memory: GiB.
        gpu: Number of GPUs.
        gpu_type: The number that `listSelectClusters` shows.
        gpu_name: The text that jobs show.
        gpu_memory: GiB of one GPU.
    """

    id: int
    description: str
    cpu: int
    memory: int
    gpu: int
    gpu_type: int
    gpu_name: str
    gpu_memory: int
    network: int
    created_at: int


@dataclass(frozen=True)
class Cluster:
    """A virtual cluster.

    Attributes:
        modules: The module types that may use it.
        users: Ids of the users who may use it; None lets everybody.
    """

    id: int
    name: str
    uuid: str
    label: str
    created_at: int
    modules: Collection[int]
    users: Collection[int] | None
    sku: Sku
    nodes: tuple[Node, ...]

    def is_open_to(self, user_id: int) -> bool:
        """Whether this user may run something here."""
        return self.users is None or user_id in self.users

    def most_pods(self, sku_cnt: int, among: Collection[str] | None = None) -> int:
        """How many pods of `sku_cnt` SKUs fit when nothing runs, on the nodes of these names or on all."""
        return sum(node.skus // sku_cnt for node in self.nodes if among is None or node.name in among)


def clusters_of(seed: Mapping[str, Any]) -> dict[int, Cluster]:
    """The clusters of a seed by id."""
    return {described["id"]: _cluster(described) for described in seed["clusters"]}


def _cluster(described: Mapping[str, Any]) -> Cluster:
    return Cluster(
        id=described["id"],
        name=described["name"],
        uuid=described["uuid"],
        label=described["label"],
        created_at=described["created_at"],
        modules=tuple(described["modules"]),
        users=None if described.get("users") is None else tuple(described["users"]),
        sku=Sku(**described["sku"]),
        nodes=tuple(Node(**node) for node in described["nodes"]),
    )
