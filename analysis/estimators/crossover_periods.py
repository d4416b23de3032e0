"""Compares each unit with itself under the other arm, and takes off what the period alone did.

Question: Did the same people fare differently under the treatment than under the control?
Estimand: The average difference within a person between treatment and control, in people who were seen under both.
Assumes: Nothing carries over from one period into the next (by design: a wash-out), the period does the same to
    everybody, and the order of the arms was given by chance.
Interval: Student's t on within-person period differences, with two degrees of freedom fewer than there are people
    for two periods; in general least squares with person and period effects, n less all effects. Where teams were
    given their order as a whole: Bell and McCaffrey's standard error by team, Satterthwaite's degrees of freedom.
Breaks when: The treatment carries over. The test of it is shown with its interval and decides nothing: choosing the
    analysis by it gives 8.4 to 8.7 % false positives. With over two periods, neighbouring periods must be no more
    alike than distant ones.
Source: Senn (2002), Cross-over Trials in Clinical Research, 2nd ed., ch. 3; Freeman (1989), Statistics in Medicine
    8:1421; Bell and McCaffrey (2002), Survey Methodology 28:169.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import against_margin, t_effect
from analysis.estimator import Estimator
from analysis.figures.clusters import TOO_FEW
from analysis.figures.moments import Moments, moments
from analysis.finding import Effect, Estimate
from analysis.models.crossover import crossover_of, independent
from analysis.models.linear import cr2, least_squares
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.models.crossover import Crossover

    Matrix = NDArray[np.float64]

LACKING = "Units that were not seen under both arms do not count here; the mixed model uses what they have."
BY_TEAM = "Teams were given their order as a whole, so that the interval goes by teams."
_FEWEST = 6  # teams, below which chance cannot be judged, as in a comparison of whole clusters


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The difference within units; carry-over, period and what a paired t-test would give as parameters."""
    study = crossover_of(evidence)
    notes = (LACKING,) if _unmatched(study) else ()
    effect = _within(study, settings.level)
    few = study.cluster is not None and np.unique(study.cluster).size < _FEWEST
    if study.cluster is not None:
        notes = (BY_TEAM, *((TOO_FEW,) if few else ()), *notes)
    margin = {} if few else against_margin(evidence.outcome, effect)
    return Estimate(
        {"mean_difference": replace(effect, p_value=None) if few else effect},
        parameters=_beside(study, settings.level) | margin,
        notes=notes,
        descriptive=few,
    )


def _within(study: Crossover, level: float) -> Effect:
    """Least squares with unit effects, which are taken off by centring at each unit (Frisch and Waugh 1933)."""
    sizes = np.bincount(study.unit)
    held = sizes[study.unit] > 1
    if not held.any():
        raise Refusal(
            "Nobody was seen in two periods, so nobody can be compared with themselves.",
            remedy="Load the other period, or analyse the first period alone as parallel arms.",
        )
    columns = np.column_stack([study.y, study.x])
    means = np.column_stack([np.bincount(study.unit, column) / sizes for column in columns.T])
    centred = (columns - means[study.unit])[held]
    centred[np.abs(centred) < 1e-12 * np.abs(columns[held]).max(axis=0)] = 0.0
    x = independent(centred[:, 1:])
    fitted = least_squares(x, centred[:, 0])
    df = int(held.sum()) - int(np.unique(study.unit[held]).size) - x.shape[1]
    rest = float(fitted.residuals @ fitted.residuals)
    if df < 1 or rest <= 1e-20 * float(study.y @ study.y):
        raise Refusal(
            "Changes within people do not differ beyond arm and period, so that chance cannot be judged.",
            remedy="Include more people in each order.",
        )
    if study.cluster is None:
        return t_effect(fitted.coefficients[0], sqrt(rest / df * fitted.inverse[0, 0]), df=df, level=level)
    cluster = np.unique(study.cluster[held], return_inverse=True)[1].ravel()
    robust = cr2(fitted, cluster, contrast=np.eye(x.shape[1])[0])
    if robust.se <= 1e-10 * sqrt(rest):
        raise Refusal(
            "Teams do not differ from each other, so that chance cannot be judged.",
            remedy="Include more teams.",
        )
    return t_effect(fitted.coefficients[0], robust.se, df=robust.df, level=level)


def _unmatched(study: Crossover) -> bool:
    """Whether some unit lacks one of the two arms."""
    return not bool((study.under(True) & study.under(False)).all())


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Complete units of two periods: their values (n) in the first and second, and who had the control first."""

    first: Matrix
    second: Matrix
    control_first: NDArray[np.bool_]

    def difference(self, values: Matrix) -> tuple[Moments, Moments]:
        """The moments of those who had the control first, and of the others."""
        return moments({"value": values[self.control_first]}), moments({"value": values[~self.control_first]})


def _pairs(study: Crossover) -> _Pairs | None:
    """None unless there are two periods and two arms, and two units at least had each order."""
    if not study.compared.all() or study.period.max() != 1:
        return None
    values, arms = (np.full((int(study.unit.max()) + 1, 2), np.nan) for _ in range(2))
    values[study.unit, study.period], arms[study.unit, study.period] = study.y, study.treated
    held = ~np.isnan(values).any(axis=1) & (arms.sum(axis=1) == 1)
    control_first = arms[held, 1] == 1
    if min(control_first.sum(), (~control_first).sum()) < 2:
        return None
    return _Pairs(values[held, 0], values[held, 1], control_first)


def _beside(study: Crossover, level: float) -> dict[str, float]:
    """Two periods: carry-over (sums of those with the control first less the others'), period (first less second).

    Both as Senn's ch. 3 has them, two-sample t with one variance; and the paired t-test that forgets the period.
    """
    pairs = None if study.cluster is not None else _pairs(study)
    if pairs is None:
        return {}
    change = pairs.first - pairs.second
    figures: dict[str, float] = {}
    for name, values, scale in (
        ("carryover", pairs.first + pairs.second, 1.0),
        ("period", np.where(pairs.control_first, change, -change), 0.5),
    ):
        effect = _student(*pairs.difference(values), level=level, scale=scale)
        if effect is not None:
            figures |= _figures(name, effect)
    paired = moments({"value": np.where(pairs.control_first, -change, change)})
    if paired.m2 > 0:
        se = sqrt(paired.variance / paired.n)
        naive = t_effect(paired.mean, se, df=paired.n - 1, level=level)
        figures |= {"naive_paired_p": naive.p_value or 0.0}
    return figures


def _student(one: Moments, other: Moments, *, level: float, scale: float) -> Effect | None:
    df = one.n + other.n - 2
    se = sqrt((one.m2 + other.m2) / df * (1 / one.n + 1 / other.n))
    if se <= 1e-12 * max(abs(one.mean), abs(other.mean)) or se == 0:
        return None
    return t_effect(scale * (one.mean - other.mean), scale * se, df=df, level=level)


def _figures(name: str, effect: Effect) -> dict[str, float]:
    shown = {"estimate": effect.estimate, "low": effect.low, "high": effect.high, "p": effect.p_value}
    t = effect.estimate / (effect.se or 1.0)
    return {f"{name}_{key}": value for key, value in shown.items() if value is not None} | {f"{name}_t": t}


ESTIMATOR = Estimator(
    name="crossover_periods",
    label="Within-person, period-adjusted t",
    layouts=frozenset({"crossover"}),
    kinds=frozenset({"mean", "score"}),
    fit=fit,
    default=lambda _: True,
    needs=frozenset({"rows"}),
)
