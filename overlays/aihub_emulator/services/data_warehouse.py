"""Data warehouse: SQL searches over the `meta` table; image and text searches by the spec's example for now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aihub_emulator.answers import Answer, Code, Refusal
from aihub_emulator.calls import Call
from aihub_emulator.spec import operation_named
from aihub_emulator.warehouse.searches import BUCKET, SUCCESS, SearchRecord

__all__ = ["create_search", "get_search"]


async def create_search(call: Call) -> Answer:
    """The id of a new search. Names need not be unique: the document does not say that they are."""
    request = call.body.model_dump(mode="json", exclude_none=True)
    record = call.instance.searches.create(
        owner_id=call.caller.id,
        username=call.caller.username,
        request=request,
        example=_finished_image_search(),
    )
    return Answer({"id": record.id}, is_example=bool(record.example))


async def get_search(call: Call) -> Answer:
    """A search of the caller's own."""
    search_id = call.parameters["id"]
    record = call.instance.searches.find(search_id, owner_id=call.caller.id)
    if record is None:
        raise Refusal(Code.NOT_FOUND, f"there is no search {search_id} of user {call.caller.username!r}")
    call.instance.pacing.polled("search", record.id)
    return Answer(_wire(record, call), is_example=bool(record.example))


def _finished_image_search() -> Mapping[str, Any]:
    data: Mapping[str, Any] = operation_named("getSearch").examples["success-image"]["data"]
    return data


def _wire(record: SearchRecord, call: Call) -> dict[str, Any]:
    """The search as the spec shows it: what was not asked for is empty, not missing."""
    request, has_result = record.request, record.status == SUCCESS
    return {
        "id": record.id,
        "type": request["type"],
        "name": request["name"],
        "description": request.get("description", ""),
        "sql": request.get("sql", ""),
        "feature_lib_id": request.get("feature_lib_id", 0),
        "feature_lib_name": record.example.get("feature_lib_name", ""),
        "images": request.get("images"),
        "keywords": request.get("keywords", ""),
        "top_k": request.get("top_k", 0),
        "status": record.status,
        "message": record.message,
        "result_url": call.instance.objects.address(call.base_url, BUCKET, record.result_key) if has_result else "",
        "results": record.example.get("results") if has_result else None,
        "created_at": record.created_at,
        "username": record.username,
    }
