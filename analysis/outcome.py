"""Outcomes, the kinds they come in, and the summaries a kind can be reduced to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from analysis.registry import collect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from analysis.cells import Sums

    Parts = Mapping[str, NDArray[np.float64]]
    Options = Mapping[str, float]

Role = Literal["primary", "secondary", "guardrail", "safety"]
Direction = Literal["lower", "higher"]


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale of effect: differences have `null` 0, ratios 1, the probability of superiority a half.

    `reverses` says that more on this scale is less of the outcome: the higher a hazard, the shorter the time.
    """

    name: str
    label: str
    null: float
    reverses: bool = False

    @property
    def is_ratio(self) -> bool:
        """Whether effects multiply (and so are drawn on a logarithmic axis)."""
        return self.null == 1.0


class Summary(Protocol):
    """What one arm (or cluster) is reduced to; `summary(a ++ b) == summary(a) + summary(b)`."""

    @property
    def n(self) -> int:
        """Units with the outcome measured."""
        ...

    @property
    def missing(self) -> int:
        """Units in the analysis population whose outcome was not measured."""
        ...

    def __add__(self, other: Any) -> Any:
        """The summary of both sets of units together."""
        ...

    def cells(self) -> tuple[int, ...]:
        """Every count of people that publishing this summary would reveal."""
        ...

    def describe(self) -> dict[str, float]:
        """The figures of the result document's `arms`: events, mean, sd, value, as they apply."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """An outcome kind: its scales (the primary one first) and how units reduce to a summary.

    `parts` names the numeric columns one unit contributes; `value` where there is just one. A unit whose
    `parts` hold a NaN counts as missing. `optional` parts are filled with their default where a table lacks
    them (a count's `exposure` is 1). `valid` says what is wrong with an array of measured values, or None.

    `draw(rng, n, effect, **truth)` draws the parts of `n` units with a known truth: units drawn with `effect`
    and units drawn with the primary scale's null differ by just `effect` on that scale. Every kind takes
    `base`, the control arm's figure (one number, or one a unit, which is how clusters differ), and, where the
    kind leaves it free, `spread`.

    `counts_columns` names what one row of a counts file holds beside the arm, and `from_counts` turns such a
    row, by column, into a summary; both are empty where a kind cannot be shared as a summary. `from_sums` makes one
    of sums over cells taken together; it is empty where a kind needs every unit's value.

    `takes` names the `Outcome.options` that `summarise(parts, **options)` and `draw` are given as keywords: a
    quantile's `q`, the `tau` up to which a time is followed. `settle((control, treatment), options)` gives the
    options with those that nobody declared and both arms must share, and a note on them.
    """

    name: str
    label: str
    scales: tuple[Scale, ...]
    summarise: Callable[..., Summary]
    draw: Callable[..., Parts]
    valid: Callable[[Parts], str | None]
    parts: tuple[str, ...] = ("value",)
    optional: Mapping[str, float] = field(default_factory=dict)
    counts_columns: tuple[str, ...] = ()
    from_counts: Callable[[Mapping[str, float]], Summary] | None = None
    from_sums: Callable[[Sums], Summary] | None = None
    takes: tuple[str, ...] = ()
    settle: Callable[[tuple[Parts, Parts], Options], tuple[Options, str]] | None = None

    @property
    def primary_scale(self) -> Scale:
        """The scale of the verdict and of the margin."""
        return self.scales[0]


@dataclass(frozen=True, slots=True)
class Cutoff:
    """A score from which on (`above`; else: up to which) somebody is a case, by the authority in `source`."""

    label: str
    at: float
    source: str
    above: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """One declared outcome. `columns` maps each part of its kind to a column of the unit table.

    `margin` is a positive distance on the primary scale; for ratio scales it is read as a factor distance:
    a margin of 0.25 lies at 1.25 on the high side and at 1 / 1.25 on the low side.
    """

    name: str
    label: str
    kind: str
    role: Role = "primary"
    better: Direction = "lower"
    margin: float | None = None
    columns: dict[str, str] = field(default_factory=dict)
    measure: str = ""  # one phrase for a subtitle: what is counted, within which window
    unit: str = ""  # of the value: "seconds", "points (10-50)"; empty for counts and proportions
    baseline: str = ""  # the covariate that is the same score before anything was done
    cutoffs: tuple[Cutoff, ...] = ()  # of a score
    alpha: float | None = None  # a score's published Cronbach's alpha
    step: float = 1.0  # between one possible score and the next
    answered_on: str = ""  # the scale of a finding that cannot be had on the primary one
    options: dict[str, float] = field(default_factory=dict)  # what the kind `takes`: q, tau
    waves: tuple[str, ...] = ()  # of a repeated survey, in order; the last one is what the effect is about

    @property
    def scale(self) -> Scale:
        """The scale of the verdict: the kind's primary one, or the one that `on` chose.

        >>> Outcome("y", "Y", "proportion").scale.name, Outcome("y", "Y", "proportion").on("odds_ratio").scale.name
        ('risk_difference', 'odds_ratio')
        """
        scales = kinds()[self.kind].scales
        return next((scale for scale in scales if scale.name == self.answered_on), scales[0])

    def on(self, scale: str) -> Outcome:
        """This outcome answered on another of its kind's scales, where its margin does not apply.

        On a scale that reverses, better is the other way.

        >>> Outcome("back", "Days until return", "time_to_event", better="higher").on("hazard_ratio").better
        'lower'
        """
        if scale in ("", self.scale.name):
            return self
        answered = replace(self, answered_on=scale, margin=None)
        if not answered.scale.reverses:
            return answered
        return replace(answered, better="lower" if self.better == "higher" else "higher")

    def column(self, part: str) -> str:
        """The unit table's column for a part of this outcome's kind; by default named after the outcome.

        >>> Outcome("searches", "Repeat searches", "count").column("value")
        'searches'
        >>> Outcome("searches", "Repeat searches", "count").column("exposure")
        'searches.exposure'
        """
        return self.columns.get(part, self.name if part == "value" else f"{self.name}.{part}")

    def wave_column(self, wave: str) -> str:
        """The unit table's column for one wave of a repeated outcome.

        >>> Outcome("distress", "Distress", "score", waves=("week-4", "week-8")).wave_column("week-4")
        'distress@week-4'
        """
        return f"{self.column('value')}@{wave}"

    def summary(self, parts: Parts) -> Summary:
        """What some units' parts are reduced to."""
        kind = kinds()[self.kind]
        return kind.summarise(
            parts, **{name: self.options[name] for name in kind.takes if name in self.options}
        )


def kinds() -> Mapping[str, Kind]:
    """Every outcome kind, by name.

    >>> kinds()["proportion"].primary_scale.name
    'risk_difference'
    """
    return collect("analysis.outcomes", Kind)
