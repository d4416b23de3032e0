"""Effects of several studies are pooled as metafor pools them, and only where that is honest and allowed."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log, sqrt
from typing import Any

import pytest

from analysis.across import Reason, Shared, pooled, why_not
from analysis.finding import Effect
from analysis.outcome import Outcome

# metafor 3.8.1: rma(yi, vi, method="REML", test="knha") on these three; its t on k - 2 for the prediction
EFFECTS = ((-0.21, 0.012), (-0.35, 0.02), (0.04, 0.009))
ESTIMATE, LOW, HIGH = -0.156635263848913, -0.647251325184324, 0.333980797486497
AHEAD = (-2.67635170926874, 2.36308118157091)
MEAN = Outcome("time", "Time", "mean")
COUNT = Outcome("searches", "Searches", "count")


def three(*, ratio: bool = False) -> list[Shared]:
    """Three studies of one company with the reference's effects; on a ratio scale their exponentials."""
    return [
        Shared(
            label=f"study {place}",
            company="platform-a",
            effect=Effect(exp(y) if ratio else y, None, None, se=sqrt(v)),
            least=100,
            most=100,
            control=f"{place}/none",
            randomised=True,
            kind="observed",
        )
        for place, (y, v) in enumerate(EFFECTS)
    ]


def of_companies(*sizes: tuple[str, int]) -> list[Shared]:
    """One study for each size, whose company holds so many people there."""
    return [
        replace(
            three()[place % 3],
            company=company,
            least=n,
            most=n,
            control=f"{place}/none",
            effect=Effect(0.1 * place, None, None, se=0.1),
        )
        for place, (company, n) in enumerate(sizes)
    ]


def test_the_pooled_effect_is_that_of_metafor() -> None:
    found = pooled(MEAN, three())
    assert found.effect.estimate == pytest.approx(ESTIMATE, rel=1e-5)
    assert (found.effect.low, found.effect.high) == pytest.approx((LOW, HIGH), rel=1e-5)
    ahead = [found.estimate.parameters[f"prediction_{end}"] for end in ("low", "high")]
    assert ahead == pytest.approx(AHEAD, rel=1e-5)
    assert found.verdict == "inconclusive"


def test_ratios_are_pooled_on_their_logarithms() -> None:
    found = pooled(COUNT, three(ratio=True))
    assert found.effect.estimate == pytest.approx(exp(ESTIMATE), rel=1e-5)
    assert (found.effect.low, found.effect.high) == pytest.approx((exp(LOW), exp(HIGH)), rel=1e-5)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"randomised": False}, "designs"),
        ({"kind": "simulated"}, "data"),
        ({"effect": Effect(-0.2, None, None)}, "no_se"),
        ({"control": "1/none"}, "few"),
    ],
)
def test_one_study_that_is_unlike_the_others_stands_against_pooling(
    change: dict[str, Any], reason: Reason | None
) -> None:
    first, *others = three()
    assert why_not([replace(first, **change), *others]) == reason


def test_two_effects_against_one_control_group_are_not_pooled() -> None:
    studies = three()
    assert why_not([*studies, replace(studies[0], label="another arm")]) == "shared_control"
    assert why_not(studies[:2]) == "few"


def test_one_and_the_same_effect_has_no_spread_to_judge_by() -> None:
    studies = three()
    assert why_not([replace(study, effect=studies[0].effect) for study in studies]) == "alike"


@pytest.mark.parametrize(
    ("sizes", "reason"),
    [
        ((("a", 100), ("a", 100), ("a", 100)), None),
        ((("a", 100), ("b", 100), ("b", 100)), "companies"),
        ((("a", 100), ("b", 100), ("c", 100)), None),
        ((("a", 34), ("b", 33), ("c", 33)), None),
        ((("a", 45), ("b", 23), ("c", 32)), "companies"),  # the two largest hold 77 of 100
        ((("a", 50), ("b", 17), ("c", 17), ("d", 16)), None),
        ((("a", 51), ("b", 16), ("c", 16), ("d", 17)), "companies"),  # one holds 51 of 100
        ((("a", 26), ("a", 24), ("b", 17), ("c", 17), ("d", 16)), None),
        ((("a", 26), ("a", 25), ("b", 16), ("c", 16), ("d", 17)), "companies"),
    ],
)
def test_no_company_dominates_what_is_pooled(
    sizes: tuple[tuple[str, int], ...], reason: Reason | None
) -> None:
    assert why_not(of_companies(*sizes)) == reason


def test_companies_that_agreed_in_writing_may_be_pooled_and_one_that_did_not_may_not() -> None:
    studies = of_companies(("a", 900), ("b", 50), ("c", 50))
    assert why_not(studies, consents=("a", "b", "c")) is None
    assert why_not(studies, consents=("a", "b")) == "companies"


def test_a_number_known_within_bounds_counts_as_the_worst_for_the_rule() -> None:
    fair = of_companies(("a", 100), ("b", 100), ("c", 100), ("d", 100))
    assert why_not([replace(fair[0], least=100, most=109), *fair[1:]]) is None
    assert why_not([replace(fair[0], least=100, most=301), *fair[1:]]) == "companies"
    assert why_not([replace(fair[0], most=None), *fair[1:]]) == "unknown_sizes"


def test_where_nobody_is_counted_the_weight_of_an_effect_counts() -> None:
    uncounted = [
        replace(study, least=0, most=0, company=company)
        for study, company in zip(three(), "abc", strict=True)
    ]
    weights = [1 / v for _, v in EFFECTS]
    assert (weights[0] + weights[2]) / sum(weights) > 0.67
    assert why_not(uncounted) == "companies"
    alike = [replace(s, effect=replace(s.effect, se=0.1)) for s in uncounted]
    assert why_not(alike) is None


@pytest.mark.parametrize("outcome", [MEAN, COUNT])
def test_studies_that_lie_close_together_do_not_know_more_than_all_their_people(outcome: Outcome) -> None:
    values, se, t_2 = (0.100, 0.101, 0.102), 0.1, 4.302652729749464  # Student's 97.5 % quantile on 2
    ratio = outcome is COUNT
    close = [
        replace(study, effect=Effect(exp(y) if ratio else y, None, None, se=se))
        for study, y in zip(three(), values, strict=True)
    ]
    found = pooled(outcome, close).effect
    half = t_2 * se / sqrt(3)
    told = [log(end) if ratio else end for end in (found.low or 0, found.high or 0)]
    assert told == pytest.approx([0.101 - half, 0.101 + half], rel=1e-9)
    assert pooled(outcome, close).verdict == "inconclusive"
