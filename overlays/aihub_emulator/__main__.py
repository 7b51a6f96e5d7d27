"""`python -m aihub_emulator`: one JSON line for scripts on standard output, the rest for people on standard error."""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from aihub_emulator.settings import JobSeconds, Settings, UnsupportedSetting

__all__ = ["main"]

PORT = 8021
S3_PORT = 8443
_LOOK_SECONDS = 0.5


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="aihub_emulator", description="Serve AIHub on this machine until Ctrl-C or SIGTERM."
    )
    add = parser.add_argument
    add("--port", type=int, default=PORT, help=f"port of all services; 0 takes a free one (default {PORT})")
    add("--s3-port", type=int, help=f"port of the S3 relay (default {S3_PORT}; with --port 0 a free one)")
    add("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1: this machine only)")
    add("--state", type=_folder, metavar="DIR", help="folder that keeps the state; without it, nothing is kept")
    add("--seed", default="demo", help="data to start with: a name, or the path of a JSON file (default demo)")
    add("--clock", default="real", help="real, manual, or how many times as fast as real (default real)")
    add("--host-root", type=Path, metavar="DIR", help="host directory that dataset versions may be taken from")
    add(
        "--job-seconds",
        type=_job_seconds,
        metavar="NAME=S,...",
        help="how long jobs and runs take that do not say it themselves: "
        + ", ".join(f"{field.name} (default {field.default})" for field in fields(JobSeconds)),
    )
    add("--exit-with-parent", action="store_true", help="end when the process that started this one ends")
    return parser


def _folder(text: str) -> Path:
    # To a path, no name at all is the present folder: few would mean that who pass on an unset variable.
    if not text:
        raise argparse.ArgumentTypeError("it is empty; give a folder")
    return Path(text)


def _job_seconds(text: str) -> JobSeconds:
    known = {field.name for field in fields(JobSeconds)}
    given: dict[str, float] = {}
    for part in text.split(","):
        name, _, seconds = part.strip().partition("=")
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(sorted(known))}")
        try:
            given[name] = float(seconds)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{name} is {seconds!r}; give seconds, as in {name}=2.5") from None
        if not 0 <= given[name] < float("inf"):
            raise argparse.ArgumentTypeError(f"{name} is {seconds}; give 0 or more seconds")
    return JobSeconds(**given)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _wait(stop: threading.Event, *, with_parent: bool) -> None:
    parent = os.getppid()
    while not stop.wait(_LOOK_SECONDS if with_parent else None):
        if os.getppid() != parent:
            return


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; returns the exit status: 0, or 2 when it could not start.

    Args:
        argv: The arguments after the program's name; None takes the process's own.
    """
    options = _parser().parse_args(argv)
    # Signals first: one that comes while the rest is being loaded must end the program cleanly too.
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    from aihub_emulator.emulator import Emulator  # noqa: PLC0415  # --help and a wrong option stay fast

    s3_port = options.s3_port if options.s3_port is not None else S3_PORT if options.port else 0
    try:
        settings = Settings(
            seed=options.seed,
            clock=options.clock,
            state=options.state,
            host_root=options.host_root,
            jobs=options.job_seconds or JobSeconds(),
        )
        emulator = Emulator(settings, host=options.host, port=options.port, s3_port=s3_port)
        addresses = emulator.start()
    except UnsupportedSetting as error:
        _tell(f"aihub_emulator: {error}")
        return 2
    except OSError as error:
        _tell(f"aihub_emulator: cannot listen on {options.host}: {error}. Try --port 0 for free ports.")
        return 2
    try:
        sys.stdout.write(f"{json.dumps(asdict(addresses))}\n")
        sys.stdout.flush()
        if not _is_loopback(options.host):
            _tell(
                f"WARNING: {options.host} is reachable from other machines. Whoever reaches it can log in with the "
                "seed's accounts, run SQL and read every object. Use it in a network that you trust."
            )
        _tell(_for_people(addresses.base_url, addresses.s3_url, asdict(addresses)))
        _wait(stop, with_parent=options.exit_with_parent)
    finally:
        emulator.stop()
    return 0


def _for_people(base_url: str, s3_url: str, secrets: dict[str, str]) -> str:
    return "\n".join(
        (
            f"AIHub emulator on {base_url}, S3 relay on {s3_url}. Stop it with Ctrl-C.",
            "Paste this into the shell that runs your program:",
            "  export AI_HUB_ENV=local",
            f"  export AI_HUB_BASE_URL={base_url}",
            f"  export AI_HUB_S3_RELAY_URL={s3_url}",
            f"  export AI_HUB_TOKEN={secrets['token']}",
            f"  export AI_HUB_S3_TOKEN={secrets['s3_token']}",
            f"  export AI_HUB_S3_CA_FILE={secrets['ca_file']}",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
