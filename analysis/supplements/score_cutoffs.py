"""Who is above a cut-off, and who changed more than noise: what a difference in mean scores means for people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.estimator import choose
from analysis.evidence import Evidence
from analysis.figures.reliability import reliable_change
from analysis.outcome import Outcome
from analysis.refusal import Refusal
from analysis.supplement import Beside, Supplement, Supplied

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.finding import Effect
    from analysis.outcome import Cutoff

    Flags = NDArray[np.bool_]

LAYOUTS = ("parallel", "clustered", "repeated")
STEPS = (-2, -1, 1, 2)  # how far a cut-off is moved, in steps of the score, to see what hangs on it


def run(beside: Beside) -> tuple[Supplied, ...]:
    """Shares above each declared cut-off, and shares with reliable change; nothing for other outcomes."""
    outcome, evidence = beside.finding.outcome, beside.evidence
    if outcome.kind != "score" or evidence.layout not in LAYOUTS or not evidence.grouped:
        return ()
    if evidence.rows is None:
        if not outcome.cutoffs:
            return ()
        raise Refusal(
            "How many people are beyond a cut-off cannot be told of sums: it needs one row a unit.",
            remedy="Declare the share beyond the cut-off as an outcome of its own.",
        )
    shares = tuple(_above(beside, cutoff) for cutoff in outcome.cutoffs)
    return (*shares, *_changed(beside))


def _above(beside: Beside, cutoff: Cutoff) -> Supplied:
    """The difference in the share of cases, at the cut-off and beside it."""
    scores, step = _scores(beside), beside.finding.outcome.step
    better = beside.finding.outcome.better
    effects, notes = {}, []
    cells: list[int] = []
    for moved in (0, *STEPS):
        at = cutoff.at + moved * step
        cases = scores >= at if cutoff.above else scores <= at
        cells += _cells(beside, cases)
        label = f"{at:g} or {'above' if cutoff.above else 'below'}"
        try:
            effects[label] = _difference(beside, cases, better=better if cutoff.above else _other(better))
        except Refusal:
            notes.append(f"At {label} the shares cannot be compared.")
    if not effects:
        raise Refusal(
            f"The shares beyond the cut-off ‘{cutoff.label}’ cannot be compared.",
            remedy="Wait for more answers, or declare another cut-off.",
        )
    found = next(iter(effects.values()))
    points = 100 * found.estimate
    says = (
        f"Counting {cutoff.at:g} or {'above' if cutoff.above else 'below'} as ‘{cutoff.label}’, the share under "
        f"{{treatment}} is {abs(points):.1f} percentage points {'higher' if points > 0 else 'lower'} than "
        f"under {{control}} ({_span(found)})."
    )
    notes.append(f"Cut-off: {cutoff.source}.")
    return replace(_supplied(beside, "score_cutoffs", says, effects, notes), cells=tuple(cells))


def _changed(beside: Beside) -> tuple[Supplied, ...]:
    """The difference in the shares that got reliably better or worse since baseline, where that was measured."""
    outcome, rows = beside.finding.outcome, beside.evidence.require_rows()
    reliability = _reliability(beside)
    if outcome.baseline not in rows.covariate_names or reliability is None:
        return ()
    before = rows.covariates[:, rows.covariate_names.index(outcome.baseline)]
    least = reliable_change(float(before.std(ddof=1)), reliability=reliability)
    change = (_scores(beside) - before) * (1 if outcome.better == "higher" else -1)
    effects: dict[str, Effect] = {}
    cells = (*_cells(beside, change >= least), *_cells(beside, change <= -least))
    for label, cases, better in (
        ("reliably better", change >= least, "higher"),
        ("reliably worse", change <= -least, "lower"),
    ):
        try:
            effects[label] = _difference(beside, cases, better=better)
        except Refusal:
            continue
    if not effects:
        return ()
    says = f"A change of {least:.1f} points or more is no noise. Shares that changed so much, against {{control}}: "
    says += "; ".join(
        f"{label} {100 * e.estimate:+.1f} percentage points ({_span(e)})" for label, e in effects.items()
    )
    notes = [
        f"Reliable change: 1.96 x sd x √2 x √(1 - reliability), with a reliability of {reliability:.2f}."
    ]
    figures = {"reliable_change": least, "reliability": reliability}
    return (replace(_supplied(beside, "reliable_change", f"{says}.", effects, notes, figures), cells=cells),)


def _cells(beside: Beside, cases: Flags) -> tuple[int, ...]:
    """How many units of each arm are cases, and how many are not."""
    rows = beside.evidence.require_rows()
    known = ~np.isnan(rows.y)
    sides = (known & rows.treated, known & ~rows.treated)
    return tuple(int(found.sum()) for side in sides for found in (side & cases, side & ~cases))


def _scores(beside: Beside) -> NDArray[np.float64]:
    return beside.evidence.require_rows().y


def _reliability(beside: Beside) -> float | None:
    """Cronbach's alpha as the study measured it, else as published."""
    outcome = beside.finding.outcome
    measured = {} if beside.conduct is None else beside.conduct.reliability
    return measured[outcome.name].alpha if outcome.name in measured else outcome.alpha


def _difference(beside: Beside, cases: Flags, *, better: str) -> Effect:
    """The risk difference by the planned estimator of a proportion, over units with a score."""
    evidence = beside.evidence
    rows = evidence.require_rows()
    measured = ~np.isnan(rows.y)
    layout = "parallel" if evidence.layout == "repeated" else evidence.layout
    outcome = Outcome("case", "case", "proportion", better="higher" if better == "higher" else "lower")
    kept = replace(
        rows,
        treated=rows.treated[measured],
        parts={"value": cases[measured].astype(float)},
        covariates=np.empty((int(measured.sum()), 0)),
        covariate_names=(),
        cluster=None if rows.cluster is None else rows.cluster[measured],
        stratum=None,
        waves=None,
    )
    control, treatment = (outcome.summary({"value": kept.y[side]}) for side in (~kept.treated, kept.treated))
    held = Evidence(outcome, evidence.contrast, layout, control, treatment, kept, evidence.clusters)
    declared = replace(
        beside.plan.declaration(outcome), layout=layout, covariates=False, strata=False, matched=False
    )
    return choose(declared).fit(held, beside.plan.settings).effects["risk_difference"]


def _span(effect: Effect) -> str:
    if effect.low is None or effect.high is None:
        return "no interval"
    return f"{100 * effect.level:g} % interval {100 * effect.low:+.1f} to {100 * effect.high:+.1f}"


def _other(better: str) -> str:
    return "lower" if better == "higher" else "higher"


def _supplied(
    beside: Beside,
    name: str,
    says: str,
    effects: dict[str, Effect],
    notes: list[str],
    parameters: dict[str, float] | None = None,
) -> Supplied:
    finding = beside.finding
    return Supplied(
        name,
        finding.outcome.name,
        finding.contrast,
        says,
        effects=effects,
        parameters=parameters or {},
        notes=tuple(notes),
        scale="risk_difference",
    )


SUPPLEMENT = Supplement(
    name="score_cutoffs",
    label="Shares beyond a cut-off, and reliable change",
    question="How many more or fewer people are above a known threshold, and how many changed more than noise?",
    run=run,
    order=40,
)
