"""One outcome under one contrast: a summary of each arm always, rows or groups of units where they are held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.groups import groups_of, needs_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from analysis.finding import Contrast
    from analysis.groups import Groups
    from analysis.outcome import Outcome, Summary


@dataclass(frozen=True, slots=True)
class Episodes:
    """Dated events: arrays of one length m, an interval (start, stop] of one unit each, `event` at its end.

    `unit` numbers the rows of `Rows`; times are in the unit of the outcome's exposure.
    """

    unit: NDArray[np.intp]
    start: NDArray[np.float64]
    stop: NDArray[np.float64]
    event: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    """The measured rows of both arms (of every arm in `whole` layouts) as arrays of one length n.

    `covariates` is n x p, complete (gaps are filled with the mean of the rows, White and Thompson 2005,
    doi 10.1002/sim.1981) and not centred; `cluster`, `stratum`, `unit` and `sequence` are integer codes from 0
    upwards. `period` counts periods as the table does. `other` is 0 for the two arms of the contrast and 1, 2, …
    for the other arms of a whole layout, in the order of their first period, then of their names. `waves` is
    n x w with NaN where a wave was missed: there `parts` hold the last wave, and a row needs any
    wave, not the last.
    """

    treated: NDArray[np.bool_]
    parts: Mapping[str, NDArray[np.float64]]
    covariates: NDArray[np.float64]
    covariate_names: tuple[str, ...] = ()
    cluster: NDArray[np.intp] | None = None
    stratum: NDArray[np.intp] | None = None
    unit: NDArray[np.intp] | None = None
    sequence: NDArray[np.intp] | None = None
    period: NDArray[np.float64] | None = None
    other: NDArray[np.intp] | None = None
    waves: NDArray[np.float64] | None = None
    episodes: Episodes | None = None
    unit_names: tuple[str, ...] = ()  # of the codes in `unit`, for platforms; people are never named

    @property
    def y(self) -> NDArray[np.float64]:
        """The outcome's value, for kinds that have just one."""
        return self.parts["value"]


@dataclass(frozen=True, slots=True)
class Uncounted:
    """The summary of an arm whose people nobody counted: sites share only effects."""

    n: int = 0
    missing: int = 0

    def __add__(self, other: Uncounted) -> Uncounted:
        """Nobody and nobody."""
        return self

    def cells(self) -> tuple[int, ...]:
        """No count of people is behind it."""
        return ()

    def describe(self) -> dict[str, float]:
        """Nothing is known of the arm by itself."""
        return {}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an estimator sees. `rows` is None where only summaries were shared or read, or `groups` in their place.

    `others` are the summaries of the further arms of a parallel layout, by name, for methods that compare all arms
    together.
    """

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
    others: Mapping[str, Summary] = field(default_factory=dict)
    groups: Groups | None = None

    def require_rows(self) -> Rows:
        """The rows; raises Refusal where only summaries are held."""
        if self.rows is None:
            raise needs_rows()
        return self.rows

    def require_groups(self) -> Groups:
        """The groups of units, each row one where rows are held; raises Refusal where only summaries are."""
        return groups_of(self.require_rows()) if self.groups is None else self.groups

    @property
    def grouped(self) -> bool:
        """Whether rows or groups are held."""
        return self.rows is not None or self.groups is not None

    @property
    def adjustable(self) -> bool:
        """Whether covariates are held."""
        held = self.groups if self.rows is None else self.rows
        return held is not None and bool(held.covariates.shape[1])

    @property
    def stratified(self) -> bool:
        """Whether it is known which stratum a unit belongs to."""
        held = self.groups if self.rows is None else self.rows
        return held is not None and held.stratum is not None

    @property
    def assigned(self) -> int:
        """The units of the smallest arm, measured or not."""
        return min(arm.n + arm.missing for arm in (self.control, self.treatment, *self.others.values()))
