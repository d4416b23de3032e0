"""Episodes: what lies between the dated events of units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.evidence import Episodes

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray

    from analysis.outcome import Outcome


def episodes(frame: pd.DataFrame, outcome: Outcome, *, exposure: NDArray[Any]) -> Episodes | None:
    """The dated events of a count: each unit's intervals as they are told, else those between its times.

    After its last time a unit is under watch until its column `followed` (where there is none, its exposure) is
    over. None where no times were kept.

    >>> import pandas as pd
    >>> from analysis.outcome import Outcome
    >>> table = pd.DataFrame({"y.times": [[2.0, 2.0]]})
    >>> found = episodes(table, Outcome("y", "Y", "count"), exposure=np.array([5.0]))
    >>> found.start.tolist(), found.stop.tolist(), found.event.tolist()
    ([0.0, 2.0, 2.0], [2.0, 2.0, 5.0], [True, True, False])
    """
    times, told, followed = (outcome.column(part) for part in ("times", "spans", "followed"))
    if times not in frame:
        return None
    if told in frame:
        spans = list(frame[told])
    else:
        ends = frame[followed].to_numpy(dtype=np.float64) if followed in frame else exposure
        spans = [_between(*unit) for unit in zip(frame[times], ends, strict=True)]
    unit = np.repeat(np.arange(len(spans)), [len(of_unit) for of_unit in spans])
    table = np.array([span for of_unit in spans for span in of_unit], dtype=np.float64).reshape(-1, 3)
    return Episodes(unit, table[:, 0], table[:, 1], table[:, 2] > 0)


def _between(times: Iterable[float], end: float) -> list[tuple[float, float, float]]:
    """Intervals that end in an event, and the one after the last event, as (start, stop, event)."""
    ends = sorted(float(time) for time in times)
    found = [(start, stop, 1.0) for start, stop in zip([0.0, *ends], ends, strict=False)]
    last = ends[-1] if ends else 0.0
    return [*found, (last, float(end), 0.0)] if end > last else found
