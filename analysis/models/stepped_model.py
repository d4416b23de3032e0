"""Mixed models of a stepped wedge: clusters at levels of their own, which may drift from period to period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.mixed import RESIDUAL, RandomEffects, fit_reml, kenward_roger, model_based
from analysis.models.wedge import TOO_FEW, indicators

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.models.linear import Robust
    from analysis.models.mixed import MixedFit
    from analysis.models.wedge import Codes, Wedge

    Matrix = NDArray[np.float64]

ONE_A_CELL = (
    "There is one row a cluster and period, so that what a period adds to a cluster is part of chance."
)
ALIKE = "Clusters differ no more than rows inside them do: the variance between clusters is estimated as 0."


@dataclass(frozen=True, slots=True)
class Modelled:
    """A fitted model whose first `columns` coefficients are the treatment's (one, or one an exposure time)."""

    fitted: MixedFit
    columns: int

    def weighted(self, weights: Matrix) -> tuple[float, Robust]:
        """A weighted sum of the treatment's coefficients, with Kenward and Roger's standard error and df."""
        contrast = self._contrast(weights)
        return float(contrast @ self.fitted.coefficients), kenward_roger(self.fitted, contrast)

    def known(self, weights: Matrix) -> float:
        """Its standard error as if the variances were known."""
        return model_based(self.fitted, self._contrast(weights))

    def variances(self) -> dict[str, float]:
        """var_cluster, var_cell and var_resid, as the model has them, and what follows from them.

        `cac` is the share of the clusters' variance that stays from period to period (Hooper et al. 2016,
        doi 10.1002/sim.7028), `icc_between_periods` the correlation of two units of a cluster in two periods.
        """
        found = {name: self.fitted.variance(name) for name in self.fitted.components}
        figures = {f"var_{_SHORT.get(name, name)}": value for name, value in found.items()}
        if "cell" not in found:
            return figures
        cluster, cell = found["cluster"], found["cell"]
        figures["icc_between_periods"] = cluster / (cluster + cell + found[RESIDUAL])
        return figures | ({"cac": cluster / (cluster + cell)} if cluster + cell > 0 else {})

    @property
    def icc(self) -> float:
        """The correlation of two units of a cluster in one period."""
        found = {name: self.fitted.variance(name) for name in self.fitted.components}
        return (sum(found.values()) - found[RESIDUAL]) / sum(found.values())

    def _contrast(self, weights: Matrix) -> Matrix:
        contrast = np.zeros(self.fitted.coefficients.size)
        contrast[: self.columns] = weights
        return contrast


_SHORT = {RESIDUAL: "resid"}


def modelled(wedge: Wedge, treatment: Matrix, *, nested: bool) -> Modelled:
    """Restricted maximum likelihood with columns of the treatment (n x j), further arms, periods and covariates.

    Each cluster draws a level; where `nested`, each of its periods draws another (Hooper et al. 2016), unless
    there is one row a cell. Raises Refusal where columns are collinear or nothing varies.
    """
    columns = (treatment, wedge.others, np.ones((wedge.cluster.size, 1)), indicators(wedge.period))
    x = np.column_stack([*columns, wedge.rows.covariates - wedge.rows.covariates.mean(axis=0)])
    effects = [RandomEffects("cluster", wedge.cluster)]
    if nested and not one_a_cell(wedge):
        effects.append(RandomEffects("cell", wedge.cell))
    return Modelled(fit_reml(x, wedge.rows.y, block=wedge.cluster, effects=effects), treatment.shape[1])


def one_a_cell(wedge: Wedge) -> bool:
    """Whether no cluster has more than one row in any period."""
    return int(wedge.cell.max()) + 1 == wedge.cell.size


def remarks(wedge: Wedge, model: Modelled) -> tuple[str, ...]:
    """What a reader has to know of the model and of the number of clusters."""
    said = {
        ONE_A_CELL: one_a_cell(wedge),
        ALIKE: "cluster" in model.fitted.boundary,
        TOO_FEW: wedge.too_few,
    }
    return tuple(note for note, holds in said.items() if holds)


def of_cell_means(wedge: Wedge) -> Modelled:
    """The model of one arm's effect on the means of cells, each counting the same, with a level a cluster."""
    columns = (
        wedge.rows.treated.astype(float),
        wedge.others,
        np.ones(wedge.cell.size),
        indicators(wedge.period),
    )
    x, y, cluster = (
        _means(part, wedge.cell) for part in (np.column_stack(columns), wedge.rows.y, wedge.cluster)
    )
    group = cluster.astype(np.intp)
    return Modelled(fit_reml(x, y, block=group, effects=(RandomEffects("cluster", group),)), 1)


def _means(part: Matrix | Codes, cell: Codes) -> Matrix:
    sums = np.zeros((int(cell.max()) + 1, *part.shape[1:]))
    np.add.at(sums, cell, part)
    counts = np.bincount(cell).reshape(-1, *[1] * (part.ndim - 1))
    return np.asarray(sums / counts)
