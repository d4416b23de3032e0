"""The same data read with a prior: how probable a benefit is, and what a sceptic would still believe.

Shares get independent beta priors (by default those of Jeffreys), every finding with a standard error a normal one
around no effect, whose width is declared, or follows from the margin or from what is called a moderate effect. The
sentence names the prior; twice and half its width stand beside it. Spiegelhalter, Abrams and Myles (2004, Bayesian
Approaches to Clinical Trials, ch. 5) on sceptical priors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log, sqrt
from typing import TYPE_CHECKING

from analysis.amounts import amount
from analysis.chance.beta_binomial import Beta, Difference
from analysis.chance.distributions import t_quantile, upper_normal
from analysis.chance.on_scale import Normal, normal_of, told
from analysis.figures.moments import Moments, pooled_sd
from analysis.finding import Effect
from analysis.layout import LAYOUTS
from analysis.outcomes.proportion import Proportion
from analysis.supplement import Supplement, Supplied
from analysis.verdict import bounds

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.evidence import Evidence
    from analysis.outcome import Outcome
    from analysis.supplement import Beside

WIDE = 1.959963984540054  # normal quantile of 0.975: 95 % of a normal prior lies within so many standard deviations
MODERATE_RATIO, MODERATE_SHARE, MODERATE_SD = 1.5, 0.1, 0.5  # what a sceptic doubts to be exceeded
WIDTHS = {"sceptical prior": 1.0, "prior twice as wide": 2.0, "prior half as wide": 0.5}


@dataclass(frozen=True, slots=True)
class Sceptic:
    """A normal prior around no effect: its standard deviation where effects add up, and whence it is."""

    sd: float
    source: str


def run(beside: Beside) -> tuple[Supplied, ...]:
    """The companion of shares, and that of any finding with a standard error; nothing where nobody is compared."""
    if not beside.plan.declaration(beside.evidence.outcome).compared:
        return ()
    return (*_shares(beside), *_sceptical(beside))


def _shares(beside: Beside) -> tuple[Supplied, ...]:
    """Beta-binomial, where units were assigned one by one."""
    evidence, outcome = beside.evidence, beside.finding.outcome
    arms = evidence.treatment, evidence.control
    if evidence.layout != "parallel" or outcome.scale.name != "risk_difference":
        return ()
    posteriors = [
        Beta.after(arm.events, arm.n, prior=beside.plan.prior) for arm in arms if isinstance(arm, Proportion)
    ]
    if len(posteriors) < 2:
        return ()
    found, level = Difference(*posteriors), 1 - beside.plan.alpha
    low, high = (found.quantile(q) for q in ((1 - level) / 2, (1 + level) / 2))
    effect = Effect(found.mean, low, high, level, se=found.sd)
    figures = {"posterior_treatment": posteriors[0].mean, "posterior_control": posteriors[1].mean}
    figures |= _chances(outcome, found.below)
    a, b = beside.plan.prior
    prior = "Jeffreys’ prior" if (a, b) == (0.5, 0.5) else "the declared prior"
    says = (
        f"With {prior} for each arm’s share, a beta({a:g}, {b:g}), the chance that {{treatment}} is better than "
        f"{{control}} is {_chance(figures['probability_of_benefit'])}."
    )
    return (_supplied(beside, "bayesian_shares", says, {"posterior": effect}, figures),)


def _sceptical(beside: Beside) -> tuple[Supplied, ...]:
    """Normal estimate, normal prior around no effect."""
    outcome, found = beside.finding.outcome, normal_of(beside.finding)
    if found is None or beside.finding.estimate.descriptive:
        return ()
    prior = sceptic(beside)
    if prior is None:
        return ()
    level, df = 1 - beside.plan.alpha, beside.finding.effect.df
    if df is not None:  # as wide as t has it, where few units or clusters leave the error itself in doubt
        found = replace(found, se=found.se * t_quantile(0.975, df) / WIDE)
    shrunk = {label: _shrunk(found, width * prior.sd) for label, width in WIDTHS.items()}
    effects = {label: told(each, outcome.scale, level=level) for label, each in shrunk.items()}
    main = next(iter(shrunk.values()))
    figures = {"prior_sd": prior.sd, "posterior_mean": main.estimate, "posterior_sd": main.se}
    figures |= _chances(outcome, lambda effect: upper_normal((main.estimate - effect) / main.se))
    others = {"twice_as_wide": "prior twice as wide", "half_as_wide": "prior half as wide"}
    figures |= {
        f"probability_of_benefit_{name}": _benefit(outcome, shrunk[label]) for name, label in others.items()
    }
    says = (
        f"A sceptic whose prior is centred on no effect, with standard deviation {amount(prior.sd, outcome)}"
        f"{' of the logarithm' if outcome.scale.is_ratio else ''} ({prior.source}), would hold the chance "
        f"{_of(beside)} to be {_chance(figures['probability_of_benefit'])}."
    )
    return (_supplied(beside, "bayesian", says, effects, figures),)


def sceptic(beside: Beside) -> Sceptic | None:
    """The normal prior: declared, else 95 % inside the margin, else inside a moderate effect; None without any."""
    outcome, at = beside.finding.outcome, bounds(beside.finding.outcome)
    if beside.plan.prior_sd > 0 and outcome.role == "primary":
        return Sceptic(beside.plan.prior_sd, "as declared")
    if at.worse is not None:
        away = abs(log(at.worse)) if outcome.scale.is_ratio else abs(at.worse - at.null)
        return Sceptic(away / WIDE, "95 % of it inside the margin")
    moderate = _moderate(outcome, beside.evidence)
    return None if moderate is None else Sceptic(moderate / WIDE, "95 % of it inside a moderate effect")


def _moderate(outcome: Outcome, evidence: Evidence) -> float | None:
    """A ratio of 1.5, ten percentage points, or half a standard deviation between units."""
    if outcome.scale.is_ratio:
        return log(MODERATE_RATIO)
    if outcome.scale.name in ("risk_difference", "probability_of_superiority"):
        return MODERATE_SHARE
    arms = evidence.treatment, evidence.control
    if isinstance(arms[0], Moments) and isinstance(arms[1], Moments) and min(arms[0].n, arms[1].n) > 1:
        return MODERATE_SD * pooled_sd(arms[0], arms[1])
    return None


def _shrunk(found: Normal, prior_sd: float) -> Normal:
    weight, prior = 1 / found.se**2, 1 / prior_sd**2
    return Normal(found.estimate * weight / (weight + prior), sqrt(1 / (weight + prior)))


def _benefit(outcome: Outcome, posterior: Normal) -> float:
    sign = 1 if outcome.better == "higher" else -1
    return upper_normal(-sign * posterior.estimate / posterior.se)


def _chances(outcome: Outcome, below: Callable[[float], float]) -> dict[str, float]:
    """The chances of benefit, of an effect better than the margin's good end, and of one beyond its bad end.

    `below` gives the probability of less than an effect, counted from no effect where effects add up.
    """
    lower, at = outcome.better == "lower", bounds(outcome)

    def better_than(effect: float) -> float:
        return below(effect) if lower else 1 - below(effect)

    def placed(end: float) -> float:
        return log(end) if outcome.scale.is_ratio else end - at.null

    chances = {"probability_of_benefit": better_than(0.0)}
    if at.better is not None and at.worse is not None:
        chances["probability_beyond_margin"] = better_than(placed(at.better))
        chances["probability_worse_than_margin"] = 1 - better_than(placed(at.worse))
    return chances


def _of(beside: Beside) -> str:
    """What the chance is of; sites share an effect, not arms."""
    if not LAYOUTS[beside.evidence.layout].compares:
        return "of an average benefit"
    return "that {treatment} is better than {control}"


def _chance(probability: float) -> str:
    if probability > 0.999:
        return "above 99.9 %"
    return "below 0.1 %" if probability < 0.001 else f"{100 * probability:.1f} %"


def _supplied(
    beside: Beside, name: str, says: str, effects: dict[str, Effect], figures: dict[str, float]
) -> Supplied:
    finding = beside.finding
    return Supplied(name, finding.outcome.name, finding.contrast, says, effects=effects, parameters=figures)


SUPPLEMENT = Supplement(
    name="bayesian",
    label="Bayesian companion",
    question="How probable is a benefit, seen with a prior?",
    run=run,
    order=70,
    waits=True,
)
