"""Scores over time: at each wave of a questionnaire and in each arm, who answered, their mean, and their bands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

By = Literal["wave", "period"]


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """A named range of scores by a published convention, both ends included; no diagnosis."""

    label: str
    low: float
    high: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class AnsweredGroup:
    """One arm at one wave: `answered` of `asked` people, in so many `clusters` (None: assigned one by one).

    `mean` with the ends of its interval and `sd` are in points, None where they cannot be had; `in_bands` counts
    the people in each band of the course.
    """

    when: str
    arm: str
    asked: int
    answered: int
    clusters: int | None = None
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    sd: float | None = None
    in_bands: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreCourse:
    """One score over time: `whens` are the waves, or the periods, in order; `level` is that of the intervals.

    `least` and `most` are the ends of the score's range. Groups stand wave by wave, then in the order of the arms.
    """

    outcome: str
    instrument: str
    by: By
    level: float
    least: float
    most: float
    whens: tuple[str, ...]
    bands: tuple[ScoreBand, ...] = ()
    groups: tuple[AnsweredGroup, ...] = field(default_factory=tuple)


def answered_group(
    scores: NDArray[np.float64],
    clusters: NDArray[np.str_] | None,
    *,
    when: str,
    arm: str,
    level: float,
    bands: tuple[ScoreBand, ...],
) -> AnsweredGroup:
    """The group of people with these `scores` (n, NaN for no answer), each in one of `clusters` (n) if any.

    The interval is that of a mean of clusters of unequal size: the linearised variance with k - 1 degrees of
    freedom (Cochran 1977, Sampling Techniques, ch. 9A), which for people one by one is the t interval of a mean.

    >>> import numpy as np
    >>> found = answered_group(np.array([1.0, 2, 3, np.nan]), None, when="w", arm="a", level=0.95, bands=())
    >>> found.answered, found.mean, round(found.low, 3), round(found.high, 3)
    (3, 2.0, -0.484, 4.484)
    """
    import numpy as np

    known = ~np.isnan(scores)
    values = scores[known]
    of = None if clusters is None else clusters[known]
    counted = None if of is None else int(np.unique(of).size)
    n = int(values.size)
    in_bands = tuple(int(((values >= band.low) & (values <= band.high)).sum()) for band in bands)
    if n < 2:
        return AnsweredGroup(when, arm, int(scores.size), n, counted, in_bands=in_bands)
    mean, half = float(values.mean()), _half_width(values, of, level)
    low, high = (None, None) if half is None else (mean - half, mean + half)
    return AnsweredGroup(
        when, arm, int(scores.size), n, counted, mean, low, high, float(values.std(ddof=1)), in_bands
    )


def _half_width(values: NDArray[np.float64], clusters: NDArray[np.str_] | None, level: float) -> float | None:
    """Half the interval of the mean; None with fewer than two clusters."""
    import numpy as np

    from analysis.chance.distributions import t_quantile

    apart = values - values.mean()
    if clusters is not None:
        _, place = np.unique(clusters, return_inverse=True)
        apart = np.bincount(place, apart)
    k = apart.size
    if k < 2:
        return None
    se = float(np.sqrt(k / (k - 1) * (apart**2).sum())) / values.size
    return t_quantile((1 + level) / 2, k - 1) * se
