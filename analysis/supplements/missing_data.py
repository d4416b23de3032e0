"""What the missing values could have done to the finding: where it tips, its bounds, and weights for who stayed."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.covariates import design_matrix
from analysis.effects import t_effect
from analysis.figures.moments import moments_of, pooled_sd
from analysis.models.missing import Attrition, lee_bounds, shifted, tipping_point, weighted_difference
from analysis.refusal import Refusal
from analysis.supplement import Supplement, Supplied

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.finding import Effect
    from analysis.outcome import Summary
    from analysis.supplement import Beside

    Matrix = NDArray[np.float64]

LAYOUTS = ("parallel", "repeated")
KINDS = ("mean", "score", "proportion")
GRID = (0.25, 0.5, 1.0)  # shifts tried where none is declared, in standard deviations
POINTS = (0.05, 0.1, 0.2)  # and of proportions
SHIFTED = "A shift says how much higher the missing values of one arm are than the analysis supposes."
MONOTONE = (
    "The bounds suppose that the treatment makes people stay or makes them leave, but not both (Lee 2009)."
)
NO_UNITS = "Bounds and weights need one row a unit, and so large a study is read as sums."
NO_WEIGHTS = "Who is missing could not be foretold from the covariates well enough to weight by it."


@dataclass(frozen=True, slots=True)
class _Gaps:
    """The planned effect, with se and df, and who is missing. Shifts are of one arm: `sign` 1 is the treatment."""

    beside: Beside
    effect: Effect
    treatment: Attrition
    control: Attrition

    @property
    def sign(self) -> int:
        return 1 if self.treatment.missing else -1

    @property
    def arm(self) -> Attrition:
        return self.treatment if self.sign == 1 else self.control

    @property
    def arm_name(self) -> str:
        contrast = self.beside.evidence.contrast
        return contrast.treatment if self.sign == 1 else contrast.control


def run(beside: Beside) -> tuple[Supplied, ...]:
    """Attrition by arm, shifted effects and tipping points, bounds, weights; nothing where all were measured."""
    evidence = beside.evidence
    if (
        evidence.layout not in LAYOUTS
        or evidence.outcome.kind not in KINDS
        or not beside.plan.declaration(evidence.outcome).compared
    ):
        return ()
    treatment, control = _attrition(evidence.treatment), _attrition(evidence.control)
    if not (treatment.missing or control.missing):
        return ()
    gaps = _Gaps(beside, _with_error(beside), treatment, control)
    effects, notes = _shifts(gaps), [SHIFTED]
    parameters = _figures(gaps)
    if "lee_low" in parameters:
        notes.append(MONOTONE)
    if evidence.groups is not None:
        notes.append(NO_UNITS)
    try:
        effects |= _weighted(beside)
    except Refusal:
        notes.append(NO_WEIGHTS)
    supplied = Supplied(
        "missing_data",
        evidence.outcome.name,
        evidence.contrast,
        _says(gaps, parameters),
        effects=effects,
        parameters=parameters,
        notes=tuple(notes),
        cells=(evidence.treatment.missing, evidence.control.missing),
    )
    return (supplied,)


def _attrition(summary: Summary) -> Attrition:
    return Attrition(summary.n + summary.missing, summary.n)


def _with_error(beside: Beside) -> Effect:
    """The planned effect; a score interval of proportions has no standard error, so the plain one stands in."""
    effect, evidence = beside.finding.effect, beside.evidence
    if effect.se is not None and effect.df is not None:
        return effect
    shares = [(_rate(summary), summary.n) for summary in (evidence.treatment, evidence.control)]
    se = effect.se or sqrt(sum(p * (1 - p) / n for p, n in shares))
    if se <= 0:
        raise Refusal(
            "The units of each arm do not differ, so that shifts of missing values cannot be judged.",
            remedy="Wait for more units.",
        )
    return t_effect(effect.estimate, se, df=sum(n for _, n in shares) - 2, level=effect.level)


def _rate(summary: Summary) -> float:
    return summary.describe()["value"]


def _shifts(gaps: _Gaps) -> dict[str, Effect]:
    """The effect at each shift: the declared one, or ever larger ones to the disadvantage of the treatment."""
    outcome = gaps.beside.evidence.outcome
    if "delta" in outcome.options:
        deltas = [outcome.options["delta"]]
    else:
        against = gaps.sign * (1 if outcome.better == "lower" else -1)
        deltas = [against * size for size in _sizes(gaps)]
    return {
        f"missing values of {gaps.arm_name} {delta:+.4g}": shifted(
            gaps.effect, gaps.arm, delta, sign=gaps.sign
        )
        for delta in deltas
        if _possible(gaps, delta)
    }


def _sizes(gaps: _Gaps) -> tuple[float, ...]:
    if gaps.beside.evidence.outcome.kind == "proportion":
        return POINTS
    return tuple(size * pooled_sd(*moments_of(gaps.beside.evidence)) for size in GRID)


def _possible(gaps: _Gaps, delta: float) -> bool:
    """Whether the missing values of the arm can be so: a share of events stays between 0 and 1."""
    evidence = gaps.beside.evidence
    if evidence.outcome.kind != "proportion":
        return True
    observed = _rate(evidence.treatment if gaps.sign == 1 else evidence.control)
    return 0 <= observed + delta <= 1


def _figures(gaps: _Gaps) -> dict[str, float]:
    """Shares observed, the difference of those observed, tipping points and bounds."""
    evidence = gaps.beside.evidence
    figures = {
        "observed_share_treatment": 1 - gaps.treatment.missing,
        "observed_share_control": 1 - gaps.control.missing,
        "complete_case_difference": _rate(evidence.treatment) - _rate(evidence.control),
    }
    null = -gaps.effect.estimate / (gaps.sign * gaps.arm.missing)
    edge = tipping_point(gaps.effect, gaps.arm, sign=gaps.sign)
    for name, delta in (("tipping_shift", null), ("tipping_shift_interval", edge)):
        if delta is not None and _possible(gaps, delta):
            figures[name] = delta
    if evidence.rows is not None:
        y, treated = evidence.rows.y, evidence.rows.treated
        known = ~np.isnan(y)
        low, high, share = lee_bounds(
            y[known & treated], y[known & ~treated], treated=gaps.treatment, untreated=gaps.control
        )
        figures |= {"trimmed_share": share, "lee_low": low, "lee_high": high}
    return figures


def _weighted(beside: Beside) -> dict[str, Effect]:
    """The difference of weighted means, where covariates were declared and the rows of those missing are held."""
    evidence, table = beside.evidence, beside.table
    if table is None or evidence.rows is None or not beside.plan.covariates:
        return {}
    contrast = evidence.contrast
    frame = table.known[table.known["arm"].isin([contrast.treatment, contrast.control])]
    covariates, _ = design_matrix(frame, beside.plan.covariates)
    values = frame[evidence.outcome.column("value")].to_numpy(dtype=np.float64, na_value=np.nan)
    treated = frame["arm"].to_numpy() == contrast.treatment
    found = weighted_difference(values, treated, covariates, level=beside.plan.settings.level)
    return {"weighted for who stayed": found}


def _says(gaps: _Gaps, figures: dict[str, float]) -> str:
    treatment, control = (f"{100 * arm.missing:.0f} %" for arm in (gaps.treatment, gaps.control))
    arm = "{treatment}" if gaps.sign == 1 else "{control}"
    told = f"No value is known of {treatment} of the units under {{treatment}} and of {control} under {{control}}"
    if "tipping_shift" not in figures:
        return f"{told}; no value that the missing ones under {arm} could have takes the effect to none."
    none, edge = _by(figures["tipping_shift"]), figures.get("tipping_shift_interval")
    if edge is None:
        return f"{told}; there is no effect at all if the missing ones under {arm} are {none} than supposed."
    return (
        f"{told}; the finding stands unless the missing ones under {arm} are {_by(edge)} than supposed, and there "
        f"is no effect at all if they are {none}."
    )


def _by(delta: float) -> str:
    return f"{abs(delta):.3g} {'higher' if delta > 0 else 'lower'}"


SUPPLEMENT = Supplement(
    name="missing_data",
    label="Missing data",
    question="What would the finding be if the values that are missing were not like those that were observed?",
    run=run,
    order=20,
    waits=True,
)
