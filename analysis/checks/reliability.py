"""Reliability: whether the items of a score measure one thing, as the study's own answers show (Cronbach's alpha).

It warns where the 95 % interval (Feldt 1965, Psychometrika 30:357) lies below 0.7, which is asked of scores that
compare groups (Nunnally 1978, Psychometric Theory, 2nd edition), and fails where it lies below 0.5: more often a
key with items turned the wrong way than a poor questionnaire. A true 0.7 is so warned of in 1 of 40 studies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.check import Check, CheckResult
from analysis.figures.reliability import alpha_interval

if TYPE_CHECKING:
    from analysis.about import Conduct, Reliability
    from analysis.cells import Table
    from analysis.check import Outcome as Verdict
    from analysis.outcome import Outcome
    from analysis.plan import Plan

WARN, FAIL = 0.7, 0.5
LEVEL = 0.95


def _run(plan: Plan, table: Table, conduct: Conduct) -> tuple[CheckResult, ...]:
    return tuple(
        _result(outcome, conduct.reliability[outcome.name])
        for outcome in plan.outcomes
        if outcome.name in conduct.reliability
    )


def _result(outcome: Outcome, found: Reliability) -> CheckResult:
    low, high = alpha_interval(found.alpha, people=found.people, items=found.items, level=LEVEL)
    verdict: Verdict = "fail" if high < FAIL else "warn" if high < WARN else "pass"
    told = {
        "pass": "the items hang together well enough to compare groups, as far as the answers tell",
        "warn": "the items hang together less than a score of groups should",
        "fail": "the items hardly hang together",
    }[verdict]
    return CheckResult(
        "reliability",
        verdict,
        f"{{outcome}}: {told}. Cronbach's alpha is {{alpha}} ({{level}} interval {{low}} to {{high}}; {{items}} "
        "items, {people} people who answered all of them).",
        {"people": found.people},
        {
            "outcome": outcome.label,
            "alpha": f"{found.alpha:.2f}",
            "level": f"{100 * LEVEL:g} %",
            "low": f"{low:.2f}",
            "high": f"{high:.2f}",
            "items": f"{found.items:,}",
        },
        found.alpha,
        subject=outcome.name,
    )


CHECK = Check(
    name="reliability",
    label="Reliability of scores",
    means="A score whose items do not measure one thing is mostly noise, and hides a difference between arms.",
    advice="Check which items are reversed and how answers were coded, before reading the finding.",
    run=_run,
    arms_together=True,
)
