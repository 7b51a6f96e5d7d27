"""Numbered rules that a spec must pass before anything is made from it.

`lint` runs all of `RULES`; each finding names file and line, the rule, and how to mend it.
"""

from __future__ import annotations

from generator.lint import (
    behaviours,
    coverage,
    deprecation,
    documentation,
    enums,
    environments,
    examples,
    keywords,
    naming,
    operations,
    readable,
    references,
    routes,
    sending,
    shapes,
    structure,
)
from generator.lint.rule import Finding, Rule
from generator.lint.survey import Survey
from generator.source import Spec

__all__ = ["RULES", "Finding", "Rule", "lint"]

RULES: tuple[Rule, ...] = (
    *structure.RULES,
    *documentation.RULES,
    *naming.RULES,
    *enums.RULES,
    *shapes.RULES,
    *readable.RULES,
    *keywords.RULES,
    *operations.RULES,
    *deprecation.RULES,
    *sending.RULES,
    *routes.RULES,
    *references.RULES,
    *examples.RULES,
    *coverage.RULES,
    *behaviours.RULES,
    *environments.RULES,
)


def lint(spec: Spec) -> list[Finding]:
    """Everything the rules have against `spec`, by file and line; empty when it is sound."""
    survey = Survey(spec)
    # The other rules may rely on lists and mappings being where they belong.
    misshapen = _findings(structure.RULES, survey)
    return misshapen or _findings(RULES, survey)


def _findings(rules: tuple[Rule, ...], survey: Survey) -> list[Finding]:
    return sorted({finding for rule in rules for finding in rule.findings(survey)})
