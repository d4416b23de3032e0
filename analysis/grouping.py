"""Grouping: from a table of cells to the evidence on one outcome, and what gathering from rows shares with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.covariates import design_matrix
from analysis.evidence import Evidence
from analysis.groups import Groups
from analysis.layout import PARALLEL
from analysis.outcome import kinds
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from analysis.cells import CellTable, Sums
    from analysis.finding import Contrast
    from analysis.outcome import Outcome, Summary

    Values = NDArray[np.float64]


def group(table: CellTable, outcome: Outcome, contrast: Contrast, *, covariates: tuple[str, ...]) -> Evidence:
    """The evidence on `outcome` as groups of units alike, one a cell with a measured unit.

    Raises Refusal when an arm is absent or nobody in it was measured, TypeError for a kind that has no sums.
    """
    sums = table.sums[outcome.name].filled(kinds()[outcome.kind].optional)
    arm = table.keys["arm"].to_numpy()
    control, treatment = (_summary(sums.among(arm == name), outcome) for name in _arms(contrast))
    for side, summary in (("control", control), ("treatment", treatment)):
        if summary.n == 0:
            raise unmeasured(outcome, side)
    kept = np.isin(arm, _arms(contrast)) & (sums.n > 0)
    found, notes = _groups(table, outcome, kept, contrast, covariates=covariates)
    parallel = table.layout == PARALLEL
    further = sorted(set(arm[sums.n > 0]) - set(_arms(contrast))) if parallel else ()
    return Evidence(
        outcome,
        contrast,
        table.layout.name,
        control,
        treatment,
        clusters=by_arm(found.cluster, found.treated),
        notes=notes,
        others={str(name): _summary(sums.among(arm == name), outcome) for name in further},
        groups=found,
    )


def _arms(contrast: Contrast) -> tuple[str, str]:
    return contrast.control, contrast.treatment


def _summary(sums: Sums, outcome: Outcome) -> Summary:
    made = kinds()[outcome.kind].from_sums
    if made is None:
        raise TypeError(f"the kind {outcome.kind} has no sums")
    return made(sums)


def _groups(
    table: CellTable,
    outcome: Outcome,
    kept: NDArray[np.bool_],
    contrast: Contrast,
    *,
    covariates: tuple[str, ...],
) -> tuple[Groups, tuple[str, ...]]:
    """The groups of the cells `kept`, and what is to be said of covariates."""
    sums = table.sums[outcome.name].filled(kinds()[outcome.kind].optional).among(kept)
    frame, n = table.keys.loc[kept], sums.n.astype(np.float64)
    matrix, names = design_matrix(frame, covariates, units=n)
    parallel = table.layout == PARALLEL  # a cluster that nobody assigned is no part of the design
    found = Groups(
        frame["arm"].to_numpy() == contrast.treatment,
        n,
        {part: totals / n for part, totals in sums.totals.items()},
        matrix,
        names,
        cluster=None if parallel else codes(frame, "cluster"),
        stratum=codes(frame, "stratum"),
        within=_within(sums, n),
        centres=sums.centres,
        levels=_levels(sums, events=outcome.kind == "proportion"),
    )
    return found, tuple(notes_on(frame, covariates, names))


def _within(sums: Sums, n: Values) -> Mapping[tuple[str, str], Values]:
    """Products of deviations from each cell's own means; squares not below 0."""
    found = {}
    for (first, second), products in sums.products.items():
        inside = np.where(n > 1, products - sums.totals[first] * sums.totals[second] / n, 0.0)
        found[first, second] = np.maximum(inside, 0.0) if first == second else inside
    return found


def _levels(sums: Sums, *, events: bool) -> Values | None:
    """How many units of each cell are at each level, where that is known; without and with, of `events`."""
    if not events:
        return None if sums.levels is None else sums.levels.astype(np.float64)
    came = np.rint(sums.totals["value"] + sums.n * sums.centres["value"])
    return np.column_stack([sums.n - came, came])


def by_arm(cluster: NDArray[np.intp] | None, treated: NDArray[np.bool_]) -> dict[str, int] | None:
    """How many clusters each arm has; None without clusters.

    >>> by_arm(np.array([0, 0, 1]), np.array([True, True, False]))
    {'control': 1, 'treatment': 1}
    """
    if cluster is None:
        return None
    sides = {"control": ~treated, "treatment": treated}
    return {name: int(np.unique(cluster[side]).size) for name, side in sides.items()}


def codes(frame: pd.DataFrame, column: str) -> NDArray[np.intp] | None:
    """A column's values numbered from 0 in their order; None where there is no such column."""
    if column not in frame:
        return None
    import pandas as pd

    found: NDArray[np.intp] = pd.factorize(frame[column], sort=True)[0]
    return found


def notes_on(frame: pd.DataFrame, covariates: tuple[str, ...], names: tuple[str, ...]) -> Iterator[str]:
    """What the reader has to know of covariates that were not taken as they are."""
    for covariate in covariates:
        if not any(name == covariate or name.startswith(f"{covariate}=") for name in names):
            yield f"The covariate {covariate!r} does not vary and was left out."
        elif covariate in names and frame[covariate].isna().any():
            yield f"Gaps in the covariate {covariate!r} were filled with its mean."


def unmeasured(outcome: Outcome, side: str) -> Refusal:
    """The refusal where nobody in one of the two arms has the outcome."""
    return Refusal(
        f"Nobody in the {side} arm has the outcome {outcome.name!r} measured.",
        remedy="Load the missing part of the log, or check the outcome's event and window.",
    )
