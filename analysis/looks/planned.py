"""The looks that a plan has: at which share of the information, and how far z must go there for benefit or harm."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.plan import Plan


@dataclass(frozen=True, slots=True)
class PlannedLook:
    """One look at a `share` of the information.

    `z` must be reached either way (None: out of reach there), at a p-value of `nominal`; by then `spent` of the
    error rate is used. For harm alone `harm_z` is enough, in the worse direction, at the one-sided `harm_nominal`.
    """

    share: float
    z: float | None
    nominal: float
    spent: float
    harm_z: float
    harm_nominal: float


def planned_looks(plan: Plan) -> tuple[PlannedLook, ...]:
    """The boundaries as planned, before it is known at which shares the looks are taken; empty for a single look.

    >>> from analysis.plan import Plan
    >>> two = planned_looks(Plan((), (), "parallel", looks=(0.5, 1.0), spending="obrien-fleming"))
    >>> [round(look.z, 4) for look in two]
    [2.9626, 1.9686]
    """
    if len(plan.looks) < 2:
        return ()
    from analysis.looks.boundaries import spending_boundaries

    both = spending_boundaries(plan.looks, spending=plan.spending, alpha=plan.alpha, sides=2)
    harm = spending_boundaries(plan.looks, spending="pocock", alpha=plan.alpha, sides=1)
    return tuple(
        PlannedLook(
            share,
            both.z[place] if isfinite(both.z[place]) else None,
            both.nominal[place],
            both.spent[place],
            harm.z[place],
            harm.nominal[place],
        )
        for place, share in enumerate(plan.looks)
    )
