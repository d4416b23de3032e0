"""What an allocation draws lots for, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING

from analysis.chance import allocation
from experiments.faults import Fault
from experiments.tables.table_file import labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from experiments.study import Study

DESIGNS = ("individual", "cluster", "crossover", "stepped-wedge")
BETWEEN = " > "  # one arm of an order and the next


@dataclass(frozen=True, slots=True)
class Lottery:
    """What is drawn: a design, arms with their shares, the table's columns and the rules.

    `balance` maps figures of the clusters to the difference of arms, in standard deviations, that is allowed.
    `days` are the first days of a stepped wedge's steps, one for each cluster, where the study says them.
    """

    design: str
    arms: dict[str, float]
    unit: str = "unit"
    cluster: str = ""
    strata: tuple[str, ...] = ()
    pairs: str = ""
    balance: dict[str, float] = field(default_factory=dict)
    multiples: tuple[int, ...] = (2, 3)
    steps: int = 0
    days: tuple[str, ...] = ()
    simple: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """The list (one row a unit or cluster, in the order of the table) and how it was drawn."""

    rows: list[dict[str, str]]
    method: str
    counts: dict[str, int]
    facts: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def lottery_of(study: Study) -> Lottery:
    """What a study file says about its allocation. Raises Fault where it does not draw lots."""
    design = study.design
    if design.kind not in DESIGNS:
        raise Fault(
            f"The design {design.kind} gives nothing by lot.", expected=f"one of {', '.join(DESIGNS)}"
        )
    arms = {arm.name: arm.share for arm in design.arms}
    return Lottery(
        design.kind,
        arms,
        strata=design.strata,
        pairs=design.pairs,
        days=tuple(design.steps.values()),
    )


def reduced(shares: Mapping[str, float]) -> dict[str, int]:
    """Shares of the allocation as the smallest whole numbers in the same proportion.

    Raises Fault where they are no simple fractions of each other.

    >>> reduced({"control": 0.5, "warning": 1.0})
    {'control': 1, 'warning': 2}
    """
    least = min(shares.values())
    parts = {name: Fraction(share / least).limit_denominator(20) for name, share in shares.items()}
    if any(abs(float(part) - shares[name] / least) > 1e-6 for name, part in parts.items()):
        raise Fault(
            "The arms' shares are no simple fractions of each other.",
            expected="shares such as 1 and 1, or 2 and 1",
        )
    whole = lcm(*(part.denominator for part in parts.values()))
    counts = {name: int(part * whole) for name, part in parts.items()}
    common = gcd(*counts.values())
    return {name: count // common for name, count in counts.items()}


def shares_of(lottery: Lottery) -> dict[str, int]:
    """What lots are drawn among: arms by their shares, or each order of the arms alike."""
    if lottery.design == "crossover":
        return {BETWEEN.join(order): 1 for order in allocation.orders(list(lottery.arms))}
    return reduced(lottery.arms)


def told(lottery: Lottery, given: str) -> dict[str, str]:
    """The columns that say what a unit or cluster was given."""
    if lottery.design != "crossover":
        return {"arm": given}
    periods = given.split(BETWEEN)
    return {"sequence": given} | {f"period_{place}": arm for place, arm in enumerate(periods, start=1)}


def strata(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[list[int]]:
    """The places of the rows of each stratum, strata in the order of their names."""
    if not columns:
        return [list(range(len(frame)))]
    keys = list(zip(*(labels(frame, column) for column in columns), strict=True))
    found: dict[tuple[str, ...], list[int]] = {}
    for place, key in enumerate(keys):
        found.setdefault(key, []).append(place)
    return [found[key] for key in sorted(found)]
