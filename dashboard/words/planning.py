"""What a plan can find, in sentences and a table for people who run programmes."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from dashboard.language import later, say
from dashboard.words.figures import level_text, number, percent
from dashboard.words.forms import in_form
from dashboard.words.vocabulary import Spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.planning.answer import Answer

FIGURES = Spoken(
    {
        "in_all": later("in all"),
        "to_recruit": later("to recruit, as some will drop out"),
        "design_effect": later("design effect of the clusters"),
        "power_exact": later("exact power of the score test"),
        "variance": later("variance of the effect"),
        "se": later("standard error of the effect"),
        "orders": later("possible random orders"),
        "replicates": later("studies drawn"),
        "refused": later("of which the analysis gave no p-value"),
    }
)
WAYS = Spoken(
    {
        "t": later("t test"),
        "t_both_tails": later("t test, both tails counted"),
        "normal": later("normal approximation"),
        "normal_both_tails": later("normal approximation, both tails counted"),
        "arcsine": later("arcsine"),
        "score": later("score test on the margin"),
        "simulated": later("simulated"),
    }
)
SOLVED = Spoken(
    {
        "size": later("Needed"),
        "effect": later("Smallest effect"),
        "power": later("Power"),
        "margin": later("Smallest margin"),
        "cluster_size": later("Units in each cluster"),
    }
)


COUNTED = Spoken(
    {
        "units": later("units"),
        "units in the control arm": later("units in the control arm"),
        "clusters in each arm": later("clusters in each arm"),
        "clusters in all": later("clusters in all"),
        "people in each order of the arms": later("people in each order of the arms"),
        "people in each arm": later("people in each arm"),
        "platforms in all": later("platforms in all"),
        "periods in all": later("periods in all"),
    }
)


def planning_sentence(found: Answer) -> str:
    """What the study would find, and how often.

    >>> from analysis.planning.answer import answer
    >>> from analysis.planning.question import Question
    >>> asked = Question("individual", "mean", sd=1.0, effect=-0.5)
    >>> planning_sentence(answer(asked)).split(" in 80 of 100 ")[0]
    '64 units in the control arm (128 in all) are needed to find a difference of −0.500'
    """
    about = {
        "size": _size(found),
        "count": _of_hundred(found),
        "level": level_text(1 - found.question.level),
    }
    if found.solved == "cluster_size":
        return say(
            "With {size}, {units} units in each cluster are needed to find {effect} in {count} of 100 such "
            "studies, at the two-sided {level} level.",
            units=number(found.value, decimals=0),
            effect=_effect(found),
            **about,
        )
    if found.question.design == "non-inferiority" and found.solved in _NOT_WORSE:
        return say(_NOT_WORSE[found.solved], effect=number(found.effect), **about)
    if found.solved in _FINDS:
        return say(_FINDS[found.solved], effect=_effect(found), **about)
    if found.solved == "margin":
        return say(
            "With {size}, the smallest margin that can be excluded in {count} of 100 such studies, at the "
            "two-sided {level} level, is {margin}.",
            margin=number(abs(found.value)),
            **about,
        )
    return say(
        "With {size}, the smallest effect that is found in {count} of 100 such studies, at the two-sided {level} "
        "level, is {effect}.",
        effect=_effect(found),
        **about,
    )


_NOT_WORSE = {
    "size": later(
        "{size} are needed to show that the treatment is not worse by {effect} or more in {count} of 100 such "
        "studies, at the two-sided {level} level."
    ),
    "power": later(
        "With {size}, a study would show that the treatment is not worse by {effect} or more in {count} of 100 "
        "such studies, at the two-sided {level} level."
    ),
}
_FINDS = {
    "size": later(
        "{size} are needed to find {effect} in {count} of 100 such studies, at the two-sided {level} level."
    ),
    "power": later(
        "With {size}, a study would find {effect} in {count} of 100 such studies, at the two-sided {level} level."
    ),
}


def planning_rows(found: Answer) -> list[tuple[str, str]]:
    """The table: what was solved for by each way, and further figures."""
    label = SOLVED[found.solved]
    ways = found.by_way or {"simulated": found.value}
    rows = [
        (say("{what} ({way})", what=label, way=WAYS[way]), _value(found, value))
        for way, value in ways.items()
    ]
    if found.error is not None:
        rows.append((say("Monte Carlo standard error of the power"), number(found.error)))
    rows += [(FIGURES[name], _plain(value)) for name, value in found.figures.items() if name in FIGURES]
    return rows


def curve_rows(found: Answer) -> list[str]:
    """The power under other suppositions, one line each; empty where there is no curve."""
    return [_curve_row(row) for row in found.curve]


def _curve_row(row: Mapping[str, float]) -> str:
    names = {"size": say("size"), "icc": say("ICC"), "cac": say("cluster autocorrelation")}
    supposed = ", ".join(f"{name} {in_form(f'{row[key]:,g}')}" for key, name in names.items() if key in row)
    return say("{supposed}: power {power}", supposed=supposed, power=percent(round(row["power"], 3)))


def _of_hundred(found: Answer) -> str:
    """How many of 100 studies; the target where that was reached by design."""
    power = found.power if found.solved == "power" or found.error is not None else found.question.target
    return in_form(
        f"{min(max(100 * power, 0.1), 99.9):.3g}".removesuffix(".0")
        if power > 0.999
        else f"{100 * power:.0f}"
    )


def _size(found: Answer) -> str:
    size, in_all = ceil(found.size - 1e-9), found.figures.get("in_all", found.size)
    counted = {"count": number(size, decimals=0), "counted": COUNTED.get(found.size_is, found.size_is)}
    if in_all == found.size or found.solved == "cluster_size":
        return say("{count} {counted}", **counted)
    counted["all"] = number(ceil(in_all - 1e-9), decimals=0)
    if "units" in found.size_is:
        return say("{count} {counted} ({all} in all)", **counted)
    if found.question.design in ("crossover", "repeated"):
        return say("{count} {counted} ({all} people in all)", **counted)
    return say("{count} {counted} ({all} units in all)", **counted)


def _effect(found: Answer) -> str:
    kind, base, effect = found.question.kind, found.question.base, found.effect
    if kind == "proportion" and base is not None:
        return say(
            "a share of {share} instead of {base}", share=level_text(base + effect), base=level_text(base)
        )
    if kind == "count":
        return say("a rate {times} times the control arm's", times=number(effect))
    if kind == "series":
        return say("a change of level by {size}", size=number(effect))
    if kind == "ordinal":
        return say("a probability of superiority of {share}", share=number(effect))
    if found.question.sd is None and not found.question.simulated:
        return say("a difference of {size} standard deviations", size=number(effect))
    return say("a difference of {size}", size=number(effect))


def _plain(value: float) -> str:
    return number(value, decimals=0) if value % 1 == 0 else number(value)


def _value(found: Answer, value: float) -> str:
    if found.solved == "power":
        return percent(round(value, 4))
    if found.solved == "size":
        return number(ceil(value - 1e-9), decimals=0)
    return number(value)
