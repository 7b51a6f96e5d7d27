"""`aihub trainings`, `aihub quota-tasks` and `aihub workflows`: what runs on the cluster."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from ._client import with_hub
from ._commands import Group
from ._follow import follow, wait_options

if TYPE_CHECKING:
    from aihub_sdk.client import AIHub

__all__ = ["quota_tasks", "trainings", "workflows"]

_SET = "A field of the job, on top of those in the file; VALUE is JSON or plain text."


@click.group(cls=Group)
def trainings() -> None:
    """Train models."""


@click.group("quota-tasks", cls=Group)
def quota_tasks() -> None:
    """Run jobs with a priority."""


@click.group(cls=Group)
def workflows() -> None:
    """Run workflows."""


@trainings.command()
@click.argument("job", required=False, type=click.Path(exists=True, dir_okay=False))
@click.option("--set", "fields", multiple=True, metavar="FIELD=VALUE", help=_SET)
@wait_options
@with_hub
def submit(hub: AIHub, job: str | None, fields: tuple[str, ...], *, is_waiting: bool, timeout: float | None) -> None:
    """Submit a training that a job file describes (.toml, .yaml or .yml), and print its reference."""
    given = _fields(fields, hub.trainings.submit)
    follow(hub.trainings.submit(job, **given), is_waiting=is_waiting, timeout=timeout)


@quota_tasks.command("submit")
@click.argument("job", required=False, type=click.Path(exists=True, dir_okay=False))
@click.option("--set", "fields", multiple=True, metavar="FIELD=VALUE", help=_SET)
@wait_options
@with_hub
def submit_quota_task(
    hub: AIHub, job: str | None, fields: tuple[str, ...], *, is_waiting: bool, timeout: float | None
) -> None:
    """Submit a quota task that a job file describes (.toml, .yaml or .yml), and print its reference."""
    given = _fields(fields, hub.quota_tasks.submit)
    follow(hub.quota_tasks.submit(job, **given), is_waiting=is_waiting, timeout=timeout)


@workflows.command()
@click.argument("pipeline_id", type=int)
@click.argument("version_id", type=int)
@click.option("--param", "params", multiple=True, metavar="KEY=VALUE", help="A parameter of the first node.")
@click.option("--name", help="Name of the run; one that is unique without it.")
@click.option("--description", help="Free text about it.")
@wait_options
@with_hub
def run(
    hub: AIHub,
    *,
    pipeline_id: int,
    version_id: int,
    params: tuple[str, ...],
    name: str | None,
    description: str | None,
    is_waiting: bool,
    timeout: float | None,
) -> None:
    """Start a run of a workflow's version, and print its reference."""
    given = dict(_pairs("--param", params))
    started = hub.workflows.run(pipeline_id, version_id, params=given or None, name=name, description=description)
    follow(started, is_waiting=is_waiting, timeout=timeout)


def _fields(texts: Iterable[str], submit: Callable[..., Any]) -> dict[str, Any]:
    """The fields of a job by name, each one that the platform knows."""
    known = [name for name in inspect.signature(submit).parameters if name != "job"]
    fields = {}
    for name, text in _pairs("--set", texts):
        if name not in known:
            raise click.UsageError(f"--set: a job has no field {name!r}. Known are: {', '.join(known)}.")
        try:
            fields[name] = json.loads(text)
        except ValueError:
            fields[name] = text
    return fields


def _pairs(option: str, texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise click.UsageError(f"{option}: {text!r} has no name and value. Write it as in {option} name=value.")
        yield name, value
