"""What a lint rule is and what it reports."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from generator.lint.place import Place
from generator.lint.survey import Survey


@dataclass(frozen=True, order=True)
class Finding:
    """One mistake in the spec: where it stands, what is wrong and how to mend it."""

    path: str
    line: int
    code: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code} {self.message} Fix: {self.remedy}"


@dataclass(frozen=True)
class Remark:
    """What a rule noticed at a place; an empty remedy stands for the rule's own `mend`."""

    place: Place
    message: str
    remedy: str = ""


@dataclass(frozen=True)
class Rule:
    """A numbered rule: what it forbids, why, how to mend it, and the function that looks."""

    code: str
    title: str
    why: str
    mend: str
    check: Callable[[Survey], Iterable[Remark]]

    def findings(self, survey: Survey) -> Iterator[Finding]:
        """What this rule has against the surveyed spec, in no particular order."""
        root = survey.spec.root.name
        for remark in self.check(survey):
            path, line = remark.place.path, remark.place.line
            yield Finding(f"{root}/{path}", line, self.code, remark.message, remark.remedy or self.mend)


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy that suggests the known name most like `name`, or lists what is known."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"known are: {', '.join(names)}." if names else "remove it; nothing can be named here."
