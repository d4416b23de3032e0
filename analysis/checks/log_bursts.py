"""Bursts: units faster than people, and minutes that hold too much of the whole log.

A unit bursts where it has more than 60 events in one minute, not counting assignments, exposures and answers to
questionnaires, which programs write: nobody does something every second for a minute. Where half the units do so it
is the pace of the log. A minute is crowded with 100 events or more, and more than 10 times as many as the busiest
tenth of minutes begins with: a batch that was written at once, or a flood. It warns at the first of either, and
fails where bursts hold more than 1 in 20 events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.check import Check, CheckResult

if TYPE_CHECKING:
    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.check import Outcome
    from analysis.plan import Plan

FAIL = 0.05  # of the log's events
HABIT = 0.5  # of the units


def _run(plan: Plan, table: Table, conduct: Conduct) -> tuple[CheckResult, ...]:
    log = conduct.log
    if log is None or log.events == 0:
        return ()
    bursting = log.bursting if log.bursting < HABIT * log.units else 0
    said = []
    if bursting:
        share = log.in_bursts / log.events
        extent = "more than 1 in 20" if share > FAIL else "no more than 1 in 20"
        said.append(
            f"Units with more events in one minute than a person can bring about: {{bursting}}. They hold {extent} "
            "events of the log."
        )
    if log.crowded_minutes:
        said.append("Minutes that hold many times as much of the log as busy ones do: {crowded}.")
    if not said:
        return (
            CheckResult(
                "log_bursts", "pass", "No unit is faster than people are, and no minute holds too much."
            ),
        )
    fails = bursting and log.in_bursts > FAIL * log.events
    verdict: Outcome = "fail" if fails else "warn"
    numbers = {"crowded": f"{log.crowded_minutes:,}"}
    return (CheckResult("log_bursts", verdict, " ".join(said), {"bursting": bursting}, numbers),)


CHECK = Check(
    name="log_bursts",
    label="Bursts in the log",
    means="Programs, and records written twice or at once, count as what people did.",
    advice="Find out who or what wrote these events; leave programs out by a rule that holds for every arm.",
    run=_run,
    arms_together=True,
)
