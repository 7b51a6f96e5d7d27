"""What Zensical is told for one language."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from .navigation import Section

_FEATURES = (
    "navigation.sections",
    "navigation.tabs",
    "navigation.footer",
    "navigation.top",
    "toc.follow",
    "search.highlight",
    "content.code.copy",
    "content.tabs.link",
)
_NAMES = {"en": "AIHub SDK", "zh": "AIHub SDK"}
_DESCRIPTIONS = {
    "en": "The AIHub platform from Python, from the command line and over HTTP.",
    "zh": "用 Python、命令行和 HTTP 调用 AIHub 平台。",
}
_TO_DARK = {"en": "Switch to dark mode", "zh": "切换到深色模式"}
_TO_LIGHT = {"en": "Switch to light mode", "zh": "切换到浅色模式"}


def configuration(language: str, navigation: Sequence[Section]) -> str:
    """The `zensical.toml` of a language."""
    project: dict[str, Any] = {
        "site_name": _NAMES[language],
        "site_description": _DESCRIPTIONS[language],
        "docs_dir": "pages",
        "site_dir": "out",
        "use_directory_urls": False,
        "extra_css": ["assets/site.css"],
        "extra_javascript": ["assets/site.js"],
        "nav": [
            {section.titles[language]: [{page.titles[language]: f"{page.path}.md"} for page in section.pages]}
            for section in navigation
        ],
    }
    tables: dict[str, Any] = {
        "theme": {
            "language": language,
            "variant": "modern",
            "custom_dir": "theme",
            "font": False,
            "features": list(_FEATURES),
            "palette": [
                _palette("(prefers-color-scheme: light)", "default", "lucide/sun", _TO_DARK[language]),
                _palette("(prefers-color-scheme: dark)", "slate", "lucide/moon", _TO_LIGHT[language]),
            ],
        },
        "extra": {
            "generator": False,
            # What a reader chooses (light or dark) counts in both languages and on the interactive pages.
            "scope": "/",
            # Lets the search work when the pages are opened from the disk; named here, it is not fetched elsewhere.
            "polyfills": ["assets/iframe-worker.js"],
            "alternate": [
                {"name": "English", "link": "../en/", "lang": "en"},
                {"name": "中文", "link": "../zh/", "lang": "zh"},
            ],
        },
        "markdown_extensions": _MARKDOWN,
        "plugins": {
            "search": {},
            "offline": {},
            "mkdocstrings": {"handlers": {"python": {"paths": ["overlays", "generated"], "options": _PYTHON}}},
        },
    }
    return (
        "[project]\n"
        + _rows(project)
        + "".join(f"\n[project.{name}]\n{_rows(table)}" for name, table in tables.items())
    )


_MARKDOWN = {
    "admonition": {},
    "attr_list": {},
    "md_in_html": {},
    # A list begins with the number that it is given: readings are referred to by theirs.
    "sane_lists": {},
    # Anchors keep Chinese words; the usual ones would drop them.
    "toc": {"permalink": True, "slugify": {"object": "pymdownx.slugs.slugify", "kwds": {"case": "lower"}}},
    "pymdownx.details": {},
    "pymdownx.highlight": {"pygments_lang_class": True},
    "pymdownx.inlinehilite": {},
    # A class of our own: the theme would fetch its renderer for `mermaid` from the network.
    "pymdownx.superfences": {
        "custom_fences": [{"name": "mermaid", "class": "diagram", "format": "pymdownx.superfences.fence_code_format"}]
    },
    "pymdownx.tabbed": {"alternate_style": True},
}
_PYTHON = {
    "docstring_style": "google",
    "docstring_section_style": "list",
    "show_source": False,
    "show_root_heading": True,
    "show_root_full_path": False,
    "show_symbol_type_heading": True,
    "show_symbol_type_toc": True,
    "show_signature_annotations": True,
    "separate_signature": True,
    "signature_crossrefs": True,
    "merge_init_into_class": True,
    "inherited_members": True,
    "members_order": "source",
    "heading_level": 2,
    "filters": ["!^_"],
}


def _palette(media: str, scheme: str, icon: str, name: str) -> dict[str, Any]:
    return {"media": media, "scheme": scheme, "toggle": {"icon": icon, "name": name}}


def _rows(table: dict[str, Any]) -> str:
    return "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
