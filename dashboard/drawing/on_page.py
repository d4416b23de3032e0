"""A sheet as markup for a page: its lines and marks as one image, its words as text of the page over them.

A browser shows it at once, without a program that draws; the words can be searched, copied and enlarged. Shapes,
dashes and marks are those that plotly draws, so that the page and the files show the same picture.
"""

from __future__ import annotations

from html import escape, unescape
from math import log
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dashboard.drawing.symbols import MARKS, length
from dashboard.drawing.typography import text_height
from dashboard.theme import FIGURE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dashboard.drawing.canvas import Axis, Canvas

WIDTHS: Mapping[str, int] = {"wide": 860, "middle": 600, "narrow": 288}  # in pixels
PLAIN = " ='/:;,()-._~"  # what an address in quotes may hold as it is
UNDER = 1  # pixels from a panel to the labels of its ticks
REACH = 9  # pixels around a mark in which what it says is shown
SHIFTS = {"left": "", "center": "translateX(-50%)", "right": "translateX(-100%)"}
DASHES: Mapping[str, tuple[int, ...]] = {  # in widths of the line, at least three pixels each
    "dot": (1, 1),
    "dash": (3, 3),
    "longdash": (5, 5),
    "dashdot": (3, 1, 1, 1),
    "longdashdot": (5, 2, 1, 2),
}


def at_widths(draw: Callable[[int], Canvas], *, described: str) -> str:
    """A picture at each of the widths, of which page.css shows the widest that fits; `described` is it in words."""
    return "".join(
        markup(draw(width), described=described, kind=f"wk-{size}") for size, width in WIDTHS.items()
    )


def markup(canvas: Canvas, *, described: str, kind: str = "") -> str:
    """The sheet as markup; `described` is the picture in words, `kind` a class of the style sheet.

    Raises KeyError for a mark that is not known.
    """
    width, height = canvas.width, round(canvas.height)
    image = f"data:image/svg+xml,{quote(_image(canvas, width, height), safe=PLAIN)}"
    words = "".join((*_ticks(canvas), *map(_words, canvas.parts.texts), *_spots(canvas)))
    return (
        f'<div class="wk-drawing {kind}" role="img" aria-label="{escape(described)}" '
        f'style="width:{width}px;height:{height}px;background:{canvas.palette.paper}">'
        f'<img alt="" width="{width}" height="{height}" src="{image}">{words}</div>'
    )


def _image(canvas: Canvas, width: int, height: int) -> str:
    """What has no words: shapes, then the lines of the ticks, then the traces, cut at the edges of their panels."""
    shapes = "".join(map(_shape, canvas.parts.shapes))
    panels = "".join(_panel(canvas, place) for place in range(len(canvas.parts.panels)))
    size = f"width='{width}' height='{height}' viewBox='0 0 {width} {height}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size}>{shapes}{panels}</svg>"


def _shape(shape: dict[str, Any]) -> str:
    (x0, y0), (x1, y1), style = shape["start"], shape["end"], shape["style"]
    if shape["type"] == "line":
        return _path(f"M{length(x0)},{length(y0)}L{length(x1)},{length(y1)}", line=style["line"])
    path = f"M{length(x0)},{length(y0)}H{length(x1)}V{length(y1)}H{length(x0)}Z"
    return _path(path, line=style["line"], fill=style["fillcolor"])


def _panel(canvas: Canvas, place: int) -> str:
    panel = canvas.parts.panels[place]
    left, top = panel["left"], panel["top"]
    wide, high = panel["right"] - left, panel["bottom"] - top
    grid = "".join(
        f"<path d='M{length(at)},0V{length(high)}' stroke='{canvas.palette.grid}' shape-rendering='crispEdges'/>"
        for at in (across(panel, tick) - left for tick in panel["axis"].ticks)
        if 1 < at < wide - 1
    )
    drawn = "".join(_trace(panel, trace) for trace in _traces(canvas, place))
    size = f"x='{length(left)}' y='{length(top)}' width='{length(wide)}' height='{length(high)}'"
    return f"<svg {size}>{grid}{drawn}</svg>"


def _traces(canvas: Canvas, place: int) -> Iterator[dict[str, Any]]:
    name = f"x{place + 1 if place else ''}"
    return (trace for trace in canvas.parts.traces if trace["xaxis"] == name)


def _trace(panel: dict[str, Any], trace: dict[str, Any]) -> str:
    runs, modes, drawn = list(_runs(panel, trace)), trace["mode"].split("+"), ""
    if trace.get("fill"):
        outline = "".join(f"M{'L'.join(f'{length(x)},{length(y)}' for x, y in run)}Z" for run in runs)
        drawn += _path(outline, fill=trace["fillcolor"])
    if "lines" in modes:
        path = "".join(f"M{'L'.join(f'{length(x)},{length(y)}' for x, y in run)}" for run in runs)
        drawn += _path(path, line=trace["line"])
    if "markers" in modes:
        drawn += "".join(_mark(trace["marker"], x, y) for run in runs for x, y in run)
    return drawn


def _runs(panel: dict[str, Any], trace: dict[str, Any]) -> Iterator[list[tuple[float, float]]]:
    """The trace's points in pixels from the panel's corner, a run of its own after each gap."""
    run: list[tuple[float, float]] = []
    for x, y in zip(trace["x"], trace["y"], strict=True):
        if x is not None and y is not None:
            run.append((across(panel, x) - panel["left"], y))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _mark(marker: dict[str, Any], x: float, y: float) -> str:
    symbol, colour = marker["symbol"], marker["color"]
    path = f"M{length(x)},{length(y)}{MARKS[symbol.removesuffix('-open')](marker['size'] / 2)}"
    if symbol.endswith("-open"):
        return _path(path, line={"color": colour, "width": marker.get("line", {}).get("width", 1)})
    return _path(path, line=marker.get("line"), fill=colour)


def _path(path: str, *, line: Mapping[str, Any] | None = None, fill: str = "none") -> str:
    stroke = ""
    if line and line["width"]:
        stroke = f" stroke='{line['color']}' stroke-width='{length(line['width'])}'{_dashed(line)}"
    return f"<path d='{path}' fill='{fill}'{stroke}/>" if stroke or fill != "none" else ""


def _dashed(line: Mapping[str, Any]) -> str:
    dash, one = line.get("dash", "solid"), max(line["width"], 3)
    if dash == "solid":
        return ""
    parts = ",".join(length(one * part) for part in DASHES.get(dash, ()))
    return f" stroke-dasharray='{parts or dash.replace('px', '')}'"


def across(panel: Mapping[str, Any], value: float) -> float:
    """Where a value of a panel's level axis lies, in pixels from the left of the sheet."""
    axis: Axis = panel["axis"]
    low, high, at = axis.low, axis.high, value
    if axis.logarithmic:
        low, high, at = log(low), log(high), log(value)
    return float(panel["left"] + (at - low) / (high - low) * (panel["right"] - panel["left"]))


def _ticks(canvas: Canvas) -> Iterator[str]:
    for panel in canvas.parts.panels:
        axis: Axis = panel["axis"]
        for tick, text in zip(axis.ticks, axis.tick_texts, strict=True):
            middle = panel["bottom"] + UNDER + text_height(1, FIGURE) / 2
            yield _words(
                {
                    "lines": (text,),
                    "bold": False,
                    "anchor": "center",
                    "x": across(panel, tick),
                    "y": middle,
                    "size": FIGURE,
                    "colour": canvas.palette.muted,
                }
            )


def _words(text: dict[str, Any]) -> str:
    size, top = text["size"], text["y"] - text_height(len(text["lines"]), text["size"]) / 2
    style = (
        f"left:{length(text['x'])}px;top:{length(top)}px;font-size:{length(size)}px;color:{text['colour']}"
    )
    if shift := SHIFTS[text["anchor"]]:
        style += f";transform:{shift};text-align:{text['anchor']}"
    if text["bold"]:
        style += ";font-weight:bold"
    return f'<span style="{style}">{"<br>".join(map(escape, text["lines"]))}</span>'


def _spots(canvas: Canvas) -> Iterator[str]:
    """What marks say when they are pointed at; it opens to the side on which there is room."""
    for place, panel in enumerate(canvas.parts.panels):
        for trace in _traces(canvas, place):
            for x, y, said in zip(trace["x"], trace["y"], _said(trace), strict=True):
                if not said or x is None or y is None:
                    continue
                left, top = across(panel, x) - REACH, panel["top"] + y - REACH
                side = " wk-spot-left" if left > canvas.width / 2 else ""
                yield (
                    f'<span class="wk-spot{side}" style="left:{length(left)}px;top:{length(top)}px" '
                    f'data-says="{escape(said).replace(chr(10), "&#10;")}"></span>'
                )


def _said(trace: dict[str, Any]) -> list[str]:
    """What each point of a trace says, as plain text of one line or several; empty for nothing."""
    points = len(trace["x"])
    if trace.get("hoverinfo") == "skip":
        return [""] * points
    said = (
        [trace["hovertemplate"]] * points
        if "hovertemplate" in trace
        else trace.get("hovertext", trace.get("text"))
    )
    texts = (text.replace("<extra></extra>", "").replace("<br>", "\n") for text in said or [""] * points)
    return [unescape(text) for text in texts]
