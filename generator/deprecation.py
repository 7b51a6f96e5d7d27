"""What callers of a deprecated operation are told: one sentence, the same wherever it is shown."""

from __future__ import annotations

from typing import Any

__all__ = ["deprecation_of"]


def deprecation_of(operation: dict[str, Any]) -> str:
    """What to use instead of a deprecated operation and until when it works; `""` for every other operation."""
    if not operation.get("deprecated"):
        return ""
    replacement, end = operation.get("x-replaced-by"), operation.get("x-sunset")
    advice = f" Use {replacement} instead." if replacement else " Nothing replaces it."
    until = f" It works until {end}." if end else ""
    return f"{operation['operationId']} is deprecated.{advice}{until}"
