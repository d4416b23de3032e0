"""What a plan can find, in sentences and a table for people who run programmes."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from dashboard.words.figures import SPACE, number, percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.planning.answer import Answer

FIGURES = {
    "in_all": "in all",
    "to_recruit": "to recruit, as some will drop out",
    "design_effect": "design effect of the clusters",
    "power_exact": "exact power of the score test",
    "variance": "variance of the effect",
    "se": "standard error of the effect",
    "orders": "orders that lots can draw",
    "replicates": "studies drawn",
    "refused": "of which the analysis gave no p-value",
}
WAYS = {
    "t": "t test",
    "t_both_tails": "t test, both tails counted",
    "normal": "normal approximation",
    "normal_both_tails": "normal approximation, both tails counted",
    "arcsine": "arcsine",
    "score": "score test on the margin",
    "simulated": "simulated",
}
SOLVED = {
    "size": "Needed",
    "effect": "Smallest effect",
    "power": "Power",
    "margin": "Smallest margin",
    "cluster_size": "Units in each cluster",
}


def planning_sentence(found: Answer) -> str:
    """What the study would find, and how often.

    >>> from analysis.planning.answer import answer
    >>> from analysis.planning.question import Question
    >>> asked = Question("individual", "mean", sd=1.0, effect=-0.5)
    >>> planning_sentence(answer(asked)).split(" in 80 of 100 ")[0]
    '64 units in the control arm (128 in all) are needed to find a difference of −0.500'
    """
    question = found.question
    level = _percent(1 - question.level)
    often = f"{_of_hundred(found)} of 100 such studies, at the two-sided {level} level"
    size = _size(found)
    if found.solved == "cluster_size":
        return (
            f"With {size}, {number(found.value, decimals=0)} units in each cluster are needed to find "
            f"{_effect(found)} in {often}."
        )
    if found.solved == "size":
        return f"{size} are needed to {_aim(found)} in {often}."
    if found.solved == "power":
        return f"With {size}, a study would {_aim(found)} in {often}."
    what = (
        "smallest margin that can be excluded"
        if found.solved == "margin"
        else "smallest effect that is found"
    )
    told = number(abs(found.value)) if found.solved == "margin" else _effect(found)
    return f"With {size}, the {what} in {often}, is {told}."


def planning_rows(found: Answer) -> list[tuple[str, str]]:
    """The table: what was solved for by each way, and further figures."""
    label = SOLVED[found.solved]
    ways = found.by_way or {"simulated": found.value}
    rows = [(f"{label} ({WAYS[way]})", _value(found, value)) for way, value in ways.items()]
    if found.error is not None:
        rows.append(("Monte Carlo standard error of the power", number(found.error)))
    rows += [(FIGURES[name], _plain(value)) for name, value in found.figures.items() if name in FIGURES]
    return rows


def curve_rows(found: Answer) -> list[str]:
    """The power under other suppositions, one line each; empty where there is no curve."""
    return [_curve_row(row) for row in found.curve]


def _curve_row(row: Mapping[str, float]) -> str:
    names = {"size": "size", "icc": "ICC", "cac": "cluster autocorrelation"}
    supposed = ", ".join(f"{names[name]} {row[name]:,g}" for name in names if name in row)
    return f"{supposed}: power {percent(round(row['power'], 3))}"


def _of_hundred(found: Answer) -> str:
    """How many of 100 studies; the target where that was reached by design."""
    power = found.power if found.solved == "power" or found.error is not None else found.question.target
    return (
        f"{min(max(100 * power, 0.1), 99.9):.3g}".removesuffix(".0")
        if power > 0.999
        else f"{100 * power:.0f}"
    )


def _size(found: Answer) -> str:
    size, in_all = ceil(found.size - 1e-9), found.figures.get("in_all", found.size)
    text = f"{size:,} {found.size_is}"
    if in_all != found.size and found.solved != "cluster_size":
        people = "people" if found.question.design in ("crossover", "repeated") else "units"
        text += (
            f" ({ceil(in_all - 1e-9):,} in all)"
            if "units" in text
            else f" ({ceil(in_all - 1e-9):,} {people} in all)"
        )
    return text


def _aim(found: Answer) -> str:
    if found.question.design == "non-inferiority":
        return f"show that the treatment is not worse by {number(found.effect)} or more"
    return f"find {_effect(found)}"


def _effect(found: Answer) -> str:
    kind, base, effect = found.question.kind, found.question.base, found.effect
    if kind == "proportion" and base is not None:
        return f"a share of {_percent(base + effect)} instead of {_percent(base)}"
    if kind == "count":
        return f"a rate {number(effect)} times the control arm's"
    if kind == "series":
        return f"a change of level by {number(effect)}"
    if kind == "ordinal":
        return f"a probability of superiority of {number(effect)}"
    unit = " standard deviations" if found.question.sd is None and not found.question.simulated else ""
    return f"a difference of {number(effect)}{unit}"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value % 1 == 0 else number(value)


def _percent(share: float) -> str:
    """A share somebody chose, as it was written."""
    return f"{100 * share:.4g}{SPACE}%"


def _value(found: Answer, value: float) -> str:
    if found.solved == "power":
        return percent(round(value, 4))
    if found.solved == "size":
        return f"{ceil(value - 1e-9):,}"
    return number(value)
