"""Running stages: into a folder aside, swapped in only when everything went well."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from . import bundle, client, models, stamp, tables
from .bundle import Json
from .lint import lint
from .project import GeneratorError, Project, header
from .reuse import KeptCode, code_name
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
    """Run `stages` and swap their output into `generated/`; on any failure `generated/` stays as it was.

    The code of services that did not change is taken from what an earlier run kept; the output is the same.
    """
    spec = load(project)
    with tempfile.TemporaryDirectory(prefix=".generated-", dir=project.root) as aside:
        fresh = Path(aside) / "fresh"
        build(project, spec, fresh, set(stages), Path(aside), kept=KeptCode.of(project))
        _swap(fresh, project.generated, Path(aside))


def build(
    project: Project, spec: Spec, fresh: Path, stages: set[str], scratch: Path, *, kept: KeptCode | None = None
) -> None:
    """Write into `fresh` what the tree would be after `stages`; the rest is taken over from `generated/`.

    Without `kept` every file is made anew.
    """
    documents = bundle.bundles(spec)
    _take_over(project.generated, fresh, stages)
    if "bundle" in stages:
        _write_data_package(spec, documents, fresh / "aihub_openapi")
    if stages & {"client", "tables"}:
        # One package with two authors: written together, so that neither leaves the other's output stale.
        _write_api(spec, documents, fresh / "aihub_api", scratch / "client", kept)
    if "models" in stages:
        _write_models(spec, documents, fresh / "aihub_models", kept)
    stamp.write_manifest(project, fresh)


def _write_api(spec: Spec, documents: dict[str, Json], api: Path, work: Path, kept: KeptCode | None) -> None:
    behaviours = spec.behaviours.data
    names = {service: code_name(service, document, behaviours) for service, document in documents.items()}
    known = {service for service, name in names.items() if kept and kept.restore("client", name, work / service)}
    made = work / "made"
    made.mkdir(parents=True)
    changed = {service: document for service, document in documents.items() if service not in known}
    client.write_clients(changed, behaviours, api, made)
    tables.write_tables(spec, documents, api)
    client.tidy(api)
    for service, name in names.items():
        if service in known:
            shutil.copytree(work / service, api / service)
        elif kept:
            kept.keep("client", name, (api / service).glob("*.py"))


def _write_models(spec: Spec, documents: dict[str, Json], folder: Path, kept: KeptCode | None) -> None:
    names = {service: code_name(service, document, spec.behaviours.data) for service, document in documents.items()}
    known = {service for service, name in names.items() if kept and kept.restore("models", name, folder)}
    models.write_models({key: document for key, document in documents.items() if key not in known}, folder)
    client.tidy(folder)
    for service, name in names.items():
        if kept and service not in known:
            kept.keep("models", name, folder.glob(f"{service}.py"))


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
