"""Pre-trends: whether platforms moved alike before any of them adopted, over all periods before together.

Staggered adoption: a permutation test of the adoption dates over the periods in which nobody had adopted. One
platform with controls: the slope of the gap before the change. It warns below 0.05 and fails below 0.005. Few
periods or platforms show little (Roth 2022, doi 10.1257/aeri.20210236), so that passing is no proof. A series by
itself supposes no common trend, and is not looked at: its sham dates stand beside its finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.check import Check, CheckResult
from analysis.checks._words import format_p
from analysis.gathering import gather
from analysis.layout import PANEL
from analysis.models.adoption import adoption
from analysis.models.common_trends import by_cohorts, of_one
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.check import Outcome as Verdict
    from analysis.finding import Contrast
    from analysis.outcome import Outcome
    from analysis.plan import Plan

WARN, FAIL = 0.05, 0.005


def _run(plan: Plan, table: Table, _: Conduct) -> tuple[CheckResult, ...]:
    if table.layout != PANEL:
        return ()
    found = (
        _result(plan, table, outcome, contrast) for outcome in plan.outcomes for contrast in plan.contrasts
    )
    return tuple(result for result in found if result is not None)


def _result(plan: Plan, table: Table, outcome: Outcome, contrast: Contrast) -> CheckResult | None:
    try:
        evidence = gather(table, outcome, contrast, covariates=plan.covariates)
        panel = adoption(evidence)
        alone = (~panel.never).sum() == 1
        tested = of_one(evidence) if alone else by_cohorts(panel, seed=plan.seed)
    except Refusal:  # the findings say what is wrong with the panel
        return None
    if tested.smallest >= WARN:
        return None
    p_value = tested.p_value
    verdict: Verdict = "fail" if p_value < FAIL else "warn" if p_value < WARN else "pass"
    told = {
        "pass": "no further apart than chance brings about, which is no proof of what would have come",
        "warn": "further apart than chance would often bring about",
        "fail": "too far apart for chance",
    }[verdict]
    return CheckResult(
        "pre_trends",
        verdict,
        f"{{outcome}}: over {{periods}} periods before {{treatment}} began, platforms moved {told} ({{p}}).",
        {},
        {"outcome": outcome.label, "periods": f"{tested.periods:,}", "p": format_p(p_value)},
        tested.statistic,
        p_value,
        outcome.name,
        arms={"treatment": contrast.treatment},
    )


CHECK = Check(
    name="pre_trends",
    label="Trends before the adoption",
    means="Where platforms moved apart before anybody adopted, they may have gone on so for the same reason.",
    advice="Look for what moved them apart; compare with platforms that moved alike, or count on a trend of each.",
    run=_run,
)
