"""Whole clusters by lot: as many in each arm as its share says, in balance, in pairs, or in an order of steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.chance import allocation
from analysis.refusal import Refusal
from experiments.faults import Fault
from experiments.lottery import Drawn, shares_of, strata, told
from experiments.tables.table_file import labels

if TYPE_CHECKING:
    import pandas as pd

    from analysis.chance.lots import Lots
    from experiments.lottery import Lottery

BOUND = (
    "{pairs} pairs of clusters are always in one arm or never, which leaves less to chance: allow larger "
    "differences."
)
REACHED = 0.05  # the p-value that a permutation test should be able to reach


def clusters_by_lot(firsts: pd.DataFrame, frame: pd.DataFrame, lottery: Lottery, lots: Lots) -> Drawn:
    """Whole clusters, in the order of their names."""
    n = len(firsts)
    if n < 2:
        raise Refusal("One cluster cannot be given to two arms.", remedy="Name at least two clusters.")
    if lottery.design == "stepped-wedge":
        return _steps(n, lottery, lots)
    if lottery.pairs:
        return _pairs(firsts, lottery, lots)
    shares = shares_of(lottery)
    if lottery.balance:
        return _restricted(firsts, frame, lottery, shares, lots)
    given = [""] * n
    for places in strata(firsts, lottery.strata):
        for place, arm in zip(places, allocation.split(len(places), shares, lots), strict=True):
            given[place] = arm
    method = "whole clusters, as many in each arm as its share says"
    method += f", within {', '.join(lottery.strata)}" if lottery.strata else ""
    return Drawn([told(lottery, arm) for arm in given], method, {arm: given.count(arm) for arm in shares})


def _steps(n: int, lottery: Lottery, lots: Lots) -> Drawn:
    days = sorted(lottery.days)
    if len(days) == n:
        given = lots.shuffled(days)
        rows = [{"step": str(sorted(set(days)).index(day) + 1), "on": day} for day in given]
        return Drawn(
            rows, "an order of the clusters over the declared days", {d: days.count(d) for d in days}
        )
    if days:
        raise Fault(
            f"The study has {len(days)} clusters and the table {n}.",
            expected="the clusters of the study, each once",
        )
    number = lottery.steps or n
    if number > n:
        raise Fault(f"{number} steps are more than {n} clusters.", expected="at least one cluster a step")
    chosen = allocation.steps(n, number, lots)
    given_at = {f"step {step}": chosen.count(step) for step in sorted(set(chosen))}
    return Drawn(
        [{"step": str(step)} for step in chosen], "an order of the clusters over the steps", given_at
    )


def _pairs(firsts: pd.DataFrame, lottery: Lottery, lots: Lots) -> Drawn:
    """One cluster of each pair to each of two arms."""
    places = strata(firsts, (lottery.pairs,))
    if any(len(pair) != 2 for pair in places) or len(lottery.arms) != 2:
        raise Fault(
            f'The column "{lottery.pairs}" does not put clusters into pairs.',
            expected="just two clusters for each value, and two arms",
        )
    given = [""] * len(firsts)
    for pair in places:
        for place, arm in zip(pair, lots.shuffled(list(lottery.arms)), strict=True):
            given[place] = arm
    smallest = 2 / 2 ** len(places)
    facts = {"pairs": len(places), "possible": 2.0 ** len(places), "smallest_p": smallest}
    sizes = {arm: given.count(arm) for arm in lottery.arms}
    return Drawn(
        [{"arm": arm} for arm in given], "a coin for each pair of clusters", sizes, facts, _never(smallest)
    )


def _restricted(
    firsts: pd.DataFrame, frame: pd.DataFrame, lottery: Lottery, shares: dict[str, int], lots: Lots
) -> Drawn:
    if lottery.strata:
        raise Fault("Clusters are either balanced or allocated within strata.", do="Name one of the two.")
    figures, tolerances = _figures(firsts, frame, lottery)
    sizes = allocation.counts(len(firsts), shares, lots)
    found = allocation.restricted(figures, tuple(sizes.values()), tolerances, lots)
    names = list(sizes)
    facts: dict[str, float] = {
        "possible": found.possible,
        "looked_at": found.looked_at,
        "acceptable": found.acceptable,
        "always_or_never_together": found.bound,
    }
    notes: tuple[str, ...] = ()
    if found.smallest_p is not None:
        facts["smallest_p"] = found.smallest_p
        notes = _never(found.smallest_p)
    if found.bound:
        notes += (BOUND.format(pairs=found.bound),)
    method = "whole clusters, one of the balanced allocations"
    return Drawn([told(lottery, names[arm]) for arm in found.arms], method, sizes, facts, notes)


def _never(smallest: float) -> tuple[str, ...]:
    if smallest <= REACHED:
        return ()
    return (f"A permutation test over these allocations can never give p below {smallest:.2g}.",)


def _figures(
    firsts: pd.DataFrame, frame: pd.DataFrame, lottery: Lottery
) -> tuple[np.ndarray[Any, Any], list[float]]:
    """What is balanced, by cluster (G x q): means of numbers, shares of each level of words; and the tolerances."""
    import pandas as pd

    whole = lottery.cluster or lottery.unit
    columns, tolerances = [], []
    for name, tolerance in lottery.balance.items():
        values = frame[name]
        if values.isna().any():
            raise Fault(f'The column "{name}" has empty cells.', expected="a value in every row")
        numeric = values.dtype.kind in "iufb"
        coded = (
            values.astype(float).to_frame() if numeric else pd.get_dummies(labels(frame, name), dtype=float)
        )
        means = coded.groupby(labels(frame, whole).to_numpy()).mean().loc[list(firsts[whole])]
        kept = means.to_numpy()[:, : max(1, means.shape[1] - (0 if numeric else means.shape[1] == 2))]
        columns.append(kept)
        tolerances += [tolerance] * kept.shape[1]
    return np.column_stack(columns), tolerances
