"""Small evaluations for tests of pages and charts: a series with two changes, a stepped roll-out, subgroups."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import cast

from analysis.about import ArmLabel, Course, Intervals
from analysis.evaluation import Evaluation
from analysis.finding import ArmFigures, Contrast, Effect, Estimate, Finding, Subgroup, Traced, Verdict
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.supplement import Supplied
from tests.support import blurring

WEEKS = 60
FIRST = date(2024, 1, 1)
SHARE = Outcome("share", "Flagged searches", "series", "primary", "lower", unit="share")


def day(week: int) -> str:
    """The first day of a week, counted from 0."""
    return (FIRST + timedelta(weeks=week)).isoformat()


def line(change: int, *, until: int, counts: dict[int, int] | None = None) -> Traced:
    """A series of `WEEKS` weeks with changes before weeks 20 and 40; week `change` to `until` has a forecast."""
    events = [500 - 100 * (week >= 20) - 50 * (week >= 40) for week in range(WEEKS)]
    for week, count in (counts or {}).items():
        events[week] = count
    return Traced(
        "series",
        "",
        tuple(week + 1.0 for week in range(WEEKS)),
        tuple(int(week >= 20) + int(week >= 40) for week in range(WEEKS)),
        tuple(count / 100_000 for count in events),
        tuple(0.005 - 0.001 * (week >= 20) - 0.0005 * (week >= 40) for week in range(WEEKS)),
        tuple(0.005 - 0.001 * (change == 40) if change <= week < until else None for week in range(WEEKS)),
        tuple((count, 100_000, 100_000 - count) for count in events),
    )


def interrupted(*, counts: dict[int, int] | None = None) -> Evaluation:
    """A share by week with two changes; the second is not clear."""
    arms = (
        ArmLabel("before", "Before", True, 1),
        ArmLabel("warning", "Warning put up", False, 1),
        ArmLabel("chatbot", "Chatbot added", False, 1),
    )
    found = (
        ("warning", Effect(-0.001, -0.0014, -0.0006, p_value=0.0004), "benefit", 20, 40),
        ("chatbot", Effect(-0.0005, -0.0011, 0.0001, p_value=0.09), "inconclusive", 40, WEEKS),
    )
    values = {"before": 0.005, "warning": 0.004, "chatbot": 0.0035}
    findings = tuple(
        Finding(
            SHARE,
            Contrast(arm, "before"),
            "segmented_series",
            True,
            Estimate(
                {"level_change": effect, "slope_change": Effect(0.00001, -0.00002, 0.00004)},
                trace=(line(change, until=until, counts=counts),),
            ),
            tuple(ArmFigures(name, 20, 0, {"value": values[name]}, ()) for name in ("before", arm)),
            cast("Verdict", verdict),
        )
        for arm, effect, verdict, change, until in found
    )
    base = blurring()
    assert base.study
    return replace(
        base,
        plan=Plan((SHARE,), tuple(f.contrast for f in findings), "series", randomised=False),
        conduct=replace(
            base.conduct,
            assigned={},
            flow=(),
            intervals=Intervals("week", WEEKS, first_days=tuple(day(week) for week in range(WEEKS))),
        ),
        findings=findings,
        not_estimable=(),
        study=replace(
            base.study,
            design="interrupted-series",
            arms=arms,
            unit_name="week",
            courses=(Course("", ((day(0), "before"), (day(20), "warning"), (day(40), "chatbot"))),),
            meanwhile=(("New terms on the list", day(30)),),
        ),
    )


def rolled_out() -> Evaluation:
    """Three teams that switch one after the other, with the effect by time since the switch."""
    base = blurring()
    assert base.study
    contrast = Contrast("blur", "control")
    stress = base.plan.outcomes[0]
    profile = {f"period {n} since the switch": Effect(-n, -n - 3, 3 - n) for n in (1, 2, 3)}
    arms = tuple(ArmFigures(arm, 90, 0, {"value": 38.0, "mean": 38.0}, (90,)) for arm in ("control", "blur"))
    estimate = Estimate({"mean_difference": Effect(-2.0, -3.5, -0.5, p_value=0.01)})
    planned = Finding(stress, contrast, "stepped_robust", True, estimate, arms, "benefit")
    other = replace(
        planned, estimator="stepped_exposure_time", default=False, estimate=replace(estimate, profile=profile)
    )
    control = next(arm for arm in base.study.arms if arm.control)
    treated = next(arm for arm in base.study.arms if arm.name == "blur")
    courses = tuple(
        Course(f"team-{name}", ((day(0), "control"), *(((day(week), "blur"),) if week else ())))
        for name, week in (("a", 8), ("b", 4), ("c", 0))
    )
    return replace(
        base,
        plan=Plan((stress,), (contrast,), "stepped"),
        findings=(planned, other),
        not_estimable=(),
        study=replace(
            base.study,
            design="stepped-wedge",
            arms=(control, treated),
            cluster_name="team",
            courses=courses,
            start=day(0),
            end=day(20),
        ),
    )


def _part(arm: ArmFigures, n: int) -> ArmFigures:
    """The `n` people of an arm that are in one level."""
    return replace(arm, n=n, cells=(n,))


def split(*, fewest: int = 40) -> Evaluation:
    """One outcome in three levels of an attribute, everybody in one; the smallest has `fewest` people an arm."""
    base = blurring()
    planned = base.findings[0]
    others = {"night": 50, "late": fewest}
    levels = ("day", *others)
    effect = Effect(-2.0, -5.0, 1.0)
    scale = planned.outcome.scale.name
    inside = tuple(
        replace(
            planned,
            default=False,
            estimate=Estimate({scale: effect}),
            arms=tuple(_part(arm, others.get(level, arm.n - sum(others.values()))) for arm in planned.arms),
            verdict="inconclusive",
            p_adjusted=None,
            subgroup=Subgroup("shift", level),
        )
        for level in levels
    )
    supplied = Supplied(
        "subgroups",
        planned.outcome.name,
        planned.contrast,
        "Whether the effect of {treatment} against {control} differs by shift is unclear (interaction p = 0.400): "
        "levels that look unlike may do so by chance.",
        effects={level: Effect(-2.4, -4.0, -0.8) for level in levels},
        parameters={"interaction_p": 0.4},
    )
    return replace(base, findings=(planned, *inside), supplied=(supplied,), not_estimable=())
