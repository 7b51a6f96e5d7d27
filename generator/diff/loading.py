"""Reading one side of a comparison: a git revision, a folder, or bundle files."""

from __future__ import annotations

import dataclasses
import io
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from generator.diff.edition import Edition
from generator.lint.survey import METHODS
from generator.marked_yaml import parse
from generator.project import GeneratorError
from generator.source import Document, Spec, SpecError, load_spec


class UnknownEdition(GeneratorError):
    """What was named is neither a revision, nor a folder with a spec, nor a bundle."""


def read_edition(name: str, root: Path) -> Edition:
    """The edition that `name` means; a path on the disk beats a revision of the repository at `root`.

    Raises:
        UnknownEdition: There is nothing of that name, or it cannot be read; the message says what would do.
    """
    path = Path(name)
    try:
        if path.is_file():
            return _bundle(name, path)
        if path.is_dir():
            return _folder(name, path.resolve())
        return _revision(name, root)
    except SpecError as error:
        raise UnknownEdition(f"{name}: {error}") from error


def extract(revision: str, root: Path, folder: Path, *names: str) -> None:
    """Write the files of a revision that are below `names` into `folder`.

    Raises:
        UnknownEdition: git does not know the revision, or it has no such files.
    """
    if subprocess.run(
        ["git", "rev-parse", "-q", "--verify", f"{revision}^{{commit}}"], cwd=root, check=False, **_QUIET
    ).returncode:
        message = f"`{revision}` is neither a git revision, nor a folder with a spec, nor a bundle file (.json)."
        raise UnknownEdition(message)
    packed = subprocess.run(["git", "archive", "--format=tar", revision, "--", *names], cwd=root, check=False, **_QUIET)
    if packed.returncode:
        raise UnknownEdition(f"revision {revision}: {packed.stderr.decode(errors='replace').strip()}")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")


_QUIET: dict[str, Any] = {"capture_output": True}


def _revision(name: str, root: Path) -> Edition:
    with tempfile.TemporaryDirectory() as folder:
        extract(name, root, Path(folder), "spec")
        return Edition(name, load_spec(Path(folder) / "spec"), is_whole=True)


def _folder(name: str, path: Path) -> Edition:
    for candidate in (path, path / "spec"):
        if (candidate / "aihub.yaml").is_file():
            return Edition(name, load_spec(candidate), is_whole=True)
    if (path / "aihub.json").is_file():
        return _bundle(name, path / "aihub.json")
    message = "neither a spec (aihub.yaml), nor a checkout with one (spec/), nor bundles (aihub.json)."
    raise UnknownEdition(f"{name}: {message}")


def _bundle(name: str, path: Path) -> Edition:
    text = path.read_text(encoding="utf-8")
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise UnknownEdition(f"{name}:{error.lineno}: not a bundle: {error.msg}.") from error
    whole = parse(path.name, text, shown=name)
    if not isinstance(whole.data.get("paths"), dict):
        raise UnknownEdition(f"{name}: not an OpenAPI document: it has no paths.")
    empty = parse("", "{}", shown=name)
    spec = Spec(
        root=path.parent,
        info=whole,
        services=_services(whole),
        shared={},
        environments=empty,
        behaviours=empty,
        examples=[],
        readme="",
    )
    return Edition(name, spec, is_whole=False)


def _services(whole: Document) -> dict[str, Document]:
    """The bundle once for each service in it: same file, same lines, only the service's own paths and tags."""
    services = {}
    for service in sorted(_tags(whole.data)):
        paths = {path: item for path, item in whole.data["paths"].items() if service in _tags({"paths": {path: item}})}
        part = {key: value for key, value in whole.data.items() if key not in ("tags", "info")}
        services[service] = dataclasses.replace(whole, data={**part, "paths": paths, "x-merged": True})
    return services


def _tags(data: dict[str, Any]) -> set[str]:
    return {
        tag
        for item in data["paths"].values()
        for method, operation in item.items()
        if method in METHODS
        for tag in operation.get("tags", ())[:1]
    }
