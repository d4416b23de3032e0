"""Compares how often an event comes again and again, from when each one came (Andersen-Gill, robust by unit).

Question: By what factor did the treatment change how often the event comes, while units are followed?
Estimand: The ratio of the two mean rates, taken to be alike at all times; at given covariates where some are
    declared. Beside it each arm's mean number of events a unit up to the horizon (tau), where none is declared
    the smaller of the arms' longest follow-up.
Assumes: Units are independent; events of one unit may hang together in any way. How long a unit is followed has
    nothing to do with its events. The ratio of rates is the same at all times.
Interval: The sandwich of score residuals by unit on the log scale, with the normal distribution. Ties by Efron;
    Breslow's estimate is beside it.
Breaks when: There are fewer than about 20 units with events an arm, or the event ends the follow-up (a death).
Source: Andersen and Gill 1982, Annals of Statistics 10:1100; Lin, Wei, Yang and Ying 2000, JRSS B 62:711; Nelson
    2003, Recurrent Events Data Analysis (the mean number of events).
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.effects import normal_ratio
from analysis.estimator import Estimator
from analysis.finding import Estimate
from analysis.models.partial_likelihood import fit_hazards
from analysis.models.risk_sets import Histories, RiskSets
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.estimator import Settings
    from analysis.evidence import Episodes, Evidence


def fit(evidence: Evidence, settings: Settings) -> Estimate:
    """The rate ratio, the model's own standard error, Breslow's fit, and the arms' mean numbers of events."""
    rows, episodes = evidence.require_rows(), evidence.require_rows().episodes
    if episodes is None:
        raise Refusal(
            "The rows do not say when each event came, only how many there were.",
            remedy="Keep the times of the events, or compare the counts.",
        )
    x = np.column_stack([rows.treated.astype(float), rows.covariates])[episodes.unit]
    histories = _histories(episodes, x)
    hazards, breslow = fit_hazards(histories), fit_hazards(histories, efron=False)
    se = hazards.robust_se(episodes.unit)
    treated = rows.treated[episodes.unit]
    return Estimate(
        {"rate_ratio": normal_ratio(float(hazards.coefficients[0]), se, level=settings.level)},
        {
            "log_rate_ratio": float(hazards.coefficients[0]),
            "se_model": sqrt(hazards.covariance[0, 0]),
            "log_rate_ratio_breslow": float(breslow.coefficients[0]),
            "se_robust_breslow": breslow.robust_se(episodes.unit),
            **_figures(episodes, treated, evidence.outcome.options.get("tau")),
        },
    )


def _histories(episodes: Episodes, x: NDArray[np.float64]) -> Histories:
    """The episodes, those that begin at 0 open there: an event at the very start meets everybody who starts."""
    first = np.concatenate([[True], episodes.unit[1:] != episodes.unit[:-1]])
    start = np.where(first & (episodes.start == 0), -np.inf, episodes.start)
    return Histories(
        start, episodes.stop, episodes.event.astype(float), x, np.zeros(start.size, dtype=np.intp)
    )


def _figures(episodes: Episodes, treated: NDArray[np.bool_], tau: float | None) -> dict[str, float]:
    """Events, time under watch and, up to the horizon, the mean number of events a unit in each arm (Nelson)."""
    sides = {"treatment": treated, "control": ~treated}
    reach = min(float(episodes.stop[side].max()) for side in sides.values())
    horizon = reach if tau is None else tau
    figures: dict[str, float] = {}
    for name, side in sides.items():
        figures[f"events_{name}"] = float(episodes.event[side].sum())
        figures[f"follow_up_{name}"] = float((episodes.stop - episodes.start)[side].sum())
        if horizon <= reach and episodes.event[side].any():
            risks = RiskSets(_histories(_of(episodes, side), np.zeros((int(side.sum()), 1))), efron=False)
            until = risks.times <= horizon
            figures[f"mean_events_{name}"] = float((risks.deaths / risks.sizes)[until].sum())
    return figures | ({"tau": horizon} if horizon <= reach else {})


def _of(episodes: Episodes, side: NDArray[np.bool_]) -> Episodes:
    return type(episodes)(
        episodes.unit[side], episodes.start[side], episodes.stop[side], episodes.event[side]
    )


ESTIMATOR = Estimator(
    name="recurrent_events",
    label="Recurrent events (Andersen-Gill)",
    layouts=frozenset({"parallel"}),
    kinds=frozenset({"count"}),
    fit=fit,
    default=lambda _: False,
    needs=frozenset({"rows", "dated"}),
)
