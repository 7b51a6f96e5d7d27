"""Holding the changes and the declared versions against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from generator.diff.catalogue import ADDITIVE, BREAKING
from generator.diff.versions import STEPS, next_version, step, taken
from generator.release.baseline import Declared
from generator.release.python_api import ApiChange

_GENERATED = ("aihub_api.", "aihub_models.")


@dataclass(frozen=True)
class Verdict:
    """What a release check came to: lines to read, and what is wrong, each with its remedy."""

    lines: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Version:
    what: str
    base: str
    now: str
    files: str


def agreement(now: Declared) -> list[str]:
    """What is wrong with the declared versions by themselves."""
    if now.sdk == now.module:
        return []
    said = f"pyproject.toml declares {now.sdk}, overlays/aihub_sdk/_version.py {now.module}."
    return [f"{said} Fix: write the same version into both."]


def judge(base: Declared, now: Declared, spec_grades: Sequence[str], api: Sequence[ApiChange]) -> Verdict:
    """Whether the spec's version and the SDK's moved as far as their changes ask for."""
    verdict = Verdict(problems=agreement(now))
    _held(verdict, _Version("spec", base.spec, now.spec, "spec/aihub.yaml"), step(spec_grades, base.spec))
    # What breaks on the wire breaks users of the SDK, whatever the Python API looks like.
    grades = [*spec_grades, *(change.grade for change in api)]
    files = "pyproject.toml and overlays/aihub_sdk/_version.py"
    _held(verdict, _Version("SDK", base.sdk, now.sdk, files), step(grades, base.sdk))
    _cross_check(verdict, spec_grades, api)
    return verdict


def _held(verdict: Verdict, version: _Version, needed: str) -> None:
    what, base, now = version.what, version.base, version.now
    proposed, went = next_version(base, needed), taken(base, now)
    verdict.lines.append(f"{what}: {base} at the base, {now} declared; the changes ask for {needed} ({proposed}).")
    if STEPS.index(went) < STEPS.index(needed):
        verdict.problems.append(
            f"the {what}'s version moved from {base} to {now}, the changes ask for {proposed}. "
            f"Fix: declare {proposed} in {version.files}."
        )


def _cross_check(verdict: Verdict, spec_grades: Sequence[str], api: Sequence[ApiChange]) -> None:
    """Where one side sees what the other does not, and what that means."""
    generated = [change for change in api if change.grade == BREAKING and change.name.startswith(_GENERATED)]
    is_spec_breaking = BREAKING in spec_grades
    if generated and not is_spec_breaking:
        verdict.lines.append(
            f"{len(generated)} breaking changes of generated code come from the generator: no change of the spec is."
        )
    if is_spec_breaking and not any(change.grade in (BREAKING, ADDITIVE) for change in api):
        verdict.lines.append("The spec breaks users on the wire only; the Python API is as it was.")
