"""Nothing about where the project was made is published: no registry, no machine, no watermark."""

import hashlib
import re

import pytest

from tests.architecture.project_files import project_files, text_of

# Each pattern is written so that it does not match itself.
FORBIDDEN = {
    "a package registry": re.compile(
        r"p[y]pi\.org|p[y]thonhosted|n[p]mjs\.|d[e]b\.debian|/s[i]mple/?[\"' ]", re.IGNORECASE
    ),
    "a path of one machine": re.compile(r"(?<![\w./}-])/(?:wor[k]|roo[t]|tm[p]|far[m])/"),
}
# The document's watermark, as digests: a six-digit number and a two-character name.
WATERMARK = {"640f539688432b330f1a10a91f2bb690", "c7e6bd015c741721da4813b51453b904"}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def candidates(text: str) -> set[str]:
    """Every run of six digits and every pair of Chinese characters in a text."""
    numbers = re.findall(r"(?<!\d)\d{6}(?!\d)", text)
    pairs = re.findall(r"(?=([\u4e00-\u9fff]{2}))", text)
    return {*numbers, *pairs}


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_no_file_names(kind: str) -> None:
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for name in project_files()
        for text in [text_of(name)]
        for match in FORBIDDEN[kind].finditer(text)
    ]

    assert found == []


def test_no_file_carries_the_documents_watermark() -> None:
    found = [name for name in project_files() if WATERMARK & {digest(part) for part in candidates(text_of(name))}]

    assert found == []
