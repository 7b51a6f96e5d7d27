"""The REST reference: a page for each service, and an overview with the bundles to download."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from .localizing import localized
from .navigation import Page
from .operations import Operation, operations, resolve, service_keys
from .samples import LABELS, LANGUAGES, samples
from .schemas import field_rows
from .words import BRACKETS, COLON, COMMA, cell, indented, whole_code, word

_OVERVIEW = {
    "en": """# REST reference

{description}

* Each service has a page with all of its operations: parameters, bodies, examples, failures, and requests to copy.
* **Try it** on a service's page opens an interactive page that sends real requests. `make docs-serve` starts an
  emulator beside the site and fills in its token, so that the first click works. The S3 relay is the exception: the
  browser has to accept the emulator's own certificate first, and its interactive page tells how.

## Services

| service | operations | interactive page |
|---|---|---|
{rows}

## Where they answer

{addresses}

The emulator (`local`) answers for all services at `http://127.0.0.1:8021`, and for the S3 relay at
`https://127.0.0.1:8443`. An empty cell means that the document prints no address.
[Environments and settings](../start/settings.md) tells how to name one.

## Failures

Every answer is an envelope, and HTTP says 200 for most failures too: look at `code` first.

| code | name | meaning |
|---|---|---|
{codes}

[Error classes](../reference/errors.md) tells what the SDK makes of each, with cause and remedy.

## Download

The API as OpenAPI 3.1, to import into Postman, Apifox, Insomnia and the like, or to generate a client in another
language. English in the standard places; the Chinese copies have Chinese there.

| document | English | 中文 |
|---|---|---|
{downloads}
""",
    "zh": """# REST 参考

{description}

* 每个服务一页，列出全部接口：参数、请求体、示例、失败响应，以及可以直接复制的请求。
* 服务页上的**在线试用**会打开一个可以真正发送请求的交互页面。`make docs-serve` 会在站点旁启动模拟器并填好 Token，
  第一次点击就能成功。S3 中转服务例外：浏览器要先接受模拟器自己的证书，做法写在它的交互页面上。

## 服务

| 服务 | 接口 | 交互页面 |
|---|---|---|
{rows}

## 地址

{addresses}

模拟器（`local`）的全部服务都在 `http://127.0.0.1:8021`，S3 中转服务在 `https://127.0.0.1:8443`。空白表示文档没有给出地址，如何指定见[环境与设置](../start/settings.md)。

## 失败

所有响应都是信封，多数失败的 HTTP 状态码同样是 200：请先看 `code`。

| code | 名称 | 含义 |
|---|---|---|
{codes}

SDK 把它们分别变成哪个异常、原因与处理办法，见[异常类](../reference/errors.md)。

## 下载

OpenAPI 3.1 格式的接口描述，可导入 Postman、Apifox、Insomnia 等工具，也可用来生成其他语言的客户端。
英文版的文字在标准字段中；中文版的标准字段是中文。

| 文档 | English | 中文 |
|---|---|---|
{downloads}
""",
}
_READINGS = re.compile(r"\bReadings? \d+(?:(?:, | and )\d+)*|读法 \d+(?:、\d+)*")
_CODES_ZH = {
    0: "成功",
    1: "服务端发生未预期的错误，请联系管理员",
    2: "对象不存在",
    3: "服务端数据库出错",
    8: "名称已存在",
}


def pages() -> Iterator[Page]:
    """A page for each service."""
    for key in service_keys():
        titles = {language: localized(key, language)["info"]["title"] for language in ("en", "zh")}
        yield Page(f"rest/{key}", titles, maker="rest_services")


def overview(_path: str, language: str) -> str:
    """The overview's Markdown."""
    rows, downloads = [], [_download("aihub")]
    for key in service_keys():
        document = localized(key, language)
        names = COMMA[language].join(f"[`{each.id}`]({key}.md#{each.id.lower()})" for each in operations(key))
        rows.append(f"| [{document['info']['title']}]({key}.md) | {names} | {_try_link(key, language)} |")
        downloads.append(_download(key))
    return _OVERVIEW[language].format(
        description=localized("aihub", language)["info"]["description"],
        rows="\n".join(rows),
        addresses=_addresses(language),
        codes="\n".join(_code_rows(language)),
        downloads="\n".join(downloads),
    )


def _try_link(key: str, language: str) -> str:
    # A page beside Zensical's, so a plain address and no Markdown page.
    return f'<a href="../try/{key}.html">{word("try", language)}</a>'


def _download(name: str) -> str:
    links = (f'<a href="../../openapi/{name}{suffix}.json" download>{name}{suffix}.json</a>' for suffix in ("", ".zh"))
    return f"| `{name}` | {' | '.join(links)} |"


def _addresses(language: str) -> str:
    environments: dict[str, str] = {}
    rows = []
    # The emulator has one address for all, and it stands below the table.
    tables = {
        key: [each for each in localized(key, language).get("servers", []) if each["x-environment"] != "local"]
        for key in service_keys()
    }
    for servers in tables.values():
        environments.update({each["x-environment"]: each["description"] for each in servers})
    for key, servers in tables.items():
        found = {each["x-environment"]: whole_code(each["url"], "//") for each in servers}
        cells = " | ".join(found.get(name, "") for name in environments)
        rows.append(f"| {whole_code(key)} | {cells} |")
    heads = " | ".join(f"{title}<br>`{name}`" for name, title in environments.items())
    return f"| | {heads} |\n|---|{'---|' * len(environments)}\n" + "\n".join(rows)


def _code_rows(language: str) -> Iterator[str]:
    from aihub_api.tables import CODES  # noqa: PLC0415  # the other pages do not need the tables

    yield f"| 0 | OK | {_CODES_ZH[0] if language == 'zh' else 'Success.'} |"
    for code, row in CODES.items():
        yield f"| {code} | {row.name} | {_CODES_ZH[code] if language == 'zh' else row.description} |"


def text(path: str, language: str) -> str:
    """The Markdown of a service's page."""
    key = path.removeprefix("rest/")
    document = localized(key, language)
    info = document["info"]
    lines = [f"# {info['title']}", info["description"], _try_link(key, language) + "{ .md-button .md-button--primary }"]
    lines[2] = f'<a class="md-button md-button--primary" href="../try/{key}.html">{word("try", language)}</a>'
    for operation in operations(key):
        lines += _operation(document, operation, language)
    return _with_readings("\n\n".join(lines) + "\n")


def _with_readings(markdown: str) -> str:
    """The same, with each number of a reading leading to it."""
    link = r"[\g<0>](../project/readings.md#reading-\g<0>)"
    return _READINGS.sub(lambda found: re.sub(r"\d+", link, found[0]), markdown)


def _operation(document: dict[str, Any], operation: Operation, language: str) -> Iterator[str]:
    spec = document["paths"][operation.path][operation.method.lower()]
    scheme = operation.security or word("none", language)
    yield f"## {spec['summary']} {{ #{operation.id.lower()} }}"
    yield f"`{operation.id}` · **{operation.method}** `{operation.path}`"
    yield spec["description"]
    colon = COLON[language]
    yield f"{word('token', language)}{colon}`{scheme}` · {word('document', language)}{colon}{spec['x-source']}"
    yield from _parameters(document, spec, language)
    if "requestBody" in spec:
        ((media, content),) = spec["requestBody"]["content"].items()
        left, right = BRACKETS[language]
        yield from _fields(document, content["schema"], f"{word('body', language)}{left}`{media}`{right}", language)
    content = spec["responses"]["200"]["content"]["application/json"]
    yield from _fields(document, content["schema"], word("answer", language), language)
    yield f"### {word('samples', language)} {{ #{operation.id.lower()}-samples }}"
    yield "\n\n".join(
        f'=== "{LABELS[kind]}"\n\n' + indented(f"```{LANGUAGES[kind]}\n{source.rstrip()}\n```")
        for kind, source in samples(operation).items()
    )
    yield f"### {word('answers', language)} {{ #{operation.id.lower()}-answers }}"
    ordered = sorted(content["examples"].items(), key=lambda item: item[0].startswith("failure"))
    yield "\n\n".join(_example(example) for _, example in ordered)


def _parameters(document: dict[str, Any], spec: dict[str, Any], language: str) -> Iterator[str]:
    rows = []
    for parameter in (resolve(document, each) for each in spec.get("parameters", ())):
        needed = word("yes" if parameter.get("required") else "no", language)
        kind = parameter["schema"].get("format") or parameter["schema"].get("type", "")
        description = cell(parameter["description"])
        rows.append(f"| `{parameter['name']}` | {parameter['in']} | {kind} | {needed} | {description} |")
    if rows:
        head = " | ".join(word(key, language) for key in ("name", "in", "type", "required", "description"))
        yield f"**{word('parameters', language)}**"
        yield f"| {head} |\n|---|---|---|---|---|\n" + "\n".join(rows)


def _fields(document: dict[str, Any], schema: dict[str, Any], title: str, language: str) -> Iterator[str]:
    head = " | ".join(word(key, language) for key in ("field", "type", "required", "description"))
    yield f"**{title}**"
    yield f"| {head} |\n|---|---|---|---|\n" + "\n".join(field_rows(document, schema, language))


def _example(example: dict[str, Any]) -> str:
    body = json.dumps(example["value"], ensure_ascii=False, indent=2)
    summary = example["summary"].replace('"', "'")
    return f'??? example "{summary}"\n\n' + indented(f"```json\n{body}\n```")
