"""A panel of a canvas as a native chart: a scatter whose embedded workbook holds the released figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import unescape
from itertools import groupby
from typing import TYPE_CHECKING, Any

from dashboard.language import say
from dashboard.slides.inks import draw_series
from dashboard.slides.text import neutral

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboard.drawing.canvas import Axis
    from dashboard.slides.layouts import Box

FIGURES = 4  # significant ones that a workbook holds: no more than is shown of the most exact figure
ROOM = 12.0  # around a plot inside its frame, in points, so that marks at its edge are whole


@dataclass(frozen=True, slots=True)
class Line:
    """One series of a scatter: points in the units of the axes, and how they are drawn."""

    name: str
    points: tuple[tuple[float, float], ...]
    style: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plot:
    """A scatter: its two axes, its series in the order of drawing; `downwards` where y counts pixels."""

    across: Axis
    up: tuple[float, float]
    lines: tuple[Line, ...]
    downwards: bool
    logarithmic: bool = False  # the upright axis


def plot_of(panel: dict[str, Any], traces: list[dict[str, Any]]) -> Plot:
    """The panel's traces in the units that its axes count: pixels where an upright axis holds no values."""
    height, up = panel["bottom"] - panel["top"], panel["up"]
    lines = [line for trace in traces for line in _lines(trace, up, height)]
    lines.sort(key=lambda line: -len(line.points))  # LibreOffice draws no line that follows a longer one
    named = tuple(
        Line(line.name or say("Line {number}", number=n), line.points, line.style)
        for n, line in enumerate(lines, start=1)
    )
    if up is None:
        return Plot(panel["axis"], (0.0, height), named, downwards=True)
    return Plot(panel["axis"], (up.low, up.high), named, downwards=False, logarithmic=up.logarithmic)


def value_at(up: Axis, down: float, height: float) -> float:
    """The value that lies `down` pixels below the top of a plane `height` pixels high."""
    share = down / height
    if up.logarithmic:
        return math.exp(math.log(up.high) - share * (math.log(up.high) - math.log(up.low)))
    return up.high - share * (up.high - up.low)


def rounded(value: float, figures: int = FIGURES) -> float:
    """A value with some significant figures.

    >>> rounded(22.38271), rounded(0.0)
    (22.38, 0.0)
    """
    return float(f"{value:.{figures}g}")


def _lines(trace: dict[str, Any], up: Axis | None, height: float) -> Iterator[Line]:
    """The trace's points, a line of its own after each gap."""
    both = zip(trace["x"], trace["y"], strict=True)
    for known, run in groupby(both, key=lambda point: point[0] is not None and point[1] is not None):
        if known:
            points = tuple(_point(float(x), float(y), up, height) for x, y in run)
            yield Line(trace.get("name") or "", points, trace)


def _point(x: float, y: float, up: Axis | None, height: float) -> tuple[float, float]:
    if up is None:
        return rounded(x), round(y, 1)
    return round(x, 4), rounded(value_at(up, y, height))


def add_plot(shapes: Any, plot: Plot, box: Box, *, scale: float) -> Any:
    """The plot as a native chart whose inner area is just `box`; `scale` is points a pixel. Returns its frame."""
    from pptx.chart.data import XyChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Pt

    data = XyChartData()
    for line in plot.lines:
        series = data.add_series(neutral(unescape(line.name)))
        for x, y in line.points:
            series.add_data_point(x, y)
    frame = shapes.add_chart(
        XL_CHART_TYPE.XY_SCATTER,
        Pt(box.left - ROOM), Pt(box.top - ROOM), Pt(box.width + 2 * ROOM), Pt(box.height + 2 * ROOM),
        data,
    )  # fmt: skip
    chart = frame.chart
    _axes(chart, plot)
    inner_area(chart, box)
    for series, line in zip(chart.plots[0].series, plot.lines, strict=True):
        draw_series(series, line.style, scale)
    return frame


def inner_area(chart: Any, box: Box) -> None:
    """Lay the plot's inner area into the middle of its frame, and take away what the format adds by itself."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    wide, high = box.width + 2 * ROOM, box.height + 2 * ROOM
    shares = {"x": ROOM / wide, "y": ROOM / high, "w": box.width / wide, "h": box.height / high}
    placed = "".join(f'<c:{name} val="{share:.6f}"/>' for name, share in shares.items())
    layout = parse_xml(
        f'<c:layout {nsdecls("c")}><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/>'
        f'<c:yMode val="edge"/>{placed}</c:manualLayout></c:layout>'
    )
    area = chart._chartSpace.chart.plotArea
    for found in area.findall(layout.tag):
        area.remove(found)
    area.insert(0, layout)
    empty = "<a:noFill/><a:ln><a:noFill/></a:ln>"
    ground = parse_xml(f"<c:spPr {nsdecls('c', 'a')}>{empty}</c:spPr>")
    chart._chartSpace.chart.addnext(ground)
    chart.has_legend = False
    chart.has_title = False
    for named in chart._chartSpace.xpath(".//c:axId | .//c:crossAx"):
        named.set("val", named.get("val").removeprefix("-"))  # an axis is named by a number without a sign


def _axes(chart: Any, plot: Plot) -> None:
    ends = ((chart.category_axis, (plot.across.low, plot.across.high), plot.across.logarithmic),
            (chart.value_axis, plot.up, plot.logarithmic))  # fmt: skip
    for axis, (low, high), logarithmic in ends:
        axis.minimum_scale, axis.maximum_scale = low, high
        axis.has_major_gridlines = axis.has_minor_gridlines = False
        axis.visible = False
        if logarithmic:
            _logarithmic(axis)
    chart.value_axis.reverse_order = plot.downwards


def _logarithmic(axis: Any) -> None:
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    scaling = axis._element.scaling
    scaling.insert(0, parse_xml(f'<c:logBase {nsdecls("c")} val="10"/>'))
