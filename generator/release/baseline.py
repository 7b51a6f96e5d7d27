"""What a release is compared with: the last one's tag, or a revision that is named."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import tomllib
import yaml

from generator.project import GeneratorError

_TAGS = "v[0-9]*"


@dataclass(frozen=True)
class Declared:
    """The versions that one state of the project declares. `sdk` is the distribution's, `spec` the API's."""

    sdk: str
    module: str
    spec: str


def last_release(root: Path) -> str | None:
    """The newest `v*` tag that this state descends from; None before the first release."""
    command = ["git", "describe", "--tags", "--abbrev=0", "--match", _TAGS]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def declared(root: Path) -> Declared:
    """What pyproject.toml, `aihub_sdk._version` and the spec say below `root`.

    Raises:
        GeneratorError: One of them is not there.
    """
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        module = (root / "overlays/aihub_sdk/_version.py").read_text(encoding="utf-8")
        spec = yaml.safe_load((root / "spec/aihub.yaml").read_text(encoding="utf-8"))
    except OSError as error:
        raise GeneratorError(f"no version can be read: {error}") from error
    stated = re.search(r'^__version__\s*=\s*"([^"]+)"', module, re.MULTILINE)
    if stated is None:
        raise GeneratorError('overlays/aihub_sdk/_version.py has no line `__version__ = "..."`.')
    return Declared(project["project"]["version"], stated[1], str(spec["info"]["version"]))
