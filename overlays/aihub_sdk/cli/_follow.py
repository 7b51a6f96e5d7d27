"""`aihub show`, `wait`, `watch`, `pods` and `stop`: a job by its reference, and what other commands wait with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from ._client import with_hub
from ._commands import Command
from ._printing import note, print_json

if TYPE_CHECKING:
    from aihub_sdk.client import AIHub

__all__ = ["follow", "pods", "show", "stop", "wait", "wait_options", "watch"]


def wait_options(function: Callable[..., None]) -> Callable[..., None]:
    """Gives a command that starts something the options that wait for its end."""
    is_asked = click.option(
        "--wait", "is_waiting", is_flag=True, help="Return when it is over, not when it is accepted."
    )
    return is_asked(_timeout(function))


def _timeout(function: Callable[..., None]) -> Callable[..., None]:
    text = "Seconds to wait at most; without it, as long as it takes."
    return click.option("--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help=text)(function)


def follow(handle: Any, *, is_waiting: bool, timeout: float | None) -> Any:
    """Print where a job stands, after its end when that is waited for; the handle that saw it."""
    if is_waiting:
        # At once: whoever ends this process later has the reference all the same.
        note(f"waiting for {handle.ref}")
        handle = handle.wait(timeout=timeout)
    print_json(_row(handle))
    return handle


def _row(handle: Any) -> dict[str, Any]:
    status = handle.status
    return {"ref": handle.ref, "id": handle.id, "status": None if status is None else status.name}


@click.command(cls=Command)
@click.argument("ref")
@with_hub
def show(hub: AIHub, ref: str) -> None:
    """Print a job as it is now: its reference, its status and all that the platform says about it.

    REF is what the commands that start something print, such as aihub://production/training/42.
    """
    import msgspec  # noqa: PLC0415  # --help does not need it

    handle = hub.attach(ref).refresh()
    print_json({**_row(handle), "data": msgspec.to_builtins(handle.snapshot)})


@click.command(cls=Command)
@click.argument("ref")
@_timeout
@with_hub
def wait(hub: AIHub, ref: str, timeout: float | None) -> None:
    """Wait until a job is over. The exit code is 1 when it failed, was stopped, or time ran out.

    REF is what the commands that start something print, such as aihub://production/training/42.
    """
    follow(hub.attach(ref), is_waiting=True, timeout=timeout)


@click.command(cls=Command)
@click.argument("ref")
@_timeout
@with_hub
def watch(hub: AIHub, ref: str, timeout: float | None) -> None:
    """Print a job as it is now and each time it has changed, one line of JSON each, until it is over.

    REF is what the commands that start something print, such as aihub://production/training/42. The exit code is 1
    when the job failed, was stopped, or time ran out.
    """
    for seen in hub.attach(ref).watch(timeout=timeout):
        print_json(_row(seen))


@click.command(cls=Command)
@click.argument("ref")
@with_hub
def pods(hub: AIHub, ref: str) -> None:
    """Print the pods of a training or a quota task: where they run, and how to reach them.

    REF is what the commands that start something print, such as aihub://production/training/42.
    """
    import msgspec  # noqa: PLC0415  # as in show

    handle: Any = hub.attach(ref)
    if not hasattr(handle, "pods"):
        raise click.UsageError(f"{ref}: only trainings and quota tasks have pods.")
    print_json(msgspec.to_builtins(list(handle.pods())))


@click.command(cls=Command)
@click.argument("ref")
@with_hub
def stop(hub: AIHub, ref: str) -> None:
    """Ask the platform to stop a training or a quota task. Returns at once; `aihub wait` sees the end.

    REF is what the commands that start something print, such as aihub://production/training/42.
    """
    handle: Any = hub.attach(ref)
    if not hasattr(handle, "stop"):
        raise click.UsageError(f"{ref}: the platform can stop trainings and quota tasks only.")
    handle.stop()
