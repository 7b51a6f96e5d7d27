"""What buckets and keys may be called, and the two ways in which text names an object: `s3://` paths and addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

__all__ = ["LONGEST_KEY", "ObjectName", "bucket_problem", "key_problem", "named_by_address", "named_by_path"]

LONGEST_KEY = 1024
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


@dataclass(frozen=True)
class ObjectName:
    """A bucket and a key; for a directory the key's beginning, which may be empty."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def bucket_problem(bucket: str) -> str | None:
    """Why no bucket can be called so, or None."""
    if _BUCKET.fullmatch(bucket):
        return None
    return "is no name of a bucket: 1 to 63 letters, digits, dots, dashes and underscores, the first not a mark"


def key_problem(key: str) -> str | None:
    """Why no object can have this key, or None.

    Keys whose segments a client's URL library would drop or resolve could be stored, and never fetched again.
    """
    try:
        length = len(key.encode())
    except UnicodeEncodeError:
        return "holds half a character, which no UTF-8 text can"
    if not key:
        return "is empty"
    if length > LONGEST_KEY:
        return f"is {length} bytes long, and {LONGEST_KEY} are allowed"
    if "\0" in key:
        return "holds a NUL character"
    if {"", ".", ".."} & set(key.split("/")):
        return "has a segment that is empty, `.` or `..`"
    return None


def named_by_path(text: str) -> ObjectName | None:
    """The object or directory that `s3://bucket/key` names; keys are not encoded there. None for other texts."""
    if not text.startswith("s3://"):
        return None
    bucket, _, key = text.removeprefix("s3://").partition("/")
    return None if bucket_problem(bucket) else ObjectName(bucket, key)


def named_by_address(text: str, base_url: str) -> ObjectName | None:
    """The object that an HTTP address below `base_url` names, None when it leads elsewhere.

    A machine's names for itself are one host, so that a file may be sent to `localhost` and used from `127.0.0.1`.
    """
    try:
        asked, own = urlsplit(text), urlsplit(base_url)
        is_here = asked.scheme == own.scheme and asked.port == own.port and _host(asked.hostname) == _host(own.hostname)
    except ValueError:
        return None
    if not is_here or not asked.path.startswith(f"{own.path}/"):
        return None
    bucket, _, key = unquote(asked.path.removeprefix(f"{own.path}/")).partition("/")
    return None if bucket_problem(bucket) else ObjectName(bucket, key)


def _host(name: str | None) -> str | None:
    return "localhost" if name in {"127.0.0.1", "::1"} else name
