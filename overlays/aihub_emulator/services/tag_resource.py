"""Tag system: the virtual clusters that a user may choose from."""

from __future__ import annotations

from typing import Any

from aihub_emulator.jobs.clusters import Cluster
from aihub_emulator.requests.answers import Answer, Code, Refusal
from aihub_emulator.requests.calls import Call

__all__ = ["list_select_clusters"]

_SKU_FIELDS = ("id", "description", "cpu", "memory", "gpu_type", "gpu_memory", "network", "created_at")


async def list_select_clusters(call: Call) -> Answer:
    """The clusters that a user may use for one kind of job. Anybody may ask about any user."""
    user_id, module = call.parameters["user_id"], call.parameters["module_type"]
    if not call.instance.identity.name_of(user_id):
        remedy = f"Send the id that `login` gave: {call.caller.id} is yours"
        raise Refusal(Code.NOT_FOUND, f"user_id: is {user_id}, and there is no such user. {remedy}.")
    clusters = call.instance.grounds.clusters.values()
    fitting = [_wire(cluster) for cluster in clusters if cluster.is_open_to(user_id) and module in cluster.modules]
    return Answer({"data": fitting or None})


def _wire(cluster: Cluster) -> dict[str, Any]:
    return {
        "id": cluster.id,
        "name": cluster.name,
        "uuid": cluster.uuid,
        "sku": {name: getattr(cluster.sku, name) for name in _SKU_FIELDS},
        "created_at": cluster.created_at,
    }
