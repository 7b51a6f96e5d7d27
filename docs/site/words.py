"""The words that generated pages share, in both languages."""

from __future__ import annotations

import html

_WORDS = {
    "answer": ("Answer", "响应"),
    "answers": ("Answers", "响应示例"),
    "body": ("Request body", "请求体"),
    "default": ("default", "默认值"),
    "description": ("description", "说明"),
    "document": ("In the document", "文档章节"),
    "example_requests": ("Example requests", "请求示例"),
    "failure": ("a failure", "失败"),
    "field": ("field", "字段"),
    "in": ("in", "位置"),
    "name": ("name", "名称"),
    "no": ("no", "否"),
    "none": ("no token", "不需要 Token"),
    "parameters": ("Parameters", "参数"),
    "required": ("required", "必填"),
    "samples": ("Samples", "调用示例"),
    "token": ("Token", "Token"),
    "try": ("Try it", "在线试用"),
    "type": ("type", "类型"),
    "when": ("when", "条件必填"),
    "yes": ("yes", "是"),
}


# What stands between a name and what is said of it, between names of a list, and around an aside.
COLON = {"en": ": ", "zh": "："}
COMMA = {"en": ", ", "zh": "、"}
BRACKETS = {"en": (" (", ")"), "zh": ("（", "）")}


def word(key: str, language: str) -> str:
    """A word in a language."""
    return _WORDS[key][language == "zh"]


def cell(text: str) -> str:
    """Text for one cell of a table."""
    return text.replace("|", "\\|").replace("\n\n", "<br>").replace("\n", " ").strip()


def whole_code(name: str, behind: str = ".") -> str:
    """A long name for a narrow column: it may be broken behind certain characters, its dots, and nowhere else."""
    return f'<code class="whole">{html.escape(name).replace(behind, behind + "<wbr>")}</code>'


def indented(text: str, by: int = 4) -> str:
    """The text with every line moved to the right."""
    return "\n".join(" " * by + line if line else "" for line in text.splitlines())
