"""What stands beside the pages: scripts, interactive pages, documents to download, the entrance."""

from __future__ import annotations

import html
import json
import shutil
from pathlib import Path
from typing import Any

from .localizing import localized
from .operations import case_of, operations, service_keys
from .places import HERE, LANGUAGES, NODE_MODULES
from .publishing import published
from .samples import code_samples
from .words import COLON, word

# What the built site takes from the npm packages, and where it is put.
VENDORED = {
    "@scalar/api-reference/dist/browser/standalone.js": "vendor/scalar.js",
    "mermaid/dist/mermaid.min.js": "vendor/mermaid.min.js",
    "mermaid/LICENSE": "vendor/mermaid.LICENSE.txt",
}
_TRY_WORDS = {
    "en": {
        "lang": "en",
        "other": "zh",
        "other_name": "中文",
        "back": "Reference",
        "service": "Service",
        "locale": "en",
    },
    "zh": {"lang": "zh", "other": "en", "other_name": "English", "back": "参考", "service": "服务", "locale": "zh-CN"},
}

# On the pages of services whose emulator speaks TLS. try.js puts the emulator's address into the link.
_CERTIFICATE = {
    "en": "The emulator makes the certificate of this service itself, so the browser refuses requests to it at first. "
    'Before you send one, open <a class="relay" href="{address}" target="_blank" rel="noopener">{address}</a> in '
    "another tab and accept the certificate there (what you then see is a 404), or trust the file "
    "that <code>make docs-serve</code> names. When the emulator starts again, it has a new certificate.",
    "zh": "这个服务在模拟器中使用它自己生成的证书，浏览器起初会拒绝向它发送请求。发送之前，请在另一个标签页打开"
    '<a class="relay" href="{address}" target="_blank" rel="noopener">{address}</a>并接受证书'
    "（随后看到的是 404），或者信任 <code>make docs-serve</code> 打印的证书文件。模拟器重新启动后，证书会更换。",
}


def add_extras(site: Path) -> None:
    """Write everything that Zensical does not.

    Raises:
        SystemExit: The npm packages are not installed.
    """
    for package_file, place in VENDORED.items():
        copy_packaged(package_file, site / place)
    (site / "openapi").mkdir()
    for language in LANGUAGES:
        suffix = ".zh" if language == "zh" else ""
        for name in ["aihub", *service_keys()]:
            _write_json(site / "openapi" / f"{name}{suffix}.json", published(name, language))
        folder = site / language / "try"
        folder.mkdir()
        for key in service_keys():
            (folder / f"{key}.html").write_text(_try_page(key, language), "utf-8")
    shutil.copy(HERE / "entrance.html", site / "index.html")
    # A server shows this at any depth, where Zensical's own, with its links to other files, would be broken.
    for folder in (site, *(site / language for language in LANGUAGES)):
        shutil.copy(HERE / "missing.html", folder / "404.html")
    shutil.copy(HERE / "try.js", site / "try.js")
    # `make docs-serve` answers this file itself, with the emulator that runs beside the site.
    (site / "emulator.js").write_text("window.aihubEmulator = null\n", "utf-8")


def copy_packaged(package_file: str, target: Path) -> None:
    """Copy a file of an npm package, a script without the address of its source map.

    Raises:
        SystemExit: The npm packages are not installed.
    """
    source = NODE_MODULES / package_file
    if not source.exists():
        raise SystemExit(f"{package_file} is not installed: run `make node-tools`.")
    target.parent.mkdir(parents=True, exist_ok=True)
    # A browser's developer tools would ask for the map in vain.
    lines = source.read_text("utf-8").splitlines(keepends=True)
    target.write_text("".join(line for line in lines if not line.startswith("//# sourceMappingURL=")), "utf-8")


def _write_json(file: Path, document: dict[str, Any]) -> None:
    file.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", "utf-8")


def interactive(key: str, language: str) -> dict[str, Any]:
    """A service's document for the interactive page: the emulator first, and with requests to copy."""
    document = localized(key, language)
    document["servers"].sort(key=lambda server: server["x-environment"] != "local")
    for operation in operations(key):
        spec = document["paths"][operation.path][operation.method.lower()]
        spec["x-codeSamples"] = code_samples(operation)
        _put_first(spec, case_of(operation.id))
    return document


def _put_first(node: Any, case: str) -> None:
    """Order all examples so that the one that the samples use, and success before failure, is offered first."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if key == "examples" and isinstance(value, dict):
            order = sorted(value, key=lambda name: (name != case, name.startswith("failure")))
            node[key] = {name: value[name] for name in order}
        elif key != "value":
            _put_first(value, case)


def _try_page(key: str, language: str) -> str:
    words = _TRY_WORDS[language]
    template = (HERE / "try.html").read_text("utf-8")
    options = [
        f'<option value="{each}"{" selected" if each == key else ""}>'
        f"{html.escape(localized(each, language)['info']['title'])}</option>"
        for each in service_keys()
    ]
    # A closing tag inside the document would end the script that carries it.
    document = json.dumps(interactive(key, language), ensure_ascii=False).replace("</", "<\\/")
    values = {
        **words,
        "notice": _notice(key, language),
        "key": key,
        "title": f"{localized(key, language)['info']['title']}{COLON[language]}{word('try', language)}",
        "options": "".join(options),
    }
    for name, value in values.items():
        template = template.replace(f"%{name}%", value)
    return template.replace("%document%", document)


def _notice(key: str, language: str) -> str:
    addresses = (each["url"] for each in localized(key, language)["servers"] if each["x-environment"] == "local")
    address = next((each for each in addresses if each.startswith("https:")), "")
    return f'<p class="notice">{_CERTIFICATE[language].format(address=address)}</p>\n' if address else ""
