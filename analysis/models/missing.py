"""What missing values could do to a difference: shifted by a delta, trimmed, or weighted for."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import t_quantile
from analysis.effects import t_effect
from analysis.models.generalised import logistic
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.finding import Effect

    Matrix = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Attrition:
    """An arm's `assigned` units, and how many of them were `observed`."""

    assigned: int
    observed: int

    @property
    def missing(self) -> float:
        """The share that is missing."""
        return 1 - self.observed / self.assigned


def shifted(effect: Effect, attrition: Attrition, delta: float, *, sign: int = 1) -> Effect:
    """The effect had the missing values of an arm been `delta` higher than the model supposes.

    `sign` is 1 for the treatment, -1 for the control. Little (1993, JASA 88:125); the variance adds that of the
    share missing (White, Carpenter and Horton 2018, Statistica Sinica 28:1985). The effect needs se and df.

    >>> from analysis.effects import t_effect
    >>> shifted(t_effect(-4.0, 2.0, df=50, level=0.95), Attrition(50, 25), 5.0).estimate
    -1.5
    """
    share = attrition.missing
    variance = (effect.se or 0.0) ** 2 + delta**2 * share * (1 - share) / attrition.assigned
    moved = effect.estimate + sign * share * delta
    return t_effect(moved, sqrt(variance), df=effect.df or 1.0, level=effect.level)


def tipping_point(effect: Effect, attrition: Attrition, *, sign: int = 1) -> float | None:
    """The delta nearest 0 at which the interval of the shifted effect just reaches 0.

    None where it holds 0 already, or no delta takes it there: the shift's own uncertainty then grows first.

    >>> from analysis.effects import t_effect
    >>> effect, half = t_effect(-4.0, 1.0, df=50, level=0.95), Attrition(50, 25)
    >>> delta = tipping_point(effect, half)
    >>> round(delta, 4), round(shifted(effect, half, delta).high, 10) == 0
    (3.8376, True)
    """
    quantile = t_quantile((1 + effect.level) / 2, effect.df or 1.0)
    share, theta = attrition.missing, effect.estimate
    spread = share * (1 - share) / attrition.assigned
    a = share**2 - quantile**2 * spread
    b = 2 * sign * share * theta
    c = theta**2 - (quantile * (effect.se or 0.0)) ** 2
    if c <= 0 or share == 0:
        return None
    if abs(a) < 1e-14 * share**2:
        return -c / b
    root = b * b - 4 * a * c
    if root < 0:
        return None
    # Numerically stable roots; both lie where the squared estimate equals the squared half-width.
    q = -(b + (1 if b >= 0 else -1) * sqrt(root)) / 2
    return float(min((q / a, c / q), key=abs))


def lee_bounds(
    treatment: Matrix, control: Matrix, *, treated: Attrition, untreated: Attrition
) -> tuple[float, float, float]:
    """The least and greatest effect in those who would answer under either arm, and the share trimmed.

    Lee (2009, Review of Economic Studies 76:1071): the arm that answers more often loses its lowest or highest
    values down to the other's rate; the last value kept counts in part. `treatment` and `control` hold what was
    observed.

    >>> values = np.array([1.0, 2.0, 3.0, 4.0])
    >>> lee_bounds(values, values[:2], treated=Attrition(4, 4), untreated=Attrition(4, 2))
    (0.0, 2.0, 0.5)
    """
    rates = [1 - arm.missing for arm in (treated, untreated)]
    share = abs(rates[0] - rates[1]) / max(rates)
    larger, smaller = (treatment, control) if rates[0] > rates[1] else (control, treatment)
    ordered = np.sort(larger)
    kept = ordered.size * (1 - share)
    weight = np.clip(kept - np.arange(ordered.size), 0.0, 1.0)
    ends = [float(weight @ values / weight.sum() - smaller.mean()) for values in (ordered, ordered[::-1])]
    low, high = sorted(ends if rates[0] > rates[1] else [-end for end in ends])
    return low, high, share


def weighted_difference(values: Matrix, treated: Flags, covariates: Matrix, *, level: float) -> Effect:
    """Means of those observed, each weighted by one over their chance to be, by a logistic model in each arm.

    `values` (n) is NaN where missing, `covariates` n x p. The standard error allows for the fitted chances
    (Robins, Rotnitzky and Zhao 1994, JASA 89:846). Raises Refusal where a chance cannot be fitted.
    """
    estimate, variance = 0.0, 0.0
    for side, sign in ((treated, 1), (~treated, -1)):
        mean, squared = _weighted_mean(values[side], covariates[side])
        estimate += sign * mean
        variance += squared
    df = int((~np.isnan(values)).sum()) - 2
    if variance <= 0 or df < 1:
        raise Refusal(
            "Observed values do not differ, so that chance cannot be judged.",
            remedy="Check how the outcome was measured.",
        )
    return t_effect(estimate, sqrt(variance), df=df, level=level)


def _weighted_mean(values: Matrix, covariates: Matrix) -> tuple[float, float]:
    """The mean and its variance, by influence values less what the scores of the chances explain."""
    observed = ~np.isnan(values)
    if observed.all():
        return float(values.mean()), float(values.var(ddof=1)) / values.size
    x = np.column_stack([np.ones(values.size), covariates])
    fitted = logistic(x[:, np.r_[True, np.ptp(x[:, 1:], axis=0) > 0]], observed.astype(np.float64))
    weight = np.where(observed, 1 / fitted.mean, 0.0)
    mean = float(weight @ np.where(observed, values, 0.0) / weight.sum())
    influence = weight * np.where(observed, values - mean, 0.0)
    scores = fitted.x * fitted.residuals[:, None]
    rest = influence - scores @ np.linalg.lstsq(scores, influence, rcond=None)[0]
    return mean, float(rest @ rest) / weight.sum() ** 2
