"""The words that stand in charts beside the findings themselves."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dashboard.words.figures import SPACE, number
from dashboard.words.vocabulary import VERDICTS, flow_word

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from analysis.outcome import Direction

HIDDEN = "not shown"  # an arm whose figures rest on too few people
INTERVENTION, COMPARISON = "Intervention", "Comparison"  # columns, where the arms differ from row to row
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_text(instant: str) -> str:
    """The day of an ISO 8601 date or instant.

    >>> day_text("2026-10-05T09:30:00+00:00").replace(SPACE, " ")
    '5 Oct 2026'
    """
    on = datetime.fromisoformat(instant)
    return f"{on.day}{SPACE}{_MONTHS[on.month - 1]}{SPACE}{on.year}"


def source_text(source: str) -> str:
    """Where data come from, as a sentence."""
    return f"Source: {source.rstrip('.')}."


def version_text(*, study: str, plan: str, data: str, software: str, day: str) -> str:
    """Which study, plan, data and software a picture shows, and of which day."""
    return f"Study {study}, plan {plan}, data {data}. Watchkeeper {software}, {day}."


def place_text(place: str, first: str | None, last: str | None) -> str:
    """Where, and from when to when."""
    return f"{place}, {first} to {last}" if first and last else place


def clusters_text(cluster: str, clusters: Mapping[str, int]) -> str:
    """How many clusters each arm had: `clusters` maps labels to counts."""
    counts = ", ".join(f"{count} with ‘{arm}’" for arm, count in clusters.items())
    return f"Assigned by {cluster}: {counts}."


def estimate_heading(level: str) -> str:
    """The heading over estimates and intervals."""
    return f"Estimate ({level}{SPACE}interval)"


def direction_words(better: Direction) -> tuple[str, str]:
    """What stands at the left and the right end of an axis.

    >>> direction_words("lower")
    ('◀ better', 'worse ▶')
    """
    return ("◀ better", "worse ▶") if better == "lower" else ("◀ worse", "better ▶")


def legend_text(level: str, *, margins: bool, hidden: bool) -> str:
    """How to read the marks and lines of a chart of intervals."""
    words = [f"Mark: estimate. Line: {level} interval. Upright line: no effect."]
    words += ["Dashed line: the margin that the plan sets."] if margins else []
    words += ["Figures of arms that rest on too few people are not shown."] if hidden else []
    return " ".join(words)


def figures_text(treatment: tuple[str, str], control: tuple[str, str]) -> str:
    """Both arms' figures on one line, each with its heading; what stands for any arm is left out.

    >>> figures_text((INTERVENTION, "49 % of 81"), ("No warning", "27 % of 100"))
    '49 % of 81; No warning: 27 % of 100'
    """
    if HIDDEN in (treatment[1], control[1]):
        return "The arms’ figures are not shown"
    parts = (
        figure if name in (INTERVENTION, COMPARISON) else f"{name}: {figure}"
        for name, figure in (treatment, control)
    )
    return "; ".join(parts)


def refused_text(outcome: str, arm: str | None, reason: str) -> str:
    """A planned answer that could not be had."""
    return f"Could not be estimated: {outcome}{f' ({arm})' if arm else ''}. {reason}"


def axis_title(scale: str, unit: str) -> str:
    """What an axis counts.

    >>> axis_title("difference in means", "points"), axis_title("rate ratio", "")
    ('Difference in means (points)', 'Rate ratio')
    """
    return f"{scale[:1].upper()}{scale[1:]}{f' ({unit})' if unit else ''}"


def forest_text(rows: Collection[str]) -> str:
    """A chart of intervals in words."""
    return f"Estimates with their intervals, one row a comparison. {' '.join(rows)}"


def row_text(outcome: str, treatment: str, control: str, figures: str, verdict: str | None) -> str:
    """One row of a chart of intervals in words; without a verdict where none is given."""
    said = f", {VERDICTS[verdict].word}" if verdict else ""
    return f"{outcome}, {treatment} against {control}: {figures}{said}."


def planned_text(method: str) -> str:
    """The method that the plan chose."""
    return f"{method} (planned)"


def against_text(control: str) -> str:
    """What an intervention is compared with."""
    return f"against ‘{control}’"


def agreement_text(treatment: str, sides: Collection[str], methods: int) -> str:
    """Whether the intervals of several methods lie alike. `sides` holds "better", "worse" or "both".

    >>> agreement_text("Blurred", ["better"], 3)
    '‘Blurred’: by all 3 methods the interval lies on the better side of no effect'
    """
    if len(sides) > 1:
        return f"‘{treatment}’: whether the interval leaves out no effect depends on the method"
    by = {1: "by the one method", 2: "by both methods"}.get(methods, f"by all {methods} methods")
    side = next(iter(sides))
    where = "includes no effect" if side == "both" else f"lies on the {side} side of no effect"
    return f"‘{treatment}’: {by} the interval {where}"


def methods_text(outcome: str) -> str:
    """What a chart of several methods shows."""
    return f"{outcome}: the planned analysis and the other methods that can answer"


def methods_spoken(rows: Collection[str]) -> str:
    """A chart of several methods in words."""
    return f"The same outcome estimated by several methods. {' '.join(rows)}"


def reached_text(units: str, first: int | None, last: int | None) -> str:
    """How many units of those in the log are in the analysis; None where that is masked.

    >>> reached_text("visitor", 1200, 1100), reached_text("visitor", 280, 280)
    ('1,100 of 1,200 visitors are in the analysis', 'All 280 visitors are in the analysis')
    """
    if first is None or last is None:
        return f"How many {units}s reached the analysis, by arm"
    if first == last:
        return f"All {number(last, decimals=0)} {units}s are in the analysis"
    return f"{number(last, decimals=0)} of {number(first, decimals=0)} {units}s are in the analysis"


def left_text(units: str) -> str:
    """What the chart of the flow counts."""
    return f"{units.capitalize()}s left after each step, by arm"


def step_text(key: str, total: str | None) -> str:
    """A step's name with how many units are left in all; None where that is masked."""
    return flow_word(key) if total is None else f"{flow_word(key)} ({total} in all)"
