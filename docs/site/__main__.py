"""`python -m docs.site build` and `python -m docs.site serve`."""

from __future__ import annotations

import argparse
import time

from .building import build
from .places import ROOT


def main() -> None:
    """Run one of the two."""
    parser = argparse.ArgumentParser(prog="python -m docs.site", description="The documentation site.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build site/ anew")
    serving = commands.add_parser("serve", help="serve site/ with an emulator beside it, until Ctrl-C")
    serving.add_argument("--port", type=int, default=8020, help="port of the site; 0 takes a free one (default 8020)")
    options = parser.parse_args()
    if options.command == "build":
        started = time.monotonic()
        build(ROOT / "site", ROOT / "build" / "docs")
        print(f"site/ is built ({time.monotonic() - started:.0f} s): open site/index.html, or run `make docs-serve`.")
    else:
        from .serving import serve  # noqa: PLC0415  # loads the emulator, which building does not need

        serve(ROOT / "site", options.port)


if __name__ == "__main__":
    main()
