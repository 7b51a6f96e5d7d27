"""The row types of `aihub_api.tables`. Standard library only: settings are read long before a client is needed."""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "CodeRow",
    "EnvironmentRow",
    "FallbackRow",
    "OperationRow",
    "PagingRow",
    "ServiceRow",
    "UploadRow",
    "WaiterRow",
]


class EnvironmentRow(NamedTuple):
    """One installation of the platform; `title_zh` is its name in the document."""

    name: str
    title: str
    title_zh: str
    description: str


class ServiceRow(NamedTuple):
    """One service. `addresses` maps environment names to URLs; an environment without one is not in it."""

    key: str
    title: str
    addresses: dict[str, str]


class OperationRow(NamedTuple):
    """One operation. `check` is an operationId or a sentence: how to find out whether a lost write took effect.

    `security` is the security scheme's name, `""` for none; `function` the name of the generated function.
    `deprecation` says what to use instead of a deprecated operation, `""` for every other one.
    """

    id: str
    service: str
    method: str
    path: str
    function: str
    summary: str
    security: str
    is_retry_safe: bool
    check: str
    source: str
    is_deprecated: bool
    deprecation: str


class WaiterRow(NamedTuple):
    """How to wait for a job: what to poll, and what each status value means.

    `states` names every value; `pending`, `success`, `failure` and `stopped` divide them. `message`,
    `created_by`, `created_id` and `stop` are `""` where there is none.
    """

    name: str
    noun: str
    service: str
    poll: str
    argument: str
    state: str
    message: str
    states: dict[int, str]
    pending: frozenset[int]
    success: frozenset[int]
    failure: frozenset[int]
    stopped: frozenset[int]
    created_by: str
    created_id: str
    stop: str


class PagingRow(NamedTuple):
    """How an operation pages: its query parameters, and the fields of its answer."""

    operation: str
    page: str
    size: str
    total: str
    items: str
    first: int
    default_size: int


class FallbackRow(NamedTuple):
    """Another HTTP method to try once when the printed one is refused without an envelope."""

    operation: str
    method: str
    when_status: frozenset[int]


class UploadRow(NamedTuple):
    """The file parts of a multipart operation; `max_bytes` is None where no limit is stated."""

    operation: str
    parts: tuple[str, ...]
    is_resumable: bool
    max_bytes: int | None


class CodeRow(NamedTuple):
    """The meaning of one envelope code other than 0."""

    code: int
    name: str
    description: str
