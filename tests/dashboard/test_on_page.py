"""Pictures on pages: the same lines, marks and words as in the files, harmless whatever is written in them."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from PIL import Image, ImageChops

from dashboard.chart import available
from dashboard.drawing.canvas import Axis, Canvas
from dashboard.drawing.on_page import WIDTHS, at_widths, markup
from dashboard.drawing.rendering import Paper, render_png, render_svg
from dashboard.drawing.symbols import MARKS
from tests.support import EXAMPLES, example_release

if TYPE_CHECKING:
    from dashboard.theme import Mode

WORDS = re.compile(r"<text.*?</text>", re.DOTALL)
FAINT = 60  # of 255: less is how two programs smooth an edge
CLOSE = 0.002  # of all points
HOSTILE = """<script>alert("1")</script> & 'x' %{y} $a$ </div>-->"""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "4px,3px")


class Read(HTMLParser):
    """The elements of a picture's markup with their attributes, and what is written in each."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            self.elements.append((tag, dict(attrs), []))

    def handle_data(self, data: str) -> None:
        self.elements[-1][2].append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes, _ in self.elements if name == tag]

    def written(self) -> list[tuple[str, ...]]:
        return [tuple(lines) for tag, _, lines in self.elements if tag == "span" and lines]


def image(text: str) -> str:
    """The picture in the markup, which has no words."""
    source = Read(text).of("img")[0]["src"] or ""
    return unquote(source.removeprefix("data:image/svg+xml,"))


def different(canvas: Canvas, other: str) -> float:
    """The share of points at which the page's picture clearly differs from another SVG, words left out."""
    paper = Paper(canvas.width, round(canvas.height), canvas.palette.paper)
    drawn = (image(markup(canvas, described="")), WORDS.sub("", other))
    one, two = (Image.open(io.BytesIO(render_png(svg, paper=paper))).convert("L") for svg in drawn)
    apart = ImageChops.difference(one, two).point(lambda value: 255 if value > FAINT else 0)
    return apart.histogram()[255] / (one.width * one.height)


def of_file(canvas: Canvas) -> str:
    """The same sheet as plotly draws it for a file."""
    return render_svg(canvas.figure(), title="", description="")


def every_mark() -> Canvas:
    """Every mark, open and outlined, every dash, an area, gaps, what lies outside, and two axes."""
    canvas = Canvas(420, height=330)
    palette = canvas.palette
    level = canvas.panel(Axis(0, 10, (0, 5, 10), ("0", "5", "10")), left=50, right=370, top=20, bottom=150)
    for place, symbol in enumerate(MARKS):
        ring = {"color": palette.notice, "width": 2}
        marker = {"symbol": symbol, "size": 14, "color": palette.ink}
        canvas.trace(level, x=[place + 1], y=[30], mode="markers", marker=marker)
        canvas.trace(level, x=[place + 1], y=[60], mode="markers", marker={**marker, "line": ring})
        hollow = {**marker, "symbol": f"{symbol}-open"}
        if not symbol.startswith("arrow"):
            canvas.trace(level, x=[place + 1], y=[90], mode="markers", marker=hollow)
    points = {"x": [-3, 2, None, 4, 12], "y": [120, 110, None, 125, 112]}
    line = {"color": palette.ink, "width": 2}
    canvas.trace(level, **points, mode="lines+markers", line=line, marker=marker, connectgaps=False)
    axis = Axis(0.1, 10, (0.1, 1, 10), ("0.1", "1", "10"), logarithmic=True)
    powers = canvas.panel(axis, left=50, right=370, top=180, bottom=280)
    for place, dash in enumerate(DASHES):
        style = {"color": palette.notice, "width": 1.5 + place % 3, "dash": dash}
        canvas.trace(powers, x=[0.2, 8], y=[10 + 10 * place] * 2, mode="lines", line=style)
    area = {"x": [0.3, 3, 3, 0.3], "y": [80, 60, 98, 90]}
    filled = {"fill": "toself", "fillcolor": "#5A606828", "line": {"width": 0}}
    canvas.trace(powers, **area, mode="lines", **filled)
    canvas.box((10, 20), (30, 60), fill=palette.fill, border=palette.rule)
    canvas.line((10, 70), (30, 90), width=1.5)
    return canvas


def test_every_mark_dash_and_axis_is_drawn_as_plotly_draws_it() -> None:
    canvas = every_mark()
    assert different(canvas, of_file(canvas)) < CLOSE


def test_the_comparison_sees_marks_that_lie_three_pixels_off() -> None:
    canvas, moved = every_mark(), every_mark()
    for trace in moved.parts.traces[:3]:
        trace["y"] = [y + 3 for y in trace["y"]]
    assert different(canvas, of_file(moved)) > CLOSE


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize(("width", "mode"), [(WIDTHS["narrow"], "light"), (WIDTHS["wide"], "dark")])
def test_a_chart_on_a_page_has_the_lines_and_marks_of_its_file(example: str, width: int, mode: Mode) -> None:
    shown = example_release(example)
    for chart in available(shown):
        canvas = chart.bare(shown, mode=mode, width=width)
        assert different(canvas, of_file(canvas)) < CLOSE, chart.name


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_chart_on_a_page_has_the_words_of_its_file_at_their_places(example: str) -> None:
    shown = example_release(example)
    for chart in available(shown):
        canvas = chart.bare(shown, mode="light", width=WIDTHS["wide"])
        read = Read(markup(canvas, described=""))
        ticks = [(text,) for panel in canvas.parts.panels for text in panel["axis"].tick_texts]
        assert read.written() == ticks + [tuple(text["lines"]) for text in canvas.parts.texts]
        styles = [attributes["style"] or "" for attributes in read.of("span")][len(ticks) :]
        for style, note in zip(styles, canvas.figure().layout.annotations, strict=False):
            left, top, size = (float(found) for found in re.findall(r"(?:left|top|size):([-\d.]+)px", style))
            lines = note.text.count("<br>") + 1
            assert left == pytest.approx(note.x * canvas.width, abs=0.01)
            middle = (1 - note.y) * round(canvas.height)
            assert top + 0.65 * size * lines == pytest.approx(middle, abs=0.02)
            assert size == note.font.size
            assert ("translate" in style) == (note.xanchor != "left")
            assert ("bold" in style) == note.text.startswith("<b>")


def test_whatever_is_written_in_a_picture_stays_text() -> None:
    canvas = Canvas(300, height=100)
    panel = canvas.panel(Axis(0, 1, (0.5,), (HOSTILE,)), left=10, right=200, top=10, bottom=50)
    marker = {"symbol": "circle", "size": 9, "color": canvas.palette.ink}
    canvas.trace(panel, x=[0.5], y=[10], mode="markers", marker=marker, hoverinfo="text", text=[HOSTILE])
    canvas.text(HOSTILE, 0, 60)
    read = Read(markup(canvas, described=HOSTILE))
    assert {tag for tag, _, _ in read.elements} == {"div", "img", "span"}
    assert read.of("div")[0]["aria-label"] == HOSTILE
    assert ["".join(lines) for lines in read.written()] == [HOSTILE, HOSTILE]
    assert [spot["data-says"] for spot in read.of("span") if "data-says" in spot] == [HOSTILE]


def test_marks_say_what_plotly_says_when_they_are_pointed_at() -> None:
    canvas = example_canvas()
    said = [
        spot["data-says"] for spot in Read(markup(canvas, described="")).of("span") if "data-says" in spot
    ]
    hovered = [trace.hovertemplate for trace in canvas.figure().data if trace.hovertemplate]
    assert said
    assert [text.replace("\n", "<br>") + "<extra></extra>" for text in map(str, said)] == hovered


def example_canvas() -> Canvas:
    release = example_release("blurring")
    forest = next(chart for chart in available(release) if chart.name == "forest")
    return forest.bare(release, mode="light", width=WIDTHS["wide"])


def test_what_only_draws_says_nothing() -> None:
    canvas = Canvas(100, height=60)
    panel = canvas.panel(Axis(0, 1, (), ()), left=10, right=90, top=10, bottom=50)
    line = {"color": canvas.palette.ink, "width": 1}
    canvas.trace(panel, x=[0, 1], y=[5, 5], mode="lines", line=line, hoverinfo="skip", name="A secret name")
    assert "data-says" not in markup(canvas, described="")
    assert "secret" not in markup(canvas, described="")


def test_an_unknown_mark_is_refused() -> None:
    canvas = Canvas(100, height=60)
    panel = canvas.panel(Axis(0, 1, (), ()), left=10, right=90, top=10, bottom=50)
    canvas.trace(panel, x=[0], y=[5], mode="markers", marker={"symbol": "star", "size": 9, "color": "#000"})
    with pytest.raises(KeyError):
        markup(canvas, described="")


def test_a_picture_comes_at_each_width_with_the_same_description() -> None:
    release = example_release("blurring")
    forest = next(chart for chart in available(release) if chart.name == "forest")
    text = at_widths(
        lambda width: forest.bare(release, mode="light", width=width),
        described=forest.describe(release),
    )
    drawings = Read(text).of("div")
    assert [drawing["class"] for drawing in drawings] == [f"wk-drawing wk-{size}" for size in WIDTHS]
    assert {drawing["aria-label"] for drawing in drawings} == {forest.describe(release)}
    assert all(
        f"width:{width}px" in (d["style"] or "") for d, width in zip(drawings, WIDTHS.values(), strict=True)
    )
