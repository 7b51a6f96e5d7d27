"""The example of the platform's document, step by step, against an emulator that this program starts and stops.

Run it with `make demo`, or `python docs/examples/demo.py`.
"""

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from aihub_sdk import AIHub

SQL = "select object_name, width, height from meta where width > 1000"
# The emulator's own user; on the real platform these are your name and your password.
USERNAME, PASSWORD = "demo", "demo"
SHOWN_ROWS = 5


@contextmanager
def emulator() -> Iterator[dict[str, Any]]:
    """An emulator in a process of its own: its addresses, as its first line of output gives them."""
    command = [sys.executable, "-m", "aihub_emulator", "--port", "0", "--exit-with-parent"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise SystemExit("The emulator did not start; `python -m aihub_emulator` says why.")
            yield json.loads(line)
        finally:
            process.terminate()


def step(number: int, text: str) -> None:
    """Say what comes next."""
    print(f"\n{number}. {text}", flush=True)


def run(base_url: str, target: Path) -> None:
    """The four steps of the document, and a look at the result."""
    with AIHub(env="local", base_url=base_url) as hub:
        step(1, f"Log in as {USERNAME}")
        user = hub.login(USERNAME, PASSWORD)
        print(f"   user {user.user_id}, token valid until {user.expires_at:%Y-%m-%d %H:%M} UTC")

        step(2, "Start an SQL search")
        print(f"   {SQL}")
        search = hub.searches.sql(SQL, description="made by the demo")
        print(f"   {search.ref}")

        step(3, "Wait until it is over")
        search = search.wait(
            timeout=60,
            poll=0.2,
            on_event=lambda event: event.is_change and print(f"   {event.elapsed:4.1f} s  {event.state}", flush=True),
        )

        step(4, "Fetch the result")
        search.to_csv(target)
        print(f"   {target.stat().st_size} bytes from {search.result_url}")

    step(5, f"Its first {SHOWN_ROWS} rows")
    with target.open(newline="", encoding="utf-8") as stream:
        rows = list(islice(csv.reader(stream), SHOWN_ROWS + 1))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("   " + "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip())


def main() -> None:
    """Start the emulator, run the example, stop the emulator."""
    started = time.perf_counter()
    print("Starting the emulator", flush=True)
    with emulator() as addresses, tempfile.TemporaryDirectory() as folder:
        print(f"   {addresses['base_url']}")
        run(addresses["base_url"], Path(folder) / "result.csv")
    print(f"\nDone in {time.perf_counter() - started:.1f} s; the emulator has stopped.")


if __name__ == "__main__":
    main()
