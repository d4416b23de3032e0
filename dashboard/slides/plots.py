"""A panel of a canvas as a native chart: a scatter whose points, in an embedded workbook, are the released figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from dashboard.language import say
from dashboard.slides.text import neutral

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboard.drawing.canvas import Axis
    from dashboard.slides.layouts import Box

FIGURES = 4  # significant ones that a workbook holds: no more than is shown of the most exact figure
ROOM = 12.0  # around a plot inside its frame, in points, so that marks at its edge are whole

# Marks as plotly names them, and as the format does; those that it lacks are letters instead.
MARKS = {"circle": "circle", "circle-open": "circle", "triangle-up": "triangle", "diamond": "diamond", "square": "square"}
LETTERS = {"triangle-down": "▼", "arrow-left": "◀", "arrow-right": "▶"}
DASHES = {"4px": "sysDash", "6px": "dash", "2px": "sysDot"}


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
    """The trace's points, broken into a line of its own at each gap."""
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
        series = data.add_series(neutral(line.name))
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
        _draw(series, line.style, scale)
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
    ground = parse_xml(f'<c:spPr {nsdecls("c", "a")}>{empty}</c:spPr>')
    chart._chartSpace.chart.addnext(ground)
    chart.has_legend = False
    chart.has_title = False


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


def _draw(series: Any, style: dict[str, Any], scale: float) -> None:
    """Line and marks of a series as the trace has them."""
    from pptx.enum.chart import XL_MARKER_STYLE
    from pptx.util import Pt

    series.smooth = False
    modes = style.get("mode", "lines").split("+")
    line = style.get("line", {})
    if "lines" in modes:
        series.format.line.width = Pt(max(line.get("width", 1) * scale, 0.75))
        paint(series.format.line.fill, line["color"])
        _dash(series.format.line, line.get("dash", ""))
    else:
        series.format.line.fill.background()
    marker = style.get("marker", {})
    symbol = marker.get("symbol", "circle")
    if "markers" not in modes or symbol in LETTERS:
        series.marker.style = XL_MARKER_STYLE.NONE
        if "markers" in modes:
            _letters(series, LETTERS[symbol], marker, scale)
        return
    series.marker.style = XL_MARKER_STYLE.from_xml(MARKS.get(symbol, "circle"))
    series.marker.size = max(2, min(72, round(marker.get("size", 6) * scale)))
    _mark(series.marker.format, marker, scale, hollow=symbol.endswith("-open"))


def _mark(form: Any, marker: dict[str, Any], scale: float, *, hollow: bool) -> None:
    from pptx.util import Pt

    edge = marker.get("line", {})
    if hollow:
        form.fill.background()
    else:
        paint(form.fill, marker["color"])
    paint(form.line.fill, edge.get("color", marker["color"]))
    form.line.width = Pt(max(edge.get("width", 1) * scale, 0.5))


def _letters(series: Any, letter: str, marker: dict[str, Any], scale: float) -> None:
    """A letter over each point, for marks that the format does not have."""
    from pptx.enum.chart import XL_LABEL_POSITION
    from pptx.util import Pt

    for n in range(len(series.values)):
        label = series.points[n].data_label
        label.position = XL_LABEL_POSITION.CENTER
        run = label.text_frame.paragraphs[0].add_run()
        run.text = letter
        run.font.size = Pt(round(marker.get("size", 10) * scale))
        paint(run.font.fill, marker["color"])


def paint(fill: Any, colour: str) -> None:
    """Fill with a colour as #RRGGBB or rgba(r,g,b,a)."""
    from pptx.dml.color import RGBColor

    fill.solid()
    parts, opacity = channels(colour)
    fill.fore_color.rgb = RGBColor(*parts)
    if opacity < 1:
        from pptx.oxml import parse_xml
        from pptx.oxml.ns import nsdecls

        held = fill._xPr.find(".//{*}srgbClr")
        held.append(parse_xml(f'<a:alpha {nsdecls("a")} val="{round(opacity * 100_000)}"/>'))


def channels(colour: str) -> tuple[tuple[int, int, int], float]:
    """A colour's red, green and blue, and how opaque it is.

    >>> channels("#12436D"), channels("rgba(1,2,3,0.25)")
    (((18, 67, 109), 1.0), ((1, 2, 3), 0.25))
    """
    if colour.startswith("#"):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        return (red, green, blue), 1.0
    inside = colour[colour.index("(") + 1 : colour.rindex(")")].split(",")
    red, green, blue = (int(part) for part in inside[:3])
    return (red, green, blue), float(inside[3]) if len(inside) > 3 else 1.0


def _dash(line: Any, dash: str) -> None:
    from pptx.enum.dml import MSO_LINE

    kinds = {"sysDash": MSO_LINE.SQUARE_DOT, "dash": MSO_LINE.DASH, "sysDot": MSO_LINE.ROUND_DOT}
    if dash:
        line.dash_style = kinds[DASHES.get(dash.split(",")[0], "dash")]
