"""Looks that somebody took, from a table: what may be said at each, however many there were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.looks.anytime import any_looks
from experiments.faults import Fault
from experiments.tables.table_file import numbers, read_table, require_columns

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.looks.anytime import AnyLook


@dataclass(frozen=True, slots=True)
class Taken:
    """A table with one row a look, in order: its columns of units so far, of the estimate, and of its variance."""

    table: Path
    n: str = "n"
    estimate: str = "estimate"
    variance: str = "variance"


def looks_taken(
    taken: Taken, *, mixing: float, best_at: float, alpha: float = 0.05
) -> list[tuple[float, float, AnyLook]]:
    """Units, estimate and what may be said, look by look. Raises Fault where the table does not fit."""
    frame = read_table(taken.table, text=())
    require_columns(frame, (taken.n, taken.estimate, taken.variance))
    n, estimate, variance = (
        numbers(frame, name).to_numpy() for name in (taken.n, taken.estimate, taken.variance)
    )
    if not (np.isfinite(n) & np.isfinite(estimate) & np.isfinite(variance)).all():
        raise Fault("A look lacks a number.", expected="units, estimate and variance in every row")
    if not ((n > 0).all() and (variance > 0).all() and (np.diff(n) >= 0).all()):
        raise Fault(
            "The looks cannot be in this order, or a variance is not above 0.",
            expected="units that grow from row to row, and variances above 0",
        )
    found = any_looks(
        estimate.tolist(), variance.tolist(), n.tolist(), mixing=mixing, best_at=best_at, alpha=alpha
    )
    return list(zip(n.tolist(), estimate.tolist(), found, strict=True))
