"""Who adopted when: a panel of platforms as a grid of units and periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.evidence import Evidence, Rows

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]
    Mask = NDArray[np.bool_]

ENOUGH = 40  # units from which on a normal reference holds: below, false positives of 6 to 13 % were measured


@dataclass(frozen=True, slots=True)
class Adoption:
    """Units (n) by periods (t). `y` is n x t with NaN where nothing was measured, `covariates` n x t x p.

    `adopted` (n) is the place of the first period under treatment, t where a unit never adopts; every unit has a
    measured period before. `sign` is -1 where units went from the contrast's treatment to its control.
    """

    y: Matrix
    covariates: Matrix
    periods: Matrix
    adopted: Codes
    stratum: Codes
    sign: float
    names: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def measured(self) -> Mask:
        """Which cells have a value (n x t)."""
        return ~np.isnan(self.y)

    @property
    def treated(self) -> Mask:
        """Which cells are from the adoption on (n x t), measured or not."""
        return np.asarray(np.arange(self.periods.size) >= self.adopted[:, None])

    @property
    def never(self) -> Mask:
        """Which units never adopt (n)."""
        return np.asarray(self.adopted == self.periods.size)

    @property
    def since(self) -> Matrix:
        """Periods since the adoption (n x t), 0 in its first; NaN for units that never adopt."""
        first = np.append(self.periods, np.nan)[self.adopted]
        return np.asarray(self.periods - first[:, None])

    def counts(self) -> dict[str, float]:
        """How many units there are, and how many never adopt."""
        return {"units": float(self.adopted.size), "never_adopting_units": float(self.never.sum())}


def adoption(evidence: Evidence) -> Adoption:
    """The grid of a panel. Units that had the treatment from their first period on are left out, with a note.

    Raises Refusal where a unit gives the treatment up again, a cell has two rows, or nobody adopts.
    """
    rows = evidence.require_rows()
    periods, place, shape = _places(rows)
    values = rows.y / rows.parts["exposure"] if "exposure" in rows.parts else rows.y
    state, sign = _turned(_grid(rows.treated.astype(np.float64), place, shape))
    adopted = _adopted(state)
    kept, notes = _kept(rows, state, adopted)
    found = Adoption(
        _grid(values, place, shape)[kept],
        np.stack([_grid(x, place, shape) for x in rows.covariates.T], axis=2)[kept]
        if rows.covariates.shape[1]
        else np.empty((int(kept.sum()), periods.size, 0)),
        periods,
        adopted[kept],
        _strata(rows, shape[0])[kept],
        sign,
        tuple(name for name, keep in zip(rows.unit_names, kept, strict=False) if keep),
        notes,
    )
    if found.never.all():
        raise Refusal(
            "No platform took the treatment up between the first period and the last.",
            remedy="Load more periods, before and after the adoption.",
        )
    return found


def _places(rows: Rows) -> tuple[Matrix, Codes, tuple[int, int]]:
    """The periods, each row's cell as a number, and the grid's shape."""
    if rows.unit is None or rows.period is None or rows.other is None:
        raise Refusal(
            "The rows do not say which platform and which period each is.",
            remedy="Name the columns of both.",
        )
    periods, column = np.unique(rows.period, return_inverse=True)
    place = rows.unit * periods.size + column
    if np.unique(place).size < place.size:
        raise Refusal(
            "A platform has several rows for one period.", remedy="Put them together into one first."
        )
    return periods, place, (int(rows.unit.max()) + 1, periods.size)


def _grid(values: Matrix, place: Codes, shape: tuple[int, int]) -> Matrix:
    grid = np.full(shape[0] * shape[1], np.nan)
    grid[place] = values
    return grid.reshape(shape)


def _turned(state: Matrix) -> tuple[Matrix, float]:
    """The state (1 under what units take up) and -1 where that is the contrast's control."""
    known = ~np.isnan(state)
    some = known.any(axis=1)
    first = np.where(some, state[np.arange(len(state)), np.argmax(known, axis=1)], np.nan)
    changes = np.array([np.unique(row[~np.isnan(row)]).size > 1 for row in state])
    begins = np.unique(first[changes])
    if begins.size > 1:
        raise _given_up()
    return (1 - state, -1.0) if begins.size and begins[0] == 1 else (state, 1.0)


def _adopted(state: Matrix) -> Codes:
    """The place of each unit's first period under treatment."""
    under = state == 1
    first = np.where(under.any(axis=1), np.argmax(under, axis=1), state.shape[1])
    if ((state == 0) & (np.arange(state.shape[1]) > first[:, None])).any():
        raise _given_up()
    return np.asarray(first, dtype=np.intp)


def _kept(rows: Rows, state: Matrix, adopted: Codes) -> tuple[Mask, tuple[str, ...]]:
    """Units with a period before and only the two arms of the contrast, and notes on the others."""
    assert rows.unit is not None
    assert rows.other is not None
    elsewhere = np.isin(np.arange(len(state)), rows.unit[rows.other > 0])
    always = ~((state == 0) & (np.arange(state.shape[1]) < adopted[:, None])).any(axis=1) & ~elsewhere
    notes = []
    if always.any():
        notes.append(
            f"Left out: {int(always.sum())} that had the treatment from the first period on and so tell no change."
        )
    if elsewhere.any():
        notes.append(f"Left out: {int(elsewhere.sum())} that had another treatment.")
    return ~(always | elsewhere), tuple(notes)


def _strata(rows: Rows, size: int) -> Codes:
    """The stratum of each unit (0 where none is declared, or where it changes)."""
    strata = np.zeros(size, dtype=np.intp)
    if rows.stratum is None or rows.unit is None:
        return strata
    strata[rows.unit] = rows.stratum
    return strata if (strata[rows.unit] == rows.stratum).all() else np.zeros(size, dtype=np.intp)


def _given_up() -> Refusal:
    return Refusal(
        "A platform gave up again what it had taken up: these methods need adoption for good.",
        remedy="End the series of that platform before it gave up, or compare its periods as a crossover.",
    )
