"""Looks at a study that still runs: which look this is, and what it allows to be said.

The boundary at a planned look comes from the error rate that the plan spends until then, on the share of the
information there is (Lan and DeMets 1983). The interval is the repeated confidence interval (Jennison and Turnbull
1989, JRSS B 51:305): an estimator's own interval at the level that the boundary amounts to. The p-value is the
smallest error rate whose boundary is reached.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp, log
from typing import TYPE_CHECKING

from analysis.gathering import gather
from analysis.looks.boundaries import spending_boundaries
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.cells import Table
    from analysis.evidence import Evidence
    from analysis.finding import Contrast, Effect, Estimate
    from analysis.looks.boundaries import Boundaries
    from analysis.plan import Plan

NEAR = 0.05  # a look counts as the planned one where the information is as close to what was planned
FEWEST_CLUSTERS = 20  # below, z at an early look is far from normal: no study stops early
LAYOUTS = ("parallel", "clustered", "repeated")
UNKNOWN = (
    "How many units the study will have was not declared (plan.looks.planned_units), and its last day is not over: "
    "it is held to the boundary of its first look."
)
_SMALLEST, _LARGEST = 1e-100, 0.9999


@dataclass(frozen=True, slots=True)
class Look:
    """One look: `share` of the planned information, its place `number` among `planned` looks (0 for none).

    `final` where no further look follows; `few` where clusters are too few to stop early. Where it is not `known`
    how far the study is, it is held to the boundary of the first look, which is the strictest of most plans.
    """

    share: float
    planned: tuple[float, ...]
    spending: str
    alpha: float
    number: int
    final: bool
    few: bool
    known: bool = True

    @property
    def speaks(self) -> bool:
        """Whether benefit or harm may be declared at all: not between planned looks, nor early on few clusters."""
        return self.number > 0 and (self.final or not self.few)

    @property
    def boundaries(self) -> Boundaries:
        """Of this look and those before it; of studies that could not stop early, of the last look alone."""
        return self.at(self.alpha)

    @property
    def level(self) -> float:
        """The level at which an estimator's own interval is the repeated one."""
        return 1 - self.boundaries.nominal[-1] if self.speaks else 1 - self.alpha

    def at(self, alpha: float, *, spending: str | None = None, sides: int = 2) -> Boundaries:
        """The boundaries for another error rate, by default two-sided with the plan's spending."""
        taken = () if self.few else self.planned[: max(self.number - 1, 0)]
        before = tuple(share for share in taken if share < self.share)
        seen = tuple(share / self.share for share in before)
        spent_at = (*before, 1.0 if self.final else self.share)
        return _bounds((*seen, 1.0), spent_at, spending or self.spending, alpha, sides)

    def repeated_p(self, p_value: float) -> float:
        """The two-sided p-value that allows for the looks, from that of a single look.

        >>> one = Look(1.0, (1.0,), "obrien-fleming", 0.05, number=1, final=True, few=False)
        >>> round(one.repeated_p(0.03), 6)
        0.03
        """
        from scipy.optimize import brentq

        def beyond(log_alpha: float) -> float:
            return log(max(self.at(exp(log_alpha)).nominal[-1], 1e-320)) - log(p_value)

        low, high = log(_SMALLEST), log(_LARGEST)
        if p_value <= 0 or beyond(low) >= 0:
            return min(p_value, _SMALLEST)
        return 1.0 if beyond(high) <= 0 else exp(float(brentq(beyond, low, high, xtol=1e-12)))

    def repeated(self, estimate: Estimate) -> Estimate:
        """An estimate, made at `level`, as this look allows it to be read: its own p is kept as a parameter."""
        first = next(iter(estimate.effects.values())).p_value
        own = {} if first is None else {"p_single_look": first}
        return replace(
            estimate,
            effects={name: self._effect(effect) for name, effect in estimate.effects.items()},
            profile={name: self._effect(effect) for name, effect in estimate.profile.items()},
            parameters={**estimate.parameters, **own},
            notes=(*estimate.notes, self.note),
            descriptive=estimate.descriptive or not self.speaks,
        )

    @property
    def note(self) -> str:
        """What a reader of the finding has to know of the looks."""
        of = f"look {self.number} of {len(self.planned)}"
        if self.speaks:
            how = "as at a single look" if self.few else f"by {self.spending} spending"
            if not self.known:
                return f"{UNKNOWN} The interval and the p-value allow for the planned looks, {how}."
            return f"This is {of}: the interval and the p-value allow for the planned looks, {how}."
        if self.number == 0:
            return (
                "The plan has no look at this share of the information: no p-value is given, and the interval only "
                "describes."
            )
        return (
            f"This is {of}, on fewer than {FEWEST_CLUSTERS} clusters: too few to stop early, so that no p-value "
            "is given and the interval only describes."
        )

    def _effect(self, effect: Effect) -> Effect:
        if not self.speaks:
            return replace(effect, p_value=None)
        p_value = None if effect.p_value is None else self.repeated_p(effect.p_value)
        return replace(effect, level=1 - self.alpha, p_value=p_value)


@lru_cache(maxsize=64)
def _bounds(
    seen: tuple[float, ...], spent_at: tuple[float, ...], spending: str, alpha: float, sides: int
) -> Boundaries:
    return spending_boundaries(seen, spending=spending, alpha=alpha, sides=sides, spent_at=spent_at)


def look_now(plan: Plan, evidence: Evidence, *, ended: bool) -> Look | None:
    """The look that `evidence` on a primary outcome amounts to; None where the plan has one look only.

    The information is the number of measured units, of those planned for the two arms (`plan.planned_units` are
    planned for all arms). `ended` says that no more will come: that look is the last. Raises Refusal where looks
    do not suit the design.
    """
    if len(plan.looks) < 2:
        return None
    if evidence.layout not in LAYOUTS:
        raise Refusal(
            "Looks before the end are answered for studies that assign units or clusters once.",
            remedy="Analyse this study when all of its data are in.",
        )
    share = _share(plan, evidence)
    final = ended or (share or 0.0) >= plan.looks[-1] - NEAR
    known = share is not None
    share = share or (1.0 if final else plan.looks[0])
    nearest = min(range(len(plan.looks)), key=lambda place: abs(plan.looks[place] - share))
    number = nearest + 1 if abs(plan.looks[nearest] - share) <= NEAR else 0
    clusters = evidence.clusters
    return Look(
        share=share,
        planned=plan.looks,
        spending=plan.spending,
        alpha=plan.alpha,
        number=len(plan.looks) if final else number,
        final=final,
        few=clusters is not None and sum(clusters.values()) < FEWEST_CLUSTERS,
        known=known or final,
    )


def look_at(plan: Plan, table: Table, contrast: Contrast, *, ended: bool) -> Look | None:
    """The look that all outcomes of a contrast are read at: that of the first primary outcome.

    None where the plan has one look, or where none can be told.
    """
    primary = next((outcome for outcome in plan.outcomes if outcome.role == "primary"), None)
    if primary is None or len(plan.looks) < 2:
        return None
    try:
        return look_now(plan, gather(table, primary, contrast), ended=ended)
    except Refusal:
        return None


def _share(plan: Plan, evidence: Evidence) -> float | None:
    """Measured units over those planned for the two arms; None where the plan does not tell."""
    if not plan.planned_units:
        return None
    arms = (evidence.contrast.treatment, evidence.contrast.control)
    of_all = (
        sum(plan.shares.get(arm, 0.0) for arm in arms) / sum(plan.shares.values()) if plan.shares else 1.0
    )
    return (evidence.treatment.n + evidence.control.n) / (plan.planned_units * of_all)
