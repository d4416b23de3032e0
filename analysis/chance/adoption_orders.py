"""Randomisation inference on a staggered adoption: the dates given to other platforms."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import factorial, prod
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.permutation import DRAWS, MOST_EXACT, Allocations
from analysis.chance.sequences import arrangements
from analysis.models.imputed_effects import imputed, two_way
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.models.adoption import Adoption

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]

GUARD = 1e-9
UNEVEN = "Left out: {} of {} periods, in which some platform was not measured."


def measured_throughout(panel: Adoption) -> Adoption:
    """The panel's periods in which every unit was measured, the others noted as left out.

    Raises Refusal where none is left before or after the adoptions.
    """
    whole = panel.measured.all(axis=0)
    if whole.all():
        return panel
    places = np.flatnonzero(whole)
    adopted = np.searchsorted(places, panel.adopted)
    if (adopted == 0).any() or (adopted == places.size).all():
        raise Refusal(
            "Platforms were measured in such different periods that dates cannot be exchanged between them.",
            remedy="Load the missing periods, or leave out the platform that was hardly measured.",
        )
    note = UNEVEN.format(int((~whole).sum()), whole.size)
    return replace(
        panel,
        y=panel.y[:, whole],
        covariates=panel.covariates[:, whole],
        periods=panel.periods[whole],
        adopted=np.asarray(adopted, dtype=np.intp),
        notes=(*panel.notes, note),
    )


def orders(panel: Adoption, *, seed: int) -> Allocations:
    """The imputation estimate under every way to deal out the same adoption dates, or under seeded draws.

    In a panel without gaps the estimate weights a unit's values by what its date is alone, so that an order costs a
    look into a table (units x dates). Covariates are taken out beforehand, the same way whatever the dates are
    (Rosenbaum 2002, doi 10.1214/ss/1042727942). Young 2019, doi 10.1093/qje/qjy029.
    """
    panel = _in_order(panel)
    found = imputed(replace(panel, covariates=panel.covariates[..., :0]))
    weights = found.weights(found.cells / found.cells.sum())
    dates, first, code = np.unique(panel.adopted, return_index=True, return_inverse=True)
    takes = panel.treated.astype(np.float64)
    tables = [_without_covariates(panel, z) @ weights[first].T for z in (panel.sign * panel.y, takes)]
    number = prod(_number(code[panel.stratum == s]) for s in np.unique(panel.stratum))
    exact = number <= MOST_EXACT
    tried = _every(panel, code) if exact else _some(panel, code, np.random.default_rng(seed))
    units = np.arange(code.size)
    of_values, of_arms = (table[units, tried].sum(axis=1) for table in tables)
    real, scale = (float(table[units, code].sum()) for table in tables)
    if dates.size < 2 or scale <= GUARD:
        raise Refusal(
            "All platforms adopted on one date, so that no other order of dates can be told from it.",
            remedy="Include platforms that adopt at another time, or never.",
        )
    of_values, of_arms = of_values / scale, of_arms / scale
    smallest = float((np.abs(np.abs(of_arms) - 1) <= GUARD).mean()) if exact else 1 / (DRAWS + 1)
    return Allocations(of_values, of_arms, real / scale, exact, smallest)


def _in_order(panel: Adoption) -> Adoption:
    """Units put in the order of their values, so that names do not decide the draws."""
    order = np.lexsort((panel.adopted, panel.y.mean(axis=1).round(9), panel.stratum))
    return replace(
        panel,
        y=panel.y[order],
        covariates=panel.covariates[order],
        adopted=panel.adopted[order],
        stratum=panel.stratum[order],
    )


def _without_covariates(panel: Adoption, z: Matrix) -> Matrix:
    """z (n x t) less what covariates tell of it besides unit and period."""
    if panel.covariates.shape[2] == 0:
        return z
    all_cells = two_way(np.ones(z.shape, dtype=bool))
    left = [x - all_cells.fitted(x) for x in np.moveaxis(panel.covariates, 2, 0)]
    x = np.column_stack([column.ravel() for column in left])
    slopes = np.linalg.lstsq(x, (z - all_cells.fitted(z)).ravel(), rcond=1e-10)[0]
    return np.asarray(z - panel.covariates @ slopes)


def _number(code: Codes) -> int:
    return factorial(code.size) // prod(factorial(int(n)) for n in np.bincount(code))


def _every(panel: Adoption, code: Codes) -> Codes:
    """Every distinct order of dates (orders x n), strata side by side."""
    parts = [arrangements(code[panel.stratum == s]) for s in np.unique(panel.stratum)]
    pairing = np.array(list(product(*(range(len(part)) for part in parts))))
    return np.concatenate([part[pairing[:, i]] for i, part in enumerate(parts)], axis=1)


def _some(panel: Adoption, code: Codes, rng: np.random.Generator) -> Codes:
    """The real order and the drawn ones."""
    drawn = [
        rng.permuted(np.tile(code[panel.stratum == s], (DRAWS, 1)), axis=1) for s in np.unique(panel.stratum)
    ]
    return np.concatenate([code[None, :], np.concatenate(drawn, axis=1)])
