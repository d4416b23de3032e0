"""A plan's power as a picture, a table, words and files: the same on the page and in exports."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dashboard.chart import EDGE, STANDARD_WIDTH
from dashboard.drawing.axes import counted
from dashboard.drawing.canvas import Canvas
from dashboard.drawing.plane import TICKS, gutter_for, plane
from dashboard.drawing.typography import balance
from dashboard.export import ChartPicture
from dashboard.language import language
from dashboard.scene import Imprint, Scene
from dashboard.theme import NARROW, PADDING, SMALL, SUBTITLE, TITLE
from dashboard.words import DATA_ARE
from dashboard.words.forms import day_text
from dashboard.words.planning import planning_sentence
from dashboard.words.plans import (
    from_pilot_text,
    no_data_text,
    planning_axis,
    power_legend,
    power_spoken,
    suppositions,
)

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from analysis.planning.answer import Answer
    from analysis.planning.curves import PowerCurve
    from dashboard.chart import Numbers
    from dashboard.starting import Start
    from dashboard.theme import Mode

TALL, SHORT = 300, 240  # height of the plane in pixels, on a wide and on a narrow sheet
DASHES = ("solid", "dash", "dot")
SPOKEN = 5  # points that are told in words


@dataclass(frozen=True, slots=True)
class Planned:
    """An answer with the curve around it, the power aimed at, and the version that computed them.

    `start` is the pilot whose figures were the first suppositions.
    """

    answer: Answer
    curve: PowerCurve
    target: float
    version: str
    start: Start | None = None

    def basis(self, day: str) -> str:
        """What the figures rest on, with the version and the day."""
        if self.start is None:
            return no_data_text(self.version, day)
        return from_pilot_text(self.start.study, self.version, day)

    @property
    def notice(self) -> str:
        """That the pilot's data were invented, where they were."""
        return DATA_ARE.get(self.start.data_are, "") if self.start else ""

    @property
    def facts(self) -> dict[str, str]:
        """Which pilot it started from, and what its data are."""
        return {"started_from": self.start.study, "data_are": self.start.data_are} if self.start else {}


def draw(
    planned: Planned, *, mode: Mode = "light", width: int = STANDARD_WIDTH, framed: bool = True
) -> Figure:
    """The picture of `sheet` as a figure."""
    return sheet(planned, mode=mode, width=width, framed=framed).figure()


def sheet(planned: Planned, *, mode: Mode, width: int, framed: bool) -> Canvas:
    """Power over sizes; `framed` adds the answer as its title, and what was supposed."""
    canvas = Canvas(width, mode) if framed else Canvas(width, mode, padding=EDGE)
    top = _heading(canvas, planned) if framed else float(EDGE)
    bottom = _body(canvas, planned, top)
    canvas.height = _footer(canvas, planned, bottom) + PADDING if framed else bottom + EDGE
    return canvas


def table(planned: Planned) -> list[Numbers]:
    """Power by size under each supposition, with the smallest effect that is found at that size."""
    smallest = dict(planned.curve.smallest)
    first = planned.curve.lines[0]
    return [
        {
            "size": round(size),
            "icc": line.icc,
            "power": round(power, 4),
            "smallest_effect": _rounded(smallest.get(size)) if line is first else None,
        }
        for line in planned.curve.lines
        for size, power in line.points
    ]


def describe(planned: Planned) -> str:
    """The picture in words."""
    points = planned.curve.lines[0].points
    step = max(len(points) // SPOKEN, 1)
    return power_spoken(points[::step], planned.answer.size_is)


def picture(planned: Planned) -> ChartPicture:
    """All that a file needs."""
    question = asdict(planned.answer.question)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    asked = {
        name: str(value)
        for name, value in question.items()
        if value is not None and name not in ("schedule", "options", "replicates", "seed")
    }
    title = planning_sentence(planned.answer)
    return ChartPicture(
        figure=draw(planned),
        title=title,
        description=describe(planned),
        rows=tuple(table(planned)),
        facts={
            **asked,
            **planned.facts,
            "language": language(),
            "watchkeeper": planned.version,
            "created_at": now,
        },
        imprint=Imprint(title, planned.basis(day_text(now)), planned.notice, now),
        scenes=lambda: (
            Scene(
                name=title,
                title=title,
                subtitle=suppositions(planned.answer),
                description=describe(planned),
                draw=lambda canvas: _body(canvas, planned, 0.0),
            ),
        ),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def _heading(canvas: Canvas, planned: Planned) -> float:
    size = TITLE if canvas.width >= 480 else TITLE - 3
    lines = balance(planning_sentence(planned.answer), canvas.content, size=size, bold=True)
    y = canvas.text(lines, canvas.left, canvas.left, size=size, bold=True) + 6
    said = suppositions(planned.answer)
    muted = canvas.palette.muted
    return canvas.text(said, canvas.left, y, size=SUBTITLE, colour=muted, width=canvas.content) + 14


def _body(canvas: Canvas, planned: Planned, top: float) -> float:
    found, lines, palette = planned.answer, planned.curve.lines, canvas.palette
    up, level = planning_axis(found.size_is)
    y = canvas.text(up, canvas.left, top, size=SMALL, colour=palette.muted, width=canvas.content) + 8
    height = TALL if canvas.width >= NARROW else SHORT
    values = [0.0, 100.0]
    gutter = gutter_for(values, height)
    sizes = [size for size, _ in lines[0].points]
    across = counted(sizes[0], sizes[-1], canvas.content - gutter, whole=True)
    drawn = plane(canvas, across, values, top=y, height=height, gutter=gutter)
    aim = 100 * planned.target
    drawn.draw(
        [(across.low, aim), (across.high, aim)], mode="lines", line={"color": palette.rule, "width": 1.5}
    )
    strong = palette.verdicts["equivalent"]
    for place, line in reversed(list(enumerate(lines))):
        style = {"color": strong if place == 0 else palette.muted, "width": 2.5 - 0.5 * place}
        points: list[tuple[float, float | None]] = [(size, 100 * power) for size, power in line.points]
        drawn.draw(points, mode="lines", line={**style, "dash": DASHES[place % len(DASHES)]})
    drawn.draw(
        [(found.size, 100 * found.power)],
        mode="markers",
        marker={"symbol": "diamond", "size": 12, "color": palette.ink},
    )
    y = y + height + TICKS
    y = canvas.text(level, canvas.right, y, size=SMALL, colour=palette.muted, anchor="right") + 6
    legend = power_legend(planned.target, [line.icc for line in lines])
    return canvas.text(legend, canvas.left, y, size=SMALL, colour=palette.muted, width=canvas.content)


def _footer(canvas: Canvas, planned: Planned, top: float) -> float:
    canvas.line((canvas.left, top + 10), (canvas.right, top + 10), colour=canvas.palette.grid)
    said = " ".join(
        part for part in (planned.notice, planned.basis(day_text(datetime.now(UTC).isoformat()))) if part
    )
    muted = canvas.palette.muted
    return canvas.text(said, canvas.left, top + 17, size=SMALL, colour=muted, width=canvas.content)
