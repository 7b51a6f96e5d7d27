"""Whatever changes in the files of a spec is reported, also where no rule was made for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.diff import Edition, compare, read_edition
from generator.source import load_spec

_MINIMAL = Path(__file__).parents[1] / "lint" / "minimal"
# The large files take ten seconds each.
_LARGE = ["services/jobs.yaml", "services/files.yaml", "behaviours.yaml"]
_FILES = ["shared/envelope.yaml", "environments.yaml", *(pytest.param(file, marks=pytest.mark.slow) for file in _LARGE)]


def _leaves(data: Any, pointer: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where each single value stands."""
    if isinstance(data, dict | list) and data:
        for key in data if isinstance(data, dict) else range(len(data)):
            yield from _leaves(data[key], (*pointer, key))
    else:
        yield pointer


def _one_of_each_kind(file: str) -> list[tuple[Any, ...]]:
    """One place for each way that keys and lists nest; a name of a schema or a field is as good as another."""
    data = _document(_MINIMAL, file)
    kinds: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for pointer in _leaves(data):
        kind = tuple(
            "*" if i and pointer[i - 1] in {"schemas", "properties", "paths"} else key
            for i, key in enumerate(pointer)
            if not isinstance(key, int)
        )
        kinds.setdefault(kind, pointer)
    return list(kinds.values())


def _document(root: Path, file: str) -> Any:
    spec = load_spec(root)
    documents = {one.path: one for one in (*spec.documents, spec.behaviours, spec.environments)}
    return documents[file].data


def _changed(data: Any, pointer: tuple[Any, ...], how: str) -> Any:
    if not pointer:
        return {"text": "another"} if how == "other" else data
    head, rest = pointer[0], pointer[1:]
    copied = list(data) if isinstance(data, list) else dict(data)
    if not rest and how == "gone":
        del copied[head]
    elif not rest:
        copied[head] = not data[head] if isinstance(data[head], bool) else f"{data[head]} changed"
    else:
        copied[head] = _changed(data[head], rest, how)
    return copied


@pytest.mark.parametrize("how", ["gone", "other"])
@pytest.mark.parametrize("file", _FILES)
def test_a_changed_value_is_reported_in_its_file(file: str, how: str, tmp_path: Path) -> None:
    old = read_edition(str(_MINIMAL), tmp_path)
    silent = []
    for number, pointer in enumerate(_one_of_each_kind(file)):
        root = tmp_path / str(number) / _MINIMAL.name
        _copy(root)
        data = _changed(_document(root, file), pointer, how)
        (root / file).write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
        told = compare(old, read_edition(str(root), tmp_path))
        if not [one for one in told if one.place.file == f"{_MINIMAL.name}/{file}"]:
            silent.append(pointer)
    assert silent == []


def _copy(root: Path) -> None:
    for path in _MINIMAL.rglob("*"):
        if path.is_file():
            target = root / path.relative_to(_MINIMAL)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())


def test_a_keyword_that_no_rule_knows_is_breaking(present: Edition, spec: Path) -> None:
    path = spec / "services/s3_relay.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("    UploadedFile:\n", "    UploadedFile:\n      x-new-idea: 1\n"), encoding="utf-8")
    told = compare(present, read_edition(str(spec), spec.parent))
    assert [(one.rule, one.grade, one.now) for one in told] == [("unknown-change", "breaking", "1")]


def test_a_component_that_nothing_refers_to_is_seen_too(present: Edition, spec: Path) -> None:
    path = spec / "shared/paging.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}    Unused:\n      name: unused\n      in: query\n", encoding="utf-8")
    told = compare(present, read_edition(str(spec), spec.parent))
    assert {one.rule for one in told} == {"unknown-change"}
    assert {one.place.file for one in told} == {"spec/shared/paging.yaml"}
