"""Attrition: units whose outcome was not measured, in all and in one arm more than in another.

The bounds are those of the What Works Clearinghouse (Procedures and Standards Handbook 4.0, 2017, table II.1;
the model behind them: Deke and Chiang 2017, doi 10.1177/0193841X16670047). They say, for a share missing in
all, how far two arms may differ while the bias stays small, supposing that those who leave differ much from
those who stay (the cautious bound) or a little (the optimistic one). Within the cautious bound passes; beyond
it warns; beyond the optimistic bound fails, unless chance explains the difference. Where clusters were
assigned, units leave together, and chance is not let off; nor is it where a unit has several periods.
While a study runs, units whose window ends after the log count as still to come, not as missing in all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import chi_square_tail
from analysis.check import Check, CheckResult
from analysis.checks._words import format_p

if TYPE_CHECKING:
    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.check import Outcome as Verdict
    from analysis.finding import Contrast
    from analysis.outcome import Outcome
    from analysis.plan import Plan

OVERALL = (0, 10, 20, 30, 40, 50, 57, 60, 65)  # per cent missing in all
CAUTIOUS = (5.7, 6.3, 5.4, 4.1, 2.6, 1.0, 0.0, 0.0, 0.0)  # the largest difference, in percentage points
OPTIMISTIC = (10.0, 10.9, 10.0, 8.2, 6.0, 3.7, 2.0, 1.3, 0.3)
_HOPELESS = 65  # per cent: the published bounds end here
_CHANCE = 0.05


def bounds(overall: float) -> tuple[float, float]:
    """The cautious and the optimistic bound on the difference between arms, for the share missing in all.

    >>> bounds(0.2)
    (0.054, 0.1)
    """
    per_cent = 100 * overall
    cautious, optimistic = (float(np.interp(per_cent, OVERALL, bound)) for bound in (CAUTIOUS, OPTIMISTIC))
    return round(cautious / 100, 6), round(optimistic / 100, 6)


def judge_attrition(
    missing: tuple[int, int], n: tuple[int, int], *, by_cluster: bool, coming: float = 0.0
) -> tuple[Verdict, float]:
    """The verdict on two arms with `missing` of `n` units, and the chi-square test's p-value (1 if none is).

    Of those that are missing, `coming` are not lost: they are still followed.

    >>> judge_attrition((10, 30), (100, 100), by_cluster=False)[0]
    'fail'
    >>> judge_attrition((1, 3), (10, 10), by_cluster=False)[0]
    'warn'
    """
    overall = (sum(missing) - coming) / (sum(n) - coming) if coming < sum(n) else 0.0
    difference = abs(missing[0] / n[0] - missing[1] / n[1])
    cautious, optimistic = bounds(overall)
    p_value = _chi_square_p(missing, n)
    if overall * 100 > _HOPELESS:
        return "fail", p_value
    if difference > optimistic:
        return ("fail" if by_cluster or p_value < _CHANCE else "warn"), p_value
    return ("warn" if difference > cautious else "pass"), p_value


def _run(plan: Plan, table: Table, conduct: Conduct) -> tuple[CheckResult, ...]:
    if not table.layout.people:
        return ()
    arms = set(table.known["arm"].unique())
    return tuple(
        _result(table, outcome, contrast, coming=_coming(table, outcome, conduct))
        for outcome in plan.outcomes
        if table.lost(outcome) is not None
        for contrast in plan.contrasts
        if {contrast.treatment, contrast.control} <= arms
    )


def _coming(table: Table, outcome: Outcome, conduct: Conduct) -> float:
    """The share of all units that is still followed, while the study runs."""
    return 0.0 if conduct.ended else conduct.not_followed.get(outcome.name, 0) / max(table.units, 1)


def _result(table: Table, outcome: Outcome, contrast: Contrast, *, coming: float) -> CheckResult:
    held = table.of(outcome)
    arm, missing = held.known["arm"].to_numpy(), held.lost(outcome)
    sides = [arm == contrast.treatment, arm == contrast.control]
    lost = [0 if missing is None else int(missing[side].sum()) for side in sides]
    n = [int(held.counts[side].sum()) for side in sides]
    by_period = "period" in table.layout.requires
    by_cluster = by_period or "cluster" in table.layout.requires
    still = min(coming * sum(n), sum(lost))
    verdict, p_value = judge_attrition((lost[0], lost[1]), (n[0], n[1]), by_cluster=by_cluster, coming=still)
    told = {
        "pass": "few enough, and alike enough, to matter little",
        "warn": "a difference that may bias the finding",
        "fail": "more than the finding can bear",
    }[verdict]
    tested = "" if by_cluster else " ({p})"
    whole, partly = _SAYS[by_period]
    return CheckResult(
        "attrition",
        verdict,
        whole if sum(lost) == 0 else f"{partly}; {told}{tested}.{COMING if still else ''}",
        {"lost_treatment": lost[0], "n_treatment": n[0], "lost_control": lost[1], "n_control": n[1]},
        {
            "outcome": outcome.label,
            "p": format_p(p_value),
        },
        p_value=None if by_cluster else p_value,
        subject=outcome.name,
        arms={"treatment": contrast.treatment, "control": contrast.control},
    )


COMING = " Those whose window is not over yet are among them, and do not count as lost."
_LOST, _LOST_TOO = "{lost_treatment} of {n_treatment}", "{lost_control} of {n_control}"
_SAYS = {
    False: (
        "{outcome}: every unit was measured in {treatment} and {control}.",
        f"{{outcome}}: not measured for {_LOST} units in {{treatment}} and {_LOST_TOO} in {{control}}",
    ),
    True: (
        "{outcome}: every unit was measured in each of its periods under {treatment} and {control}.",
        f"{{outcome}}: not measured in {_LOST} periods of units under {{treatment}} and {_LOST_TOO} in {{control}}",
    ),
}


def _chi_square_p(missing: tuple[int, int], n: tuple[int, int]) -> float:
    lost, total = sum(missing), sum(n)
    if lost in (0, total):
        return 1.0
    gap = missing[0] / n[0] - missing[1] / n[1]
    pooled = lost / total
    return chi_square_tail(gap**2 / (pooled * (1 - pooled) * (1 / n[0] + 1 / n[1])), 1)


CHECK = Check(
    name="attrition",
    label="Attrition",
    means="Where more units leave one arm than another, those who stay may differ for other reasons than the arm.",
    advice="Find out who left and why; read the finding with its missing units in mind.",
    run=_run,
)
