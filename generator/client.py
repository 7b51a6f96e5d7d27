"""Stage `client`: openapi-python-client with our templates makes the low-level clients, one package a service."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

from . import facts
from .bundle import Json
from .project import PACKAGE, GeneratorError, header

RUNTIME = PACKAGE / "runtime"
TEMPLATES = PACKAGE / "templates"


def write_clients(documents: dict[str, Json], behaviours: Json, folder: Path, scratch: Path) -> None:
    """Write one sub-package a service, and the runtime they share, into the package at `folder`."""
    for service, document in documents.items():
        output = _run_tool(service, document, behaviours, scratch)
        _collect(output, service, folder / service)
    _copy_runtime(folder / "_runtime")


def tidy(folder: Path) -> None:
    """Sort imports, drop unused ones and format: with the pinned ruff and no settings but these."""
    options = ["--isolated", "--no-cache", "--quiet", "--line-length", "120", "--target-version", "py310"]
    compact = ["--config", "format.skip-magic-trailing-comma=true"]
    fix = ["--select", "I,F401", "--config", "lint.isort.split-on-trailing-comma=false"]
    for command in (["check", "--fix-only", *fix, *options], ["format", *compact, *options]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, str(folder)], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise GeneratorError(f"ruff {command[0]} failed on the generated code:\n{done.stdout}{done.stderr}")


def _run_tool(service: str, document: Json, behaviours: Json, scratch: Path) -> Path:
    """The folder in which openapi-python-client wrote `service`; any warning of the tool is an error."""
    from openapi_python_client import Project  # noqa: PLC0415  # 0.4 s that `lint` need not pay
    from openapi_python_client.config import Config, ConfigFile, MetaType  # noqa: PLC0415  # same
    from openapi_python_client.parser import GeneratorData  # noqa: PLC0415  # same
    from openapi_python_client.parser.errors import GeneratorError as ToolError  # noqa: PLC0415  # same

    source, output = scratch / f"{service}.json", scratch / service
    source.write_text(json.dumps(document), encoding="utf-8")
    config = Config.from_sources(
        ConfigFile(post_hooks=[], package_name_override=service, use_path_prefixes_for_title_model_names=False),
        MetaType.NONE,
        document_source=source,
        file_encoding="utf-8",
        overwrite=False,
        output_path=output,
    )
    data = GeneratorData.from_dict(document, config=config)
    if isinstance(data, ToolError):
        raise GeneratorError(f"openapi-python-client cannot read {service}: {data.header}: {data.detail}")
    project = Project(openapi=data, config=config, custom_template_path=TEMPLATES)
    # Its parser drops operation-level extensions and schema descriptions behind a $ref; the templates need both.
    project.env.globals["aihub"] = facts.of(service, document, behaviours)
    with contextlib.redirect_stdout(io.StringIO()):
        problems = project.build()
    if problems:
        told = "\n".join(f"  {p.header}: {p.detail}" for p in problems)
        raise GeneratorError(f"openapi-python-client has objections to {service}:\n{told}")
    return output


def _collect(output: Path, service: str, target: Path) -> None:
    """Keep the one models module and the operation modules; the templates leave every other file empty."""
    target.mkdir(parents=True)
    shutil.copyfile(output / "models" / "__init__.py", target / "models.py")
    for module in sorted((output / "api" / service).glob("*.py")):
        shutil.copyfile(module, target / module.name)


def _copy_runtime(target: Path) -> None:
    target.mkdir(parents=True)
    for module in sorted(RUNTIME.glob("*.py")):
        text = module.read_text(encoding="utf-8")
        (target / module.name).write_text(header(f"generator/runtime/{module.name}") + text, encoding="utf-8")
