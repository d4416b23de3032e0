"""The shapes a unit table can have. A design yields a layout; estimators claim layouts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """A shape of the unit table: its name, the columns it must have, and what one row is.

    `whole` layouts are analysed with the rows of every arm, whichever two arms a contrast compares, because all
    of them tell about units and periods. `compares` is False where there are no arms to compare, only effects;
    `people` is False where a row is a period or a platform, so that nobody was assigned, lost or mixed up.
    """

    name: str
    requires: tuple[str, ...]
    row_is: str
    whole: bool = False
    compares: bool = True
    people: bool = True


PARALLEL = Layout("parallel", ("arm",), "one unit")
CLUSTERED = Layout("clustered", ("arm", "cluster"), "one unit inside a cluster that was assigned as a whole")
CROSSOVER = Layout(
    "crossover", ("arm", "unit", "period"), "one unit in one period, under that period's arm", whole=True
)
STEPPED = Layout(
    "stepped",
    ("arm", "cluster", "period"),
    "one unit of one cluster in one period, under what the cluster had then",
    whole=True,
)
REPEATED = Layout("repeated", ("arm",), "one unit, with a column for each wave of the outcome")
PANEL = Layout(
    "panel",
    ("arm", "unit", "period"),
    "one platform (or other unit) in one period, under what it had then",
    whole=True,
    people=False,
)
SERIES = Layout(
    "series",
    ("arm", "period"),
    "one period; its arm is the segment between two changes",
    whole=True,
    people=False,
)
SITES = Layout("sites", ("effect", "se"), "one site or company with its own estimate", compares=False)

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (PARALLEL, CLUSTERED, CROSSOVER, STEPPED, REPEATED, PANEL, SERIES, SITES)
}
