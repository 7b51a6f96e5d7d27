"""Who asks: the source of tokens that a client uses now, and what is known about the user behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from .jwt import claims_of, lifetime_of

if TYPE_CHECKING:
    from .sources import TokenSource

__all__ = ["Identity", "WhoAmI"]

# What a JWT may call them; the document does not print its claims, so any of these is a guess.
_ID_CLAIMS = ("user_id", "userId", "uid", "id", "sub")
_NAME_CLAIMS = ("username", "user_name", "name", "preferred_username")


@dataclass(frozen=True)
class WhoAmI:
    """What is known about the user without asking the server; None for what is not.

    Attributes:
        user_id: Id of the user, which `create_dataset` and `list_select_clusters` ask for.
        username: The name they log in with.
        token_origin: Where the token came from, such as `AI_HUB_TOKEN`.
        issued_at: When the token was made, in UTC.
        expires_at: When it ends, in UTC.
    """

    user_id: int | None
    username: str | None
    token_origin: str
    issued_at: datetime | None
    expires_at: datetime | None


class Identity:
    """The token source of one client; `hub.login()` replaces it.

    Attributes:
        source: Where tokens come from.
        user_id: Id that the last login answered, None before one.
    """

    __slots__ = ("source", "user_id")

    def __init__(self, source: TokenSource) -> None:
        self.source = source
        self.user_id: int | None = None

    def whoami(self, token: str) -> WhoAmI:
        """What the token and the last login say."""
        claims = claims_of(token)
        life = lifetime_of(token)
        user_id = self.user_id
        if user_id is None:
            user_id = next((found for name in _ID_CLAIMS if (found := _whole(claims.get(name))) is not None), None)
        username = next((claims[name] for name in _NAME_CLAIMS if isinstance(claims.get(name), str)), None)
        return WhoAmI(user_id, username, self.source.origin, _utc(life.issued_at), _utc(life.expires_at))


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.isdecimal() and value.isascii():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _utc(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)
