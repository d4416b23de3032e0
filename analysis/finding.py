"""What was found: contrasts, effects with their intervals, and refusals."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Literal

from analysis.outcome import Outcome

Verdict = Literal["benefit", "harm", "non_inferior", "equivalent", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Contrast:
    """A treatment arm against the control arm, by arm name. Treatment minus, or over, control."""

    treatment: str
    control: str


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect on one scale with its interval. `None` where the figure does not apply (an open end).

    Raises ValueError on a number that is not finite: an estimator must refuse instead.

    >>> Effect(0.2, 0.05, 0.34, se=0.07).low
    0.05
    >>> Effect(float("nan"), 0.0, 1.0)
    Traceback (most recent call last):
        ...
    ValueError: an effect's estimate must be a finite number
    """

    estimate: float
    low: float | None
    high: float | None
    level: float = 0.95
    se: float | None = None
    df: float | None = None
    p_value: float | None = None

    def __post_init__(self) -> None:
        for name in ("estimate", "low", "high", "level", "se", "df", "p_value"):
            value = getattr(self, name)
            if value is None and name not in ("estimate", "level"):
                continue
            if not math.isfinite(value):
                raise ValueError(f"an effect's {name} must be a finite number")
            object.__setattr__(self, name, float(value))


@dataclass(frozen=True, slots=True)
class Traced:
    """One line over n periods in order, in the outcome's own figures: what was observed beside what the model made.

    `part` is "series"; beside controls "treated", "control" (their mean) and "gap" (treated less control).
    `observed` is None where it may not be shown, `expected` (what the course before foretold) wherever its change
    has not come, or the next one has. `stage` counts the changes that have come; `cells` are the counts of events
    behind each observed value, for disclosure control.
    """

    part: str
    label: str
    periods: tuple[float, ...]
    stage: tuple[int, ...]
    observed: tuple[float | None, ...]
    fitted: tuple[float | None, ...]
    expected: tuple[float | None, ...]
    cells: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Survived:
    """One arm's shares still without the event at k fixed times, the first of them 0, with pointwise intervals.

    `at_risk` counts the units followed to each time or longer, and `came` and `lost` those whose event came, or who
    were lost from sight, by then: for disclosure control, which leaves the last two empty.
    """

    arm: str
    times: tuple[float, ...]
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    at_risk: tuple[int, ...]
    came: tuple[int, ...]
    lost: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an estimator returns: effects by scale name (the primary one always among them), and more.

    An estimator that cannot answer on the primary scale (a hazard ratio is no difference in time) names the
    `scale` that it answers on instead; it is then no default.
    `unanswered` gives the reason, a sentence, for each further scale on which there is no finite effect.
    `descriptive` marks intervals from a design that cannot support inference: no verdict is drawn from them.
    `simultaneous` says that intervals and p-values hold for all arms against the control together.
    `profile` splits the effect on the primary scale by something labelled, in order: time since the switch, time
    since adoption, wave. `trace` shows the series behind the effect, period by period, `curves` the share of each
    arm still without the event.
    """

    effects: dict[str, Effect]
    parameters: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    clusters: dict[str, int] = field(default_factory=dict)  # {"control": 6, "treatment": 6}
    icc: float | None = None
    descriptive: bool = False
    unanswered: dict[str, str] = field(default_factory=dict)
    profile: dict[str, Effect] = field(default_factory=dict)
    scale: str = ""
    simultaneous: bool = False
    trace: tuple[Traced, ...] = ()
    curves: tuple[Survived, ...] = ()


@dataclass(frozen=True, slots=True)
class Subgroup:
    """The units with one level of a declared attribute."""

    attribute: str
    level: str


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """One arm's figures. `cells` are the counts of people behind them, for disclosure control."""

    arm: str
    n: int
    missing: int
    figures: dict[str, float]  # events, mean, sd, value: what applies
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One outcome, one contrast, one estimator."""

    outcome: Outcome
    contrast: Contrast
    estimator: str
    default: bool
    estimate: Estimate
    arms: tuple[ArmFigures, ...]  # control first
    verdict: Verdict
    p_adjusted: float | None = None
    adjusted_by: str | None = None
    subgroup: Subgroup | None = None

    @property
    def effect(self) -> Effect:
        """The effect on the primary scale."""
        return self.estimate.effects[self.outcome.scale.name]

    def saying(self, *notes: str) -> Finding:
        """With more notes."""
        return replace(self, estimate=replace(self.estimate, notes=(*self.estimate.notes, *notes)))


@dataclass(frozen=True, slots=True)
class NotEstimable:
    """What could not be had, why, and what would help."""

    outcome: str
    contrast: Contrast | None
    estimator: str | None
    reason: str
    remedy: str
