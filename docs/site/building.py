"""Builds the site: writes both languages' pages, has Zensical build them, and adds what stands beside them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .configuration import configuration
from .extras import add_extras, copy_packaged
from .llms import write_indexes
from .making import MAKERS
from .markdown import joined_lines, page_text
from .navigation import Page, Section, sections
from .places import HERE, LANGUAGES, ROOT

_WITHOUT_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def build(site: Path, work: Path) -> None:
    """Build everything into a folder, anew.

    Args:
        site: Where the site goes; replaced.
        work: Folder inside the project for what is made on the way; replaced.
    """
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(site, ignore_errors=True)
    expanded = [Section(section.titles, tuple(_expand(section.pages))) for section in sections()]
    pages = [page for section in expanded for page in section.pages]
    for language in LANGUAGES:
        folder = work / language
        _write_pages(folder / "pages", language, pages)
        (folder / "zensical.toml").write_text(configuration(language, expanded), "utf-8")
        shutil.copytree(HERE / "theme", folder / "theme")
    # The languages are built side by side: most of it is one process's work.
    with ThreadPoolExecutor() as pool:
        list(pool.map(_run_zensical, [work / language for language in LANGUAGES]))
    for language in LANGUAGES:
        shutil.move(work / language / "out", site / language)
    add_extras(site)
    write_indexes(site, expanded, lambda language, path: (work / language / "pages" / f"{path}.md").read_text("utf-8"))


def _expand(pages: Sequence[Page]) -> Iterator[Page]:
    for page in pages:
        if page.path:
            yield page
        else:
            yield from MAKERS[page.maker].pages()


def _write_pages(folder: Path, language: str, pages: Sequence[Page]) -> None:
    places: Mapping[str, str] = {page.source: page.path for page in pages if page.source}
    for page in pages:
        file = folder / f"{page.path}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        if page.source:
            text = page_text(page.source, page.path, language, places)
        else:
            text = MAKERS[page.maker].text(page.path, language)
            text = joined_lines(text) if language == "zh" else text
        file.write_text(text, "utf-8")
    shutil.copytree(HERE / "assets", folder / "assets")
    copy_packaged("iframe-worker/shim/index.js", folder / "assets" / "iframe-worker.js")


def _run_zensical(folder: Path) -> None:
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", str(folder / "zensical.toml")]
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise SystemExit(f"{_WITHOUT_COLOUR.sub('', ended.stdout + ended.stderr)}\nThe site was not built.")
