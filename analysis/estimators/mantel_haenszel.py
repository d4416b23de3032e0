"""Compares two shares within strata and puts the strata together (Mantel and Haenszel).

Question: By how many percentage points did the treatment change the share of units with the event, within strata?
Estimand: One difference of risks supposed alike in all strata; beside it one risk ratio and one odds ratio. Where
    the strata differ, it is their average with Mantel-Haenszel weights.
Assumes: Units are independent of each other, one record a unit; the strata were known before the assignment.
Interval: Normal, for many units or many small strata: the difference by Greenland and Robins's variance, the risk
    ratio by theirs on the log scale, the odds ratio by Robins, Breslow and Greenland's. The p-value is that of the
    Cochran-Mantel-Haenszel test without correction.
Breaks when: There are few events in all, the effect turns around between strata, or units were assigned in
    clusters.
Source: Mantel and Haenszel 1959, JNCI 22:719; Greenland and Robins 1985, Biometrics 41:55; Robins, Breslow and
    Greenland 1986, Biometrics 42:311; Tarone 1985, Biometrika 72:91.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import chi_square_tail
from analysis.estimator import Estimator
from analysis.figures.proportions import critical
from analysis.finding import Effect, Estimate
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Evidence
    from analysis.groups import Groups

    Numbers = NDArray[np.float64]

NO_RATIO = "No {scale}: it has no finite value where an arm has nobody with the event, or nobody without."
ONE_ARMED = "Strata with units of one arm alone tell nothing of the difference and are left out."
NO_TEST = "Within the strata everybody had the event or nobody: there is no variation to test."


@dataclass(frozen=True, slots=True)
class Strata:
    """Events x and units n of treatment (1) and control (0), by stratum; no stratum lacks an arm."""

    x1: Numbers
    n1: Numbers
    x0: Numbers
    n0: Numbers

    @property
    def n(self) -> Numbers:
        """Units by stratum."""
        return self.n1 + self.n0

    @property
    def events(self) -> Numbers:
        """Events by stratum."""
        return self.x1 + self.x0


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The three effects from each stratum's counts."""
    strata, left_out = _strata(evidence.require_groups())
    z = critical(settings.level)
    statistic = _chi_square(strata)
    p_value = None if statistic is None else chi_square_tail(statistic, 1)
    effects = {"risk_difference": _difference(strata, z, level=settings.level, p_value=p_value)}
    unanswered = {}
    for scale, logged in (("risk_ratio", _log_risk_ratio), ("odds_ratio", _log_odds_ratio)):
        found = logged(strata)
        if found is None:
            unanswered[scale] = NO_RATIO.format(scale=scale.replace("_", " "))
            continue
        centre, se = found
        ends = exp(centre - z * se), exp(centre + z * se)
        effects[scale] = Effect(exp(centre), *ends, settings.level, se=se, p_value=p_value)
    parameters = {"strata": float(strata.n.size)}
    if statistic is not None:
        parameters["cmh_chi_square"] = statistic
    parameters |= _homogeneity(strata, effects.get("odds_ratio"))
    notes = (*((ONE_ARMED,) if left_out else ()), *((NO_TEST,) if statistic is None else ()))
    return Estimate(effects, parameters, notes, unanswered=unanswered)


def _strata(groups: Groups) -> tuple[Strata, bool]:
    """Each stratum's counts, and whether some stratum had to be left out."""
    none = np.zeros(groups.treated.size, dtype=np.intp)
    stratum = none if groups.stratum is None else groups.stratum
    events, sides = groups.n * groups.whole("value"), (groups.treated, ~groups.treated)
    size = int(stratum.max()) + 1
    n1, n0 = (np.bincount(stratum[side], groups.n[side], minlength=size) for side in sides)
    x1, x0 = (np.bincount(stratum[side], events[side], minlength=size).round() for side in sides)
    kept = (n1 > 0) & (n0 > 0)
    if not kept.any():
        raise Refusal(
            "No stratum holds units of both arms, so nothing can be compared within strata.",
            remedy="Use fewer strata, or an estimator without them.",
        )
    left_out = bool(((n1 + n0 > 0) & ~kept).any())
    counts = (values[kept].astype(np.float64) for values in (x1, n1, x0, n0))
    return Strata(*counts), left_out


def _chi_square(s: Strata) -> float | None:
    """The Cochran-Mantel-Haenszel statistic without correction; None where no stratum varies."""
    several = s.n > 1
    expected = s.n1 * s.events / s.n
    spread = s.n1 * s.n0 * s.events * (s.n - s.events) / (s.n**2 * np.where(several, s.n - 1, 1))
    variance = float(spread[several].sum())
    return float((s.x1 - expected).sum()) ** 2 / variance if variance > 0 else None


def _difference(s: Strata, z: float, *, level: float, p_value: float | None) -> Effect:
    """The risk difference with Greenland and Robins's variance (1985, formula 4)."""
    weight = float((s.n1 * s.n0 / s.n).sum())
    estimate = float(((s.x1 * s.n0 - s.x0 * s.n1) / s.n).sum()) / weight
    spread = s.x1 * (s.n1 - s.x1) * s.n0**3 + s.x0 * (s.n0 - s.x0) * s.n1**3
    se = sqrt(float((spread / (s.n1 * s.n0 * s.n**2)).sum())) / weight
    if se <= 0:
        raise Refusal(
            "Within every stratum and arm everybody had the event or nobody, so there is no spread to judge by.",
            remedy="Use the score interval, which needs none.",
        )
    return Effect(estimate, estimate - z * se, estimate + z * se, level, se=se, p_value=p_value)


def _log_risk_ratio(s: Strata) -> tuple[float, float] | None:
    """The log risk ratio and its standard error (Greenland and Robins 1985, formula 13)."""
    treated, control = float((s.x1 * s.n0 / s.n).sum()), float((s.x0 * s.n1 / s.n).sum())
    if treated <= 0 or control <= 0:
        return None
    spread = float(((s.n1 * s.n0 * s.events - s.x1 * s.x0 * s.n) / s.n**2).sum())
    if spread <= 0:
        return None
    return log(treated / control), sqrt(spread / (treated * control))


def _log_odds_ratio(s: Strata) -> tuple[float, float] | None:
    """The log odds ratio and its standard error (Robins, Breslow and Greenland 1986)."""
    a, b, c, d = s.x1, s.n1 - s.x1, s.x0, s.n0 - s.x0
    p, q, r, t = (a + d) / s.n, (b + c) / s.n, a * d / s.n, b * c / s.n
    above, below = float(r.sum()), float(t.sum())
    if above <= 0 or below <= 0:
        return None
    variance = (
        float((p * r).sum()) / (2 * above**2)
        + float((p * t + q * r).sum()) / (2 * above * below)
        + float((q * t).sum()) / (2 * below**2)
    )
    return log(above / below), sqrt(variance)


def _homogeneity(s: Strata, odds_ratio: Effect | None) -> dict[str, float]:
    """Whether the strata share one odds ratio: Breslow and Day's test with Tarone's correction (1985)."""
    varies = (s.events > 0) & (s.events < s.n)
    s = Strata(*(values[varies] for values in (s.x1, s.n1, s.x0, s.n0)))
    if odds_ratio is None or s.n.size < 2:
        return {}
    expected = _expected(s, odds_ratio.estimate)
    cells = np.array([expected, s.n1 - expected, s.events - expected, s.n0 - s.events + expected])
    if not (cells > 0).all():
        return {}
    variance = 1 / (1 / cells).sum(axis=0)
    off = s.x1 - expected
    statistic = float((off**2 / variance).sum() - off.sum() ** 2 / variance.sum())
    p_value = chi_square_tail(statistic, s.n.size - 1)
    return {"breslow_day_tarone": statistic, "breslow_day_tarone_p": p_value}


def _expected(s: Strata, ratio: float) -> Numbers:
    """The treated events that each stratum's margins and one odds ratio lead to expect."""
    if abs(ratio - 1) < 1e-12:
        return s.n1 * s.events / s.n
    a = ratio - 1
    b = s.n0 - s.events + ratio * (s.n1 + s.events)
    root = np.sqrt(np.maximum(b * b - 4 * a * ratio * s.n1 * s.events, 0))
    return np.asarray(2 * ratio * s.n1 * s.events / (b + root))


ESTIMATOR = Estimator(
    name="mantel_haenszel",
    label="Mantel-Haenszel",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"proportion"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"grouped", "strata"}),
)
