"""User system: names and passwords against tokens."""

from __future__ import annotations

from aihub_emulator.requests.answers import Answer
from aihub_emulator.requests.calls import Call

__all__ = ["login"]


async def login(call: Call) -> Answer:
    """The user's id and a new token."""
    identity = call.instance.identity
    user = identity.check_password(call.body.username, call.body.password.get_secret_value())
    return Answer({"id": user.id, "token": identity.issue(user)})
