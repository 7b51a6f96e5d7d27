"""How waiting for a job can end other than well."""

from __future__ import annotations

from ._error_base import NO_CONTEXT, PUBLIC, AIHubError, ErrorContext

__all__ = ["JobFailed", "JobStopped", "WaitTimeout"]


class _JobError(AIHubError):
    """What the three share: which job, and the state it was last seen in."""

    __module__ = PUBLIC

    def __init__(
        self,
        message: str,
        *,
        job_id: int | str = "",
        ref: str = "",
        state: int | None = None,
        state_name: str = "",
        server_message: str = "",
        context: ErrorContext = NO_CONTEXT,
        hint: str = "",
    ) -> None:
        super().__init__(message, context=context, hint=hint)
        self.job_id = job_id
        self.ref = ref
        self.state = state
        self.state_name = state_name
        self.server_message = server_message


class JobFailed(_JobError):
    """The job ended in a failure state. Waiting again gives the same answer.

    Cause: the job's own; `server_message` says what the platform knows.
    Remedy: mend the job and submit it anew.

    Attributes:
        job_id: The job's id, or its name where the platform knows it by name.
        ref: What `hub.attach()` takes, such as `aihub://internal-test/training/42`.
        state: The state's number as the server sent it, None when none was seen.
        state_name: The state's name in the spec, `""` for a number that is not in it.
        server_message: The server's own words, `""` when it sent none.
    """

    __module__ = PUBLIC


class JobStopped(_JobError):
    """The job was stopped or terminated: by somebody, by this program, or by the platform.

    Cause: a stop request, or a job of higher priority that needed the resources.
    Remedy: submit it anew when it is still wanted.

    Attributes:
        job_id, ref, state, state_name, server_message: As in `JobFailed`.
    """

    __module__ = PUBLIC


class WaitTimeout(_JobError, TimeoutError):
    """The wait's deadline passed. The job goes on; only the waiting ended.

    Cause: the job takes longer than the timeout, or waits for resources.
    Remedy: wait again with the same handle, or attach to `ref` from anywhere.

    Attributes:
        job_id, ref, state, state_name, server_message: As in `JobFailed`; the state is the last one seen.
        timeout: The seconds that were allowed, None when unknown.
    """

    __module__ = PUBLIC

    def __init__(
        self,
        message: str,
        *,
        timeout: float | None = None,
        job_id: int | str = "",
        ref: str = "",
        state: int | None = None,
        state_name: str = "",
        server_message: str = "",
        context: ErrorContext = NO_CONTEXT,
        hint: str = "",
    ) -> None:
        super().__init__(
            message,
            job_id=job_id,
            ref=ref,
            state=state,
            state_name=state_name,
            server_message=server_message,
            context=context,
            hint=hint,
        )
        self.timeout = timeout
