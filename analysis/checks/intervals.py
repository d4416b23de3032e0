"""Intervals: whether the log of a series covers its calendar, and whether silence in it can be taken for zero.

An interval without any event counts as 0, which is right where nothing happened and wrong where nothing was
recorded: it warns at the first one. Intervals that the log covers only in part, or in which a change fell, are left
out; that is no fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.check import Check, CheckResult

if TYPE_CHECKING:
    from analysis.about import Conduct
    from analysis.cells import Table
    from analysis.check import Outcome
    from analysis.plan import Plan


def _run(plan: Plan, table: Table, conduct: Conduct) -> tuple[CheckResult, ...]:
    found = conduct.intervals
    if found is None:
        return ()
    said = [f"{found.word.capitalize()}s observed whole: {{observed}}."]
    said += ["Left out because the log does not cover them whole: {cut}."] if found.cut else []
    said += ["Left out because a change fell inside them: {mixed}."] if found.mixed else []
    said += ["Without any event, and counted as zero: {silent}."] if found.silent else []
    numbers = {
        name: f"{count:,}"
        for name, count in (
            ("observed", found.observed),
            ("cut", found.cut),
            ("mixed", found.mixed),
            ("silent", found.silent),
        )
    }
    verdict: Outcome = "warn" if found.silent else "pass"
    statistic = float(found.silent) if found.silent else None
    return (CheckResult("intervals", verdict, " ".join(said), {}, numbers, statistic),)


CHECK = Check(
    name="intervals",
    label="Days, weeks or months observed",
    means="Where nothing was recorded, a series seems to fall to 0, and a change near it seems to have done that.",
    advice="Make sure that nothing happened in the silent intervals, or ask for the missing part of the log.",
    run=_run,
)
