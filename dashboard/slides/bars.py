"""The arms' own figures as a native bar chart from zero, each bar with its figure and how many it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.release.shown import arm_decimals, decimals_for
from dashboard.drawing.typography import text_width
from dashboard.language import say
from dashboard.slides.arm_intervals import arm_interval
from dashboard.slides.inks import paint
from dashboard.slides.layouts import Box
from dashboard.slides.plots import inner_area
from dashboard.slides.sheet import described
from dashboard.slides.text import fit, neutral
from dashboard.theme import LIGHT
from dashboard.words import arm_text, estimate_decimals, in_periods
from dashboard.words.figures import factor_and_unit, number, plain_unit
from dashboard.words.forms import said_of
from dashboard.words.vocabulary import SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.disclosure import Release, ReleasedArm, ReleasedFinding
    from analysis.outcome import Outcome
    from dashboard.slides.text import Fitted

NAME, SMALLEST_NAME, FIGURE = 13.0, 10.0, 12.0  # sizes of text in points
THICK = 26.0  # of a bar, in points
CAPTION = 50.0  # height of what is written under the bars, in points


@dataclass(frozen=True, slots=True)
class Bar:
    """One arm: its label, its figure in words and as the workbook holds it, and its interval where it has one."""

    label: str
    text: str
    value: float
    control: bool
    ends: tuple[float, float] | None = None

    @property
    def reach(self) -> float:
        """How far what is drawn of it goes."""
        return self.value if self.ends is None else max(self.value, self.ends[1])


def bars_of(release: Release, findings: Sequence[ReleasedFinding]) -> tuple[Bar, ...]:
    """A bar for each arm of findings on one outcome, the control first; none where a figure may not be shown."""
    if len({found.finding.outcome.name for found in findings}) != 1:
        return ()
    found: dict[str, Bar | None] = {}
    for finding in findings:
        for arm in finding.arms:
            found.setdefault(arm.arm, _bar(release, finding, arm))
    bars = [bar for bar in found.values() if bar is not None]
    if (
        len(bars) < max(len(found), 2)
        or min(bar.value for bar in bars) < 0
        or not any(bar.value for bar in bars)
    ):
        return ()
    return tuple(sorted(bars, key=lambda bar: not bar.control))


def _bar(release: Release, finding: ReleasedFinding, arm: ReleasedArm) -> Bar | None:
    outcome = finding.finding.outcome
    factor, _ = factor_and_unit(outcome.scale, outcome)
    own = not outcome.scale.is_ratio and factor == 1.0
    decimals = estimate_decimals(finding.effect, scale=outcome.scale, outcome=outcome) if own else None
    text = arm_text(arm, outcome=outcome, decimals=decimals, periods=in_periods(finding))
    value = arm.figures.get("value", arm.figures.get("mean"))
    if text is None or value is None:
        return None
    control, people = arm.arm == finding.finding.contrast.control, arm.n.value or 0
    low, high = (
        None if end is None else max(_shown(end, outcome, decimals, people=people), 0.0)
        for end in arm_interval(release, arm, outcome) or (None, None)
    )
    ends = None if low is None or high is None else (low, high)
    shown = _shown(value, outcome, decimals, people=people)
    return Bar(release.arm_label(arm.arm), text, shown, control, ends)


def _shown(value: float, outcome: Outcome, decimals: int | None, *, people: int) -> float:
    """The figure with as many digits as it is told with; a share in per cent."""
    if outcome.scale.name == "risk_difference" or plain_unit(outcome) == SHARE:
        return round(100 * value, decimals_for(100 * value))
    if decimals is None:
        return round(value, decimals_for(value))
    places = arm_decimals(value, people=people, decimals=decimals)
    return round(value, places)


def bars_spoken(outcome: str, bars: Sequence[Bar]) -> str:
    """The bars in words, with their intervals."""
    return " ".join([said_of(outcome, ""), *(f"{said_of(bar.label, _spoken(bar))}." for bar in bars)])


def _spoken(bar: Bar) -> str:
    if bar.ends is None:
        return bar.text
    low, high = (number(end, decimals=decimals_for(end)) for end in bar.ends)
    return say("{figure}, interval {low} to {high}", figure=bar.text, low=low, high=high)


def add_bars(
    slide: Any, bars: Sequence[Bar], box: Box, *, outcome: str, colours: tuple[str, str], caption: str
) -> Any:
    """Draw the bars, names above them, in the treatments' and the control's colour; returns the chart's frame."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Pt

    band = min((box.height - CAPTION) / len(bars), 96.0)
    names = [
        fit([bar.label], box.width, band - THICK - 8, largest=NAME, smallest=SMALLEST_NAME) for bar in bars
    ]
    shift = max(fitted.height for fitted in names) / 2 + 2
    area = Box(box.left, box.top + shift, box.width, band * len(bars))
    data = CategoryChartData()
    data.categories = [neutral(bar.label) for bar in bars]
    data.add_series(neutral(outcome), [bar.value for bar in bars])
    frame = slide.shapes.add_chart(
        XL_CHART_TYPE.BAR_CLUSTERED,
        Pt(area.left - 12), Pt(area.top - 12), Pt(area.width + 24), Pt(area.height + 24), data,
    )  # fmt: skip
    chart = frame.chart
    inner_area(chart, area)
    longest = max(bar.reach for bar in bars)
    widest = max(text_width(bar.text, FIGURE, bold=True) for bar in bars)
    reach = max(area.width - 10 - widest, 0.3 * area.width)  # of the longest bar, in points
    _style(chart, bars, gap=round(100 * (band / THICK - 1)), colours=colours)
    chart.value_axis.maximum_scale = longest * area.width / reach
    described(frame, outcome, bars_spoken(outcome, bars))
    for n, (bar, name) in enumerate(zip(bars, names, strict=True)):
        centre = area.top + (n + 0.5) * band
        above = Box(box.left, centre - THICK / 2 - 3 - name.height, box.width, name.height)
        _text(slide, name, above, bold=not bar.control)
        _figure(slide, bar, area, centre, a_unit=reach / longest)
    under = Box(box.left, area.bottom + 4, box.width, CAPTION)
    _text(slide, fit([caption], under.width, CAPTION, largest=10.0), under, colour=LIGHT.muted)
    return frame


def _figure(slide: Any, bar: Bar, area: Box, centre: float, *, a_unit: float) -> None:
    """A bar's interval and, behind all that is drawn of it, its figure; `a_unit` is the length of 1 in points."""
    if bar.ends is not None:
        low, high = (area.left + a_unit * at for at in bar.ends)
        _line(slide, bar, low, high, centre)
    end = area.left + a_unit * bar.reach + 6
    beside = Box(end, centre - THICK / 2, area.right - end, THICK)
    _text(slide, fit([bar.text], beside.width, THICK, largest=FIGURE, bold=True), beside, bold=True)


def _line(slide: Any, bar: Bar, low: float, high: float, centre: float) -> None:
    """An interval over its bar."""
    from pptx.enum.shapes import MSO_CONNECTOR
    from pptx.util import Pt

    drawn = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, Pt(low), Pt(centre), Pt(high), Pt(centre))
    drawn.line.width = Pt(2)
    paint(drawn.line.fill, LIGHT.ink)
    described(drawn, bar.label, said_of(bar.label, _spoken(bar)))


def _style(chart: Any, bars: Sequence[Bar], *, gap: int, colours: tuple[str, str]) -> None:
    plot, series = chart.plots[0], chart.plots[0].series[0]
    plot.gap_width = gap
    plot.vary_by_categories = False
    chart.category_axis.reverse_order = True
    for axis in (chart.category_axis, chart.value_axis):
        axis.has_major_gridlines = axis.has_minor_gridlines = False
        axis.visible = False
    chart.value_axis.minimum_scale = 0
    for n, bar in enumerate(bars):
        paint(series.points[n].format.fill, colours[bar.control])


def _text(slide: Any, fitted: Fitted, box: Box, *, bold: bool = False, colour: str = LIGHT.ink) -> None:
    from pptx.enum.text import MSO_ANCHOR
    from pptx.util import Pt

    shape = slide.shapes.add_textbox(Pt(box.left), Pt(box.top), Pt(box.width), Pt(box.height))
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    run = frame.paragraphs[0].add_run()
    run.text = " ".join(fitted.paragraphs)
    run.font.size = Pt(fitted.size)
    run.font.bold = bold
    paint(run.font.fill, colour)
