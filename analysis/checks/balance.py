"""Balance: whether the arms were alike before anything was done, covariate by covariate.

The standardised difference is the difference in means over the root of the mean variance (Austin 2009, doi
10.1002/sim.3697). Above 0.1 it is worth a look, above 0.25 adjustment no longer mends it (What Works
Clearinghouse, Procedures and Standards Handbook 4.0, 2017). Chance alone passes 0.1 in any small study, so that
it warns only where chance would do so in less than 1 in 100 covariates too, and fails above 0.25 in less than 1
in 1,000. Clusters assigned as a whole are compared by a t-test on their means, because units of one cluster are
alike to begin with. Where units have both arms in turn, they are the same units in both, and nothing is compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import two_sided_normal, two_sided_t
from analysis.check import Check, CheckResult
from analysis.checks._words import format_p
from analysis.covariates import design_matrix
from analysis.figures.clusters import cluster_means
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.check import Outcome as Verdict
    from analysis.finding import Contrast
    from analysis.plan import Plan

    Values = NDArray[np.float64]

WARN_SIZE, WARN_P = 0.1, 0.01
FAIL_SIZE, FAIL_P = 0.25, 0.001


def standardised_difference(
    treated: Values, control: Values, *, units: tuple[Values, Values] | None = None
) -> float:
    """Difference in means over the root of the mean variance; 0 where neither arm varies and the means agree.

    A value stands for one unit, or for as many as `units` say for each arm.

    >>> round(standardised_difference(np.array([1.0, 2, 3]), np.array([2.0, 3, 4])), 6)
    -1.0
    """
    of = (np.ones(treated.size), np.ones(control.size)) if units is None else units
    arms = [(n @ values / n.sum(), values, n) for values, n in zip((treated, control), of, strict=True)]
    gap = float(arms[0][0] - arms[1][0])
    spread = float(np.sqrt(sum(n @ (values - mean) ** 2 / (n.sum() - 1) for mean, values, n in arms) / 2))
    return 0.0 if gap == 0 else gap / spread if spread > 0 else float(np.copysign(np.inf, gap))


def chance(difference: float, treated: int, control: int) -> float:
    """How often chance gives so large a standardised difference (Hedges and Olkin 1985, large samples).

    >>> round(chance(0.1, 768, 768), 4)  # z = 1.9592
    0.0502
    """
    if not np.isfinite(difference):
        return 0.0
    variance = 1 / treated + 1 / control + difference**2 / (2 * (treated + control))
    return two_sided_normal(difference / float(np.sqrt(variance)))


def _run(plan: Plan, table: Table, _: Conduct) -> tuple[CheckResult, ...]:
    return tuple(
        result
        for covariate in plan.covariates
        if covariate in table.known and table.layout.people and "period" not in table.layout.requires
        for contrast in plan.contrasts
        if (result := _result(plan, table, covariate, contrast)) is not None
    )


def _result(plan: Plan, table: Table, covariate: str, contrast: Contrast) -> CheckResult | None:
    compared = list(_compared(table, covariate, contrast))
    if not compared:
        return None
    difference, p_value = min(compared, key=lambda pair: (pair[1], -abs(pair[0])))
    p_value = min(1.0, p_value * len(compared))  # a category is looked at once for each of its levels
    size = abs(difference)
    verdict: Verdict = "pass"
    if size > WARN_SIZE and p_value < WARN_P:
        verdict = "fail" if size > FAIL_SIZE and p_value < FAIL_P else "warn"
    told = {
        "pass": "alike at the start, or no further apart than chance brings about",
        "warn": "further apart at the start than chance would often bring about",
        "fail": "too far apart at the start for chance, and for adjustment to mend",
    }[verdict]
    return CheckResult(
        "balance",
        verdict,
        f"{{covariate}}: {{treatment}} and {{control}} are {told} ({{size}} standard deviations, {{p}}).",
        {},
        {
            "covariate": plan.covariate_labels.get(covariate, covariate),
            "size": f"{size:.2f}" if np.isfinite(size) else "any number of",
            "p": format_p(p_value),
        },
        difference if np.isfinite(difference) else None,
        p_value,
        covariate,
        arms={"treatment": contrast.treatment, "control": contrast.control},
    )


def _compared(table: Table, covariate: str, contrast: Contrast) -> Iterator[tuple[float, float]]:
    """Standardised difference and p-value, for each column that the covariate makes."""
    compared = table.known["arm"].isin([contrast.treatment, contrast.control]).to_numpy()
    frame, units = table.known[compared], table.counts[compared].astype(np.float64)
    treated = frame["arm"].to_numpy() == contrast.treatment
    sizes = (int(units[treated].sum()), int(units[~treated].sum()))
    if min(sizes) < 2:
        return
    try:
        columns = design_matrix(frame, (covariate,), units=units)[0].T
    except Refusal:  # the findings say why the covariate cannot be used
        return
    for column in columns:
        each = (units[treated], units[~treated])
        difference = standardised_difference(column[treated], column[~treated], units=each)
        if "cluster" in table.layout.requires:
            yield difference, _by_cluster(frame, column, treated, units)
        else:
            yield difference, chance(difference, *sizes)


def _by_cluster(frame: pd.DataFrame, column: Values, treated: NDArray[np.bool_], units: Values) -> float:
    """Student's t on cluster means; 1 where there are too few clusters to tell."""
    cluster = np.unique(frame["cluster"].astype("str").to_numpy(dtype=object), return_inverse=True)[1]
    means, side = cluster_means(column, cluster, units), cluster_means(treated.astype(float), cluster) > 0.5
    arms, df = (means[side], means[~side]), means.size - 2
    if df < 1 or min(arm.size for arm in arms) < 1:
        return 1.0
    pooled = sum(((arm - arm.mean()) ** 2).sum() for arm in arms) / df
    se = float(np.sqrt(pooled * sum(1 / arm.size for arm in arms)))
    return two_sided_t(float(arms[0].mean() - arms[1].mean()) / se, df) if se > 0 else 1.0


CHECK = Check(
    name="balance",
    label="Balance at the start",
    means="Where the arms differed before anything was done, a difference afterwards may be an old one.",
    advice="Check how units were assigned; compare the finding with and without the covariate.",
    run=_run,
)
