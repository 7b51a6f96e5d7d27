"""Another differ beside ours: `redocly diff`, on the document of all services that a spec gives."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from pathlib import Path

from generator import bundle
from generator.source import load_spec

PROGRAM = Path(__file__).parents[3] / ".ci/node/node_modules/.bin/redocly"
# What each class of ours is called in its words.
IMPACT = {"breaking": "major", "additive": "minor", "editorial": "patch"}


def publish(spec: Path, target: Path) -> None:
    """Write the document of all services; without the example files, which no differ reads and lint may refuse."""
    loaded = dataclasses.replace(load_spec(spec), examples=[])
    document = bundle.merged(loaded, bundle.bundles(loaded))
    target.write_text(json.dumps(document, ensure_ascii=False, indent=2), encoding="utf-8")


def impact(old: Path, new: Path) -> str:
    """The highest impact that it finds: major, minor, patch or none."""
    command = [str(PROGRAM), "diff", str(old), str(new), "--format", "json", "--fail-on", "none"]
    # It would ask its makers for news and tell them of its use.
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = subprocess.run(
        command, cwd=old.parent, env={**os.environ, **quiet}, capture_output=True, text=True, check=True
    )
    report = json.loads(done.stdout)
    return str(report.get("bump") or "none")
