"""Gaps in the log: days between start and end without a single event.

It warns at the first such day and never fails: a weekend without shifts or the weeks between two questionnaires are
gaps too, and only somebody who knows the service can tell these from a broken export.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.check import Check, CheckResult

if TYPE_CHECKING:
    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.plan import Plan


def _run(plan: Plan, table: Table, conduct: Conduct) -> tuple[CheckResult, ...]:
    if conduct.days == 0:
        return ()
    numbers = {"empty": f"{conduct.days_without_events:,}", "days": f"{conduct.days:,}"}
    if conduct.days_without_events == 0:
        return (
            CheckResult("log_gaps", "pass", "Every day of the log has events (days: {days}).", {}, numbers),
        )
    says = "Days of the log without any event: {empty} of {days}."
    return (CheckResult("log_gaps", "warn", says, {}, numbers, float(conduct.days_without_events)),)


CHECK = Check(
    name="log_gaps",
    label="Gaps in the log",
    means="Events of missing days are counted as if they had not happened, in every arm.",
    advice="Ask for the missing days, or make sure that nothing could happen on them.",
    run=_run,
    arms_together=True,
)
