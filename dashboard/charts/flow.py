"""The way of the units from the log to the analysis, by arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.chart import Chart, Numbers, View
from dashboard.drawing.frame import place_and_time
from dashboard.drawing.typography import text_height, wrap
from dashboard.language import later
from dashboard.theme import BODY, NARROW
from dashboard.words import count_text, flow_word
from dashboard.words.forms import said_of
from dashboard.words.pictures import left_text, reached_text, step_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.about import ArmLabel
    from analysis.disclosure import Release, ReleasedStep
    from analysis.policy import Count
    from dashboard.drawing.canvas import Canvas

NARROWEST, WIDEST = 80, 240  # of one arm's boxes, in pixels
GAP = 16  # between boxes
BOX = 36  # height
NAMES = 210  # width of the steps' names, where they stand beside the boxes


def _applies(release: Release) -> bool:
    return len(release.flow) > 1 and not release.closed


def _headline(view: View) -> str:
    first, last = view.release.flow[0], view.release.flow[-1]
    return reached_text(view.release.study.unit_name, *(_exact(step.total) for step in (first, last)))


def _subtitle(view: View) -> str:
    return f"{left_text(view.release.study.unit_name)}. {place_and_time(view.release)}."


def _body(canvas: Canvas, view: View, top: float) -> float:
    left = canvas.left + (NAMES if canvas.width >= NARROW else 0)
    for arms in _bands(canvas.right - left, view.release.study.arms):
        top = _band(canvas, view.release, arms, left=left, top=top) + GAP
    return top


def _bands(width: float, arms: Sequence[ArmLabel]) -> Iterator[tuple[ArmLabel, ...]]:
    """The arms in as many bands, one below the other, as the width asks for."""
    most = max(1, int((width + GAP) // (NARROWEST + GAP)))
    for start in range(0, len(arms), most):
        yield tuple(arms[start : start + most])


def _band(canvas: Canvas, release: Release, arms: Sequence[ArmLabel], *, left: float, top: float) -> float:
    width = min((canvas.right - left + GAP) / len(arms) - GAP, WIDEST)
    lefts = [left + i * (width + GAP) for i in range(len(arms))]
    y = _arm_names(canvas, arms, lefts, width=width, top=top)
    for number, step in enumerate(release.flow):
        words = flow_word(step.key, release.plan.layout)
        y = _step_name(canvas, words, step, beside=left > canvas.left, top=y + (GAP if number else 6))
        for arm, x in zip(arms, lefts, strict=True):
            if number and left > canvas.left:
                _arrow(canvas, x + width / 2, y - GAP, y)
            _count(canvas, step, arm.name, left=x, width=width, top=y)
        y += BOX
    return y


def _arm_names(
    canvas: Canvas, arms: Sequence[ArmLabel], lefts: Sequence[float], *, width: float, top: float
) -> float:
    names = [wrap(arm.label, width, size=BODY, bold=True) for arm in arms]
    bottom = top + max(text_height(len(lines), BODY) for lines in names)
    for lines, left in zip(names, lefts, strict=True):
        y = bottom - text_height(len(lines), BODY)
        canvas.text(lines, left + width / 2, y, bold=True, anchor="center")
    return bottom


def _step_name(canvas: Canvas, name: str, step: ReleasedStep, *, beside: bool, top: float) -> float:
    """The step's name beside its boxes or above them; returns where the boxes begin."""
    words = step_text(name, None if step.total.value is None else count_text(step.total))
    if not beside:
        return canvas.text(words, canvas.left, top, width=canvas.content) + 4
    lines = wrap(words, NAMES - GAP, size=BODY)
    canvas.text(lines, canvas.left, top + (BOX - text_height(len(lines), BODY)) / 2)
    return top


def _count(canvas: Canvas, step: ReleasedStep, arm: str, *, left: float, width: float, top: float) -> None:
    palette = canvas.palette
    canvas.box((left, top), (left + width, top + BOX), fill=palette.fill, border=palette.rule)
    y = top + (BOX - text_height(1, BODY)) / 2
    canvas.text(_shown(step, arm), left + width / 2, y, bold=True, anchor="center")


def _arrow(canvas: Canvas, x: float, top: float, bottom: float) -> None:
    canvas.line((x, top), (x, bottom), width=1.5)
    for side in (-4, 4):
        canvas.line((x + side, bottom - 5), (x, bottom), width=1.5)


def _exact(count: Count) -> int | None:
    """The number, where it is told as it is: of rounded ones nobody can say that they are the same."""
    return count.value if count.form == "exact" else None


def _shown(step: ReleasedStep, arm: str) -> str:
    return count_text(step.by_arm[arm]) if arm in step.by_arm else "0"


def _numbers(view: View) -> list[Numbers]:
    return [
        {
            "step": flow_word(step.key, view.release.plan.layout),
            **{arm.label: _shown(step, arm.name) for arm in view.release.study.arms},
            "all": count_text(step.total),
        }
        for step in view.release.flow
    ]


def _words(view: View) -> str:
    said = " ".join(
        said_of(
            flow_word(step.key, view.release.plan.layout),
            ", ".join(f"{arm.label} {_shown(step, arm.name)}" for arm in view.release.study.arms),
        )
        + "."
        for step in view.release.flow
    )
    return f"{left_text(view.release.study.unit_name)}. {said}"


FLOW = Chart(
    name="flow",
    title=later("From the log to the analysis"),
    applies=_applies,
    headline=_headline,
    subtitle=_subtitle,
    body=_body,
    numbers=_numbers,
    words=_words,
    order=20,
)
