"""What is drawn of a series on its plane: changes, marks of what was observed, fitted and foretold lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.drawing.typography import plain, text_height, text_width, wrap
from dashboard.language import say
from dashboard.theme import SMALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.finding import Traced
    from dashboard.drawing.canvas import Axis, Canvas
    from dashboard.drawing.plane import Plane

    Parts = Mapping[str, Sequence[Traced]]  # one line for each change

MANY = 160  # periods; with more, weeks of them are put into one mark
WEEK = 7
FEWEST = 4  # periods that make a mark of their own


def thinned(line: Traced) -> int:
    """How many periods one mark stands for."""
    return WEEK if len(line.periods) > MANY else 1


def marks(line: Traced, block: int) -> list[tuple[float, float]]:
    """Where marks stand and what they show: means of `block` periods of one stage, at least four of them known."""
    groups: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for period, stage, value in zip(line.periods, line.stage, line.observed, strict=True):
        if value is not None:
            groups.setdefault((stage, int((period - line.periods[0]) // block)), []).append((period, value))
    least = min(FEWEST, block)
    kept = [points for points in groups.values() if len(points) >= least]
    return [tuple(sum(each) / len(points) for each in zip(*points, strict=True)) for points in kept]


def panel_values(parts: Parts, *, factor: float, block: int) -> list[float]:
    """Every value that the axis must hold."""
    found = [value for lines in parts.values() for _, value in marks(lines[0], block)]
    for lines in parts.values():
        for line in lines:
            found += [value for value in (*line.fitted, *line.expected) if value is not None]
    return [factor * value for value in found]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that came before a period: its name, and whether it is one of the changes that are studied."""

    period: float
    name: str
    change: bool = True


def event_lines(
    canvas: Canvas,
    across: Axis,
    events: Sequence[Event],
    *,
    gutter: float,
    top: float,
    height: float,
    told: bool,
) -> float:
    """Upright lines where something came, each with its name on a row of its own if `told`.

    Returns where the plane begins.
    """
    left, palette = canvas.left + gutter, canvas.palette
    rows = [wrap(each.name, canvas.right - left - 8, size=SMALL, bold=each.change) for each in events]
    below = top + (sum(text_height(len(lines), SMALL) for lines in rows) + 4 if told else 0)
    y, texts = top, []
    for each, lines in zip(events, rows, strict=True):
        share = (each.period - 0.5 - across.low) / (across.high - across.low)
        x = left + share * (canvas.right - left)
        colour = palette.rule if each.change else palette.grid
        canvas.line((x, y if told else below), (x, below + height), colour=colour, width=1.5)
        if told:
            widest = max(text_width(line, SMALL, bold=each.change) for line in lines)
            starts = x + 5 if x + 5 + widest <= canvas.right else max(x - 5 - widest, left)
            texts.append((each, lines, starts, widest, y))
            y += text_height(len(lines), SMALL)
    for each, lines, x, widest, y in texts:  # over the lines of other events
        canvas.box((x - 1, y), (x + widest + 1, y + text_height(len(lines), SMALL)), fill=palette.paper)
        ink = palette.ink if each.change else palette.muted
        canvas.text(lines, x, y, size=SMALL, bold=each.change, colour=ink)
    return below


def marks_of(plane: Plane, parts: Parts, *, factor: float, block: int) -> None:
    """What was observed, one part after the other: filled dots, hollow ones for controls."""
    palette = plane.canvas.palette
    treated, muted = palette.verdicts["equivalent"], palette.muted
    looks = {
        "treated": ("lines+markers", "circle", treated, 2.0),
        "control": ("lines+markers", "circle-open", muted, 1.0),
    }
    for part, lines in parts.items():
        points = [(x, factor * value) for x, value in marks(lines[0], block)]
        mode, symbol, colour, width = looks.get(part, ("markers", "circle", palette.rule, 1.0))
        mark = {"symbol": symbol, "size": 5, "color": colour}
        called = plain(lines[0].label) or say("Observed")
        plane.draw(points, mode=mode, marker=mark, line={"color": colour, "width": width}, name=called)


def lines_of(plane: Plane, parts: Parts, *, factor: float) -> None:
    """The fitted course, broken at each change, and what was foretold from each change to the next."""
    palette = plane.canvas.palette
    for lines in parts.values():
        _fitted(plane, lines[0], factor, {"color": palette.verdicts["equivalent"], "width": 2.5})
        for line in lines:
            foretold = [
                (x, None if value is None else factor * value)
                for x, value in zip(line.periods, line.expected, strict=True)
            ]
            dashed = {"color": palette.notice, "width": 2, "dash": "6px,4px"}
            plane.draw(foretold, mode="lines", line=dashed, name=say("Foretold"))


def _fitted(plane: Plane, line: Traced, factor: float, style: dict[str, object]) -> None:
    for stage in sorted(set(line.stage)):
        points = [
            (x, factor * value)
            for x, at, value in zip(line.periods, line.stage, line.fitted, strict=True)
            if at == stage and value is not None
        ]
        if points:
            plane.draw(points, mode="lines", line=style, name=say("Fitted"))
