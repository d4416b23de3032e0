"""How long units were followed: whose window reaches beyond the log, and what came early and late in a window.

Both are had in the pass that measures the outcomes, as columns of their own that the unit table does not keep.
"""

from __future__ import annotations

from functools import partial, reduce
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlglot import exp

from analysis.about import Halves
from analysis.layout import CLUSTERED, PARALLEL
from experiments.design import designs
from experiments.sql import part
from experiments.unit_query import SECOND, where

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from experiments.cell_sums import Cells
    from experiments.study import DeclaredOutcome, Study

    Matrix = NDArray[np.float64]

FEWEST_DAYS = 4  # of a window whose halves are told apart
OURS = "follow_up."
WATCHED, FIRST, LAST = f"{OURS}watched", f"{OURS}first.", f"{OURS}last."


def columns(study: Study) -> dict[str, exp.Expression]:
    """Columns of the unit query: for how long the log tells of a unit whose time is not over (microseconds), and
    the events in the halves of windows.
    """
    found: dict[str, exp.Expression] = {}
    for outcome in study.outcomes:
        if not (seconds := _seconds(outcome)):
            continue
        found[WATCHED] = part(
            "any_value(CASE WHEN NOT c.complete THEN epoch_us(c.log_end) - epoch_us(c.exposure) END)"
        )
        if _parted(outcome, study):
            first = part(
                "count(*) FILTER (WHERE e.event = :name AND e.since >= 0 AND e.since < :until)",
                name=outcome.source.event,
                until=seconds // 2 * SECOND,
            )
            # The outcome counts the whole window already.
            whole = part("count(*) FILTER (WHERE :here)", here=where(outcome.source))
            found[f"{FIRST}{outcome.id}"] = first
            found[f"{LAST}{outcome.id}"] = part("(:whole - :first)", whole=whole, first=first)
    return found


def sums(cells: Cells, study: Study) -> dict[str, NDArray[Any]]:
    """Sums of the columns above over units of a cell: who was not followed, and what came early and late."""
    found: dict[str, NDArray[Any]] = {}
    for outcome in study.outcomes:
        if not (seconds := _seconds(outcome)):
            continue
        found[f"short.{outcome.id}"] = cells.once(("short", seconds), partial(_short, cells, seconds))
        if _parted(outcome, study):
            found |= _half_sums(cells, outcome, seconds)
    return found


def _followed(cells: Cells, seconds: int) -> NDArray[np.bool_]:
    """The rows whose window the log covers: those that were watched for so long, or whose time was over before."""
    return cells.once(("followed", seconds), lambda: ~(cells.values(WATCHED) < seconds * SECOND))


def _short(cells: Cells, seconds: int) -> NDArray[np.int64]:
    return cells.count(~_followed(cells, seconds))


def _half_sums(cells: Cells, outcome: DeclaredOutcome, seconds: int) -> dict[str, NDArray[Any]]:
    whole = _followed(cells, seconds)
    held = [cells.held_as(f"{name}{outcome.id}") for name in (FIRST, LAST)]
    first, last = (cells.values(name) for name in held)

    def once(name: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        return cells.once((name, *held, seconds), make)

    counts = {
        "n": cells.once(("count followed", seconds), lambda: cells.count(whole)),
        "with_first": once("with_first", lambda: cells.count((first > 0) & whole)),
        "with_last": once("with_last", lambda: cells.count((last > 0) & whole)),
    }
    if outcome.kind == "proportion":  # once or never, so that counts are sums
        halves = {half: counts[f"with_{half}"].astype(np.float64) for half in ("first", "last")}
        sums = {**halves, **{f"{half}2": of_it for half, of_it in halves.items()}}
        sums["change2"] = cells.count(((first > 0) != (last > 0)) & whole).astype(np.float64)
    else:
        only = cells.once(("only followed", seconds), lambda: cells.only(whole))
        change = last - first
        terms = {
            "first": (first,),
            "last": (last,),
            "first2": (first, first),
            "last2": (last, last),
            "change2": (change, change),
        }
        sums = {name: once(name, partial(_total, cells, of, only)) for name, of in terms.items()}
    return {
        **{f"sum.{outcome.id}.{name}": values for name, values in sums.items()},
        **{f"count.{outcome.id}.{name}": count for name, count in counts.items()},
    }


def _total(cells: Cells, terms: tuple[Matrix, ...], only: NDArray[np.int64]) -> Matrix:
    return cells.sum(reduce(np.multiply, terms), only)


def not_followed(frame: pd.DataFrame, study: Study) -> dict[str, int]:
    """By outcome with a window, the units of the query's answer whose window the log does not cover."""
    cut = {
        outcome.id: ~_covered(frame, seconds) for outcome in study.outcomes if (seconds := _seconds(outcome))
    }
    return {
        name: int(frame.loc[short, "unit"].nunique() if "unit" in frame else short.sum())
        for name, short in cut.items()
    }


def halves(frame: pd.DataFrame, study: Study) -> dict[str, dict[str, Halves]]:
    """By outcome and arm, the two halves of windows of several days: of outcomes that count events or ask for any.

    Over units whose whole window the log covers; where clusters were assigned, over clusters' means.
    """
    found: dict[str, dict[str, Halves]] = {}
    for outcome in study.outcomes:
        if f"{FIRST}{outcome.id}" in frame:
            kept = frame[_covered(frame, _seconds(outcome))]
            arms = {str(arm): _halves(rows, outcome) for arm, rows in kept.groupby("arm", observed=True)}
            found[outcome.id] = {arm: both for arm, both in arms.items() if both is not None}
    return found


def not_followed_in(cells: pd.DataFrame, study: Study) -> dict[str, int]:
    """By outcome with a window, the units of the cells whose window the log does not cover."""
    return {
        outcome.id: int(cells[f"short.{outcome.id}"].sum()) for outcome in study.outcomes if _seconds(outcome)
    }


def halves_in(cells: pd.DataFrame, study: Study) -> dict[str, dict[str, Halves]]:
    """What `halves` tells, from the sums of cells."""
    found: dict[str, dict[str, Halves]] = {}
    for outcome in study.outcomes:
        if f"count.{outcome.id}.n" in cells:
            arms = {str(arm): _halves_of(rows, outcome) for arm, rows in cells.groupby("arm", observed=True)}
            found[outcome.id] = {arm: both for arm, both in arms.items() if both is not None}
    return found


def _halves_of(cells: pd.DataFrame, outcome: DeclaredOutcome) -> Halves | None:
    n, with_first, with_last = (
        int(cells[f"count.{outcome.id}.{name}"].sum()) for name in ("n", "with_first", "with_last")
    )
    if "cluster" in cells:
        by = cells.groupby(cells["cluster"].astype("str"))
        size = by[f"count.{outcome.id}.n"].sum().to_numpy()
        halves = [by[f"sum.{outcome.id}.{half}"].sum().to_numpy()[size > 0] for half in ("first", "last")]
        return _between(halves[0] / size[size > 0], halves[1] / size[size > 0], with_first, with_last)
    if n < 2:
        return None
    names = ("first", "last", "first2", "last2", "change2")
    first, last, *squares = (float(cells[f"sum.{outcome.id}.{name}"].sum()) for name in names)
    variances = [
        (square - total**2 / n) / (n - 1)
        for square, total in zip(squares, (first, last, last - first), strict=True)
    ]
    return Halves(n, first / n, last / n, variances[0], variances[1], variances[2], with_first, with_last)


def _covered(frame: pd.DataFrame, seconds: int) -> NDArray[np.bool_]:
    """Which rows were watched for so long, or their time was over before the log was."""
    watched = frame[WATCHED].to_numpy(dtype=np.float64, na_value=np.inf)
    return np.asarray(watched >= seconds * 1e6)


def _halves(rows: pd.DataFrame, outcome: DeclaredOutcome) -> Halves | None:
    events = [rows[f"{half}{outcome.id}"].to_numpy(dtype=np.float64) for half in (FIRST, LAST)]
    with_first, with_last = (int((counts > 0).sum()) for counts in events)
    first, last = (np.minimum(counts, 1.0) if outcome.kind == "proportion" else counts for counts in events)
    if "cluster" in rows:
        first, last = _means(first, last, rows["cluster"].astype("str").to_numpy(dtype=object))
    return _between(first, last, with_first, with_last)


def _between(first: Matrix, last: Matrix, with_first: int, with_last: int) -> Halves | None:
    order = np.lexsort((first, last))
    first, last = first[order], last[order]
    if first.size < 2:
        return None
    return Halves(
        first.size,
        float(first.mean()),
        float(last.mean()),
        _variance(first),
        _variance(last),
        _variance(last - first),
        with_first,
        with_last,
    )


def _variance(values: Matrix) -> float:
    return float(values.var(ddof=1))


def _means(first: Matrix, last: Matrix, cluster: NDArray[np.object_]) -> tuple[Matrix, Matrix]:
    """The clusters' means of both halves."""
    code = np.unique(cluster, return_inverse=True)[1]
    sizes = np.bincount(code)
    return np.bincount(code, weights=first) / sizes, np.bincount(code, weights=last) / sizes


def _parted(outcome: DeclaredOutcome, study: Study) -> bool:
    """Whether an outcome's window is told apart into halves."""
    simple = outcome.kind == "proportion" or (outcome.kind == "count" and outcome.per != "exposure")
    layout = designs()[study.design.kind].layout
    long = _seconds(outcome) >= FEWEST_DAYS * 86_400
    return simple and long and outcome.source.event is not None and layout in (PARALLEL, CLUSTERED)


def _seconds(outcome: DeclaredOutcome) -> int:
    """The length of an outcome's window after the exposure; 0 where it has none of a length."""
    return max([0, *(source.window.seconds for source in outcome.sources if source.window is not None)])
