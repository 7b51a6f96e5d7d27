"""When a JSON Web Token expires, read without verifying it: only the server can do that."""

from __future__ import annotations

import binascii
import time
from typing import Any

__all__ = ["Lifetime", "claims_of", "lifetime_of", "utc"]

# The last second that a calendar date can name; later expiries mean "never".
LAST_SECOND = 253_402_300_799


class Lifetime:
    """What a token says about its own life, in seconds since the epoch; None for what it does not say."""

    __slots__ = ("expires_at", "issued_at")

    def __init__(self, issued_at: float | None, expires_at: float | None) -> None:
        self.issued_at = issued_at
        self.expires_at = expires_at


def lifetime_of(token: str) -> Lifetime:
    """The token's `iat` and `exp`. A token that is not a JWT, or not a readable one, says nothing."""
    claims = claims_of(token)
    return Lifetime(_seconds(claims.get("iat")), _seconds(claims.get("exp")))


def utc(seconds: float) -> str:
    """A point in time as a person reads it, such as `2026-01-31 08:00:00 UTC`."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(min(max(seconds, 0), LAST_SECOND)))


def claims_of(token: str) -> dict[str, Any]:
    """What the token says about its bearer, unverified; empty when it is not a readable JWT."""
    import json  # noqa: PLC0415  # 3 ms that only a client with a token pays

    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        payload = parts[1].replace("-", "+").replace("_", "/")
        claims = json.loads(binascii.a2b_base64(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value <= LAST_SECOND else None
