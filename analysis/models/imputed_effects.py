"""Effects of a staggered adoption: what was seen less what units and periods without treatment foretell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.cohorts import cohort_error
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.models.adoption import Adoption
    from analysis.models.linear import Robust

    Matrix = NDArray[np.float64]
    Mask = NDArray[np.bool_]

ABSORBED = 1e-10  # a covariate with less than this share left after unit and period effects is none
LATE = "Left out: {} late periods in which no platform is without the treatment any more."


@dataclass(frozen=True, slots=True)
class TwoWay:
    """Least squares on unit and period effects over the cells of a mask (n x t).

    Of units and periods the fewer are solved for, the others taken out first: `long` is the mask with the fewer
    as columns, `counts` the cells of each row, `inverse` that of the columns' normal equations with the first
    fixed at 0.
    """

    mask: Mask
    long: Matrix
    counts: Matrix
    inverse: Matrix

    @property
    def told(self) -> Mask:
        """Periods (t) with a cell."""
        return np.asarray(self.mask.any(axis=0))

    def fitted(self, z: Matrix) -> Matrix:
        """Unit plus period effect of every cell (n x t) for values z, of which only those in the mask count."""
        inside = self._long(np.where(self.mask, z, 0.0))
        means = inside.sum(axis=1) / self.counts
        column = self.inverse @ (inside.sum(axis=0) - self.long.T @ means)
        return self._long((means - self.long @ column / self.counts)[:, None] + column)

    def weights(self, wanted: Matrix) -> Matrix:
        """Weights u on the cells of the mask such that sum(u z) = sum(wanted * fitted(z)) for every z."""
        turned = self._long(wanted)
        rows = turned.sum(axis=1) / self.counts
        column = self.inverse @ (turned.sum(axis=0) - self.long.T @ rows)
        along = rows[:, None] + column - (self.long @ column / self.counts)[:, None]
        return np.asarray(np.where(self.mask, self._long(along), 0.0))

    def _long(self, z: Matrix) -> Matrix:
        """Between units by periods and the shape of `long`."""
        return z if self.mask.shape[0] >= self.mask.shape[1] else z.T


def two_way(mask: Mask) -> TwoWay:
    """The least-squares problem of a mask in which every unit has a cell.

    Raises Refusal where units and periods fall into pieces that no cell joins.

    >>> z = np.add.outer(np.array([1.0, 5.0]), np.array([0.0, 1.0, 4.0]))
    >>> mask = np.array([[True, True, True], [True, True, False]])
    >>> two_way(mask).fitted(z).round(9).tolist()  # the masked cell is foretold
    [[1.0, 2.0, 5.0], [5.0, 6.0, 9.0]]
    """
    long = np.asarray(mask if mask.shape[0] >= mask.shape[1] else mask.T, dtype=np.float64)
    counts = np.maximum(long.sum(axis=1), 1.0)
    normal = np.diag(long.sum(axis=0)) - long.T @ (long / counts[:, None])
    free = np.flatnonzero(long.any(axis=0))[1:]
    inverse = np.zeros_like(normal)
    if free.size:
        block = normal[np.ix_(free, free)]
        if not np.linalg.cond(block) < 1e12:
            raise Refusal(
                "The platforms without treatment were measured in periods that do not overlap.",
                remedy="Load the missing periods.",
            )
        inverse[np.ix_(free, free)] = np.linalg.inv(block)
    return TwoWay(mask, long, counts, inverse)


@dataclass(frozen=True, slots=True)
class Imputed:
    """Borusyak, Jaravel and Spiess's (2024, doi 10.1093/restud/rdae007) effects, cell by cell.

    `effects` (n x t) are what was seen less what was foretold; `cells` those that count; `residuals` those of the
    cells without treatment. `covariates` (n x t x q) are as measured, `influence` what is left of them after unit
    and period effects, over their squares.
    """

    panel: Adoption
    without: TwoWay
    cells: Mask
    effects: Matrix
    residuals: Matrix
    covariates: Matrix
    influence: Matrix
    notes: tuple[str, ...]

    def at(self, since: float) -> Mask:
        """The cells so many periods after the adoption."""
        return np.asarray(self.cells & (self.panel.since == since))

    def average(self, cells: Mask) -> float:
        """The mean effect over some of the treated cells."""
        return self.panel.sign * float(self.effects[cells].mean())

    def standard_error(self, cells: Mask) -> Robust | None:
        """The conservative standard error by unit (their Theorem 3), around the mean of each cohort and period.

        For few units each cohort's share is scaled by n / (n - 1): see `cohort_error`.

        Where a cohort is a single unit its mean would be its own effect: then means are over all cohorts at the
        same time since adoption. None where those are single units, too.
        """
        centred = self._centred(cells)
        if centred is None:
            return None
        errors = np.where(self.without.mask, self.residuals, centred)
        scores = (self.weights(cells / cells.sum()) * errors).sum(axis=1)
        return cohort_error(scores, self.panel.adopted)

    def weights(self, wanted: Matrix) -> Matrix:
        """The weights (n x t) of the outcome in an average of effects whose weights are `wanted`."""
        weights = wanted - self.without.weights(wanted)
        along = np.einsum("nt,ntq->q", weights, self.covariates)
        return np.asarray(weights - self.influence @ along)

    def _centred(self, cells: Mask) -> Matrix | None:
        since = np.arange(cells.shape[1]) - self.panel.adopted[:, None]
        cohort = self.panel.adopted[:, None] * cells.shape[1]
        for groups in (cohort + np.arange(cells.shape[1]), since):
            codes = np.unique(groups[cells], return_inverse=True)[1]
            sizes = np.bincount(codes)
            if sizes.min() > 1:
                centred = np.zeros(cells.shape)
                centred[cells] = (
                    self.effects[cells] - (np.bincount(codes, self.effects[cells]) / sizes)[codes]
                )
                return centred
        return None


def imputed(panel: Adoption) -> Imputed:
    """Every effect that can be had: periods without an untreated unit are left out, with a note.

    Raises Refusal where none can.
    """
    without = two_way(panel.measured & ~panel.treated)
    seen = panel.measured & panel.treated
    cells = seen & without.told
    late = int((seen & ~without.told).any(axis=0).sum())
    if not cells.any():
        raise Refusal(
            "From the first adoption on no platform was without the treatment, so that nothing tells the trend.",
            remedy="Include platforms that adopt later, or never.",
        )
    covariates = np.nan_to_num(panel.covariates)
    left = np.where(without.mask[..., None], covariates - _each_fitted(without, covariates), 0.0)
    scale = (np.where(without.mask[..., None], covariates, 0.0) ** 2).sum(axis=(0, 1))
    used = (left**2).sum(axis=(0, 1)) > ABSORBED * scale
    covariates, left = covariates[..., used], left[..., used]
    influence = _over_squares(left)
    y = np.nan_to_num(panel.y)
    y = y - covariates @ np.einsum("ntq,nt->q", influence, y)
    difference = y - without.fitted(y)
    notes = (LATE.format(late),) if late else ()
    return Imputed(panel, without, cells, difference, difference, covariates, influence, notes)


def _each_fitted(without: TwoWay, covariates: Matrix) -> Matrix:
    if covariates.shape[2] == 0:
        return covariates
    return np.stack([without.fitted(covariates[..., q]) for q in range(covariates.shape[2])], axis=2)


def _over_squares(left: Matrix) -> Matrix:
    """X (X'X)^-1 for the covariates' columns."""
    squares = np.einsum("ntq,ntr->qr", left, left)
    scale = np.sqrt(np.diag(squares))
    if scale.size and not np.linalg.cond(squares / np.outer(scale, scale)) < 1e12:
        raise Refusal(
            "The covariates are collinear: some can be worked out from the others.",
            remedy="Leave out the covariates that repeat the others.",
        )
    return np.asarray(left @ np.linalg.inv(squares)) if scale.size else left
