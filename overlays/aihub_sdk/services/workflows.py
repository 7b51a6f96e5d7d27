"""Workflows: start a run, find one again."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence

from aihub_api.types import Call
from aihub_api.workflow_center import create_run
from aihub_api.workflow_center.models import CreatedId, CreateRunRequest
from aihub_sdk._calls.envelope import checked_call
from aihub_sdk._calls.sessions import AsyncSession, SyncSession
from aihub_sdk._waits.handles import attached
from aihub_sdk.errors import ErrorContext, InvalidRequest
from aihub_sdk.services.run_handles import AsyncRun, NodeTree, Run

__all__ = ["AsyncRun", "AsyncWorkflows", "NodeTree", "Run", "Workflows"]


class Workflows:
    """`hub.workflows`: starts runs and finds them again."""

    def __init__(self, session: SyncSession) -> None:
        self._session = session

    def run(
        self,
        pipeline_id: int,
        version_id: int,
        *,
        params: Mapping[str, str] | Sequence[Mapping[str, object]] | None = None,
        name: str | None = None,
        description: str | None = None,
    ) -> Run:
        """Start a run of a workflow version. Returns as soon as the platform has accepted it.

        Args:
            pipeline_id: Id of the workflow.
            version_id: Id of the workflow version.
            params: Input of the version's first node, as a dict, or as a list of `{"key": …, "value": …}` when more
                than these two fields are to be sent. Default none.
            name: Its name; one that is unique when None.
            description: Free text about it.

        Returns:
            The run, not seen yet: `wait()` for it, or `watch()` it.

        Raises:
            InvalidRequest: An argument does not fit; nothing was sent.
            NotFound: There is no such workflow or version.
            ResponseLost: Whether it was started is not known; the error says how to check. It is never sent twice.
            AIHubError: The call failed.

        Source:
            createRun, 工作流管理 V2 / 创建运行实例.
        """
        call = _run_call(pipeline_id, version_id, params, name, description, self._environment)
        return self._handle(self._session.send(call).data.id, is_new=True)

    def get(self, id: int) -> Run:  # noqa: A002  # the platform's word, as everywhere in the API
        """A run that exists already, as it is now.

        Raises:
            InvalidRequest: `id` is not a whole number.
            NotFound: There is no such run.
            AIHubError: The call failed.

        Source:
            getRun, 工作流管理 V2 / 获取运行实例信息.
        """
        return self._handle(id).refresh()

    def attach(self, handle: str | Run) -> Run:
        """The handle of a run that exists already. Sends nothing: the first look tells whether it does.

        Args:
            handle: A reference such as `aihub://internal-test/run/42`, or a handle that was unpickled.

        Raises:
            InvalidRequest: It is no reference, or one of another environment or of another kind.
        """
        return attached(Run, handle, self._session)

    @property
    def _environment(self) -> str:
        return self._session.terms.config.environment

    def _handle(self, id: int, *, is_new: bool = False) -> Run:  # noqa: A002  # as in get
        return Run(id, self._environment, None, is_new, self._session)


class AsyncWorkflows:
    """`Workflows` for asyncio: the same names, awaited."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def run(
        self,
        pipeline_id: int,
        version_id: int,
        *,
        params: Mapping[str, str] | Sequence[Mapping[str, object]] | None = None,
        name: str | None = None,
        description: str | None = None,
    ) -> AsyncRun:
        """Start a run of a workflow version. See `Workflows.run`."""
        call = _run_call(pipeline_id, version_id, params, name, description, self._environment)
        return self._handle((await self._session.send(call)).data.id, is_new=True)

    async def get(self, id: int) -> AsyncRun:  # noqa: A002  # as in the sync twin
        """A run that exists already, as it is now. See `Workflows.get`."""
        return await self._handle(id).refresh()

    def attach(self, handle: str | AsyncRun) -> AsyncRun:
        """The handle of a run that exists already. See `Workflows.attach`."""
        return attached(AsyncRun, handle, self._session)

    @property
    def _environment(self) -> str:
        return self._session.terms.config.environment

    def _handle(self, id: int, *, is_new: bool = False) -> AsyncRun:  # noqa: A002  # as in get
        return AsyncRun(id, self._environment, None, is_new, self._session)


def _run_call(  # noqa: PLR0917  # the two clients' arguments, in one order
    pipeline_id: int,
    version_id: int,
    params: Mapping[str, str] | Sequence[Mapping[str, object]] | None,
    name: str | None,
    description: str | None,
    environment: str,
) -> Call[CreatedId]:
    if isinstance(name, str) and not name.strip():
        raise InvalidRequest("name is empty.", field="name", hint="Pass the name, or leave it out for one of its own.")
    if name is None:
        # The time tells a person in the web console which run it was.
        name = f"sdk-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"
    body = CreateRunRequest(
        name=name,
        pipeline_id=pipeline_id,
        pipeline_version_id=version_id,
        params=_listed(params, ErrorContext("workflow_center", "createRun", environment)),
        description=description,
    )
    return checked_call(lambda: create_run.call(body=body), environment)


def _listed(
    params: Mapping[str, str] | Sequence[Mapping[str, object]] | None, context: ErrorContext
) -> list[dict[str, object]]:
    """The parameters as the platform takes them.

    Raises:
        InvalidRequest: They are no dict and no list of dicts, or a key or value is not text.
    """
    given: object = [] if params is None else params
    if isinstance(given, Mapping):
        given = [{"key": key, "value": value} for key, value in given.items()]
    if not isinstance(given, (list, tuple)) or not all(isinstance(each, Mapping) for each in given):
        hint = 'Pass a dict such as {"dataset": "mnist/V1"}, or a list of {"key": …, "value": …}.'
        raise InvalidRequest(f"params cannot be {given!r}.", field="params", context=context, hint=hint)
    for each in given:
        for field in ("key", "value"):
            if field in each and not isinstance(each[field], str):
                message = f"The {field} of the parameter {each.get('key')!r} is {each[field]!r}, not text."
                hint = "Write it as text; the platform's nodes read text."
                raise InvalidRequest(message, field=f"params.{each.get('key')}", context=context, hint=hint)
    return [dict(each) for each in given]
