"""The formulas of each design and kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.planning import clustered, stepped
from analysis.planning.arms import counts, crossover, means, proportions
from analysis.planning.margins import means_within, shares_within

if TYPE_CHECKING:
    from analysis.planning.question import Question
    from analysis.planning.way import Planned


def planned_of(question: Question) -> Planned:
    """The formulas of the question's design and kind. Raises Refusal where there are none."""
    arms, design = question.arms, question.design
    if design == "cluster":
        return clustered.clustered(arms, kind=question.kind, clusters=question.clusters)
    if design == "crossover":
        return crossover(arms, icc=question.icc or 0.0)
    if design == "stepped-wedge":
        return stepped.stepped(
            arms,
            kind=question.kind,
            cells=question.cells,
            periods=question.periods or 2,
            schedule=question.schedule,
        )
    if design == "non-inferiority":
        within = shares_within if question.kind == "proportion" else means_within
        return within(arms, true=question.effect or 0.0, higher=question.better == "higher")
    return {"proportion": proportions, "count": counts}.get(question.kind, means)(arms)
