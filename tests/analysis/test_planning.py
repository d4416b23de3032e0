"""Planned power, held to simulated studies, to scipy's and statsmodels' own, and to brute force."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from analysis.planning.answer import answer
from analysis.planning.arms import Arms, crossover, means
from analysis.planning.clustered import Clusters, clustered, smallest_p
from analysis.planning.exact import exact_power
from analysis.planning.formulas import planned_of
from analysis.planning.question import Question
from analysis.planning.simulated import simulate
from analysis.planning.stepped import Cells, even_schedule, stepped, wedge_variance
from analysis.refusal import Refusal

DRAWS = 4_000
ERROR = 4 * (0.25 / DRAWS) ** 0.5  # of a simulated power, four standard errors


@pytest.mark.parametrize(("n", "effect", "ratio"), [(8, 1.2, 1.0), (40, 0.5, 2.0), (200, 0.2, 0.5)])
def test_the_power_of_two_means_is_that_of_statsmodels(n, effect, ratio):
    both = next(way for way in means(Arms(ratio=ratio)).ways if way.name == "t_both_tails")
    theirs = TTestIndPower().power(effect, nobs1=n, ratio=ratio, alpha=0.05)
    assert both.power(n, effect) == pytest.approx(theirs, abs=1e-9)


def test_the_exact_power_is_that_of_every_table_looked_at():
    treated, control = (9, 0.7), (7, 0.15)
    total = 0.0
    for x1, x0 in product(range(10), range(8)):
        if 0 < x1 + x0 < 16 and x1 / 9 > x0 / 7:
            p = stats.chi2_contingency([[x1, 9 - x1], [x0, 7 - x0]], correction=False).pvalue
            chance = stats.binom.pmf(x1, 9, 0.7) * stats.binom.pmf(x0, 7, 0.15)
            total += chance * (p < 0.05)
    assert exact_power(treated, control, alpha=0.05) == pytest.approx(total, abs=1e-12)


def test_the_power_of_a_crossover_is_that_of_drawn_ones():
    rng, n, icc, effect = np.random.default_rng(1), 9, 0.6, 0.7
    level = rng.normal(size=(DRAWS, 2 * n)) * icc**0.5
    periods = level[..., None] + rng.normal(size=(DRAWS, 2 * n, 2)) * (1 - icc) ** 0.5 + [0.0, 0.4]
    periods[:, :n, 0] += effect
    periods[:, n:, 1] += effect
    half = (periods[..., 0] - periods[..., 1]) / 2
    found = stats.ttest_ind(half[:, :n], half[:, n:], axis=1)
    share = ((found.pvalue < 0.05) & (found.statistic > 0)).mean()
    assert crossover(Arms(), icc=icc).ways[0].power(n, effect) == pytest.approx(share, abs=ERROR)


def test_the_power_of_whole_clusters_is_that_of_drawn_ones():
    rng, groups, size, icc, effect = np.random.default_rng(2), 6, 12, 0.05, 0.45
    of_clusters = rng.normal(size=(DRAWS, 2 * groups)) * (icc + (1 - icc) / size) ** 0.5
    of_clusters[:, :groups] += effect
    found = stats.ttest_ind(of_clusters[:, :groups], of_clusters[:, groups:], axis=1)
    share = ((found.pvalue < 0.05) & (found.statistic > 0)).mean()
    planned = clustered(Arms(), kind="mean", clusters=Clusters(size, icc))
    assert planned.ways[0].power(groups, effect) == pytest.approx(share, abs=ERROR)


def test_unlike_clusters_inflate_the_variance_by_the_design_effect():
    """Eldridge's factor is exact for the mean over units: the sum of squared weights, drawn here."""
    sizes = np.random.default_rng(3).integers(2, 40, size=4000).astype(float)
    icc, cv = 0.08, sizes.std() / sizes.mean()
    variance = (sizes**2 * icc + sizes * (1 - icc)).sum() / sizes.sum() ** 2
    factor = Clusters(sizes.mean(), icc, cv).design_effect
    assert factor / sizes.sum() == pytest.approx(variance, rel=1e-12)


@pytest.mark.parametrize(
    ("clusters", "periods", "icc", "cac"), [(8, 5, 0.1, 0.8), (12, 4, 0.03, 1.0), (9, 7, 0.2, 0.6)]
)
def test_the_variance_of_a_wedge_is_the_closed_form(clusters, periods, icc, cac):
    """Hussey and Hughes (2007), equation 8, with the error of a cell holding what does not stay."""
    x, n = even_schedule(clusters, periods), 10
    stays, cell = icc * cac, (1 - icc) / n + icc * (1 - cac)
    u, w, v = x.sum(), (x.sum(axis=0) ** 2).sum(), (x.sum(axis=1) ** 2).sum()
    closed = clusters * cell * (cell + periods * stays)
    closed /= (clusters * u - w) * cell + (u**2 + clusters * periods * u - periods * w - clusters * v) * stays
    assert wedge_variance(x, Cells(n, icc, cac)) == pytest.approx(closed, rel=1e-12)


def test_the_power_of_a_wedge_is_that_of_gls_on_drawn_cells_with_a_known_covariance():
    rng, cells, effect = np.random.default_rng(4), Cells(10, 0.1, 0.8), 0.5
    x = even_schedule(8, 5)
    covariance = np.full((5, 5), 0.08) + np.eye(5) * (0.02 + 0.09)
    design = np.vstack([np.column_stack([row, np.eye(5)]) for row in x])
    root = np.linalg.cholesky(np.linalg.inv(covariance)).T
    whitened = np.vstack([root @ design[5 * g : 5 * g + 5] for g in range(8)])
    y = rng.multivariate_normal(np.zeros(5), covariance, size=(DRAWS, 8)) + effect * x
    told = (y @ root.T).reshape(DRAWS, 40) @ np.linalg.pinv(whitened).T
    share = (told[:, 0] / wedge_variance(x, cells) ** 0.5 > stats.norm.ppf(0.975)).mean()
    planned = stepped(Arms(), kind="mean", cells=cells, periods=5)
    normal = next(way for way in planned.ways if way.name == "normal")
    assert normal.power(8, effect) == pytest.approx(share, abs=ERROR)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("proportion", {"base": 0.4, "effect": -0.15, "size": 150}),
        ("mean", {"base": 50.0, "sd": 10.0, "effect": -4.0, "size": 90}),
        ("count", {"base": 2.0, "dispersion": 0.5, "effect": 0.75, "size": 130}),
    ],
)
def test_a_formula_agrees_with_the_analysis_itself_on_drawn_studies(kind, words):
    question = Question("individual", kind, replicates=400, **words)
    formula = answer(question).power
    drawn = replace(question, sd=words.get("sd", words.get("dispersion") if kind == "count" else None))
    share = simulate(drawn, size=question.size, effect=question.effect).power
    assert share == pytest.approx(formula, abs=4 * (formula * (1 - formula) / 400) ** 0.5)


def test_what_is_solved_for_gives_the_power_back():
    question = Question("individual", "proportion", base=0.2, effect=-0.06, power=0.9)
    size = answer(question).value
    assert planned_of(question).ways[0].power(size, -0.06) == pytest.approx(0.9, abs=1e-9)
    back = answer(replace(question, size=size, effect=None)).value
    assert back == pytest.approx(-0.06, abs=1e-9)


def test_non_inferiority_of_shares_holds_its_power_in_drawn_studies():
    """The score test on the margin, by brute force over every table, at the size that is planned."""
    from analysis.figures.proportions import Pair, score_z_difference

    question = Question("non-inferiority", "proportion", base=0.9, margin=0.15, better="higher")
    n = int(answer(question).size)
    x = np.arange(n + 1)
    chance = stats.binom.pmf(x, n, 0.9)
    likely = [i for i in x if chance[i] > 1e-7]
    power = sum(
        chance[i] * chance[j]
        for i in likely
        for j in likely
        if score_z_difference(Pair(int(i), n, int(j), n), -0.15, corrected=False) > stats.norm.ppf(0.975)
    )
    assert power == pytest.approx(0.8, abs=0.03)


def test_a_simulated_series_is_found_again_at_the_size_that_was_asked():
    question = Question(
        "interrupted-series", "series", base=100.0, sd=5.0, effect=-20.0, replicates=60, power=0.8
    )
    found = answer(question)
    assert found.error is not None
    assert abs(found.power - 0.8) <= 0.1
    assert answer(question) == found
    assert simulate(question, size=found.size, effect=-20.0).power == found.power


def test_with_too_few_clusters_there_is_no_power_to_speak_of():
    with pytest.raises(Refusal, match="no p-value"):
        answer(Question("cluster", "mean", size=2, cluster_size=20, icc=0.05, effect=0.5))
    with pytest.raises(Refusal, match="no p-value"):
        answer(Question("stepped-wedge", "mean", size=5, periods=4, cluster_size=20, icc=0.05, effect=0.5))
    [note] = answer(Question("cluster", "mean", size=3, cluster_size=20, icc=0.05, effect=0.5)).notes
    assert "never give p below 0.05 with 3 v 3 clusters: its smallest p-value is 0.1" in note
    assert answer(Question("cluster", "mean", size=4, cluster_size=20, icc=0.05, effect=0.5)).notes == ()
    assert smallest_p(4, 4) == pytest.approx(2 / 70)


def test_larger_clusters_do_not_help_where_clusters_differ_too_much():
    with pytest.raises(Refusal, match="However large"):
        answer(Question("cluster", "mean", size=4, icc=0.1, effect=0.3))
    found = answer(Question("cluster", "mean", size=6, icc=0.05, effect=0.6))
    assert (found.solved, found.power >= 0.8) == ("cluster_size", True)
    smaller = replace(found.question, cluster_size=found.value - 1)
    assert answer(smaller).power < 0.8


def test_no_answer_is_given_to_what_cannot_be_asked():
    with pytest.raises(ValueError, match="together must lie"):
        answer(Question("individual", "proportion", base=0.1, effect=-0.2))
    with pytest.raises(Refusal, match="No number"):
        answer(Question("non-inferiority", "mean", effect=-1.0, margin=0.5, better="higher"))
