"""What an interrupted series looked like beside its model, period by period: for charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.finding import Traced
from analysis.models.segmented import LEVEL, SLOPE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from analysis.evidence import Rows
    from analysis.models.segmented import Segmented

    Matrix = NDArray[np.float64]
    Counts = dict[tuple[str, float], tuple[int, ...]]


SEASON = "season"  # what the name of a season's covariates begins with


def course(model: Segmented, coefficients: Matrix, *, names: tuple[str, ...]) -> tuple[Matrix, Matrix]:
    """What the model fits (n), the season at its mean, and what it expects had the change not come (n): NaN before
    the change, and from the next one on. `names` are those of the covariates.
    """
    x = model.x.copy()
    first = x.shape[1] - model.covariates.shape[1]
    seasonal = [first + place for place, name in enumerate(names) if name.startswith(SEASON)]
    x[:, seasonal] = x[:, seasonal].mean(axis=0)
    fitted = x @ coefficients
    x[:, [LEVEL, SLOPE]] = 0.0
    stage = stages(model)
    asked = stage == stage[int(np.argmax(model.x[:, LEVEL]))]
    return fitted, np.where(asked, x @ coefficients, np.nan)


def stages(model: Segmented) -> NDArray[np.intp]:
    """How many changes have come by each period (n)."""
    last = model.x.shape[1] - model.covariates.shape[1]
    return np.asarray(model.x[:, LEVEL:last:2].sum(axis=1), dtype=np.intp)


def counts(rows: Rows) -> Counts:
    """The counts of events behind each row, by the name of its unit (empty for a single series) and its period.

    A total, what it is a share of, and the rest; where nothing divides it, the total alone.
    """
    totals, exposure = rows.parts["value"], rows.parts.get("exposure", np.ones(rows.parts["value"].size))
    divided = bool((exposure != 1).any())
    period = np.zeros(totals.size) if rows.period is None else rows.period
    found: Counts = {}
    for place in range(totals.size):
        if np.isnan(totals[place]) or np.isnan(exposure[place]):
            continue
        whole = (totals[place], exposure[place], max(exposure[place] - totals[place], 0.0))
        name = rows.unit_names[int(rows.unit[place])] if rows.unit is not None and rows.unit_names else ""
        found[name, float(period[place])] = tuple(round(float(n)) for n in (whole if divided else whole[:1]))
    return found


def traced(
    part: str,
    model: Segmented,
    observed: Matrix,
    *,
    lines: tuple[Matrix, Matrix],
    cells: Counts,
    names: tuple[str, ...] = ("",),
    label: str = "",
) -> Traced:
    """A line for charts: values observed (n) and the `lines` fitted and expected (n each), NaN where there is none.

    `names` are the units whose counts stand behind it.
    """
    return Traced(
        part,
        label,
        tuple(model.period.tolist()),
        tuple(stages(model).tolist()),
        _known(observed),
        _known(lines[0]),
        _known(lines[1]),
        tuple(
            tuple(count for name in names for count in cells.get((name, float(period)), ()))
            for period in model.period
        ),
    )


def _known(values: Iterable[float]) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(value) else float(value) for value in values)
