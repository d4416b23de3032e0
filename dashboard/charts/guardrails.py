"""What was watched for harm: each interval beside its own margin, all margins at one place."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from analysis.verdict import bounds
from dashboard.chart import Chart, Numbers, View
from dashboard.drawing.canvas import Axis
from dashboard.drawing.frame import place_and_time
from dashboard.drawing.rows import numbers, row, spoken
from dashboard.drawing.typography import plain, text_height, text_width, wrap
from dashboard.language import later, say
from dashboard.theme import BODY, FIGURE, NARROW, SMALL, SYMBOLS
from dashboard.words import effect_text, level_text
from dashboard.words.forms import said_of
from dashboard.words.guarding import (
    ends_words,
    guarded_legend,
    guarded_spoken,
    guarded_subtitle,
    guarded_title,
    margin_size,
    margin_text,
    worse_text,
)

if TYPE_CHECKING:
    from analysis.disclosure import Release, ReleasedFinding
    from dashboard.drawing.canvas import Canvas

WATCHED = ("guardrail", "safety")
ROOM = 0.25  # of the margin's distance, free at each end
FURTHEST = 4.0  # margins from no effect; an interval that reaches further ends in an arrow
GAP, LINE = 18, 26  # between names and plot, and the height of an interval's row, in pixels


def _applies(release: Release) -> bool:
    return bool(_chosen(View(release)))


def _watched(view: View) -> list[ReleasedFinding]:
    return [found for found in view.planned if found.finding.outcome.role in WATCHED]


def _chosen(view: View) -> list[ReleasedFinding]:
    return [found for found in _watched(view) if bounds(found.finding.outcome).worse is not None]


def _headline(view: View) -> str:
    return guarded_title([found.finding.verdict for found in _chosen(view)])


def _subtitle(view: View) -> str:
    count = len({found.finding.outcome.name for found in _chosen(view)})
    return f"{guarded_subtitle(count)}. {place_and_time(view.release)}."


def _in_margins(found: ReleasedFinding, value: float | None) -> float | None:
    """A value as a multiple of the way from no effect (0) to the margin (1); ratios by their logarithms."""
    outcome = found.finding.outcome
    at = bounds(outcome)
    if value is None or at.worse is None:
        return None
    if not outcome.scale.is_ratio:
        return (value - at.null) / (at.worse - at.null)
    return math.log(value) / math.log(at.worse) if value > 0 else -math.inf


def _ends(found: ReleasedFinding) -> tuple[float, float]:
    """The interval in margins, the better end first; an open end lies beyond everything."""
    effect = found.effect
    low, high = _in_margins(found, effect.low), _in_margins(found, effect.high)
    lower = found.finding.outcome.better == "lower"  # then more of it is worse
    better, worse = (low, high) if lower else (high, low)
    return -math.inf if better is None else better, math.inf if worse is None else worse


def _body(canvas: Canvas, view: View, top: float) -> float:
    chosen = _chosen(view)
    ends = [
        end for found in chosen for end in (*_ends(found), _in_margins(found, found.effect.estimate) or 0.0)
    ]
    inside = [min(max(end, -FURTHEST), FURTHEST) for end in ends]
    axis = Axis(min(*inside, 0.0) - ROOM, max(*inside, 1.0) + ROOM, (), ())
    beside = canvas.width >= NARROW
    names = 0.34 * canvas.content if beside else 0.0
    estimates = max(text_width(row(found, "").text, BODY, bold=True) for found in chosen) if beside else 0.0
    left, right = (
        canvas.left + names + (GAP if beside else 0),
        canvas.right - estimates - (GAP if beside else 0),
    )
    heights = [_height(view, found, names, canvas.content) for found in chosen]
    panel = canvas.panel(axis, left=left, right=right, top=top, bottom=top + sum(heights))
    y = top
    for found, high in zip(chosen, heights, strict=True):
        centre = _name(canvas, view, found, top=y, names=names, high=high)
        half = high / 2 if names else LINE / 2
        canvas.box(
            (_place(axis, 1.0, left, right), centre - half), (right, centre + half), fill=canvas.palette.fill
        )
        _upright(canvas, panel, centre - half - top, centre + half - top)
        _interval(canvas, panel, found, axis, centre - top)
        y += high
    y = _under(canvas, axis, left=left, right=right, top=y + 4) + 8
    legend = guarded_legend(level_text(chosen[0].effect.level), without=len(chosen) < len(_watched(view)))
    return canvas.text(legend, canvas.left, y, size=SMALL, colour=canvas.palette.muted, width=canvas.content)


def _upright(canvas: Canvas, panel: str, top: float, bottom: float) -> None:
    """No effect and the margin, beside one interval."""
    for at, colour, dash in ((0.0, canvas.palette.rule, "solid"), (1.0, canvas.palette.notice, "4px,3px")):
        line = {"color": colour, "width": 1.5, "dash": dash}
        canvas.trace(panel, x=[at, at], y=[top, bottom], mode="lines", line=line, hoverinfo="skip")


def _place(axis: Axis, value: float, left: float, right: float) -> float:
    return left + (value - axis.low) / (axis.high - axis.low) * (right - left)


def _lines(view: View, found: ReleasedFinding, width: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The outcome's name (with its arm, where there are several), and its direction and margin."""
    outcome = found.finding.outcome
    several = len(view.release.plan.contrasts) > 1
    arm = view.release.arm_label(found.finding.contrast.treatment)
    name = said_of(outcome.label, arm) if several else outcome.label
    note = say("; ").join(
        [worse_text(lower_is_better=outcome.better == "lower"), margin_text(margin_size(outcome))]
    )
    return wrap(name, width, size=BODY, bold=True), wrap(note, width, size=SMALL)


def _height(view: View, found: ReleasedFinding, names: float, content: float) -> float:
    name, note = _lines(view, found, names or content)
    text = text_height(len(name), BODY) + text_height(len(note), SMALL)
    return max(text, LINE) + 14 if names else text + text_height(1, BODY) + LINE + 12


def _name(
    canvas: Canvas, view: View, found: ReleasedFinding, *, top: float, names: float, high: float
) -> float:
    """The row's texts; returns the middle of its interval."""
    palette = canvas.palette
    name, note = _lines(view, found, names or canvas.content)
    y = canvas.text(name, canvas.left, top + (6 if names else 0), bold=True)
    y = canvas.text(note, canvas.left, y, size=SMALL, colour=palette.muted)
    colour, words = palette.verdicts[found.finding.verdict], row(found, "").text
    if names:
        centre = top + high / 2
        at = centre - text_height(1, BODY) / 2
        canvas.text(words, canvas.right, at, bold=True, colour=colour, anchor="right")
        return centre
    y = canvas.text(words, canvas.left, y, bold=True, colour=colour)
    return y + LINE / 2


def _interval(canvas: Canvas, panel: str, found: ReleasedFinding, axis: Axis, centre: float) -> None:
    palette, verdict = canvas.palette, found.finding.verdict
    colour = palette.verdicts[verdict]
    ends = _ends(found)
    shown = [min(max(end, axis.low), axis.high) for end in ends]
    canvas.trace(
        panel, x=shown, y=[centre] * 2, mode="lines", line={"color": colour, "width": 2.5}, hoverinfo="skip"
    )
    for end, at, symbol in zip(ends, shown, ("arrow-left", "arrow-right"), strict=True):
        if end != at:
            arrow = {"symbol": symbol, "size": 11, "color": colour}
            canvas.trace(panel, x=[at], y=[centre], mode="markers", marker=arrow, hoverinfo="skip")
    outcome = found.finding.outcome
    middle = _in_margins(found, found.effect.estimate) or 0.0
    hollow = verdict == "inconclusive"
    canvas.trace(
        panel,
        x=[min(max(middle, axis.low), axis.high)],
        y=[centre],
        mode="markers",
        marker={
            "symbol": SYMBOLS[verdict],
            "size": 12,
            "color": palette.paper if hollow else colour,
            "line": {"color": colour if hollow else palette.paper, "width": 2 if hollow else 1.5},
        },
        hovertemplate=plain(
            said_of(outcome.label, effect_text(found.effect, scale=outcome.scale, outcome=outcome))
        )
        + "<extra></extra>",
    )


def _under(canvas: Canvas, axis: Axis, *, left: float, right: float, top: float) -> float:
    """What the two upright lines are, and under them which end is which."""
    better, null, margin, worse = ends_words()
    low = canvas.text(better, left, top + text_height(1, FIGURE), size=FIGURE, colour=canvas.palette.muted)
    canvas.text(
        worse, right, low - text_height(1, FIGURE), size=FIGURE, colour=canvas.palette.muted, anchor="right"
    )
    wide, at = text_width(margin, FIGURE), _place(axis, 1.0, left, right)
    x = min(at - wide / 2, right - wide)
    canvas.text(margin, x, top, size=FIGURE, colour=canvas.palette.notice)
    zero, half = _place(axis, 0.0, left, right), text_width(null, FIGURE) / 2
    if max(zero - half, left) + 2 * half + 8 <= x:
        canvas.text(null, max(zero - half, left), top, size=FIGURE, colour=canvas.palette.muted)
    return low


def _numbers(view: View) -> list[Numbers]:
    return [
        {**numbers(found, view.release), "margin": margin_size(found.finding.outcome)}
        for found in _watched(view)
    ]


def _words(view: View) -> str:
    said = [
        f"{spoken(found, view.release)} {margin_text(margin_size(found.finding.outcome))}."
        for found in _chosen(view)
    ]
    return guarded_spoken(_headline(view), said)


GUARDRAILS = Chart(
    name="guardrails",
    title=later("What was watched, with its margins"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=12,
)
