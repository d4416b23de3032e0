"""The answer to a planning question: what was solved for, by every way, with curves and what to beware of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING

from analysis.outcome import kinds
from analysis.planning import clustered, stepped
from analysis.planning.arms import counts, crossover, means, proportions
from analysis.planning.exact import exact_power
from analysis.planning.margins import means_within, shares_within
from analysis.planning.simulated import Simulated, scene_of, search, simulate
from analysis.planning.way import Planned, Way, effect_for, size_for
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.planning.question import Question, Solved

STEPS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """`value` is what was solved for by the first way; `by_way` the same by each, by its name.

    `size` is what it takes, rounded up; `effect` and `power` are those of that size. `figures` are further numbers,
    `curve` rows of what follows from other suppositions, `notes` what the design cannot do. `error` is the Monte
    Carlo standard error of a simulated power.
    """

    question: Question
    solved: Solved
    value: float
    size: float
    effect: float
    power: float
    size_is: str
    method: str
    by_way: Mapping[str, float] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    curve: tuple[Mapping[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    error: float | None = None


def answer(question: Question, *, progress: Callable[[str], None] = lambda _: None) -> Answer:
    """Solve for what the question leaves open. Raises ValueError on a wrong question, Refusal where none can answer.

    >>> from analysis.planning.question import Question
    >>> found = answer(Question("individual", "proportion", base=0.12, effect=-0.03))
    >>> found.solved, found.size, round(found.by_way["normal"], 2)
    ('size', 1638.0, 1637.93)
    """
    if wrong := question.wrong():
        raise ValueError(wrong)
    if question.simulated:
        return _simulated(question, progress)
    if question.solved == "cluster_size":
        return _cluster_size(question)
    planned = planned_of(question)
    if question.size is not None:
        _require_inference(question, question.size)
    by_way = {way.name: _solve(question, planned, way) for way in planned.ways}
    value = by_way[planned.ways[0].name]
    size = _whole(value) if question.solved == "size" else float(question.size or 0)
    effect = value if question.solved in ("effect", "margin") else _supposed(question)
    power = value if question.solved == "power" else planned.ways[0].power(size, effect)
    found = Answer(
        question, question.solved, value, size, effect, power, planned.size_is, planned.ways[0].label, by_way
    )
    return replace(
        found,
        figures=_figures(question, planned, found),
        curve=_curve(question, planned, found),
        notes=_notes(question, found),
    )


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


def _supposed(question: Question) -> float:
    """The effect that formulas are asked about: the margin, for non-inferiority."""
    return float((question.margin if question.design == "non-inferiority" else question.effect) or 0.0)


def _solve(question: Question, planned: Planned, way: Way) -> float:
    if question.solved == "size":
        return size_for(planned, way, effect=_supposed(question), power=question.target)
    size = float(question.size or 0)
    if question.solved == "power":
        return way.power(size, _supposed(question))
    upwards = question.better == "higher" or question.solved == "margin"
    return effect_for(planned, way, size=size, power=question.target, upwards=upwards)


def _whole(size: float) -> float:
    """Rounded up, but for what halving a million times leaves over."""
    return float(ceil(size - 1e-9))


def _require_inference(question: Question, size: float) -> None:
    if question.design == "cluster":
        clustered.require_inference(size)
    elif question.design == "stepped-wedge":
        stepped.require_inference(size)


def _cluster_size(question: Question) -> Answer:
    groups = int(question.size or 0)
    clustered.require_inference(groups)
    arms, clusters, effect = question.arms, question.clusters, question.effect or 0.0
    needed = clustered.cluster_size_for(
        arms, kind=question.kind, clusters=clusters, groups=groups, effect=effect, power=question.target
    )
    known = answer(replace(question, cluster_size=needed, power=None))
    return replace(known, solved="cluster_size", value=needed, by_way={"t": needed})


def _figures(question: Question, planned: Planned, found: Answer) -> dict[str, float]:
    """Further numbers: people in all, the design effect, the exact power, the standard error."""
    figures = {**(planned.figures or {}), "in_all": found.size}
    if question.design in ("individual", "non-inferiority"):
        figures["in_all"] = found.size + _whole(found.size * question.ratio)
    elif question.design == "crossover":
        figures["in_all"] = 2 * found.size
    elif question.design == "cluster":
        figures["in_all"] = 2 * found.size * question.clusters.size
    elif question.design == "stepped-wedge":
        figures |= _of_wedge(question, found)
    if question.dropout:
        figures["to_recruit"] = _whole(figures["in_all"] / (1 - question.dropout))
    if question.design == "individual" and question.kind == "proportion" and not question.correlation:
        n, p0 = round(found.size), question.arms.base
        treated = (round(found.size * question.ratio), p0 + found.effect)
        exact = exact_power(treated, (n, p0), alpha=question.arms.alpha)
        figures |= {} if exact is None else {"power_exact": exact}
    return figures


def _schedule(question: Question, clusters: float):  # type: ignore[no-untyped-def]
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


def _curve(question: Question, planned: Planned, found: Answer) -> tuple[Mapping[str, float], ...]:
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


def _notes(question: Question, found: Answer) -> tuple[str, ...]:
    alpha = round(question.arms.alpha, 12)
    if question.design == "cluster":
        note = clustered.permutation_note(found.size, alpha=alpha)
        return (note,) if note else ()
    if question.design == "stepped-wedge":
        orders = stepped.orders(_schedule(question, found.size))
        if 1 / orders > alpha:
            return (
                f"Lots can order these clusters in only {orders:.0f} ways, so that a permutation of the orders can "
                f"never give p below {1 / orders:.2g}.",
            )
    return ()


def _simulated(question: Question, progress: Callable[[str], None]) -> Answer:
    null = kinds()[question.kind].primary_scale.null
    if question.solved == "size":
        start, least = _START.get(question.design, (100.0, 8.0))
        found = search(
            question,
            lambda n: simulate(question, size=n, effect=question.effect or 0.0, progress=progress),
            start=start,
            least=least,
            growth=1.0,
        )
    elif question.solved == "effect":
        found = _effect(question, null, progress)
    else:
        found = simulate(
            question, size=question.size or 0, effect=question.effect or 0.0, progress=progress
        )
    value = {"size": found.size, "effect": found.effect}.get(question.solved, found.power)
    return Answer(
        question, question.solved, value, found.size, found.effect, found.power, _SIZES.get(question.design, "units"),
        f"{found.replicates:,} drawn studies, each analysed by {found.estimator}", {"simulated": value},
        {"replicates": found.replicates, "refused": found.refused}, (), _few(found), found.error,
    )  # fmt: skip


def _effect(question: Question, null: float, progress: Callable[[str], None]) -> Simulated:
    scene, factor = scene_of(question, question.size or 0)
    side = 1.0 if question.better == "higher" else -1.0
    start = scene.base / factor / 5 if null == 0 else 0.1
    try:
        return search(
            question,
            lambda d: simulate(question, size=question.size or 0, effect=null + side * d, progress=progress),
            start=start, least=0.0, growth=2.0,
        )  # fmt: skip
    except ZeroDivisionError as problem:
        raise Refusal("The base must not be 0.", remedy="Give the control arm's figure.") from problem


def _few(found: Simulated) -> tuple[str, ...]:
    if not found.refused:
        return ()
    return (f"In {found.refused:,} of {found.replicates:,} drawn studies the analysis refused; none of them counts.",)


_START = {"interrupted-series": (48.0, 12.0), "controlled-series": (12.0, 3.0), "repeated": (40.0, 8.0)}
_SIZES = {
    "interrupted-series": "periods in all",
    "controlled-series": "platforms in all",
    "repeated": "people in each arm",
    "individual": "units in the control arm",
}
