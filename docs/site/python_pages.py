"""The Python reference: which names stand on which page; their texts are the docstrings."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .navigation import Page
from .operations import service_keys
from .places import LANGUAGES, ROOT
from .words import cell

_INTRO = {
    "en": {
        "client": "The two clients. `hub` in all examples is one of them.",
        "nouns": "What `hub.searches`, `hub.datasets` and the like offer.",
        "values": "What methods return: handles of jobs, and values.",
        "errors": "Every error that the SDK raises. [Error classes](../reference/errors.md) has causes and remedies.",
        "testing": "What the SDK gives to the tests of your own code.",
        "emulator": "The emulator inside a Python program. See also [the emulator](../guide/emulator.md).",
        "low": "What all low-level clients share: calls, answers, errors, and the tables of facts.",
        "service": "The low-level client of one service, one to one with the spec, and its models. Reached as "
        "`hub.api.{key}`; the names on the wire are the names here. See also [its REST page](../rest/{key}.md).",
    },
    "zh": {
        "client": "两个客户端。所有示例中的 `hub` 就是其中之一。下面的说明取自源代码中的英文文档字符串。",
        "nouns": "`hub.searches`、`hub.datasets` 等对象提供的方法。下面的说明取自源代码中的英文文档字符串。",
        "values": "各方法的返回值：任务句柄和数据对象。下面的说明取自源代码中的英文文档字符串。",
        "errors": "SDK 会抛出的全部异常，中文的原因与处理办法见[异常类](../reference/errors.md)。"
        "下面的说明取自源代码中的英文文档字符串。",
        "testing": "SDK 提供给你自己的测试使用的工具。下面的说明取自源代码中的英文文档字符串。",
        "emulator": "在 Python 程序里使用模拟器，另见[模拟器指南](../guide/emulator.md)。"
        "下面的说明取自源代码中的英文文档字符串。",
        "low": "所有底层客户端共用的部分：调用、响应、异常以及事实表。下面的说明取自源代码中的英文文档字符串。",
        "service": "一个服务的底层客户端及其数据模型，与 spec 一一对应，通过 `hub.api.{key}` 使用；"
        "这里的名字就是网络上的名字。中文说明见[它的 REST 页面](../rest/{key}.md)。",
    },
}
_OVERVIEW = {
    "en": ("# Python reference", "Every public name, and the page that describes it.", "name", "page"),
    "zh": ("# Python 参考", "全部公开名称，以及说明它们的页面。", "名称", "页面"),
}


@dataclass(frozen=True)
class Module:
    """A page of the Python reference.

    Attributes:
        path: Place on the site.
        titles: Titles by language.
        kind: Which introduction it gets.
        names: The documented objects, by their full names.
        key: Service key of a low-level client, else `""`.
    """

    path: str
    titles: dict[str, str]
    kind: str
    names: tuple[str, ...]
    key: str = ""


def modules() -> Iterator[Module]:
    """Every page, in order; those about packages that are not there are left out."""
    public = _exported("overlays/aihub_sdk/__init__.py")
    errors = set(_exported("overlays/aihub_sdk/errors.py"))
    clients = ("AIHub", "AsyncAIHub")
    values = [name for name in public if name not in errors and name not in clients and name != "__version__"]
    yield _module("python/clients", ("Clients", "客户端"), "client", "aihub_sdk", clients)
    yield Module("python/nouns", {"en": "Nouns of a client", "zh": "客户端的各个对象"}, "nouns", tuple(_nouns()))
    yield _module("python/values", ("Handles and values", "句柄与返回值"), "values", "aihub_sdk", values)
    yield _module(
        "python/errors", ("Errors in Python", "Python 中的异常"), "errors", "aihub_sdk.errors", sorted(errors)
    )
    testing = ROOT / "overlays" / "aihub_sdk" / "testing"
    file = testing.with_suffix(".py") if testing.with_suffix(".py").exists() else testing / "__init__.py"
    if file.exists():
        names = _exported(str(file.relative_to(ROOT)))
        yield _module("python/testing", ("Testing", "测试工具"), "testing", "aihub_sdk.testing", names)
    names = _exported("overlays/aihub_emulator/__init__.py")
    faults = [f"aihub_emulator.faults.{name}" for name in _exported("overlays/aihub_emulator/faults.py")]
    emulator = (*(f"aihub_emulator.{name}" for name in names), *faults)
    yield Module("python/emulator", {"en": "Emulator in Python", "zh": "Python 中的模拟器"}, "emulator", emulator)
    low = [
        f"aihub_api.{module}.{name}"
        for module in ("types", "errors", "tables")
        for name in _imported(f"generated/aihub_api/{module}.py")
    ]
    yield Module("python/low-level", {"en": "Low level: shared", "zh": "底层：共用部分"}, "low", tuple(low))
    for key in service_keys():
        name = "".join(part.title() for part in key.split("_"))
        objects = (f"aihub_api.{key}.{name}Api", f"aihub_api.{key}.Async{name}Api", f"aihub_api.{key}.models")
        yield Module(
            f"python/api-{key.replace('_', '-')}",
            {"en": f"aihub_api.{key}", "zh": f"aihub_api.{key}"},
            "service",
            objects,
            key,
        )


def pages() -> Iterator[Page]:
    """The reference's pages."""
    for module in modules():
        yield Page(module.path, module.titles, maker="python_modules")


def text(path: str, language: str) -> str:
    """The Markdown of a page."""
    module = next(each for each in modules() if each.path == path)
    intro = _INTRO[language][module.kind].format(key=module.key)
    entries = [_entry(name, module.kind) for name in module.names]
    return "\n\n".join([f"# {module.titles[language]}", intro, *entries]) + "\n"


def _entry(name: str, kind: str) -> str:
    # What an error is caught as matters; other bases are nobody's business.
    options = {"show_bases": kind == "errors"}
    if name.endswith(".models"):
        # Of a module of models, each class; its own heading would say nothing new.
        options |= {"show_root_heading": False, "show_root_toc_entry": False}
    return f"::: {name}\n    options:" + "".join(f"\n      {key}: {str(on).lower()}" for key, on in options.items())


def overview(_path: str, language: str) -> str:
    """The index of all names."""
    title, sentence, name, page = _OVERVIEW[language]
    rows = [
        f"| {_linked(each, module)} | [{cell(module.titles[language])}]({module.path.removeprefix('python/')}.md) |"
        for module in modules()
        for each in module.names
    ]
    return "\n\n".join([title, sentence, f"| {name} | {page} |\n|---|---|\n" + "\n".join(rows)]) + "\n"


def _linked(name: str, module: Module) -> str:
    """The name, leading to its entry; a module of models has none of its own."""
    return f"`{name}`" if name.endswith(".models") else f"[`{name}`]({module.path.removeprefix('python/')}.md#{name})"


def _module(path: str, titles: tuple[str, str], kind: str, package: str, names: Iterable[str]) -> Module:
    return Module(path, dict(zip(LANGUAGES, titles, strict=True)), kind, tuple(f"{package}.{name}" for name in names))


def _nouns() -> Iterator[str]:
    """The classes behind `hub.<noun>`, and what they make that is not exported at the root."""
    exported = set(_exported("overlays/aihub_sdk/__init__.py"))
    for file in sorted((ROOT / "overlays" / "aihub_sdk" / "services").glob("*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name not in exported:
                yield f"aihub_sdk.services.{file.stem}.{node.name}"


def _exported(file: str) -> list[str]:
    """What a module's `__all__` lists."""
    for node in ast.parse((ROOT / file).read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    return []


def _imported(file: str) -> list[str]:
    """What a module without `__all__` offers: what it imports as its own, and what it defines."""
    listed = _exported(file)
    if listed:
        return listed
    names: list[str] = []
    for node in ast.parse((ROOT / file).read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            names += [each.asname for each in node.names if each.asname]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
    return names
