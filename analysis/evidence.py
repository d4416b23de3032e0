"""One outcome under one contrast: a summary of each arm always, the rows where they are held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.outcome import kinds
from analysis.refusal import Refusal

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from analysis.finding import Contrast
    from analysis.outcome import Kind, Outcome, Parts, Summary
    from analysis.table import UnitTable


MOST_LEVELS = (
    250  # as many as there are countries; a category with more is a name, a date or a mistyped number
)


@dataclass(frozen=True, slots=True)
class Rows:
    """The measured units of both arms as arrays of one length n.

    `covariates` is n x p, complete (gaps are filled with the mean of both arms, White and Thompson 2005,
    doi 10.1002/sim.1981) and not centred; `cluster` and `stratum` are integer codes from 0 upwards.
    """

    treated: NDArray[np.bool_]
    parts: Mapping[str, NDArray[np.float64]]
    covariates: NDArray[np.float64]
    covariate_names: tuple[str, ...] = ()
    cluster: NDArray[np.intp] | None = None
    stratum: NDArray[np.intp] | None = None

    @property
    def y(self) -> NDArray[np.float64]:
        """The outcome's value, for kinds that have just one."""
        return self.parts["value"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an estimator sees. `rows` is None where only summaries were shared or read."""

    outcome: Outcome
    contrast: Contrast
    layout: str
    control: Summary
    treatment: Summary
    rows: Rows | None = None
    clusters: Mapping[str, int] | None = (
        None  # {"control": G0, "treatment": G1}, clusters with a measured unit
    )
    notes: tuple[str, ...] = ()  # what was done to covariates before any fit

    def require_rows(self) -> Rows:
        """The rows; raises Refusal where only summaries are held."""
        if self.rows is None:
            raise Refusal(
                "This estimator needs one row a unit, and only summaries were shared.",
                remedy="Use an estimator that works from counts, or load the unit-level log.",
            )
        return self.rows


def gather(
    table: UnitTable,
    outcome: Outcome,
    contrast: Contrast,
    *,
    covariates: tuple[str, ...] = (),
) -> Evidence:
    """The evidence on `outcome` for the two arms of `contrast`; units without the outcome count as missing.

    Raises Refusal when an arm or a column is absent, a value is impossible for the kind, or nobody was measured.
    """
    kind = kinds()[outcome.kind]
    arm = table.frame["arm"].to_numpy()
    frame = table.frame.loc[(arm == contrast.treatment) | (arm == contrast.control)]
    treated = frame["arm"].to_numpy() == contrast.treatment
    parts = _parts(frame, outcome, kind)
    measured = ~np.any([np.isnan(values) for values in parts.values()], axis=0)
    known = {part: values[measured] for part, values in parts.items()}
    if fault := kind.valid(known):
        raise Refusal(
            f"The outcome {outcome.name!r} is declared as {kind.name}, but {fault}.",
            remedy="Correct the outcome's kind, or what it is measured by.",
        )
    control, treatment = (
        _summary(parts, outcome, side, name) for name, side in (("control", ~treated), ("treatment", treated))
    )
    kept = frame.loc[measured]
    matrix, names = design_matrix(kept, covariates)
    cluster = _codes(kept, "cluster") if "cluster" in table.layout.requires else None
    rows = Rows(treated[measured], known, matrix, names, cluster, _codes(kept, "stratum"))
    notes = tuple(_treated(kept, covariates, names))
    return Evidence(outcome, contrast, table.layout.name, control, treatment, rows, _clusters(rows), notes)


def _treated(frame: pd.DataFrame, covariates: tuple[str, ...], names: tuple[str, ...]) -> Iterator[str]:
    """What the reader has to know of covariates that were not taken as they are."""
    for covariate in covariates:
        if not any(name == covariate or name.startswith(f"{covariate}=") for name in names):
            yield f"The covariate {covariate!r} does not vary and was left out."
        elif covariate in names and frame[covariate].isna().any():
            yield f"Gaps in the covariate {covariate!r} were filled with its mean."


def _summary(parts: Parts, outcome: Outcome, side: NDArray[np.bool_], arm: str) -> Summary:
    summary = kinds()[outcome.kind].summarise({part: values[side] for part, values in parts.items()})
    if summary.n == 0:
        raise Refusal(
            f"Nobody in the {arm} arm has the outcome {outcome.name!r} measured.",
            remedy="Load the missing part of the log, or check the outcome's event and window.",
        )
    return summary


def design_matrix(
    frame: pd.DataFrame, covariates: tuple[str, ...]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Baseline covariates as columns: numbers as they are, categories as indicators (the first level left out).

    Gaps are filled with the mean. A covariate that does not vary is dropped: it carries no information.
    Raises Refusal where numbers are not finite, or where a category has too many levels to be one.
    """
    columns: list[NDArray[np.float64]] = []
    names: list[str] = []
    for covariate in covariates:
        series = frame[covariate]
        if series.dtype.kind in "iufb":
            numeric = {covariate: series.to_numpy(dtype=np.float64, na_value=np.nan)}
            if np.isinf(numeric[covariate]).any():
                raise Refusal(
                    f"The covariate {covariate!r} holds a number that is not finite.",
                    remedy="Correct it, or leave the covariate out.",
                )
        else:
            labels = series.astype("str").to_numpy(dtype=object, na_value="")
            levels = sorted(set(labels))[1:]
            if len(levels) >= MOST_LEVELS:
                raise Refusal(
                    f"The covariate {covariate!r} holds {MOST_LEVELS} or more different texts: no categories.",
                    remedy="Turn it into numbers, merge its categories, or leave it out.",
                )
            numeric = {f"{covariate}={level}": (labels == level).astype(np.float64) for level in levels}
        for name, values in numeric.items():
            known = values[~np.isnan(values)]
            if known.size and np.ptp(known) > 0:
                columns.append(np.where(np.isnan(values), known.mean(), values))
                names.append(name)
    matrix = np.column_stack(columns) if columns else np.empty((len(frame), 0))
    return matrix, tuple(names)


def _parts(frame: pd.DataFrame, outcome: Outcome, kind: Kind) -> dict[str, NDArray[np.float64]]:
    parts = {}
    for part in (*kind.parts, *kind.optional):
        column = outcome.column(part)
        if column in frame:
            values = frame[column]
            if values.dtype.kind not in "iufb":
                raise Refusal(
                    f"The column {column!r} holds text where numbers are expected.",
                    remedy="Name the right column, or turn it into numbers.",
                )
            parts[part] = values.to_numpy(dtype=np.float64, na_value=np.nan)
        elif part in kind.optional:
            parts[part] = np.full(len(frame), kind.optional[part])
        else:
            raise Refusal(
                f"The table has no column {column!r} for the outcome {outcome.name!r}.",
                remedy="Name the right column.",
            )
    return parts


def _codes(frame: pd.DataFrame, column: str) -> NDArray[np.intp] | None:
    if column not in frame:
        return None
    import pandas as pd

    codes: NDArray[np.intp] = pd.factorize(frame[column], sort=True)[0]
    return codes


def _clusters(rows: Rows) -> dict[str, int] | None:
    if rows.cluster is None:
        return None
    return {
        "control": int(np.unique(rows.cluster[~rows.treated]).size),
        "treatment": int(np.unique(rows.cluster[rows.treated]).size),
    }
