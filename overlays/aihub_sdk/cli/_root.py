"""`aihub` itself: its groups, its versions, and how an error of the SDK ends a command."""

from __future__ import annotations

import platform
import sys

import click

from aihub_api.tables import SPEC_VERSION, TOOLS
from aihub_sdk import __version__
from aihub_sdk.errors import AIHubError, InvalidRequest

from ._lazy import LazyCommand, LazyGroup, loaded

__all__ = ["root", "run"]

_ABOUT = """Work with the AIHub platform from the command line.

Results go to stdout and everything else to stderr. The exit code is 0 when it is done, 1 when the platform or the SDK
reports an error, 2 when an option is wrong and nothing was sent, and 130 when it was interrupted.
"""
_COMMANDS = {
    "api": LazyCommand("Call any operation of the platform by its name.", loaded("_api", "api")),
    "clusters": LazyCommand("See the virtual clusters that jobs can run on.", loaded("_lists", "clusters")),
    "config": LazyCommand("See the settings that a client would use.", loaded("_settings", "config")),
    "datasets": LazyCommand("Make datasets, and fetch their files.", loaded("_files", "datasets")),
    "emulator": LazyCommand("Run the platform on this machine.", loaded("_emulator", "emulator")),
    "evaluations": LazyCommand("Hand in a model's results for evaluation.", loaded("_evaluations", "evaluations")),
    "login": LazyCommand("Log in, and keep the token for later calls.", loaded("_login", "login")),
    "logout": LazyCommand("Remove what `aihub login` has kept.", loaded("_login", "logout")),
    "pods": LazyCommand("Print the pods of a training or a quota task.", loaded("_follow", "pods")),
    "quota-tasks": LazyCommand("Run jobs with a priority.", loaded("_jobs", "quota_tasks")),
    "s3": LazyCommand("Store files through the S3 relay.", loaded("_files", "s3")),
    "searches": LazyCommand("Search the data warehouse.", loaded("_searches", "searches")),
    "show": LazyCommand("Print a job as it is now.", loaded("_follow", "show")),
    "stop": LazyCommand("Stop a training or a quota task.", loaded("_follow", "stop")),
    "storages": LazyCommand("See the storages that jobs can mount.", loaded("_lists", "storages")),
    "trainings": LazyCommand("Train models.", loaded("_jobs", "trainings")),
    "wait": LazyCommand("Wait until a job is over.", loaded("_follow", "wait")),
    "watch": LazyCommand("Print a job each time it changes.", loaded("_follow", "watch")),
    "workflows": LazyCommand("Run workflows.", loaded("_jobs", "workflows")),
}


def run(arguments: list[str] | None = None) -> None:
    """Run one command and end the process: 0 done, 1 an error of the SDK, 2 wrong usage, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character is no reason to show nothing.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = root.main(args=arguments, prog_name="aihub", standalone_mode=False)
    except AIHubError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2 if isinstance(error, InvalidRequest) else 1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except OSError as error:
        # A full disk, or a file that may not be written: its own words say which.
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    except click.Abort as error:
        # Click ends a command in the same way when a question finds nobody to answer it.
        is_unanswered = isinstance(error.__context__, EOFError)
        click.echo("error: There is no input to answer from." if is_unanswered else "Interrupted.", err=True)
        sys.exit(1 if is_unanswered else 130)
    sys.exit(code if isinstance(code, int) else 0)


def versions() -> str:
    """The SDK, the spec it was made from, and the tools that made its generated code."""
    lines = [f"aihub-sdk {__version__}", f"spec {SPEC_VERSION}"]
    lines += [f"{tool} {version} (generated code)" for tool, version in TOOLS.items()]
    return "\n".join([*lines, f"Python {platform.python_version()} ({sys.platform})"])


def _print_versions(context: click.Context, _parameter: click.Parameter, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        click.echo(versions())
        context.exit()


root = LazyGroup("aihub", text=_ABOUT, commands=_COMMANDS)
root.params.append(
    click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_print_versions,
        help="Print the versions of SDK, spec and generator tools.",
    )
)
