"""Loading `spec/`: its folders and files as one frozen value."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.marked_yaml import Document, Pointer, SpecError, parse

__all__ = ["Document", "ExampleFile", "Pointer", "Spec", "SpecError", "load_spec"]


@dataclass(frozen=True, eq=False)
class ExampleFile:
    """One request and its response, `examples/<service>/<operation_id>.<case>.json`."""

    service: str
    operation_id: str
    case: str
    path: str
    data: Any
    _text: str = field(repr=False)

    def line(self, pointer: Pointer = ()) -> int:
        """The 1-based line of the key or item at `pointer`, or of its nearest parent."""
        # Only a finding asks for a line, so the slower marked reading waits until then.
        try:
            return parse(self.path, self._text, shown=self.path).line(pointer)
        except SpecError:  # JSON that YAML cannot read, such as \ud83d\ude00: the file alone must do
            return 1


@dataclass(frozen=True, eq=False)
class Spec:
    """Everything people wrote: the services, what they share, and the tables beside them."""

    root: Path
    info: Document
    services: dict[str, Document]
    shared: dict[str, Document]
    environments: Document
    behaviours: Document
    examples: list[ExampleFile]
    readme: str

    @property
    def documents(self) -> list[Document]:
        """The OpenAPI documents: every service, then everything shared."""
        return [*self.services.values(), *self.shared.values()]


def load_spec(root: Path) -> Spec:
    """Read the whole of `root`; raises `SpecError` for the first file that is missing or unreadable."""
    services = _load_folder(root, "services")
    if not services:
        remedy = "add services/<service>.yaml, one OpenAPI 3.1 document for each service."
        raise SpecError(f"{root.name}/services", 1, "no service is described.", remedy)
    return Spec(
        root=root,
        info=_load_document(root, "aihub.yaml"),
        services={name.removesuffix(".yaml"): document for name, document in services.items()},
        shared=_load_folder(root, "shared"),
        environments=_load_document(root, "environments.yaml"),
        behaviours=_load_document(root, "behaviours.yaml"),
        examples=[_load_example(root, path) for path in _example_files(root)],
        readme=_read(root, "README.md"),
    )


def _load_folder(root: Path, folder: str) -> dict[str, Document]:
    documents = {}
    for path in sorted((root / folder).glob("*")):
        if path.suffix != ".yaml":
            shown = f"{root.name}/{folder}/{path.name}"
            raise SpecError(shown, 1, "not a .yaml file, so it is never read.", "rename or remove it.")
        documents[path.name] = _load_document(root, f"{folder}/{path.name}")
    return documents


def _load_document(root: Path, relative: str) -> Document:
    return parse(relative, _read(root, relative), shown=f"{root.name}/{relative}")


def _example_files(root: Path) -> list[Path]:
    for path in sorted(root.glob("examples/*")):
        if not path.is_dir():
            shown = f"{root.name}/examples/{path.name}"
            raise SpecError(shown, 1, "the example lies in no service's folder.", "move it to examples/<service>/.")
    return sorted(root.glob("examples/*/*"))


def _load_example(root: Path, path: Path) -> ExampleFile:
    relative = path.relative_to(root).as_posix()
    shown = f"{root.name}/{relative}"
    operation_id, _, case = path.name.removesuffix(".json").partition(".")
    if path.suffix != ".json" or not case or "." in case:
        message = "the file name does not say which operation and case it shows."
        raise SpecError(shown, 1, message, "name it <operationId>.<case>.json.")
    text = _read(root, relative)
    try:
        data = json.loads(text, object_pairs_hook=functools.partial(_unique_keys, shown, text))
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg}."
        raise SpecError(shown, error.lineno, message, "correct the JSON at this line.") from error
    return ExampleFile(path.parent.name, operation_id, case, relative, data, text)


def _unique_keys(shown: str, text: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        parse(shown, text, shown=shown)  # it refuses the second key, and knows its line
    return data


def _read(root: Path, relative: str) -> str:
    shown = f"{root.name}/{relative}"
    try:
        return (root / relative).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SpecError(shown, 1, "the file is missing.", "add it; a spec has no optional file.") from error
    except IsADirectoryError as error:
        raise SpecError(shown, 1, "a folder stands where a file belongs.", "rename or remove it.") from error
    except UnicodeDecodeError as error:
        raise SpecError(shown, 1, "the file is not UTF-8 text.", "save it as UTF-8.") from error
