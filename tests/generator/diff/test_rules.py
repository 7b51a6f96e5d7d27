"""The table of rules is complete, and says the same in both languages."""

from __future__ import annotations

import re

import pytest

from generator.diff import BREAKING, GRADES, Rule, rules


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
def test_a_rule_has_a_class_and_says_the_same_in_both_languages(rule: Rule) -> None:
    assert rule.grade in GRADES
    assert re.search(r"[一-鿿]", rule.zh)
    assert not re.search(r"[一-鿿]", rule.en + rule.todo)
    assert sorted(set(re.findall(r"{\w+}", rule.en))) == sorted(set(re.findall(r"{\w+}", rule.zh)))
    assert sorted(set(re.findall(r"{\w+}", rule.todo))) == sorted(set(re.findall(r"{\w+}", rule.todo_zh)))
    assert (rule.en[-1], rule.zh[-1]) == (".", "。")


@pytest.mark.parametrize("rule", [one for one in rules().values() if one.grade == BREAKING], ids=lambda one: one.id)
def test_a_breaking_rule_says_what_to_do(rule: Rule) -> None:
    assert rule.todo.endswith(".")
    assert rule.todo_zh.endswith("。")


def test_a_rule_for_one_way_has_its_counterpart_for_the_other() -> None:
    one_way = {"field-added", "field-added-required", "field-added-optional", "field-added-conditional"}
    one_way |= {"body-added-required", "body-added-optional", "body-removed", "body-required", "body-optional"}
    one_way |= {"removed", "status-changed", "header-added", "header-removed", "header-changed"}
    ways = {
        way: {name.removeprefix(f"{way}-") for name in rules() if name.startswith(f"{way}-")}
        for way in ("request", "response")
    }
    assert (ways["request"] ^ ways["response"]) - one_way == set()
