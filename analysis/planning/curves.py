"""Power over sizes: how the chance to find an effect grows, under several correlations inside clusters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.planning.formulas import planned_of
from analysis.planning.way import effect_for, whole
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.planning.answer import Answer
    from analysis.planning.question import Question
    from analysis.planning.way import Planned

POINTS = 21
FURTHEST = 2.0  # times the size in question
CORRELATED = ("cluster", "stepped-wedge")


@dataclass(frozen=True, slots=True)
class PowerLine:
    """Power at rising sizes. `icc` is what is supposed of the clusters, None where there are none."""

    icc: float | None
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class PowerCurve:
    """The line of what is supposed first, then those of half and twice the correlation.

    `smallest` is the smallest effect found with the power aimed at, by size; None where there is none.
    """

    lines: tuple[PowerLine, ...]
    smallest: tuple[tuple[float, float | None], ...]


def power_curve(found: Answer, *, target: float = 0.8) -> PowerCurve | None:
    """The curve around an answer, aimed at the power `target`; None without a formula, or under a schedule.

    >>> from analysis.planning.answer import answer
    >>> from analysis.planning.question import Question
    >>> curve = power_curve(answer(Question("individual", "mean", sd=1.0, effect=-0.5)))
    >>> next(round(power, 2) for size, power in curve.lines[0].points if size == 64)
    0.8
    """
    question = found.question
    if question.simulated or question.schedule is not None:
        return None
    planned = planned_of(question)
    sizes = _sizes(planned.least, found.size)
    lines = tuple(_line(each, sizes, found.effect) for each in _supposed(question))
    return PowerCurve(lines, tuple((size, _smallest(found, planned, size, target)) for size in sizes))


def _supposed(question: Question) -> tuple[Question, ...]:
    """The question as it is, then with half and twice the correlation."""
    if question.design not in CORRELATED or not question.icc:
        return (question,)
    others = (question.icc / 2, min(2 * question.icc, 0.99))
    return (question, *(replace(question, icc=icc) for icc in others))


def _line(question: Question, sizes: tuple[float, ...], effect: float) -> PowerLine:
    way = planned_of(question).ways[0]
    icc = question.icc if question.design in CORRELATED else None
    return PowerLine(icc, tuple((size, way.power(size, effect)) for size in sizes))


def _sizes(least: float, middle: float) -> tuple[float, ...]:
    """Whole sizes from the least, or a tenth of the one in question, to twice as many; that one is among them."""
    first = max(whole(least), whole(middle / 10))
    last = max(whole(FURTHEST * middle), first + 4)
    steps = {float(round(first + (last - first) * step / (POINTS - 1))) for step in range(POINTS)}
    return tuple(sorted(steps | {max(middle, first)}))


def _smallest(found: Answer, planned: Planned, size: float, target: float) -> float | None:
    question = found.question
    upwards = question.better == "higher" or question.design == "non-inferiority"
    try:
        return effect_for(planned, planned.ways[0], size=size, power=target, upwards=upwards)
    except Refusal:
        return None
