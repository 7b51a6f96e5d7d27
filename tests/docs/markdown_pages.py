"""The project's Markdown pages, taken apart."""

import ast
import re
from dataclasses import dataclass

from tests.architecture.project_files import project_files, text_of


@dataclass(frozen=True)
class Block:
    """A fenced code block: where it starts, its language, and its text."""

    page: str
    line: int
    language: str
    text: str


def pages() -> tuple[str, ...]:
    """Every Markdown page of the project."""
    return tuple(name for name in project_files() if name.endswith(".md"))


def blocks(page: str) -> list[Block]:
    """The fenced code blocks of a page, in order."""
    text = text_of(page)
    fences = re.finditer(r"^```(\w*)[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(page, text.count("\n", 0, f.start()) + 1, f.group(1), f.group(2)) for f in fences]


def anchors(page: str) -> set[str]:
    """The link targets that a page's headings make."""
    headings = re.findall(r"^#+\s+(.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def without_texts(program: Block) -> str:
    """What a program does; its comments, and its texts, which may be in either language, left out."""
    tree = ast.parse(program.text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)
