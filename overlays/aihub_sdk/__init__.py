"""AIHub SDK: the platform's services as Python, sync and async.

    from aihub_sdk import AIHub

    with AIHub(env="internal-test") as hub:
        search = hub.searches.sql("select object_name from meta where width > 1000", name="search-001")
        search.wait(timeout=600).to_csv("result.csv")

Importing this package loads none of its parts: each name is fetched when it is first used.
"""

from __future__ import annotations

from ._version import __version__

# Type checkers take this name for typing's; importing typing itself would cost more than all the rest here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from .client import AIHub, AsyncAIHub
    from .errors import (
        AIHubError,
        AuthenticationError,
        CallTimeout,
        ConfigurationError,
        ConnectionFailed,
        ErrorContext,
        InvalidRequest,
        JobFailed,
        JobStopped,
        NameExists,
        NotFound,
        PermissionDenied,
        RateLimited,
        ResponseLost,
        SchemaMismatch,
        ServerError,
        ServerRefused,
        TransferFailed,
        UnexpectedResponse,
        WaitTimeout,
    )

__all__ = [
    "AIHub",
    "AIHubError",
    "AsyncAIHub",
    "AuthenticationError",
    "CallTimeout",
    "ConfigurationError",
    "ConnectionFailed",
    "ErrorContext",
    "InvalidRequest",
    "JobFailed",
    "JobStopped",
    "NameExists",
    "NotFound",
    "PermissionDenied",
    "RateLimited",
    "ResponseLost",
    "SchemaMismatch",
    "ServerError",
    "ServerRefused",
    "TransferFailed",
    "UnexpectedResponse",
    "WaitTimeout",
    "__version__",
]

# Where each name lives that is not an error.
_HOMES = {"AIHub": "client", "AsyncAIHub": "client"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # `from importlib import import_module` would stay behind as a name of this module.
    import importlib  # noqa: PLC0415  # needed once a name

    value = getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
    # The next access finds it without coming here.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
