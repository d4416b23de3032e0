"""A page and a public file say the same figure: what is published is rounded once, as pages show it."""

from __future__ import annotations

import random
from dataclasses import replace
from math import exp, isclose

import pytest

from analysis.finding import Effect
from analysis.outcome import Outcome
from analysis.release.precision import cut, shown_of
from analysis.release.shown import significant
from analysis.verdict import bounds, judge
from dashboard import words

DRAWN = 1_500
DIFFERENCES = (
    Outcome("left", "Left", "proportion", margin=0.02),
    Outcome("strain", "Strain", "score", unit="points", margin=2.0),
)
RATIOS = (Outcome("searches", "Searches", "count", margin=1.25),)


def _drawn(outcome: Outcome, lots: random.Random) -> Effect:
    middle, half = lots.gauss(0, 1) * 10 ** lots.uniform(-3, 1), 10 ** lots.uniform(-3, 0.5)
    values = (middle, middle - half, middle + half)
    estimate, low, high = map(exp, values) if outcome.scale.is_ratio else values
    return Effect(estimate, low, high)


@pytest.mark.parametrize("outcome", [*DIFFERENCES, *RATIOS], ids=lambda outcome: outcome.kind)
@pytest.mark.parametrize("figures", [3, 4])
def test_an_effect_reads_the_same_in_full_and_cut(outcome: Outcome, figures: int) -> None:
    """But for ratios within a tenth of 1: these read with four figures, where a file may tell three."""
    lots = random.Random(20_261_122)
    scale = outcome.scale
    for effect in (_drawn(outcome, lots) for _ in range(DRAWN)):
        if scale.is_ratio and figures == 3 and all(abs(end - 1) < 0.1 for end in _ends(effect)):
            continue
        told = cut(effect, figures, shown_of(scale.name, outcome))
        assert words.effect_text(told, scale=scale, outcome=outcome) == words.effect_text(
            effect, scale=scale, outcome=outcome
        )


@pytest.mark.parametrize("outcome", [*DIFFERENCES, *RATIOS], ids=lambda outcome: outcome.kind)
@pytest.mark.parametrize("figures", [3, 4])
def test_no_figure_of_an_effect_has_more_digits_than_the_rule_allows(outcome: Outcome, figures: int) -> None:
    """Counted in decimal; an end that lies next to no effect or to the margin tells no digit of its own."""
    lots = random.Random(11)
    for effect in (_drawn(outcome, lots) for _ in range(DRAWN)):
        for told in _ends(cut(effect, figures, shown_of(outcome.scale.name, outcome))):
            own = f"{told:.12g}".replace(".", "").lstrip("-0").partition("e")[0].rstrip("0")
            assert len(own) <= figures or any(isclose(told, mark, rel_tol=1e-12) for mark in _marks(outcome))


@pytest.mark.parametrize("outcome", [*DIFFERENCES, *RATIOS], ids=lambda outcome: outcome.kind)
def test_an_end_near_a_mark_stays_on_its_side_of_it_and_is_read_so(outcome: Outcome) -> None:
    scale, lots = outcome.scale, random.Random(4)
    for mark in _marks(outcome):
        for _ in range(DRAWN // 10):
            end = mark + lots.choice((-1, 1)) * 10 ** lots.uniform(-9, -5)
            other = end + 10 ** lots.uniform(-2, 0.5)
            effect = Effect((end + other) / 2, end, other)
            told = cut(effect, 3, shown_of(scale.name, outcome))
            text = words.effect_text(told, scale=scale, outcome=outcome)
            assert (told.low > mark, told.low < mark) == (end > mark, end < mark)
            assert ("just above" in text, "just below" in text) == (end > mark, end < mark)


def _ends(effect: Effect) -> tuple[float, ...]:
    return tuple(end for end in (effect.estimate, effect.low, effect.high) if end is not None)


def _marks(outcome: Outcome) -> tuple[float, ...]:
    at = bounds(outcome)
    return tuple(mark for mark in (at.null, at.worse, at.better) if mark is not None)


@pytest.mark.parametrize("outcome", [*DIFFERENCES, *RATIOS], ids=lambda outcome: outcome.kind)
def test_what_is_published_gives_the_same_verdict(outcome: Outcome) -> None:
    lots = random.Random(7)
    for effect in (_drawn(outcome, lots) for _ in range(DRAWN)):
        assert judge(outcome, cut(effect, 3, shown_of(outcome.scale.name, outcome))) == judge(outcome, effect)


def test_an_end_is_never_shown_on_no_effect_or_on_the_margin() -> None:
    searches, left = RATIOS[0], DIFFERENCES[0]
    text = words.effect_text(Effect(1.2, 1.0004, 1.44), scale=searches.scale, outcome=searches)
    assert text.startswith("1.20 (just above 1.00 to 1.44)")
    text = words.effect_text(Effect(0.0112, 0.0024, 0.01998), scale=left.scale, outcome=left)
    assert text.startswith("1.12 (0.24 to just below 2.00)")
    unmarked = replace(left, margin=None)
    assert words.effect_text(Effect(0.0112, 0.0024, 0.01998), scale=left.scale, outcome=unmarked).startswith(
        "1.12 (0.24 to 2.00)"
    )


def test_a_p_value_reads_the_same_in_full_and_with_two_figures() -> None:
    lots = random.Random(3)
    for _ in range(DRAWN):
        p_value = lots.random() ** lots.choice((1, 4))
        assert words.p_text(significant(p_value, 2)) == words.p_text(p_value)
    assert words.p_text(0.9949) == words.p_text(0.99)
    assert words.p_text(0.000996) == words.p_text(0.001)
