"""Code of services that did not change, kept below `build/` so that generating is quick.

What a service's code is made from decides the name under which it is kept: its bundle, what behaviours.yaml says
that reaches it, the pipeline's own code, templates and tools. Another input is another name, so nothing kept can be
out of date, and nothing in `generated/` is trusted. `check` never looks here.
"""

from __future__ import annotations

import functools
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import attrs

from . import stamp
from .bundle import Json
from .project import PACKAGE, Project

_FOLDER = Path("build") / "kept-code"
# Inputs of a service's code outside its bundle; waiters, codes and uploads end up in the tables of all services.
_SECTIONS = ("operations", "paging")
# Packages beside the stages: they read the spec or talk about it, and write no code.
_BYSTANDERS = ("diff", "lint", "release", "scaffold", "suggest")
_NEWEST = 40


@attrs.frozen
class KeptCode:
    """The kept code of one checkout."""

    folder: Path

    @classmethod
    def of(cls, project: Project) -> KeptCode:
        """What is kept below the checkout's `build/`."""
        return cls(project.root / _FOLDER)

    def restore(self, kind: str, name: str, target: Path) -> bool:
        """Write the kept files of `name` into `target`; False, and nothing written, when they are not kept whole."""
        source = self.folder / f"{kind}-{name}"
        listed = source / "LIST.json"
        if not listed.is_file():
            return False
        digests = json.loads(listed.read_text(encoding="utf-8"))
        if any(_digest(source / file) != digest for file, digest in digests.items()):
            return False
        target.mkdir(parents=True, exist_ok=True)
        for file in digests:
            shutil.copyfile(source / file, target / file)
        listed.touch()
        return True

    def keep(self, kind: str, name: str, files: Iterator[Path]) -> None:
        """Keep a copy of generated files, and let go of what has not been asked for longest."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=self.folder) as aside:
            whole = Path(aside) / "whole"
            whole.mkdir()
            digests = {}
            for file in files:
                shutil.copyfile(file, whole / file.name)
                digests[file.name] = _digest(whole / file.name)
            (whole / "LIST.json").write_text(json.dumps(digests, indent=2), encoding="utf-8")
            place = self.folder / f"{kind}-{name}"
            shutil.rmtree(place, ignore_errors=True)
            try:
                whole.rename(place)
            except OSError:
                return  # another run kept the same code a moment ago
        self._let_go(kind)

    def _let_go(self, kind: str) -> None:
        listed = sorted(self.folder.glob(f"{kind}-*/LIST.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in listed[_NEWEST:]:
            shutil.rmtree(path.parent, ignore_errors=True)


def code_name(service: str, document: Json, behaviours: Json) -> str:
    """The name of the code that is made of a service: the same inputs give the same name."""
    parts = [service, document, {section: behaviours.get(section) for section in _SECTIONS}, _pipeline()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


@functools.cache
def _pipeline() -> dict[str, str]:
    """The pipeline itself: its modules, templates and runtime, and the tools that it drives."""
    modules = {
        path.relative_to(PACKAGE).as_posix(): _digest(path)
        for path in stamp.tree(PACKAGE).values()
        if path.relative_to(PACKAGE).parts[0] not in _BYSTANDERS
    }
    return {**modules, **stamp.installed_tools()}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
