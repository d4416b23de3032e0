"""Follow-up: units that could not yet reach the end of an outcome's window, which are not counted as failures.

Their outcome is missing (a time until an event: followed until the log ends). While a study runs this is as it must
be, and passes. Once its last day is over it warns where more than 1 in 20 units are concerned: then those who came
late are left out for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.check import Check, CheckResult

if TYPE_CHECKING:
    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.check import Outcome as Verdict
    from analysis.plan import Plan

WARN = 0.05


def _run(plan: Plan, table: Table, conduct: Conduct) -> tuple[CheckResult, ...]:
    labels = {outcome.name: outcome.label for outcome in plan.outcomes}
    units = table.units
    return tuple(
        _result(name, labels[name], short, units, over=conduct.ended)
        for name, short in conduct.not_followed.items()
        if name in labels and units
    )


def _result(name: str, label: str, short: int, units: int, *, over: bool) -> CheckResult:
    numbers = {"outcome": label}
    if not short:
        says = "{outcome}: the log covers the whole window of every unit."
        return CheckResult("follow_up", "pass", says, {}, numbers, subject=name)
    says = (
        "{outcome}: units whose window ends after the log does, and which are not counted as if nothing came: "
        "{short} of {units}."
    )
    verdict: Verdict = "warn" if over and short > WARN * units else "pass"
    return CheckResult("follow_up", verdict, says, {"short": short, "units": units}, numbers, subject=name)


CHECK = Check(
    name="follow_up",
    label="Follow-up",
    means="Who came too late to be followed to the end is left out: the finding is about those who came early.",
    advice="Wait for the rest of the log, or end the study's assignments one window before its last day.",
    run=_run,
    arms_together=True,
)
