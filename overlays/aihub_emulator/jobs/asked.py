"""Whether a job that is asked for can run at all, and the job that it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from aihub_emulator.identity import User
from aihub_emulator.jobs.clusters import Cluster, clusters_of
from aihub_emulator.jobs.job import LOW, USUAL, VIP, Job
from aihub_emulator.jobs.outcomes import outcome_of
from aihub_emulator.requests.answers import Code, Refusal
from aihub_emulator.requests.reading import invalid, shown

__all__ = ["QUOTA", "TRAINING", "Grounds", "grounds_of", "job_asked_for", "lost_ground"]

# The module types of listSelectClusters.
TRAINING = 1
QUOTA = 3

_KINDS = {TRAINING: "trainings", QUOTA: "quota tasks"}
_LOW_PRIORITY = 1
_KILL = 2


class Grounds(NamedTuple):
    """What there is to run on: clusters, storages and projects, by id."""

    clusters: Mapping[int, Cluster]
    storages: Mapping[int, Mapping[str, Any]]
    projects: Mapping[int, Mapping[str, Any]]


def grounds_of(seed: Mapping[str, Any]) -> Grounds:
    """What a seed gives jobs to run on."""
    storages, projects = ({entry["id"]: entry for entry in seed[name]} for name in ("storages", "projects"))
    return Grounds(clusters_of(seed), storages, projects)


def lost_ground(jobs: Iterable[Job], grounds: Grounds) -> str | None:
    """What kept jobs were given that the seed does not have any more, or None."""
    for job in jobs:
        cluster = grounds.clusters.get(job.cluster_id)
        nodes = {*job.vip_nodes, *(node for attempt in job.attempts for node in attempt["nodes"])}
        for kind, wanted, known in (
            ("cluster", {job.cluster_id}, grounds.clusters),
            ("node", nodes, {node.name for node in cluster.nodes} if cluster else nodes),
            ("project", {job.request["project_id"]}, grounds.projects),
            ("storage", set(job.request["storage_ids"]), grounds.storages),
        ):
            if missing := sorted(each for each in wanted if each not in known):
                return f"job {job.id} ({job.request['name']!r}) was given {kind} {missing[0]}, which the seed has not"
    return None


def job_asked_for(request: Mapping[str, Any], *, module: int, user: User, grounds: Grounds, run_seconds: float) -> Job:
    """The job that a request becomes; its ids are still 0.

    Args:
        request: The body, which fits its schema.
        module: TRAINING or QUOTA.
        user: Who asks.
        grounds: What there is to run on.
        run_seconds: How long it runs when it does not say.

    Raises:
        Refusal: It can never run, or its user may not run it.
    """
    cluster = _cluster(request["virtual_cluster_id"], module, user, grounds)
    is_vip = request.get("is_vip", False)
    names = _reserved(request, cluster) if is_vip else ()
    _check_size(request, cluster, names)
    _check_known("body.project_id", request["project_id"], grounds.projects, "project")
    for index, storage_id in enumerate(request["storage_ids"]):
        _check_known(f"body.storage_ids[{index}]", storage_id, grounds.storages, "storage")
    for name in ("shm", "estimate_run_time"):
        if request[name] < 0:
            raise invalid(f"body.{name}", f"is {request[name]}", "Send 0 or more")
    outcome = outcome_of(request["envs"], default_seconds=run_seconds)
    return Job(
        id=0,
        owner_id=user.id,
        username=user.username,
        request=request,
        cluster_id=cluster.id,
        rank=VIP if is_vip else LOW if request.get("priority") == _LOW_PRIORITY else USUAL,
        instances=request["instances"],
        sku_cnt=request["sku_cnt"],
        run_seconds=outcome.seconds,
        is_killing=is_vip and request["preempt_policy"] == _KILL,
        vip_nodes=names,
        exit_code=outcome.exit_code,
        message=outcome.message,
    )


def _listed(ids: Sequence[object]) -> str:
    return ", ".join(map(str, ids))


def _cluster(cluster_id: int, module: int, user: User, grounds: Grounds) -> Cluster:
    field = "body.virtual_cluster_id"
    fitting = [c.id for c in grounds.clusters.values() if c.is_open_to(user.id) and module in c.modules]
    remedy = f"Send one of {_listed(fitting)}" if fitting else "There is none that you may use"
    cluster = grounds.clusters.get(cluster_id)
    if cluster is None:
        raise _unknown(field, cluster_id, "cluster", remedy)
    if not cluster.is_open_to(user.id):
        problem = f"is {cluster_id}, and user {user.username!r} may not use that cluster"
        raise Refusal(Code.FORBIDDEN, f"{field}: {problem}. {remedy}.")
    if module not in cluster.modules:
        raise invalid(field, f"is {cluster_id}, and that cluster is not for {_KINDS[module]}", remedy)
    return cluster


def _unknown(field: str, value: object, noun: str, remedy: str) -> Refusal:
    return Refusal(Code.NOT_FOUND, f"{field}: is {shown(value)}, and there is no such {noun}. {remedy}.")


def _check_known(field: str, value: int, known: Mapping[int, Any], noun: str) -> None:
    if value not in known:
        raise _unknown(field, value, noun, f"Send one of {_listed(list(known))}")


def _reserved(request: Mapping[str, Any], cluster: Cluster) -> Sequence[str]:
    if request["preempt_policy"] not in {1, 2}:
        problem = f"is {request['preempt_policy']}, and is_vip is true"
        raise invalid("body.preempt_policy", problem, "Send 1 to wait for low-priority tasks, 2 to kill them")
    known = [node.name for node in cluster.nodes]
    names: Sequence[str] = request["vip_node_names"]
    for index, name in enumerate(names):
        field = f"body.vip_node_names[{index}]"
        if name not in known:
            raise _unknown(field, name, f"node in cluster {cluster.id}", f"Send one of {_listed(known)}")
        if name in names[:index]:
            raise invalid(field, f"is {shown(name)}, and is there twice", "Send it once")
    return names


def _check_size(request: Mapping[str, Any], cluster: Cluster, names: Sequence[str]) -> None:
    instances, sku_cnt = request["instances"], request["sku_cnt"]
    for field, value in (("instances", instances), ("sku_cnt", sku_cnt)):
        if value < 1:
            raise invalid(f"body.{field}", f"is {value}", "Send 1 or more")
    where = f"cluster {cluster.id}" if not names else f"what vip_node_names gives of cluster {cluster.id}"
    largest = max(node.skus for node in cluster.nodes if not names or node.name in names)
    if sku_cnt > largest:
        problem = f"is {sku_cnt}, and the largest node of {where} has {largest} SKUs"
        raise invalid("body.sku_cnt", problem, f"Send {largest} or less, or choose another cluster")
    most = cluster.most_pods(sku_cnt, among=names or None)
    if instances > most:
        room = f"{most} pod{'s' if most > 1 else ''} of {sku_cnt} SKU{'s' if sku_cnt > 1 else ''}"
        problem = f"is {instances}, and {where} has room for {room} when it is empty"
        raise invalid("body.instances", problem, f"Send {most} or less, or choose another cluster")
