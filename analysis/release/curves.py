"""A survival curve as it may be shown: at few fixed times, with steps of nobody or of enough people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.release.shown import figures_for, significant

if TYPE_CHECKING:
    from analysis.finding import Finding, Survived
    from analysis.policy import Policy

FEWEST_AT_RISK = 20
MOST_TIMES = 12  # after 0


def with_curves(finding: Finding, policy: Policy, *, hidden: bool) -> Finding:
    """The finding with its arms' curves as `policy` lets them be seen.

    There is none where arms are hidden, counts are rounded, or it is one level of an attribute: everybody's curve
    less the others' would be its own.
    """
    estimate = finding.estimate
    if not estimate.curves or not policy.threshold:
        return finding
    if hidden or policy.rounds or finding.subgroup is not None:
        return replace(finding, estimate=replace(estimate, curves=()))
    thinned = (_thinned(curve, policy) for curve in estimate.curves)
    curves = tuple(curve for curve in thinned if len(curve.times) > 1)
    return replace(finding, estimate=replace(estimate, curves=curves))


def _thinned(curve: Survived, policy: Policy) -> Survived:
    """The times between and after which nobody, or enough people, had the event or were lost, while enough stay.

    What is kept of an arm depends on that arm alone: beside another comparison the same is shown of it.

    >>> from analysis.finding import Survived
    >>> from analysis.policy import INTERNAL
    >>> shares = (1.0, 0.96, 0.88, 0.8)
    >>> curve = Survived("a", (0, 1, 2, 3), shares, shares, shares, (99, 95, 87, 19), (0, 4, 12, 80), (0, 0, 0, 19))
    >>> _thinned(curve, INTERNAL).times, _thinned(curve, INTERNAL).came
    ((0, 2), ())
    """
    kept = _kept(curve, policy)
    digits = figures_for(curve.at_risk[0])

    def cut(values: tuple[float, ...]) -> tuple[float, ...]:
        chosen = (values[place] for place in kept)
        return tuple(significant(value, digits) if policy.public else value for value in chosen)

    return replace(
        curve,
        times=tuple(curve.times[place] for place in kept),
        share=cut(curve.share),
        low=cut(curve.low),
        high=cut(curve.high),
        at_risk=tuple(curve.at_risk[place] for place in kept),
        came=(),
        lost=(),
    )


def _kept(curve: Survived, policy: Policy) -> list[int]:
    """The places of the times that are shown."""
    counted = (curve.at_risk, curve.came, curve.lost)

    def apart(one: int, other: int) -> bool:
        return not any(0 < abs(counts[one] - counts[other]) < policy.threshold for counts in counted)

    kept, last = [0], len(curve.times) - 1
    for place in range(1, last + 1):
        if curve.at_risk[place] < FEWEST_AT_RISK or len(kept) > MOST_TIMES:
            break
        if apart(place, kept[-1]):
            kept.append(place)
    while not apart(last, kept[-1]) and len(kept) > 1:
        kept.pop()
    return kept
