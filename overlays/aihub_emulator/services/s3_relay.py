"""S3 relay: files on their way into the object storage."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

from aihub_emulator.datasets.records import FILES, INDEXES
from aihub_emulator.objects.names import ObjectName, bucket_problem, key_problem
from aihub_emulator.requests.answers import Answer
from aihub_emulator.requests.calls import Call
from aihub_emulator.requests.forms import file_of
from aihub_emulator.requests.reading import invalid, shown
from aihub_emulator.spec import load_operations

__all__ = ["upload_file"]


async def upload_file(call: Call) -> Answer:
    """Where the file is now. A bucket is there as soon as something is put into it."""
    bucket, key = call.parameters["bucket"], call.parameters["key"]
    if problem := bucket_problem(bucket):
        raise invalid("bucket", f"{shown(bucket)} {problem}", "Send another one")
    if bucket in _kept_buckets():
        raise invalid("bucket", f"{shown(bucket)} is kept for the platform's own files", "Send another one")
    if problem := key_problem(key):
        raise invalid("key", f"{shown(key)} {problem}", "Send another one")
    objects = call.instance.objects
    objects.adopt(bucket, key, file_of(call.files["file"]))
    url = objects.address(_plain_base_url(call), bucket, key)
    return Answer({"path": str(ObjectName(bucket, key)), "url": url})


@cache
def _kept_buckets() -> frozenset[str]:
    """Buckets that only the emulator fills, and names that would hide objects behind an operation's path."""
    paths = {operation.path.split("/")[1] for operation in load_operations()}
    return frozenset({FILES, INDEXES, *paths})


def _plain_base_url(call: Call) -> str:
    """Where objects are fetched: on the port of all services, by the host's name that the caller used."""
    port = call.instance.services_port
    asked = urlsplit(call.base_url)
    if asked.scheme == "http" or port is None:
        return call.base_url
    host = f"[{asked.hostname}]" if ":" in (asked.hostname or "") else asked.hostname
    return f"http://{host}:{port}"
