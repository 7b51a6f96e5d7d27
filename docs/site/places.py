"""Where things are, and which languages the site has."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
BUNDLES = ROOT / "generated" / "aihub_openapi"
NODE_MODULES = ROOT / ".ci" / "node" / "node_modules"

LANGUAGES = ("en", "zh")


def source_of(stem: str, language: str) -> Path:
    """The Markdown file of a page: `page.md` in English, `page.zh.md` in Chinese."""
    return ROOT / f"{stem}{'.zh' if language == 'zh' else ''}.md"
