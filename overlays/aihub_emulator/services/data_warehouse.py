"""Data warehouse: searches by SQL over the `meta` table, and by image or words among the datasets' images."""

from __future__ import annotations

from typing import Any

from aihub_emulator.requests.answers import Answer, Code, Refusal
from aihub_emulator.requests.calls import Call
from aihub_emulator.requests.reading import invalid, shown
from aihub_emulator.warehouse.searches import BUCKET, IMAGE, SQL, SUCCESS, SearchRecord, shown_matches

__all__ = ["create_search", "get_search"]

_MOST_MATCHES = 1000
_MOST_IMAGES = 16


async def create_search(call: Call) -> Answer:
    """The id of a new search. Names need not be unique: the document does not say that they are."""
    request = call.body.model_dump(mode="json", exclude_none=True)
    if request["type"] != SQL:
        _check(request, call)
    record = call.instance.searches.create(
        owner_id=call.caller.id,
        username=call.caller.username,
        request=request,
        base_url=call.base_url,
    )
    return Answer({"id": record.id})


async def get_search(call: Call) -> Answer:
    """A search of the caller's own."""
    search_id = call.parameters["id"]
    record = call.instance.searches.find(search_id, owner_id=call.caller.id)
    if record is None:
        raise Refusal(Code.NOT_FOUND, f"there is no search {search_id} of user {call.caller.username!r}")
    call.instance.pacing.polled("search", record.id)
    return Answer(_wire(record, call))


def _check(request: dict[str, Any], call: Call) -> None:
    """Refuse an image or text search that could never find anything."""
    library_id, top_k = request["feature_lib_id"], request["top_k"]
    libraries = call.instance.searches.libraries
    if library_id not in libraries:
        known = ", ".join(f"{library.id} ({library.name})" for library in libraries.values())
        raise Refusal(Code.NOT_FOUND, f"there is no feature library {library_id}; there are {known or 'none'}")
    if not 1 <= top_k <= _MOST_MATCHES:
        raise invalid("body.top_k", f"is {top_k}", f"Send 1 to {_MOST_MATCHES}")
    if request["type"] == IMAGE:
        count = len(request["images"])
        if not 1 <= count <= _MOST_IMAGES:
            raise invalid("body.images", f"holds {count} images", f"Send 1 to {_MOST_IMAGES}")
    elif not request["keywords"].strip():
        raise invalid("body.keywords", f"is {shown(request['keywords'])}", "Send what to look for")


def _wire(record: SearchRecord, call: Call) -> dict[str, Any]:
    """The search as the spec shows it: what was not asked for is empty, not missing."""
    request, has_result = record.request, record.status == SUCCESS
    has_matches = has_result and request["type"] != SQL
    return {
        "id": record.id,
        "type": request["type"],
        "name": request["name"],
        "description": request.get("description", ""),
        "sql": request.get("sql", ""),
        "feature_lib_id": request.get("feature_lib_id", 0),
        "feature_lib_name": record.feature_lib_name,
        "images": request.get("images"),
        "keywords": request.get("keywords", ""),
        "top_k": request.get("top_k", 0),
        "status": record.status,
        "message": record.message,
        "result_url": call.instance.objects.address(call.base_url, BUCKET, record.result_key) if has_result else "",
        "results": shown_matches(record, call.base_url) if has_matches else None,
        "created_at": record.created_at,
        "username": record.username,
    }
