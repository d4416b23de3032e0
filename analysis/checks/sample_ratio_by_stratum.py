"""Sample ratio, stratum by stratum: whether the arms' shares are right in each, though they be right on the whole.

Each stratum is tested as the whole is (`sample_ratio`); the smallest p-value times the number of strata counts
(Bonferroni), so that many strata cry wolf no more often than one. The same bounds: it fails below 0.001 and warns
below 0.01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.check import Check, CheckResult
from analysis.checks._words import format_p
from analysis.checks.sample_ratio import FAIL, WARN, of_counts

if TYPE_CHECKING:
    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.check import Outcome
    from analysis.plan import Plan


def _run(plan: Plan, table: Table, conduct: Conduct) -> tuple[CheckResult, ...]:
    arms = [arm for arm, share in conduct.shares.items() if share > 0]
    if len(arms) < 2 or len(conduct.assigned_by_stratum) < 2:
        return ()
    shares, by_cluster = [conduct.shares[arm] for arm in arms], conduct.assigned_by == "cluster"
    counts = [[stratum.get(arm, 0) for arm in arms] for stratum in conduct.assigned_by_stratum]
    tested = [of_counts(observed, shares, by_cluster=by_cluster)[1] for observed in counts if sum(observed)]
    p_value = min(1.0, min(tested) * len(tested))
    verdict: Outcome = "fail" if p_value < FAIL else "warn" if p_value < WARN else "pass"
    told = {
        "pass": "none is further from the declared shares than chance brings about",
        "warn": "one is further from the declared shares than chance would often bring about",
        "fail": "one is too far from the declared shares for chance",
    }[verdict]
    return (
        CheckResult(
            "sample_ratio_by_stratum",
            verdict,
            f"Of {{strata}} strata, {told} ({{p}} for all together).",
            {},
            {"strata": f"{len(tested):,}", "p": format_p(p_value)},
            None,
            p_value,
        ),
    )


CHECK = Check(
    name="sample_ratio_by_stratum",
    label="Sample ratio by stratum",
    means="If assignments went wrong in one stratum, its units do not compare like with like.",
    advice="Find the stratum in which the shares are off, and what is different about its assignments.",
    run=_run,
)
