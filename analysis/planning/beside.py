"""What stands beside a plan: people in all, the design effect, exact power, curves, and what it cannot do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.planning import clustered, stepped
from analysis.planning.exact import exact_power
from analysis.planning.formulas import planned_of
from analysis.planning.way import whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from analysis.planning.answer import Answer
    from analysis.planning.question import Question
    from analysis.planning.way import Planned

STEPS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
FEW_ORDERS = (
    "These clusters can be ordered in only {orders} ways, so that a permutation of the orders can never give p "
    "below {least}."
)


def figures(question: Question, planned: Planned, found: Answer) -> dict[str, float]:
    """Further numbers: people in all, the design effect, the exact power, the standard error."""
    known = {**(planned.figures or {}), "in_all": found.size}
    if question.design in ("individual", "non-inferiority"):
        known["in_all"] = found.size + whole(found.size * question.ratio)
    elif question.design == "crossover":
        known["in_all"] = 2 * found.size
    elif question.design == "cluster":
        known["in_all"] = 2 * found.size * question.clusters.size
    elif question.design == "stepped-wedge":
        known |= _of_wedge(question, found)
    if question.dropout:
        known["to_recruit"] = whole(known["in_all"] / (1 - question.dropout))
    if question.design == "individual" and question.kind == "proportion" and not question.correlation:
        n, p0 = round(found.size), question.arms.base
        treated = (round(found.size * question.ratio), p0 + found.effect)
        exact = exact_power(treated, (n, p0), alpha=question.arms.alpha)
        known |= {} if exact is None else {"power_exact": exact}
    return known


def _schedule(question: Question, clusters: float) -> NDArray[np.float64]:
    """Who has the treatment when: as given, else spread evenly."""
    if question.schedule is not None:
        return question.schedule
    return stepped.even_schedule(int(clusters), question.periods or 2)


def _of_wedge(question: Question, found: Answer) -> dict[str, float]:
    schedule = _schedule(question, found.size)
    middle = question.arms.base + found.effect / 2
    of_one = middle * (1 - middle) if question.kind == "proportion" else question.arms.sd**2
    variance = stepped.wedge_variance(schedule, question.cells, variance=of_one * question.arms.inflation)
    people = found.size * (question.periods or 2) * question.cells.size
    return {"variance": variance, "se": variance**0.5, "orders": stepped.orders(schedule), "in_all": people}


def curve(question: Question, planned: Planned, found: Answer) -> tuple[Mapping[str, float], ...]:
    """Power under other suppositions: correlations where there are clusters, else other sizes."""

    def power(asked: Question) -> float:
        return planned_of(asked).ways[0].power(found.size, found.effect)

    if question.design == "cluster":
        return tuple({"icc": icc, "power": power(replace(question, icc=icc))} for icc in clustered.CURVE)
    if question.design == "stepped-wedge":
        return tuple(
            {"icc": icc, "cac": cac, "power": power(replace(question, icc=icc, cac=cac))}
            for icc in stepped.ICCS
            for cac in stepped.CACS
        )
    sizes = [max(float(round(found.size * step)), planned.least) for step in STEPS]
    first = planned.ways[0]
    return tuple({"size": size, "power": first.power(size, found.effect)} for size in dict.fromkeys(sizes))


def notes(question: Question, found: Answer) -> tuple[str, ...]:
    """What a permutation test of this design can never reach."""
    alpha = round(question.arms.alpha, 12)
    if question.design == "cluster":
        note = clustered.permutation_note(found.size, alpha=alpha)
        return (note,) if note else ()
    if question.design == "stepped-wedge":
        orders = stepped.orders(_schedule(question, found.size))
        if 1 / orders > alpha:
            return (FEW_ORDERS.format(orders=f"{orders:.0f}", least=f"{1 / orders:.2g}"),)
    return ()
