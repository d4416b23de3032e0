"""A sheet to draw on in pixels from its top left corner; it becomes a plotly figure when all is on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from dashboard.drawing.typography import plain, text_height, wrap
from dashboard.theme import BODY, FIGURE, FONT, PADDING, PALETTES, Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plotly.graph_objects import Figure

    from dashboard.theme import Palette

Anchor = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Axis:
    """A panel's horizontal axis: the ends and ticks in the units of its values."""

    low: float
    high: float
    ticks: tuple[float, ...]
    tick_texts: tuple[str, ...]
    logarithmic: bool = False

    def without_ticks(self) -> Axis:
        """The same axis, bare."""
        return replace(self, ticks=(), tick_texts=())


@dataclass(frozen=True, slots=True)
class Parts:
    """What is on a canvas, in the order of drawing; positions in pixels, a panel's name is its place from 1."""

    texts: tuple[dict[str, Any], ...]
    shapes: tuple[dict[str, Any], ...]
    panels: tuple[dict[str, Any], ...]
    traces: tuple[dict[str, Any], ...]


@dataclass(slots=True)
class Canvas:
    """Text, lines, boxes and panels at pixel positions. `width` is fixed, the height grows with what is drawn."""

    width: int
    mode: Mode = "light"
    padding: int = PADDING
    height: float = 0.0
    _texts: list[dict[str, Any]] = field(default_factory=list)
    _shapes: list[dict[str, Any]] = field(default_factory=list)
    _panels: list[dict[str, Any]] = field(default_factory=list)
    _traces: list[dict[str, Any]] = field(default_factory=list)

    @property
    def palette(self) -> Palette:
        """The colours of the mode."""
        return PALETTES[self.mode]

    @property
    def left(self) -> float:
        """Where the content begins."""
        return self.padding

    @property
    def right(self) -> float:
        """Where the content ends."""
        return self.width - self.padding

    @property
    def content(self) -> float:
        """The width of the content."""
        return self.right - self.left

    def text(
        self,
        words: str | Sequence[str],
        x: float,
        y: float,
        *,
        size: float = BODY,
        bold: bool = False,
        colour: str | None = None,
        anchor: Anchor = "left",
        width: float | None = None,
    ) -> float:
        """Write lines with their top at `y`, wrapped at `width` if given; returns where they end."""
        lines = (words,) if isinstance(words, str) else tuple(words)
        if width is not None:
            lines = tuple(part for line in lines for part in wrap(line, width, size=size, bold=bold))
        bottom = y + text_height(len(lines), size)
        self._texts.append(
            {
                "lines": lines,
                "bold": bold,
                "anchor": anchor,
                "x": x,
                "y": (y + bottom) / 2,
                "size": size,
                "colour": colour or self.palette.ink,
            }
        )
        self.height = max(self.height, bottom)
        return bottom

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        colour: str | None = None,
        width: float = 1,
    ) -> None:
        """Draw a straight line."""
        self._shape("line", start, end, line={"color": colour or self.palette.rule, "width": width})

    def box(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        fill: str,
        border: str | None = None,
    ) -> None:
        """Draw a rectangle between two corners."""
        line = {"color": border or fill, "width": 1 if border else 0}
        self._shape("rect", start, end, line=line, fillcolor=fill)

    def panel(
        self, axis: Axis, *, left: float, right: float, top: float, bottom: float, up: Axis | None = None
    ) -> str:
        """Open a panel for traces; its vertical axis counts pixels downwards from the panel's top.

        `up` is what those pixels stand for, where they stand for values.
        """
        number = len(self._panels) + 1
        ends = {"left": left, "right": right, "top": top, "bottom": bottom}
        self._panels.append({"axis": axis, "up": up, **ends})
        self.height = max(self.height, bottom)
        return "" if number == 1 else str(number)

    def trace(self, panel: str, **properties: Any) -> None:
        """Put a plotly scatter trace into a panel."""
        fixed = {"type": "scatter", "showlegend": False}
        self._traces.append({**fixed, "xaxis": f"x{panel}", "yaxis": f"y{panel}", **properties})

    @property
    def parts(self) -> Parts:
        """All that was drawn so far, for other pens than plotly's."""
        return Parts(tuple(self._texts), tuple(self._shapes), tuple(self._panels), tuple(self._traces))

    def figure(self) -> Figure:
        """All that was drawn, as a plotly figure of just this size; without plotly's own slow look."""
        from plotly.graph_objects import Figure

        height = round(self.height)
        layout: dict[str, Any] = {
            "template": {"layout": {}},
            "width": self.width,
            "height": height,
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
            "paper_bgcolor": self.palette.paper,
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": BODY, "color": self.palette.ink},
            "hoverlabel": {"font": {"family": FONT, "size": BODY}},
            "showlegend": False,
            "dragmode": False,
            "annotations": [self._annotation(text, height) for text in self._texts],
            "shapes": [self._placed(shape, height) for shape in self._shapes],
            "xaxis": {"visible": False},  # plotly draws axes even where there is no panel
            "yaxis": {"visible": False},
        }
        for index, panel in enumerate(self._panels, start=1):
            layout |= self._axes(panel, "" if index == 1 else str(index), height)
        return Figure({"data": self._traces, "layout": layout}, _validate=False)

    def _shape(self, kind: str, start: tuple[float, float], end: tuple[float, float], **style: Any) -> None:
        self._shapes.append({"type": kind, "start": start, "end": end, "style": style})
        self.height = max(self.height, start[1], end[1])

    def _annotation(self, text: dict[str, Any], height: int) -> dict[str, Any]:
        escaped = "<br>".join(plain(line) for line in text["lines"])
        return {
            "text": f"<b>{escaped}</b>" if text["bold"] else escaped,
            "x": text["x"] / self.width,
            "y": 1 - text["y"] / height,
            "xref": "paper",
            "yref": "paper",
            "xanchor": text["anchor"],
            "yanchor": "middle",
            "align": text["anchor"],
            "showarrow": False,
            "borderpad": 0,
            "borderwidth": 0,
            "font": {"size": text["size"], "color": text["colour"]},
        }

    def _placed(self, shape: dict[str, Any], height: int) -> dict[str, Any]:
        (x0, y0), (x1, y1) = shape["start"], shape["end"]
        return {
            "type": shape["type"],
            "xref": "paper",
            "yref": "paper",
            "x0": x0 / self.width,
            "x1": x1 / self.width,
            "y0": 1 - y0 / height,
            "y1": 1 - y1 / height,
            "layer": "below",
            **shape["style"],
        }

    def _axes(self, panel: dict[str, Any], suffix: str, height: int) -> dict[str, Any]:
        axis: Axis = panel["axis"]
        fixed = {"fixedrange": True, "zeroline": False, "showline": False}
        return {
            f"xaxis{suffix}": {
                **fixed,
                **_range(axis),
                "domain": [panel["left"] / self.width, panel["right"] / self.width],
                "anchor": f"y{suffix}",
                "tickvals": axis.ticks,
                "ticktext": axis.tick_texts,
                "tickangle": 0,
                "tickfont": {"size": FIGURE, "color": self.palette.muted},
                "gridcolor": self.palette.grid,
                "automargin": False,
            },
            f"yaxis{suffix}": {
                **fixed,
                "domain": [1 - panel["bottom"] / height, 1 - panel["top"] / height],
                "anchor": f"x{suffix}",
                "range": [panel["bottom"] - panel["top"], 0],
                "visible": False,
            },
        }


def _range(axis: Axis) -> dict[str, Any]:
    if not axis.logarithmic:
        return {"range": [axis.low, axis.high]}
    from math import log10

    return {"type": "log", "range": [log10(axis.low), log10(axis.high)]}
