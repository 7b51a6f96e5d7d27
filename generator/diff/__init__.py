"""What a change of the spec means for users of this SDK: every difference, named, graded and located.

`read_edition` reads one side, `compare` finds the differences, `advice` says which version comes next.
"""

from __future__ import annotations

from generator.diff.catalogue import ADDITIVE, BREAKING, EDITORIAL, GRADES, Rule, rules
from generator.diff.comparison import compare
from generator.diff.difference import Difference, Location
from generator.diff.edition import Edition
from generator.diff.loading import UnknownEdition, extract, read_edition
from generator.diff.versions import next_version, step

__all__ = [
    "ADDITIVE",
    "BREAKING",
    "EDITORIAL",
    "GRADES",
    "Difference",
    "Edition",
    "Location",
    "Rule",
    "UnknownEdition",
    "compare",
    "extract",
    "next_version",
    "read_edition",
    "rules",
    "step",
]
