"""Surveys repeated over waves: the rows of every measured wave, and the model that leaves their covariance free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.mixed import MixedFit, RandomEffects, fit_reml
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.evidence import Evidence

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]

VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Waves:
    """One row for each unit and wave that was measured (n rows in all): `unit` and `wave` are codes from 0.

    `treated` and `covariates` (n x p, centred over units) are those of the row's unit; `names` are the waves'.
    """

    y: Matrix
    unit: Codes
    wave: Codes
    treated: NDArray[np.bool_]
    covariates: Matrix
    names: tuple[str, ...]

    @property
    def units(self) -> int:
        """How many units were measured at any wave."""
        return int(self.unit.max()) + 1

    @property
    def visits(self) -> Matrix:
        """An indicator column for each wave (n x w)."""
        return np.eye(len(self.names))[self.wave]


def waves_of(evidence: Evidence) -> Waves:
    """The measured waves of the evidence's units; a wave that nobody answered is left out.

    Raises Refusal where nobody in an arm was measured at a wave at which the other arm was.
    """
    rows = evidence.require_rows()
    if rows.waves is None:
        raise Refusal(
            "The rows hold no waves of the outcome.", remedy="Name the waves, or the wave's column."
        )
    known = ~np.isnan(rows.waves)
    for arm in np.unique(rows.treated):
        if (known.any(axis=0) & ~known[rows.treated == arm].any(axis=0)).any():
            raise Refusal(
                "At some wave nobody of one arm was measured.",
                remedy="Leave that wave out of the outcome's waves, or load what is missing.",
            )
    answered = np.flatnonzero(known.any(axis=0))
    unit, place = np.nonzero(known[:, answered])
    centred = rows.covariates - rows.covariates.mean(axis=0)
    return Waves(
        rows.waves[:, answered][unit, place],
        unit,
        place,
        rows.treated[unit],
        centred[unit],
        tuple(evidence.outcome.waves[wave] for wave in answered),
    )


def unstructured(waves: Waves, x: Matrix) -> MixedFit:
    """Restricted maximum likelihood with any covariance of one unit's waves (x is n x k)."""
    effects = (RandomEffects(VISIT, waves.unit, waves.visits),)
    return fit_reml(x, waves.y, block=waves.unit, effects=effects, residual=False)
