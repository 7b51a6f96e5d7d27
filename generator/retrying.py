"""Whether a call may be sent twice: what behaviours.yaml says, and what holds where it is silent."""

from __future__ import annotations

from typing import Any

__all__ = ["check_of", "is_retry_safe"]

_UNKNOWN_CHECK = "The spec names no way to check; look on the platform whether it took effect."


def is_retry_safe(behaviours: dict[str, Any], operation_id: str, method: str) -> bool:
    """Whether sending it twice does no more than sending it once; without an entry only a GET is trusted with that."""
    entry = _entry(behaviours, operation_id)
    return method.upper() == "GET" if entry is None else entry["retry"] == "safe"


def check_of(behaviours: dict[str, Any], operation_id: str, method: str) -> str:
    """How to find out whether a lost write took effect: an operationId, a sentence, or `""` for a safe call."""
    entry = _entry(behaviours, operation_id)
    if entry is None:
        return "" if is_retry_safe(behaviours, operation_id, method) else _UNKNOWN_CHECK
    return " ".join(str(entry["check"] or "").split())


def _entry(behaviours: dict[str, Any], operation_id: str) -> dict[str, Any] | None:
    return (behaviours.get("operations") or {}).get(operation_id)
