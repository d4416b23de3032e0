"""Two proportions: published examples, other software, brute force, and the edges where cells are empty."""

from __future__ import annotations

from itertools import product
from time import process_time

import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.stats.proportion import confint_proportions_2indep

from analysis.chance.hypergeometric import conditional_odds_ratio, exact_p, table
from analysis.figures.proportions import (
    Pair,
    newcombe_interval,
    odds_ratio_log,
    pearson,
    restricted_by_difference,
    score_interval_difference,
    score_interval_ratio,
    score_z_difference,
    wilson,
)

NEWCOMBE_1998 = Pair(56, 70, 48, 80)
TRACED = Pair(40, 81, 27, 100)  # Prichard et al. 2022, counts from the published odds ratios
ILLEGAL = Pair(52, 99, 27, 100)


def test_newcombes_first_example_gives_his_printed_intervals() -> None:
    # Newcombe 1998, Statistics in Medicine 17:873, table II (a): methods 5 (Mee, here with N / (N - 1)) and 10
    assert newcombe_interval(NEWCOMBE_1998, level=0.95) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert score_interval_difference(NEWCOMBE_1998, level=0.95) == pytest.approx((0.0528, 0.3382), abs=5e-5)


@pytest.mark.parametrize(
    ("pair", "odds_ratio", "interval", "chi_square", "newcombe"),
    [
        (TRACED, 2.6378, (1.4187, 4.9043), 9.6163, (0.0819, 0.3556)),
        (ILLEGAL, 2.9913, (1.6548, 5.4073), 13.5400, (0.1196, 0.3782)),
    ],
)
def test_the_honeypot_trial_gives_its_published_odds_ratios(
    pair: Pair,
    odds_ratio: float,
    interval: tuple[float, float],
    chi_square: float,
    newcombe: tuple[float, float],
) -> None:
    log_odds, se = odds_ratio_log(pair)
    ends = np.exp([log_odds - 1.959964 * se, log_odds + 1.959964 * se])
    assert np.exp(log_odds) == pytest.approx(odds_ratio, abs=5e-5)
    assert ends == pytest.approx(interval, abs=5e-5)
    assert pearson(pair)[0] == pytest.approx(chi_square, abs=5e-5)
    assert newcombe_interval(pair, level=0.95) == pytest.approx(newcombe, abs=5e-5)


def test_counting_those_who_clicked_instead_of_those_who_stayed_away_inverts_the_odds_ratio() -> None:
    clicked = Pair(ILLEGAL.n1 - ILLEGAL.x1, ILLEGAL.n1, ILLEGAL.n0 - ILLEGAL.x0, ILLEGAL.n0)
    assert np.exp(odds_ratio_log(clicked)[0]) == pytest.approx(0.3343, abs=5e-5)


@pytest.mark.parametrize("difference", [-0.6, -0.2, 0.0, 0.05, 0.4])
@pytest.mark.parametrize("pair", [NEWCOMBE_1998, TRACED, Pair(0, 30, 3, 40), Pair(30, 30, 20, 40)])
def test_the_closed_form_finds_the_restricted_maximum(pair: Pair, difference: float) -> None:
    def minus_log_likelihood(p0: float) -> float:
        p1 = p0 + difference
        terms = stats.binom.logpmf([pair.x1, pair.x0], [pair.n1, pair.n0], [p1, p0])
        return -float(terms.sum())

    low, high = max(0.0, -difference), min(1.0, 1.0 - difference)
    best = optimize.minimize_scalar(
        minus_log_likelihood, bounds=(low, high), method="bounded", options={"xatol": 1e-10}
    )
    assert restricted_by_difference(pair, difference) == pytest.approx(best.x, abs=2e-5)


def test_the_ends_of_the_score_interval_are_just_not_rejected() -> None:
    for pair in (NEWCOMBE_1998, TRACED, Pair(7, 1200, 0, 1180), Pair(0, 20, 0, 25)):
        low, high = score_interval_difference(pair, level=0.95)
        assert abs(score_z_difference(pair, low)) == pytest.approx(1.959964, abs=1e-5)
        assert abs(score_z_difference(pair, high)) == pytest.approx(1.959964, abs=1e-5)


@pytest.mark.parametrize(
    "pair", [NEWCOMBE_1998, TRACED, Pair(3, 200, 9, 150), Pair(1, 5000, 4, 2500), Pair(70, 70, 48, 80)]
)
def test_the_ratio_interval_agrees_with_statsmodels(pair: Pair) -> None:
    theirs = confint_proportions_2indep(
        pair.x1, pair.n1, pair.x0, pair.n0, method="score", compare="ratio", alpha=0.05
    )
    assert score_interval_ratio(pair, level=0.95) == pytest.approx(theirs, rel=1e-8)


def test_swapping_the_arms_turns_the_intervals_round() -> None:
    for pair in (TRACED, Pair(1, 40, 9, 35), Pair(0, 10, 4, 12)):
        swapped = Pair(pair.x0, pair.n0, pair.x1, pair.n1)
        low, high = score_interval_difference(pair, level=0.9)
        assert score_interval_difference(swapped, level=0.9) == pytest.approx((-high, -low), abs=1e-9)
    low, high = score_interval_ratio(TRACED, level=0.9)
    turned = score_interval_ratio(Pair(27, 100, 40, 81), level=0.9)
    assert turned == pytest.approx((1 / high, 1 / low), rel=1e-8)


def test_the_ratio_interval_starts_at_nothing_where_the_treatment_arm_has_no_event() -> None:
    pair = Pair(0, 40, 9, 35)
    low, high = score_interval_ratio(pair, level=0.95)
    theirs = confint_proportions_2indep(0, 40, 9, 35, method="score", compare="ratio", alpha=0.05)
    assert low == 0.0
    assert high == pytest.approx(theirs[1], rel=1e-6)


def test_the_score_interval_holds_its_level_for_rare_events() -> None:
    # By enumeration: n = 200 an arm, p = 0.01 in both; published coverage 96.0 %, rounded
    n, p, covered = 200, 0.01, 0.0
    chances = stats.binom.pmf(range(16), n, p)
    for x1, x0 in product(range(16), repeat=2):
        low, high = score_interval_difference(Pair(x1, n, x0, n), level=0.95)
        covered += chances[x1] * chances[x0] * (low <= 0 <= high)
    assert covered == pytest.approx(0.960, abs=5e-4)


def test_wilson_stays_inside_zero_and_one() -> None:
    assert wilson(0, 25, level=0.95)[0] == 0.0
    assert wilson(25, 25, level=0.95)[1] == 1.0


def test_fishers_p_is_that_of_scipy_on_many_tables() -> None:
    for x1, x0 in product(range(0, 13, 3), range(0, 16, 2)):
        ours = exact_p(table(Pair(x1, 12, x0, 15)))
        theirs = stats.fisher_exact([[x1, 12 - x1], [x0, 15 - x0]]).pvalue
        assert ours == pytest.approx(theirs, rel=1e-9)


def test_the_exact_interval_leaves_the_tails_it_should() -> None:
    pair = Pair(9, 12, 4, 15)
    possible = table(pair)
    estimate, low, high = conditional_odds_ratio(possible, level=0.95)
    assert estimate is not None
    assert high is not None
    # R's search stops early, hence the tolerance; scipy's own distribution is the judge
    tails = (
        stats.nchypergeom_fisher(27, 13, 12, low).sf(8),
        stats.nchypergeom_fisher(27, 13, 12, high).cdf(9),
    )
    assert tails == pytest.approx((0.025, 0.025), rel=5e-3)
    assert stats.nchypergeom_fisher(27, 13, 12, estimate).mean() == pytest.approx(9, rel=1e-4)


def test_an_odds_ratio_beyond_a_hundred_is_found_to_the_last_digit() -> None:
    _, _, high = conditional_odds_ratio(table(Pair(11, 12, 1, 15)), level=0.95)
    assert high is not None
    assert high > 100
    assert stats.nchypergeom_fisher(27, 12, 12, high).cdf(11) == pytest.approx(0.025, rel=1e-9)


def test_swapping_the_arms_inverts_the_exact_odds_ratio() -> None:
    straight = conditional_odds_ratio(table(TRACED), level=0.95)
    turned = conditional_odds_ratio(table(Pair(27, 100, 40, 81)), level=0.95)
    assert [1 / figure for figure in turned if figure] == pytest.approx(
        [straight[0], straight[2], straight[1]], rel=1e-9
    )


def test_an_odds_ratio_at_the_edge_of_its_table_is_open_there() -> None:
    assert conditional_odds_ratio(table(Pair(5, 5, 0, 5)), level=0.95)[::2] == (None, None)
    assert conditional_odds_ratio(table(Pair(0, 5, 5, 5)), level=0.95)[:2] == (0.0, 0.0)


def test_the_restricted_maximum_keeps_its_digits_where_events_are_very_rare() -> None:
    x1, n1, x0, n0, d = 3, 5_000_000, 9, 5_000_000, -2.56e-6

    def score(p0: float) -> float:
        p1 = p0 + d
        return x1 / p1 - (n1 - x1) / (1 - p1) + x0 / p0 - (n0 - x0) / (1 - p0)

    theirs = optimize.brentq(score, 2.561e-6, 1e-4, xtol=1e-22, rtol=1e-14)
    assert restricted_by_difference(Pair(x1, n1, x0, n0), d) == pytest.approx(theirs, rel=1e-9)


def test_counting_non_events_turns_the_score_interval_round_however_rare_they_are() -> None:
    low, high = score_interval_difference(Pair(4_999_997, 5_000_000, 4_999_991, 5_000_000), level=0.95)
    turned = score_interval_difference(Pair(3, 5_000_000, 9, 5_000_000), level=0.95)
    assert (-high, -low) == pytest.approx(turned, rel=1e-7)


@pytest.mark.parametrize(
    "pair", [Pair(956, 3502, 546, 1808), Pair(1838, 3345, 1492, 2646), Pair(30, 9000, 1200, 19_000)]
)
def test_a_wide_table_loses_nothing_by_being_cut(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = table(pair)
    monkeypatch.setattr("analysis.chance.hypergeometric.WIDE", 10)
    cut = table(pair)
    assert cut.support.size < whole.support.size
    assert exact_p(cut) == pytest.approx(exact_p(whole), rel=1e-9)
    _, low, high = conditional_odds_ratio(cut, level=0.95)
    assert low is not None
    assert high is not None
    tails = whole.at_least(np.log(low)), whole.at_most(np.log(high))
    assert tails == pytest.approx((0.025, 0.025), rel=1e-9)


def test_five_million_units_an_arm_have_an_exact_interval_within_a_second() -> None:
    pair = Pair(2_500_000, 5_000_000, 2_499_000, 4_999_999)
    began = process_time()
    found = conditional_odds_ratio(table(pair), level=0.95)
    assert process_time() - began < 1
    log_odds, se = odds_ratio_log(pair)  # with so many events the exact interval is Woolf's
    assert np.log([found[1], found[2]]) == pytest.approx(
        [log_odds - 1.96 * se, log_odds + 1.96 * se], abs=2e-6
    )
