"""The built site's HTML, taken apart."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass
class BuiltPage:
    """What a page offers and where it leads.

    Attributes:
        anchors: What a link can point at.
        links: Where its links lead, as they are written.
        navigation: Those of the links that stand in a navigation.
        loaded: What a browser loads for it: scripts, styles, images.
    """

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    navigation: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = BuiltPage()
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._depth += tag == "nav"
        if "id" in given:
            self.page.anchors.add(given["id"])
        if tag == "a" and "href" in given:
            self.page.links.append(given["href"])
            if self._depth:
                self.page.navigation.append(given["href"])
        if tag in {"script", "img", "iframe", "source"} and "src" in given:
            self.page.loaded.append(given["src"])
        if tag == "link" and given.get("rel") in {"stylesheet", "icon", "preload", "preconnect", "modulepreload"}:
            self.page.loaded.append(given["href"])

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "nav"


def read(file: Path) -> BuiltPage:
    """A page of the built site."""
    reader = _Reader()
    reader.feed(file.read_text("utf-8"))
    return reader.page


def target(page: Path, link: str) -> tuple[Path, str] | None:
    """The file and the anchor that a link leads to; None when it leads out of the site."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    return (file / "index.html" if file.is_dir() else file), unquote(parts.fragment)
