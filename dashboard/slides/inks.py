"""How series, marks and grounds are drawn in the format: colours, dashes, marks, and letters for what it lacks."""

from __future__ import annotations

from typing import Any

from dashboard.theme import LIGHT

# Marks as plotly names them, and as the format does; those that it lacks are letters instead.
MARKS = {
    "circle": "circle",
    "circle-open": "circle",
    "triangle-up": "triangle",
    "diamond": "diamond",
    "square": "square",
}
LETTERS = {"triangle-down": "▼", "arrow-left": "◀", "arrow-right": "▶"}
DASHES = {"4px": "sysDash", "6px": "dash", "2px": "sysDot"}


def draw_series(series: Any, style: dict[str, Any], scale: float) -> None:
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
    _mark(series.marker.format, marker, scale)


def _mark(form: Any, marker: dict[str, Any], scale: float) -> None:
    from pptx.util import Pt

    edge = marker.get("line", {})
    if marker["symbol"].endswith("-open") or marker["color"] == LIGHT.paper:
        form.fill.background()  # LibreOffice fills it with the outline's colour; the shape still tells
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
        run.font.size = Pt(round(1.3 * marker.get("size", 10) * scale))
        paint(run.font.fill, marker["color"])


def paint(fill: Any, colour: str) -> None:
    """Fill with a colour as #RRGGBB, #RRGGBBAA or rgba(r,g,b,a)."""
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
        return (red, green, blue), int(colour[7:9], 16) / 255 if len(colour) > 7 else 1.0
    inside = colour[colour.index("(") + 1 : colour.rindex(")")].split(",")
    red, green, blue = (int(part) for part in inside[:3])
    return (red, green, blue), float(inside[3]) if len(inside) > 3 else 1.0


def _dash(line: Any, dash: str) -> None:
    from pptx.enum.dml import MSO_LINE

    kinds = {"sysDash": MSO_LINE.SQUARE_DOT, "dash": MSO_LINE.DASH, "sysDot": MSO_LINE.ROUND_DOT}
    if dash and dash != "solid":
        line.dash_style = kinds[DASHES.get(dash.split(",")[0], "dash")]
