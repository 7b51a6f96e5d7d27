"""The page of error classes: English from their docstrings, Chinese from text/errors.zh.toml."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from dataclasses import dataclass

from aihub_sdk import errors

from .places import HERE
from .words import COLON, COMMA

_HEAD = {
    "en": """# Error classes

Everything that the SDK raises on its own account is an `AIHubError`, and each class is also the builtin that one would
catch anyway (`TimeoutError`, `LookupError`, `ConnectionError`, `ValueError`…). [Errors](../guide/errors.md) shows how
to handle them.

```text
{tree}
```
""",
    "zh": """# 异常类

SDK 自身抛出的异常都是 `AIHubError`；每个类同时也是人们习惯捕获的内置异常（`TimeoutError`、`LookupError`、
`ConnectionError`、`ValueError` 等）。处理方法见[异常](../guide/errors.md)。

```text
{tree}
```
""",
}
_LABELS = {
    "en": ("Also a", "Cause", "Remedy", "Attributes"),
    "zh": ("同时也是", "原因", "处理办法", "属性"),
}


@dataclass(frozen=True)
class ErrorText:
    """What a class means, in one language. What does not apply is `""`."""

    summary: str
    cause: str
    remedy: str


def text(_path: str, language: str) -> str:
    """The Markdown of the page."""
    parts = [_HEAD[language].format(tree=_tree(language))]
    parts += [_section(name, language) for name in names()]
    return "\n".join(parts)


def names() -> list[str]:
    """Every error class, in the order of the tree."""
    found = re.findall(r"([A-Z]\w+)", _drawn_tree())
    return [name for name in dict.fromkeys(found) if name in errors.__all__]


def error_text(name: str, language: str) -> ErrorText:
    """What a class means.

    Raises:
        KeyError: There is no Chinese text for it yet.
    """
    if language == "zh":
        row = tomllib.loads((HERE / "text" / "errors.zh.toml").read_text("utf-8"))[name]
        return ErrorText(row["summary"], row.get("cause", ""), row.get("remedy", ""))
    paragraphs = re.split(r"\n\s*\n", _docstring(name))
    facts = {"Cause": "", "Remedy": ""}
    for label in facts:
        match = re.search(
            rf"^{label}: (.*?)(?=^(?:Cause|Remedy): |^\s*$|\Z)", _docstring(name), re.MULTILINE | re.DOTALL
        )
        facts[label] = " ".join(match.group(1).split()) if match else ""
    return ErrorText(" ".join(paragraphs[0].split()), facts["Cause"], facts["Remedy"])


def _docstring(name: str) -> str:
    return inspect.getdoc(getattr(errors, name)) or ""


def _section(name: str, language: str) -> str:
    cls = getattr(errors, name)
    found = error_text(name, language)
    also, cause, remedy, attributes = _LABELS[language]
    colon, comma = COLON[language], COMMA[language]
    builtins = [base.__name__ for base in cls.__mro__ if base.__module__ == "builtins"]
    shown = [base for base in builtins if base not in {"object", "BaseException", "Exception", "Error"}]
    lines = [f"## {name} {{ #{name.lower()} }}", "", found.summary, ""]
    rows = [(cause, found.cause), (remedy, found.remedy)]
    if shown and issubclass(cls, errors.AIHubError):
        rows.insert(0, (also, comma.join(f"`{base}`" for base in shown)))
    if listed := _attributes(cls):
        rows.append((attributes, comma.join(f"`{each}`" for each in listed)))
    lines += [f"* **{label}**{colon}{words}" for label, words in rows if words]
    return "\n".join([*lines, ""])


def _attributes(cls: type) -> list[str]:
    described = re.split(r"\nAttributes:\n", inspect.getdoc(cls) or "")
    found = re.findall(r"^ {4}([\w, ]+):", described[1], re.MULTILINE) if len(described) > 1 else []
    return [name for names in found for name in names.split(", ")]


def _drawn_tree() -> str:
    module = ast.get_docstring(ast.parse(inspect.getsource(errors))) or ""
    found: list[str] = re.findall(r"^AIHubError\n(?:[├│└].*\n?)+", module, re.MULTILINE)
    return found[0].rstrip()


def _tree(language: str) -> str:
    if language == "en":
        return _drawn_tree()
    rows = []
    for line in _drawn_tree().splitlines():
        branch, name = re.findall(r"^([├│└─ ]*)(\w+)", line)[0]
        bases = re.findall(r"(\(\w+\))", line)
        left = f"{branch}{name}{f' {bases[0]}' if bases else ''}"
        rows.append(f"{left:<44}{_short(name)}" if name != "AIHubError" else left)
    return "\n".join(rows)


def _short(name: str) -> str:
    """What a class means, in Chinese and in one line of the tree: up to a comma it may say the opposite."""
    return re.split("[。：]", error_text(name, "zh").summary)[0].replace("`", "")
