"""Several questions, one error rate: adjusted p-values within declared families."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.plan import Adjustment

METHODS = {"holm": "holm", "hochberg": "simes-hochberg", "benjamini-hochberg": "fdr_bh"}


def adjust(p_values: Sequence[float], *, method: Adjustment) -> list[float]:
    """P-values adjusted for their number, in the order given (statsmodels' multipletests).

    >>> [round(p, 3) for p in adjust([0.01, 0.04, 0.03], method="holm")]
    [0.03, 0.06, 0.06]
    """
    if method == "none" or not p_values:
        return list(p_values)
    from statsmodels.stats.multitest import multipletests

    return [float(p) for p in multipletests(list(p_values), method=METHODS[method])[1]]
