"""Dataset management: datasets, their versions, and the state of a version."""

from __future__ import annotations

import re
from typing import Any

from aihub_emulator.datasets.catalogue import NameTaken
from aihub_emulator.datasets.names import dataset_name_problem
from aihub_emulator.datasets.records import INDEXES, SUCCESS, VersionRecord
from aihub_emulator.datasets.seeded import SEED_OWNER_ID
from aihub_emulator.objects.names import named_by_address
from aihub_emulator.requests.answers import Answer, Code, Refusal
from aihub_emulator.requests.calls import Call
from aihub_emulator.requests.reading import invalid, shown

__all__ = ["create_dataset", "get_dataset_version_detail", "upload_dataset_version"]

_VERSION_NAME = re.compile(r"[^/]+/V[1-9][0-9]{0,17}")


async def create_dataset(call: Call) -> Answer:
    """The id of a new dataset. Its name is unique among all users' datasets."""
    body = call.body
    if problem := dataset_name_problem(body.name):
        raise invalid("body.name", f"{shown(body.name)} {problem}", "Send another one")
    if body.create_by != call.caller.id:
        problem = f"is {body.create_by}, and the token is that of user {call.caller.id}"
        raise Refusal(Code.FORBIDDEN, f"body.create_by: {problem}. Send {call.caller.id}.")
    fields = {
        "owner_id": call.caller.id,
        "name": body.name,
        "description": body.description,
        "tags": tuple(body.tags),
        "cover_img": body.cover_img,
    }
    try:
        return Answer({"id": call.instance.datasets.create(fields).id})
    except NameTaken:
        raise Refusal(Code.NAME_EXISTS, f"there is a dataset {shown(body.name)} already") from None


async def upload_dataset_version(call: Call) -> Answer:
    """The id of a new version, which is being built. Only the dataset's owner may add one."""
    body, datasets = call.body, call.instance.datasets
    dataset = datasets.find(body.dataset_id)
    if dataset is None:
        raise Refusal(Code.NOT_FOUND, f"there is no dataset {body.dataset_id}")
    if dataset.owner_id == SEED_OWNER_ID:
        raise Refusal(Code.FORBIDDEN, f"dataset {dataset.id} is one of the seed's; create one of your own")
    if dataset.owner_id != call.caller.id:
        raise Refusal(Code.FORBIDDEN, f"dataset {dataset.id} belongs to another user; only they may add versions")
    # 0 is how answers show that there is no parent, and what older clients send.
    parent_id = body.parent_version_id or 0
    parent = datasets.find_version(parent_id)
    if parent_id and (parent is None or parent.dataset_id != dataset.id):
        raise Refusal(Code.NOT_FOUND, f"there is no version {parent_id} of dataset {dataset.id}")
    named = named_by_address(body.upload_path, call.base_url)
    version = datasets.add_version(
        dataset,
        {
            "user_id": call.caller.id,
            "upload_type": body.upload_type.value,
            "upload_path": body.upload_path,
            "source": str(named) if named else body.upload_path,
            "parent_version_id": parent_id,
            "description": body.description or "",
        },
    )
    return Answer({"id": version.id})


async def get_dataset_version_detail(call: Call) -> Answer:
    """A version, whoever made it."""
    name = call.parameters["name"]
    if not _VERSION_NAME.fullmatch(name):
        raise invalid("name", f"is {shown(name)}", "Send <dataset name>/V<version number>")
    record = call.instance.datasets.version_named(name)
    if record is None:
        raise Refusal(Code.NOT_FOUND, f"there is no dataset version {shown(name)}")
    call.instance.pacing.polled("dataset_version", record.id)
    return Answer(_wire(record, call))


def _wire(record: VersionRecord, call: Call) -> dict[str, Any]:
    address = call.instance.objects.address
    return {
        "id": record.id,
        "version": record.version,
        "dataset_id": record.dataset_id,
        "upload_path": record.upload_path,
        "upload_type": record.upload_type,
        "parent_version_id": record.parent_version_id,
        "description": record.description,
        "status": record.status,
        "message": record.message,
        "created_at": record.created_at,
        "user_id": record.user_id,
        "data_size": record.data_size,
        "data_count": record.data_count,
        "parquet_index_path": address(call.base_url, INDEXES, record.index_key) if record.status == SUCCESS else "",
    }
