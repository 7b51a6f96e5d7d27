"""When a call is sent again, and how long to wait before: decisions only, nothing is sent here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from aihub_sdk._wire.effects import Fault, Reply, Sent

__all__ = ["Backoff", "is_worth_resending", "retry_after_seconds"]

_TRANSIENT = frozenset({408, 429})


class Backoff(NamedTuple):
    """Waiting times that double, with full jitter: any time between 0 and the step is as likely as another.

    Full jitter, because clients that failed together must not come back together.

    Attributes:
        first: Upper bound of the first wait, in seconds.
        longest: Upper bound of every wait, in seconds.
    """

    first: float = 0.5
    longest: float = 8.0

    def seconds(self, resends: int, random: Callable[[], float]) -> float:
        """The wait before the next resend, after `resends` of them; `random` gives numbers from 0 to 1."""
        return min(self.longest, self.first * 2.0 ** min(resends, 32)) * random()


def is_worth_resending(outcome: Reply | Fault, *, is_retry_safe: bool) -> bool:
    """Whether sending again may help, and cannot do anything twice.

    A call that is not retry-safe is sent again only when it certainly was not sent, or when the server asks for it
    (429, or 503 with `Retry-After`). Other errors of a gateway or a server leave open what has been done.
    """
    if isinstance(outcome, Fault):
        return outcome.sent is Sent.NO or (is_retry_safe and outcome.sent is Sent.MAYBE)
    if outcome.status in _TRANSIENT or outcome.status >= 500:
        is_asked_for = outcome.status == 429 or (outcome.status == 503 and "Retry-After" in outcome.headers)
        return is_retry_safe or is_asked_for
    return False


def retry_after_seconds(reply: Reply, wall_clock: Callable[[], float]) -> float | None:
    """The seconds that `Retry-After` asks for, given as a number or as an HTTP date; None when there are none."""
    text = reply.headers.get("Retry-After", "").strip()
    if not text:
        return None
    if text.isdecimal() and text.isascii():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone.utc)
    now = datetime.fromtimestamp(wall_clock(), timezone.utc)
    return max(0.0, (when - now).total_seconds())
