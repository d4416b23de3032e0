"""Asks how often chance alone, letting clusters switch in another order, would have shown so large an effect.

Question: Is the effect larger than other orders of the same switches would show?
Estimand: The average over clusters and periods (every cell counts the same) of the difference that the treatment
    makes; for counts the ratio of cell rates. It is supposed the same however long a cluster has had it.
Assumes: Every order of the clusters (in each stratum, where the order was drawn by stratum) was equally likely.
    The p-value needs nothing else; the interval supposes the same effect in every cell.
Interval: The effects that the test does not reject. Up to 20,000 orders are all counted; of more, 9,999 are drawn
    with the plan's seed. An end is open where no effect could be rejected.
Breaks when: There are few clusters; `smallest_p` is the smallest p-value that this design could have given. Where
    some cells are absent the interval is a little too wide.
Source: Wang and De Gruttola (2017), Statistics in Medicine 36:2831, doi 10.1002/sim.7188; Ji, Fink, Robyn and Small
    (2017), Annals of Applied Statistics 11:1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.sequences import Cells, orders
from analysis.effects import FARTHEST
from analysis.estimator import Estimator
from analysis.figures.clusters import SUMMARISED, cluster_values
from analysis.finding import Effect, Estimate
from analysis.models.wedge import require_one_way, wedge_of
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.estimator import Declaration, Settings
    from analysis.evidence import Evidence
    from analysis.figures.clusters import ClusterValues
    from analysis.models.wedge import Wedge
    from analysis.outcome import Scale

EQUAL_CELLS = "Every cluster counts the same in every period, whatever its size."
OPEN = "There are too few orders in which these clusters could switch for an interval: no effect could be rejected."
UNADJUSTED = "Covariates that do not vary inside a cluster's period are not adjusted for here."
ROBUST = frozenset({"mean", "proportion", "score"})


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The permutation test of the effect on the primary scale."""
    wedge = wedge_of(evidence)
    scale = evidence.outcome.scale
    require_one_way(wedge)
    found = cluster_values(evidence, wedge.cell, log=scale.is_ratio)
    if np.ptp(found.values) <= 1e-12 * float(np.abs(found.values).max()):
        raise Refusal(
            "Every cluster has the same value in every period, so that orders cannot be told apart.",
            remedy="Check the outcome's event and window.",
        )
    tried = orders(_with_places(wedge, found), seed=settings.seed)
    low, high = tried.interval(1 - settings.level)
    if wedge.sign < 0:
        low, high = (None if high is None else -high), (None if low is None else -low)
    effect = Effect(
        _back(wedge.sign * tried.observed, scale),
        _end(low, scale),
        _end(high, scale),
        settings.level,
        p_value=tried.p_value(),
    )
    notes = (EQUAL_CELLS, *found.notes[1:], *((UNADJUSTED,) if found.constant.shape[1] else ()))
    return Estimate(
        {scale.name: effect},
        parameters={
            "clusters": wedge.clusters,
            "periods": wedge.periods,
            "allocations": float(tried.of_values.size),
            "smallest_p": tried.smallest_p,
        },
        notes=(*notes, OPEN) if low is None else notes,
    )


def _with_places(wedge: Wedge, found: ClusterValues) -> Cells:
    first = np.unique(wedge.cell, return_index=True)[1]
    of_cluster = np.unique(wedge.cluster, return_index=True)[1]
    stratum = wedge.rows.stratum
    blocks = np.zeros(wedge.clusters, dtype=np.intp) if stratum is None else stratum[of_cluster]
    if stratum is not None and (blocks[wedge.cluster] != stratum).any():
        blocks = np.zeros(
            wedge.clusters, dtype=np.intp
        )  # a stratum of units had no part in the clusters' order
    return Cells(found.values, wedge.cluster[first], wedge.period[first], wedge.switch[of_cluster], blocks)


def _back(value: float, scale: Scale) -> float:
    """From the logarithm to a ratio; differences from the scale's null."""
    return float(np.exp(value)) if scale.is_ratio else scale.null + value


def _end(value: float | None, scale: Scale) -> float | None:
    """An end of the interval; one that is no finite ratio is open."""
    return None if value is None or (scale.is_ratio and abs(value) >= FARTHEST) else _back(value, scale)


def _default(declaration: Declaration) -> bool:
    return declaration.kind not in ROBUST


ESTIMATOR = Estimator(
    name="stepped_permutation",
    label="Permutation of the order of switching",
    layouts=frozenset({"stepped"}),
    kinds=SUMMARISED,
    fit=fit,
    default=_default,
    needs=frozenset({"rows"}),
)
