"""Whether the effect fades or grows: the effect in the first and in the last half of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.models.novelty import enough, novelty
from analysis.release.shown import decimals_for
from analysis.supplement import Supplement, Supplied

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.about import Halves
    from analysis.finding import Effect, Finding
    from analysis.supplement import Beside


def run(beside: Beside) -> tuple[Supplied, ...]:
    """Both effects, per unit and half of the window; nothing where halves were not measured."""
    finding = beside.finding
    conduct, arms = beside.conduct, (finding.contrast.treatment, finding.contrast.control)
    halves = {} if conduct is None else conduct.halves.get(finding.outcome.name, {})
    by_cluster = conduct is not None and conduct.assigned_by == "cluster"
    if not all(arm in halves and enough(halves[arm], by_cluster=by_cluster) for arm in arms):
        return ()
    found = novelty(halves[arms[0]], halves[arms[1]], level=beside.plan.settings.level)
    shares = finding.outcome.kind == "proportion"
    what = "the share of units with an event" if shares else "the number of events per unit"
    says = (
        f"As a ratio of {{treatment}} to {{control}}, {what} is {_ratio(found.first)} in the first half of the "
        f"window and {_ratio(found.last)} in the last"
    )
    says += "" if found.change.p_value is None else f" (p {found.change.p_value:.2g} for the change)"
    effects = {"first half": found.first, "last half": found.last, "change": found.change}
    scale = "risk_ratio" if shares else "rate_ratio"
    cells = _cells(finding, halves) if shares else ()
    about = finding.outcome.name, finding.contrast
    return (Supplied("novelty", *about, f"{says}.", effects, scale=scale, cells=cells),)


def _ratio(effect: Effect) -> str:
    """A ratio with three significant figures, so that one near 1 is not told as 1."""
    return f"{effect.estimate:.{decimals_for(effect.estimate)}f}"


def _cells(finding: Finding, halves: Mapping[str, Halves]) -> tuple[int, ...]:
    """By arm, those with an event in each half, and in one half alone: the two ratios together tell all four."""
    cells: list[int] = []
    for arm in finding.arms:
        at, events = halves[arm.arm], arm.cells[1]
        cells += [at.with_first, at.with_last, events - at.with_last, events - at.with_first]
    return tuple(cells)


NOVELTY = Supplement(
    name="novelty",
    label="Early and late",
    question="Does the effect fade or grow over the days after exposure?",
    run=run,
)
