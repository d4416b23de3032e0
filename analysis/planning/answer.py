"""The answer to a planning question: what was solved for, by every way, with curves and what to beware of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from analysis.outcome import kinds
from analysis.planning import clustered, stepped
from analysis.planning.beside import curve, figures, notes
from analysis.planning.formulas import planned_of
from analysis.planning.simulated import Simulated, scene_of, search, simulate
from analysis.planning.way import effect_for, size_for, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.planning.question import Question, Solved
    from analysis.planning.way import Planned, Way


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
    """Solve for what is left open. Raises ValueError on a wrong question, Refusal where there is no answer.

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
    size = whole(value) if question.solved == "size" else float(question.size or 0)
    effect = value if question.solved in ("effect", "margin") else _supposed(question)
    power = value if question.solved == "power" else planned.ways[0].power(size, effect)
    found = Answer(
        question, question.solved, value, size, effect, power, planned.size_is, planned.ways[0].label, by_way
    )
    return replace(
        found,
        figures=figures(question, planned, found),
        curve=curve(question, planned, found),
        notes=notes(question, found),
    )


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
        found = simulate(question, size=question.size or 0, effect=question.effect or 0.0, progress=progress)
    return Answer(
        question,
        question.solved,
        {"size": found.size, "effect": found.effect}.get(question.solved, found.power),
        found.size,
        found.effect,
        found.power,
        _SIZES.get(question.design, "units"),
        f"{found.replicates:,} drawn studies, each analysed by {found.estimator}",
        figures={"replicates": found.replicates, "refused": found.refused},
        notes=_few(found),
        error=found.error,
    )


def _effect(question: Question, null: float, progress: Callable[[str], None]) -> Simulated:
    scene, factor = scene_of(question, question.size or 0)
    side = 1.0 if question.better == "higher" else -1.0
    start = max(abs(scene.base) / factor / 5, (question.sd or 0.0) / 2) if null == 0 else 0.1
    return search(
        question,
        lambda d: simulate(question, size=question.size or 0, effect=null + side * d, progress=progress),
        start=start,
        least=0.0,
        growth=2.0,
    )


def _few(found: Simulated) -> tuple[str, ...]:
    if not found.refused:
        return ()
    return (f"In {found.refused:,} of {found.replicates:,} drawn studies the analysis gave no p-value.",)


_START = {"interrupted-series": (48.0, 12.0), "controlled-series": (12.0, 3.0), "repeated": (40.0, 8.0)}
_SIZES = {
    "interrupted-series": "periods in all",
    "controlled-series": "platforms in all",
    "repeated": "people in each arm",
    "individual": "units in the control arm",
}
