"""Running stages: into a folder aside, swapped in only when everything went well."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from . import bundle, client, models, stamp, tables
from .lint import lint
from .project import GeneratorError, Project, header
from .source import Spec, load_spec

STAGES = ("bundle", "client", "models", "tables", "stamp")
_OWNED = {"bundle": "aihub_openapi", "client": "aihub_api", "models": "aihub_models", "tables": "aihub_api"}


def load(project: Project) -> Spec:
    """The spec, linted.

    Raises:
        GeneratorError: The spec breaks a rule; the message lists every finding with file, line and remedy.
    """
    spec = load_spec(project.spec)
    findings = lint(spec)
    if findings:
        listing = "\n".join(str(finding) for finding in findings)
        raise GeneratorError(f"{listing}\n{len(findings)} finding(s). Nothing was generated.")
    return spec


def generate(project: Project, stages: Iterable[str] = STAGES) -> None:
    """Run `stages` and swap their output into `generated/`; on any failure `generated/` stays as it was."""
    spec = load(project)
    with tempfile.TemporaryDirectory(prefix=".generated-", dir=project.root) as aside:
        fresh = Path(aside) / "fresh"
        build(project, spec, fresh, set(stages), Path(aside))
        _swap(fresh, project.generated, Path(aside))


def build(project: Project, spec: Spec, fresh: Path, stages: set[str], scratch: Path) -> None:
    """Write into `fresh` what the tree would be after `stages`; the rest is taken over from `generated/`."""
    documents = bundle.bundles(spec)
    _take_over(project.generated, fresh, stages)
    if "bundle" in stages:
        _write_data_package(spec, documents, fresh / "aihub_openapi")
    if stages & {"client", "tables"}:
        # One package with two authors: written together, so that neither leaves the other's output stale.
        api = fresh / "aihub_api"
        work = scratch / "client"
        work.mkdir()
        client.write_clients(documents, spec.behaviours.data, api, work)
        tables.write_tables(spec, documents, api)
        client.tidy(api)
    if "models" in stages:
        models.write_models(documents, fresh / "aihub_models")
        client.tidy(fresh / "aihub_models")
    stamp.write_manifest(project, fresh)


def _write_data_package(spec: Spec, documents: dict[str, bundle.Json], folder: Path) -> None:
    bundle.write_bundles(spec, documents, folder)
    text = '"""OpenAPI 3.1 documents: `<service>.json` for each service, `aihub.json` for all. Data only."""\n'
    (folder / "__init__.py").write_text(header("spec/") + text, encoding="utf-8")
    (folder / "py.typed").write_text("", encoding="utf-8")


def _take_over(generated: Path, fresh: Path, stages: set[str]) -> None:
    fresh.mkdir()
    rewritten = {_OWNED[stage] for stage in stages if stage in _OWNED}
    for name in sorted(set(_OWNED.values()) - rewritten):
        if (generated / name).is_dir():
            shutil.copytree(generated / name, fresh / name, ignore=shutil.ignore_patterns("__pycache__"))


def _swap(fresh: Path, generated: Path, aside: Path) -> None:
    if generated.exists():
        generated.rename(aside / "old")
    try:
        fresh.rename(generated)
    except OSError as error:
        if (aside / "old").exists():
            (aside / "old").rename(generated)
        raise GeneratorError(f"cannot put the new output in place: {error}") from error
