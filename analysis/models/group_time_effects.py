"""Effects of a staggered adoption by cohort and period, each against platforms that had not adopted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from analysis.models.cohorts import cohort_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from analysis.models.adoption import Adoption
    from analysis.models.linear import Robust

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]

MOST_ALONE = 0.1  # how much of a mean may rest on single units, whose share of its variance is lost
Against = Literal["never", "notyet"]


@dataclass(frozen=True, slots=True)
class Cell:
    """The effect on one cohort in one period, and the influence of each unit (n) on it.

    `alone` says that a side of the comparison is one unit, whose spread nobody knows.
    """

    cohort: int
    period: int
    since: float
    effect: float
    influence: Matrix
    alone: bool


@dataclass(frozen=True, slots=True)
class Average:
    """A mean of cells and its standard error: None where too much of it rests on single units."""

    estimate: float
    error: Robust | None


def cells(panel: Adoption, *, against: Against) -> list[Cell]:
    """Every cohort and period that can be had, before the adoption too, from the last period before it.

    Callaway and Sant'Anna (2021, doi 10.1016/j.jeconom.2020.12.001), without covariates, from units measured in
    both periods.
    """
    return list(_cells(panel, against))


def _cells(panel: Adoption, against: Against) -> Iterator[Cell]:
    size, end = panel.adopted.size, panel.periods.size
    for cohort in np.unique(panel.adopted[~panel.never]):
        base = int(cohort) - 1
        for period in range(end):
            if period == base:
                continue
            change = panel.y[:, period] - panel.y[:, base]
            known = ~np.isnan(change)
            waiting = panel.never if against == "never" else panel.adopted > max(period, base)
            treated, others = known & (panel.adopted == cohort), known & waiting & (panel.adopted != cohort)
            if not (treated.any() and others.any()):
                continue
            effect, influence = 0.0, np.zeros(size)
            for side, sign in ((treated, 1.0), (others, -1.0)):
                mean = float(change[side].mean())
                effect += sign * mean
                influence[side] += sign * size / side.sum() * (change[side] - mean)
            since = float(panel.periods[period] - panel.periods[cohort])
            alone = min(int(treated.sum()), int(others.sum())) == 1
            yield Cell(int(cohort), period, since, effect, influence, alone)


def by_units(panel: Adoption, found: list[Cell]) -> Average:
    """The mean weighted by the cohorts' shares of units, with the shares' own uncertainty and `cohort_error`.

    Callaway and Sant'Anna (2021, section 4; R's did, aggte()).

    Each unit's influence is that of the cells plus what its cohort does to the shares.
    """
    shares = np.array([(panel.adopted == cell.cohort).mean() for cell in found])
    effects = np.array([cell.effect for cell in found])
    total = shares.sum()
    estimate = float(shares @ effects / total)
    influence = np.column_stack([cell.influence for cell in found]) @ (shares / total)
    belongs = np.column_stack([panel.adopted == cell.cohort for cell in found]) - shares
    influence = influence + belongs @ (effects - estimate) / total
    error = cohort_error(influence / influence.size, panel.adopted)
    alone = float(shares @ np.array([cell.alone for cell in found]) / total)
    return Average(panel.sign * estimate, None if alone > MOST_ALONE else error)


def by_cohort(panel: Adoption, found: list[Cell]) -> float:
    """The mean over cohorts (by units) of each cohort's mean over its periods."""
    cohorts = np.array([cell.cohort for cell in found])
    effects = np.array([cell.effect for cell in found])
    each = {int(c): float(effects[cohorts == c].mean()) for c in np.unique(cohorts)}
    sizes = np.array([(panel.adopted == cohort).sum() for cohort in each])
    return panel.sign * float(sizes @ np.array(list(each.values())) / sizes.sum())
