"""Sample ratio, day by day: whether the arms' shares were ever off, though they be right on the whole.

Pearson's test is for one look; this one holds however often it is looked at: an e-value of the counts so far under
shares drawn from a Dirichlet distribution around the declared ones, over the counts under the declared shares
(Lindon and Malek 2022, NeurIPS 35). The p-value is the smallest 1 / e so far: an early fault is not forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.check import Check, CheckResult
from analysis.checks._words import format_p
from analysis.looks.anytime import allocation_e_values

if TYPE_CHECKING:
    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.check import Outcome
    from analysis.plan import Plan

FAIL, WARN = 0.001, 0.01  # as of the check at one look


def _run(plan: Plan, table: Table, conduct: Conduct) -> tuple[CheckResult, ...]:
    arms = [arm for arm, share in conduct.shares.items() if share > 0]
    if len(arms) < 2 or not conduct.assigned_by_day or conduct.assigned_by == "cluster":
        return ()
    daily = np.array([[day.get(arm, 0) for arm in arms] for day in conduct.assigned_by_day], dtype=float)
    values = allocation_e_values(daily, [conduct.shares[arm] for arm in arms])
    worst = int(np.argmax(values))
    p_value = min(1.0, 1 / values[worst]) if values[worst] > 0 else 1.0
    verdict: Outcome = "fail" if p_value < FAIL else "warn" if p_value < WARN else "pass"
    told = {
        "pass": "kept to the declared shares all along",
        "warn": "were further from the declared shares on the way than chance would often bring about",
        "fail": "were too far from the declared shares on the way for chance",
    }[verdict]
    return (
        CheckResult(
            "sample_ratio_by_day",
            verdict,
            f"Over all days of assignment ({{days}}) the arms {told} ({{p}}, whenever one looks).",
            {},
            {"days": f"{len(values):,}", "p": format_p(p_value)},
            values[-1],
            p_value,
        ),
    )


CHECK = Check(
    name="sample_ratio_by_day",
    label="Sample ratio by day",
    means="If assignments went wrong for some days, units of these days do not compare like with like.",
    advice="Find the days on which the shares were off, and what was changed or broken then.",
    run=_run,
)
