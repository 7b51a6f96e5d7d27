"""What makes the pages whose text stands in no file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from . import command_pages, decision_pages, error_pages, python_pages, rest_pages, setting_pages, state_pages
from .navigation import Page


def _no_pages() -> Iterable[Page]:
    return ()


class Maker(NamedTuple):
    """One maker.

    Attributes:
        text: The Markdown of a page, by its place and language.
        pages: The pages that the maker adds to the navigation.
    """

    text: Callable[[str, str], str]
    pages: Callable[[], Iterable[Page]] = _no_pages


MAKERS = {
    "commands": Maker(command_pages.text),
    "decisions": Maker(decision_pages.text, decision_pages.pages),
    "errors": Maker(error_pages.text),
    "python_modules": Maker(python_pages.text, python_pages.pages),
    "python_overview": Maker(python_pages.overview),
    "rest_overview": Maker(rest_pages.overview),
    "rest_services": Maker(rest_pages.text, rest_pages.pages),
    "settings": Maker(setting_pages.text),
    "states": Maker(state_pages.text),
}
