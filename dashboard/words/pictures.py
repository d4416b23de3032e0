"""The words that stand in charts beside the findings themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.language import count_of, later, say
from dashboard.told import told
from dashboard.words.figures import number
from dashboard.words.forms import said_of, several
from dashboard.words.pieces import quoted
from dashboard.words.vocabulary import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from analysis.outcome import Direction

HIDDEN = later("not shown")  # an arm whose figures rest on too few people
INTERVENTION = later("Intervention")  # columns, where the arms differ from row to row
COMPARISON = later("Comparison")


def source_text(source: str) -> str:
    """Where data come from, as a sentence."""
    return say("Source: {source}.", source=source.rstrip("."))


def version_text(*, study: str, plan: str, data: str, software: str, day: str) -> str:
    """Which study, plan, data and software a picture shows, and of which day."""
    return say(
        "Study {study}, plan {plan}, data {data}. Watchkeeper {software}, {day}.",
        study=study,
        plan=plan,
        data=data,
        software=software,
        day=day,
    )


def place_text(place: str, first: str | None, last: str | None) -> str:
    """Where, and from when to when."""
    if not first or not last:
        return place
    return say("{place}, {first} to {last}", place=place, first=first, last=last)


def clusters_text(cluster: str, clusters: Mapping[str, int]) -> str:
    """How many clusters each arm had: `clusters` maps labels to counts."""
    counts = ", ".join(
        say("{count} with {arm}", count=count, arm=quoted(arm)) for arm, count in clusters.items()
    )
    return say("Assigned by {cluster}: {counts}.", cluster=cluster, counts=counts)


def estimate_heading(level: str) -> str:
    """The heading over estimates and intervals."""
    return say("Estimate ({level}\N{NO-BREAK SPACE}interval)", level=level)


def direction_words(better: Direction) -> tuple[str, str]:
    """What stands at the left and the right end of an axis.

    >>> direction_words("lower")
    ('◀ better', 'worse ▶')
    """
    if better == "lower":
        return say("◀ better"), say("worse ▶")
    return say("◀ worse"), say("better ▶")


def legend_text(level: str, *, margins: bool, hidden: bool) -> str:
    """How to read the marks and lines of a chart of intervals."""
    words = [say("Mark: estimate. Line: {level} interval. Upright line: no effect.", level=level)]
    words += [say("Dashed line: the margin that the plan sets.")] if margins else []
    words += [say("Figures of arms that rest on too few people are not shown.")] if hidden else []
    return " ".join(words)


def figures_text(treatment: tuple[str, str], control: tuple[str, str]) -> str:
    """Both arms' figures on one line, each with its heading; what stands for any arm is left out.

    >>> figures_text((INTERVENTION, "49 % of 81"), ("No warning", "27 % of 100"))
    '49 % of 81; No warning: 27 % of 100'
    """
    if say(HIDDEN) in (treatment[1], control[1]):
        return say("The arms’ figures are not shown")
    parts = (
        figure if name in (say(INTERVENTION), say(COMPARISON)) else said_of(name, figure)
        for name, figure in (treatment, control)
    )
    return say("; ").join(parts)


def refused_text(outcome: str, arm: str | None, reason: str) -> str:
    """A planned answer that could not be had."""
    what = f"{outcome} ({arm})" if arm else outcome
    return say("Could not be estimated: {what}. {reason}", what=what, reason=reason)


def axis_title(scale: str, unit: str) -> str:
    """What an axis counts.

    >>> axis_title("difference in means", "points"), axis_title("rate ratio", "")
    ('Difference in means (points)', 'Rate ratio')
    """
    name = told(scale)
    return f"{name[:1].upper()}{name[1:]}{f' ({unit})' if unit else ''}"


def forest_text(rows: Collection[str]) -> str:
    """A chart of intervals in words."""
    return " ".join([say("Estimates with their intervals, one row a comparison."), *rows])


def row_text(outcome: str, treatment: str, control: str, figures: str, verdict: str | None) -> str:
    """One row of a chart of intervals in words; without a verdict where none is given."""
    said = f", {VERDICTS[verdict].word}" if verdict else ""
    return say(
        "{outcome}, {treatment} against {control}: {figures}.",
        outcome=outcome,
        treatment=treatment,
        control=control,
        figures=f"{figures}{said}",
    )


def planned_text(method: str) -> str:
    """The method that the plan chose."""
    return say("{method} (planned)", method=method)


def against_text(control: str | None) -> str:
    """What an intervention is compared with; without a control, its own series before."""
    if control is None:
        return say("against the course before it")
    return say("against {control}", control=quoted(control))


def agreement_text(treatment: str, sides: Collection[str], methods: int, *, without: int = 0) -> str:
    """Whether the intervals of several methods lie alike. `sides` holds "better", "worse" or "both".

    `methods` are those that give an interval, `without` those that give none.

    >>> agreement_text("Blurred", ["better"], 3)
    '‘Blurred’: by all 3 methods the interval lies on the better side of no effect'
    """
    about = quoted(treatment)
    if len(sides) > 1:
        return say(
            "{treatment}: whether the interval leaves out no effect depends on the method", treatment=about
        )
    if not sides:
        return say("{treatment}: no method gives an interval", treatment=about)
    if without:
        by = count_of(
            "by the {count} method that gives one,",
            "by the {count} methods that give one,",
            methods,
        )
        return say(_LIES[next(iter(sides))], treatment=about, methods=by)
    by = {1: say("by the one method"), 2: say("by both methods")}.get(
        methods, say("by all {count} methods", count=methods)
    )
    return say(_LIES[next(iter(sides))], treatment=about, methods=by)


_LIES = {
    "both": later("{treatment}: {methods} the interval includes no effect"),
    "better": later("{treatment}: {methods} the interval lies on the better side of no effect"),
    "worse": later("{treatment}: {methods} the interval lies on the worse side of no effect"),
}


def methods_text(outcome: str) -> str:
    """What a chart of several methods shows."""
    return say("{outcome}: the planned analysis and the other methods that can answer", outcome=outcome)


def methods_spoken(rows: Collection[str]) -> str:
    """A chart of several methods in words."""
    return " ".join([say("The same outcome estimated by several methods."), *rows])


def reached_text(units: str, first: int | None, last: int | None) -> str:
    """How many units of those in the log are in the analysis; None where that is masked.

    >>> reached_text("visitor", 1200, 1100), reached_text("visitor", 280, 280)
    ('1,100 of 1,200 visitors are in the analysis', 'All 280 visitors are in the analysis')
    """
    named = several(units)
    if first is None or last is None:
        return say("How many {units} reached the analysis, by arm", units=named)
    shown = number(last, decimals=0)
    if first == last:
        return say("All {count} {units} are in the analysis", count=shown, units=named)
    return say(
        "{count} of {all} {units} are in the analysis",
        count=shown,
        all=number(first, decimals=0),
        units=named,
    )


def left_text(units: str) -> str:
    """What the chart of the flow counts."""
    return say("{units} left after each step, by arm", units=several(units).capitalize())


def step_text(step: str, total: str | None) -> str:
    """A step's name with how many units are left in all; None where that is masked."""
    return step if total is None else say("{step} ({total} in all)", step=step, total=total)
