"""A canvas on a slide: its texts and shapes as native ones in a group, its panels as native charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.drawing.canvas import Canvas
from dashboard.drawing.typography import text_height, text_width
from dashboard.slides.inks import paint
from dashboard.slides.layouts import Box
from dashboard.slides.plots import add_plot, plot_of
from dashboard.slides.text import clean, right_to_left
from dashboard.theme import FIGURE, LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.drawing.canvas import Axis

    Draw = Callable[[Canvas], float]  # draws from the top of a canvas and returns where it ends

# Pixels that a picture is tried at, the most handsome width first.
WIDTHS = (760, 860, 960, 680, 620, 560, 500, 450, 1060)
ENOUGH = 1.1  # points a pixel at which text is large enough that no other width is tried
SMALLEST = 0.78  # points a pixel: below this the small text is hard to read from a chair
LARGEST = 1.6
ABOVE = 0.3  # of what a picture leaves free of its box's height stands above it
TICK_GAP = 5.0  # pixels between a plot and its ticks' labels


def drawn_to_fit(draw: Draw, box: Box) -> tuple[Canvas, float]:
    """The picture at a width that makes its text large enough, else largest; its scale in points a pixel."""
    best: tuple[float, Canvas] | None = None
    for width in WIDTHS:
        canvas = Canvas(width, padding=0)
        canvas.height = draw(canvas)
        scale = min(box.width / width, box.height / max(canvas.height, 1.0), LARGEST)
        if best is None or scale > best[0]:
            best = (scale, canvas)
        if scale >= ENOUGH:
            break
    if best is None:
        raise ValueError("no width was tried")
    return best[1], best[0]


def fits_on_slide(draw: Draw, box: Box) -> bool:
    """Whether the picture can be read in `box`."""
    return drawn_to_fit(draw, box)[1] >= SMALLEST


def put(slide: Any, draw: Draw, box: Box, *, name: str, description: str) -> Any:
    """Draw a picture into `box` as native shapes and charts in one group with a description. Returns the group."""
    canvas, scale = drawn_to_fit(draw, box)
    group = slide.shapes.add_group_shape()
    free = box.width - canvas.width * scale, box.height - canvas.height * scale
    origin = (box.left + max(free[0], 0) / 2, box.top + max(free[1], 0) * ABOVE)
    pen = _Pen(group.shapes, origin, scale)
    parts = canvas.parts
    for shape in parts.shapes:
        pen.shape(shape)
    for number, panel in enumerate(parts.panels, start=1):
        axis = f"x{'' if number == 1 else number}"
        pen.panel(panel, [t for t in parts.traces if t["xaxis"] == axis], description)
    for text in parts.texts:
        pen.text(text)
    described(group, name, description)
    return group


def described(shape: Any, name: str, description: str) -> None:
    """Give a shape its name and its alternative text."""
    properties = shape._element.xpath(".//p:cNvPr")[0]
    properties.set("name", clean(name))
    properties.set("descr", clean(description))


class _Pen:
    """Draws pixel positions as points on a slide."""

    def __init__(self, shapes: Any, origin: tuple[float, float], scale: float) -> None:
        self._shapes = shapes
        self._origin = origin
        self._scale = scale

    def text(self, text: dict[str, Any]) -> None:
        """Lines as a text box as wide as they are, at their place."""
        lines = [clean(line) for line in text["lines"]]
        size, bold = text["size"], text["bold"]
        wide = max(text_width(line, size, bold=bold) for line in lines) + 2
        high = text_height(len(lines), size)
        left = text["x"] - wide * {"left": 0.0, "center": 0.5, "right": 1.0}[text["anchor"]]
        self._lines(lines, (left, text["y"] - high / 2, wide, high), text)

    def shape(self, shape: dict[str, Any]) -> None:
        """A line or a rectangle."""
        from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE

        (x0, y0), (x1, y1), style = shape["start"], shape["end"], shape["style"]
        if shape["type"] == "line":
            start, end = self._at(x0, y0), self._at(x1, y1)
            drawn = self._shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *start, *end)
            self._line(drawn.line, style["line"])
            return
        drawn = self._shapes.add_shape(
            MSO_SHAPE.RECTANGLE, *self._at(x0, y0), self._length(x1 - x0), self._length(y1 - y0)
        )
        drawn.shadow.inherit = False
        paint(drawn.fill, style["fillcolor"])
        if style["line"]["width"]:
            self._line(drawn.line, style["line"])
        else:
            drawn.line.fill.background()

    def panel(self, panel: dict[str, Any], traces: list[dict[str, Any]], description: str) -> None:
        """A panel with its ticks: lines and texts of their own, and the chart over them."""
        axis, top, bottom = panel["axis"], panel["top"], panel["bottom"]
        for tick, words in zip(axis.ticks, axis.tick_texts, strict=True):
            x = panel["left"] + _share(axis, tick) * (panel["right"] - panel["left"])
            grid = {"color": LIGHT.grid, "width": 1}
            self.shape({"type": "line", "start": (x, top), "end": (x, bottom), "style": {"line": grid}})
            middle = bottom + TICK_GAP + text_height(1, FIGURE) / 2
            self.text(
                {"lines": (words,), "x": x, "y": middle, "size": FIGURE, "bold": False, "anchor": "center",
                 "colour": LIGHT.muted}
            )  # fmt: skip
        for trace in traces:
            if trace.get("fill"):
                self._area(panel, trace)
        plot = plot_of(panel, [trace for trace in traces if not trace.get("fill")])
        if plot.lines:
            k, (left, above) = self._scale, self._origin
            box = Box(
                left + panel["left"] * k,
                above + top * k,
                (panel["right"] - panel["left"]) * k,
                (bottom - top) * k,
            )
            frame = add_plot(self._shapes, plot, box, scale=k)
            described(frame, frame.name, description)

    def _area(self, panel: dict[str, Any], trace: dict[str, Any]) -> None:
        """A filled outline, such as a band, as a shape under the chart."""
        axis, wide = panel["axis"], panel["right"] - panel["left"]
        corners = [
            self._at(panel["left"] + _share(axis, x) * wide, panel["top"] + y)
            for x, y in zip(trace["x"], trace["y"], strict=True)
        ]
        pen = self._shapes.build_freeform(*corners[0], scale=1.0)
        pen.add_line_segments(corners[1:], close=True)
        area = pen.convert_to_shape()
        area.shadow.inherit = False
        paint(area.fill, trace["fillcolor"])
        area.line.fill.background()

    def _lines(
        self, lines: list[str], place: tuple[float, float, float, float], text: dict[str, Any]
    ) -> None:
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
        from pptx.util import Pt

        left, top, wide, high = place
        box = self._shapes.add_textbox(*self._at(left, top), self._length(wide), self._length(high))
        frame = box.text_frame
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.word_wrap = False
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        paragraph = frame.paragraphs[0]
        sides = {"left": PP_ALIGN.LEFT, "center": PP_ALIGN.CENTER, "right": PP_ALIGN.RIGHT}
        paragraph.alignment = sides[text["anchor"]]
        if right_to_left(lines[0]):
            paragraph._p.get_or_add_pPr().set("rtl", "1")
        for n, line in enumerate(lines):
            if n:
                paragraph.add_line_break()
            run = paragraph.add_run()
            run.text = line
            run.font.size = Pt(int(text["size"] * self._scale * 10) / 10)
            run.font.bold = text["bold"]
            paint(run.font.fill, text["colour"])

    def _line(self, line: Any, style: dict[str, Any]) -> None:
        from pptx.util import Pt

        paint(line.fill, style["color"])
        line.width = Pt(max(style["width"] * self._scale, 0.5))

    def _at(self, x: float, y: float) -> tuple[int, int]:
        return _units(self._origin[0] + x * self._scale), _units(self._origin[1] + y * self._scale)

    def _length(self, pixels: float) -> int:
        return _units(pixels * self._scale)


def _share(axis: Axis, value: float) -> float:
    """How far along an axis a value lies, from 0 to 1."""
    from math import log

    scale = log if axis.logarithmic else float
    return (scale(value) - scale(axis.low)) / (scale(axis.high) - scale(axis.low))


def _units(points: float) -> int:
    return round(points * 12_700)
