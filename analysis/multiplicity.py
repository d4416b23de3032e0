"""Several questions, one error rate: adjusted p-values within declared families."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from analysis.chance.distributions import normal_quantile, t_quantile
from analysis.chance.many_to_one import largest_t_tail, loadings

if TYPE_CHECKING:
    from collections.abc import Sequence

METHODS = {
    "holm": "holm",
    "hochberg": "simes-hochberg",
    "hommel": "hommel",
    "bonferroni": "bonferroni",
    "benjamini-hochberg": "fdr_bh",
    "benjamini-yekutieli": "fdr_by",
}


def adjust(p_values: Sequence[float], *, method: str) -> list[float]:
    """P-values adjusted for their number, in the order given (statsmodels' multipletests).

    `method` is one of METHODS, `none`, or `fixed-sequence`: each question counts only where all before it do
    (Maurer, Hothorn and Lehmacher 1995), so that each p-value is raised to the largest so far.

    >>> [round(p, 3) for p in adjust([0.01, 0.04, 0.03], method="holm")]
    [0.03, 0.06, 0.06]
    >>> adjust([0.01, 0.04, 0.03], method="fixed-sequence")
    [0.01, 0.04, 0.04]
    """
    if method == "none" or not p_values:
        return list(p_values)
    if method == "fixed-sequence":
        return list(accumulate(p_values, max))
    from statsmodels.stats.multitest import multipletests

    return [float(p) for p in multipletests(list(p_values), method=METHODS[method])[1]]


def many_to_one(
    p_values: Sequence[float], *, dfs: Sequence[float | None], sizes: Sequence[tuple[int, int]]
) -> list[float]:
    """P-values of several arms against one control, adjusted by Dunnett's distribution.

    Each p-value is read as that of a t statistic with its own df (None: normal), whose correlations follow from
    `sizes`, units of treatment and control (Dunnett 1955; general in Hothorn, Bretz and Westfall 2008, Biometrical
    Journal 50:346). Sizes of 0 stand for unknown ones: then the statistics are taken as independent, which never
    gives a smaller p-value (Sidak 1967).

    >>> [round(p, 3) for p in many_to_one([0.0266, 0.0266], dfs=[20, 20], sizes=[(10, 10), (10, 10)])]
    [0.048, 0.048]
    """
    shared = [
        loadings([treatment], control)[0] if treatment and control else 0.0 for treatment, control in sizes
    ]
    adjusted = []
    for p_value, df in zip(p_values, dfs, strict=True):
        t = normal_quantile(p_value / 2) if df is None else t_quantile(p_value / 2, df)
        adjusted.append(largest_t_tail(t, shared, df))
    return adjusted
