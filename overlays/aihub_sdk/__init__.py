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
    from ._auth.identity import WhoAmI
    from ._listings import Listing
    from ._searches.hits import Box, Hit, Hits
    from ._searches.requests import QueryImage
    from ._transfers.download_plan import DownloadFailure, DownloadReport
    from ._waits.values import WaitEvent
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
    from .services.dataset_handles import AsyncDatasetVersion, DatasetVersion
    from .services.quota_task_handles import AsyncQuotaTask, QuotaTask
    from .services.run_handles import AsyncRun, Run
    from .services.search_handles import AsyncSearch, Search
    from .services.training_handles import AsyncTraining, Training

__all__ = [
    "AIHub",
    "AIHubError",
    "AsyncAIHub",
    "AsyncDatasetVersion",
    "AsyncQuotaTask",
    "AsyncRun",
    "AsyncSearch",
    "AsyncTraining",
    "AuthenticationError",
    "Box",
    "CallTimeout",
    "ConfigurationError",
    "ConnectionFailed",
    "DatasetVersion",
    "DownloadFailure",
    "DownloadReport",
    "ErrorContext",
    "Hit",
    "Hits",
    "InvalidRequest",
    "JobFailed",
    "JobStopped",
    "Listing",
    "NameExists",
    "NotFound",
    "PermissionDenied",
    "QueryImage",
    "QuotaTask",
    "RateLimited",
    "ResponseLost",
    "Run",
    "SchemaMismatch",
    "Search",
    "ServerError",
    "ServerRefused",
    "Training",
    "TransferFailed",
    "UnexpectedResponse",
    "WaitEvent",
    "WaitTimeout",
    "WhoAmI",
    "__version__",
]

# Where each name lives that is not an error.
_HOMES = {
    "AIHub": "client",
    "AsyncAIHub": "client",
    "AsyncDatasetVersion": "services.dataset_handles",
    "AsyncQuotaTask": "services.quota_task_handles",
    "AsyncRun": "services.run_handles",
    "AsyncSearch": "services.search_handles",
    "AsyncTraining": "services.training_handles",
    "Box": "_searches.hits",
    "DatasetVersion": "services.dataset_handles",
    "DownloadFailure": "_transfers.download_plan",
    "DownloadReport": "_transfers.download_plan",
    "Hit": "_searches.hits",
    "Hits": "_searches.hits",
    "Listing": "_listings",
    "QueryImage": "_searches.requests",
    "QuotaTask": "services.quota_task_handles",
    "Run": "services.run_handles",
    "Search": "services.search_handles",
    "Training": "services.training_handles",
    "WaitEvent": "_waits.values",
    "WhoAmI": "_auth.identity",
}


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
