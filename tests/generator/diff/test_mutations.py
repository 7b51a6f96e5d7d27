"""Each single mutation of the spec is named by its rule and class, at its file and line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from generator.diff import GRADES, Edition, compare, read_edition, rules
from tests.generator.diff.mutating import Case, cases, mutate

_CASES = cases()


def _marks(number: int) -> tuple[pytest.MarkDecorator, ...]:
    """Each case reads the whole spec, and all of them take most of a minute: every fifth runs with the quick tests."""
    return () if number % 5 == 0 else (pytest.mark.slow,)


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case["name"], marks=_marks(number)) for number, case in enumerate(_CASES)]
)
def test_a_mutation_is_named_graded_and_located(case: Case, spec: Path, present: Edition) -> None:
    mutate(spec, case)
    differences = compare(present, read_edition(str(spec), spec.parent))

    named = [one for one in differences if (one.rule, one.subject) == (case["rule"], case["subject"])]
    assert [one.grade for one in named] == [case["class"]] * len(named) != []
    # Nothing that the mutation entails is worse than the mutation.
    assert differences[0].grade == case["class"]
    assert "unknown-change" not in {one.rule for one in differences} - {case["rule"]}
    root = spec.parent if named[0].new else present.spec.root.parent
    line = (root / named[0].place.file).read_text(encoding="utf-8").splitlines()[named[0].place.line - 1]
    assert case["line"] in line


def test_the_spec_does_not_differ_from_itself(present: Edition, spec: Path) -> None:
    assert compare(present, read_edition(str(spec), spec.parent)) == []


def test_there_are_more_than_forty_mutations_of_every_class_and_each_has_a_name() -> None:
    assert len(_CASES) > 40
    assert Counter(case["name"] for case in _CASES).most_common(1)[0][1] == 1
    assert {case["class"] for case in _CASES} == set(GRADES)
    assert {case["rule"] for case in _CASES} <= rules().keys()


def test_an_edit_undone_is_told_the_other_way_round(spec: Path, present: Edition) -> None:
    """A field that comes is additive; the same field going is breaking."""
    case = next(case for case in _CASES if case["rule"] == "response-field-added")
    mutate(spec, case)
    back = compare(read_edition(str(spec), spec.parent), present)
    assert [(one.rule, one.subject) for one in back if one.grade != "editorial"] == [
        ("response-field-removed", case["subject"])
    ]
    assert back[0].old is not None
    assert back[0].new is None
