"""Clocks: times that cannot be right.

Looked for are events after the log was taken in (5 minutes are let pass; simulated dates are not looked at), units
with events more than a year before their assignment and the covariates' windows, sessions longer than a day (the
order of a log's rows is not kept, so that a clock that went back shows in how far apart a session's ends are), and
instants that 20 units or more share, with more than half of their minute's events, where the log's times are not
whole minutes. It warns at the first of any, and fails where events lie in the future: all times may be shifted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.check import Check, CheckResult

if TYPE_CHECKING:
    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.plan import Plan


def _run(plan: Plan, table: Table, conduct: Conduct) -> tuple[CheckResult, ...]:
    log = conduct.log
    if log is None or log.events == 0:
        return ()
    said = []
    if log.future:
        said.append("Events that come after the log was taken in: {future}.")
    if log.early:
        said.append("Units with events long before they were assigned: {early}.")
    if log.lasting:
        said.append("Sessions that last longer than a day: {lasting}.")
    if log.crowded_instants:
        said.append("Instants at which many units did something at once: {instants}.")
    if not said:
        says = (
            "No event lies in the future or long before its unit's assignment, and sessions end within a day."
        )
        return (CheckResult("clocks", "pass", says),)
    counts = {"future": log.future, "early": log.early, "lasting": log.lasting}
    numbers = {"instants": f"{log.crowded_instants:,}"}
    return (CheckResult("clocks", "fail" if log.future else "warn", " ".join(said), counts, numbers),)


CHECK = Check(
    name="clocks",
    label="Clocks",
    means="Windows begin and end by the log's times: by a wrong clock, events fall into the wrong window or none.",
    advice="Ask how the times were written: in which time zone, by whose clock, and when they were sent.",
    run=_run,
    arms_together=True,
)
