"""Verdicts follow from the interval, the direction and the margin alone."""

from __future__ import annotations

import pytest

from analysis.effects import normal_ratio
from analysis.finding import Effect
from analysis.outcome import Outcome
from analysis.refusal import Refusal
from analysis.verdict import bounds, judge


def outcome(role="primary", better="lower", margin=None, kind="proportion"):
    return Outcome("entered", "Tried to enter", kind, role, better, margin)


def interval(low, high):
    return Effect(0.0 if low is None or high is None else (low + high) / 2, low, high)


@pytest.mark.parametrize(
    ("low", "high", "better", "margin", "expected"),
    [
        (-0.30, -0.10, "lower", None, "benefit"),
        (0.10, 0.30, "lower", None, "harm"),
        (0.10, 0.30, "higher", None, "benefit"),
        (-0.30, -0.10, "higher", None, "harm"),
        (-0.10, 0.10, "lower", None, "inconclusive"),
        (-0.10, 0.00, "lower", None, "inconclusive"),  # touching no effect is not beyond it
        (-0.02, 0.03, "lower", 0.05, "equivalent"),
        (-0.08, 0.03, "lower", 0.05, "non_inferior"),
        (-0.03, 0.08, "higher", 0.05, "non_inferior"),
        (-0.08, 0.03, "higher", 0.05, "inconclusive"),
        (0.01, 0.03, "lower", 0.05, "harm"),  # harm comes first, although inside the margin
    ],
)
def test_an_ordinary_outcome_gets_the_first_verdict_that_holds(low, high, better, margin, expected):
    assert judge(outcome(better=better, margin=margin), interval(low, high)) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-0.09, -0.06, "harm"),
        (-0.04, -0.01, "non_inferior"),  # worse than no effect but inside the margin
        (-0.04, 0.04, "non_inferior"),
        (-0.08, 0.01, "inconclusive"),
        (-0.06, -0.04, "inconclusive"),
        (0.01, 0.04, "benefit"),
    ],
)
def test_a_guardrail_is_judged_against_its_margin(low, high, expected):
    assert judge(outcome("guardrail", "higher", 0.05), interval(low, high)) == expected


def test_a_finding_that_fails_its_family_is_neither_benefit_nor_harm():
    assert judge(outcome(), interval(-0.3, -0.1), significant=False) == "inconclusive"
    assert judge(outcome(), interval(0.1, 0.3), significant=False) == "inconclusive"
    assert judge(outcome(margin=0.5), interval(-0.3, -0.1), significant=False) == "equivalent"


def test_a_guardrail_does_not_depend_on_a_family():
    assert judge(outcome("guardrail", "higher", 0.05), interval(0.01, 0.04), significant=False) == "benefit"


def test_an_open_end_of_an_interval_reaches_past_everything():
    assert judge(outcome(margin=0.1), interval(None, -0.1)) == "benefit"
    assert judge(outcome(margin=0.1), interval(-0.1, None)) == "inconclusive"
    assert judge(outcome("guardrail", "higher", 0.1), interval(None, -0.2)) == "harm"


@pytest.mark.parametrize(("margin", "factor"), [(1.25, 1.25), (0.1, 1.1), (0.8, 1.25), (0.5, 1.5)])
def test_a_ratio_margin_below_one_is_read_the_stricter_way(margin, factor):
    at = bounds(outcome(margin=margin, kind="count"))
    assert at.worse == pytest.approx(factor)
    assert at.better == pytest.approx(1 / factor)


def test_a_ratio_is_judged_against_one():
    assert judge(outcome(kind="count"), interval(0.7, 0.9)) == "benefit"
    assert judge(outcome(kind="count", better="higher"), interval(0.7, 0.9)) == "harm"
    assert judge(outcome("guardrail", "higher", 1.25, "count"), interval(0.85, 0.95)) == "non_inferior"


def test_a_ratio_beyond_all_numbers_is_refused():
    with pytest.raises(Refusal, match="too far from 1"):
        normal_ratio(800.0, 1.0, level=0.95)
