"""Charts: each says a finding in its title, draws it from a Release, and can be read as a table or in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.registry import collect
from dashboard.drawing.canvas import Canvas
from dashboard.drawing.frame import footer, heading
from dashboard.theme import PADDING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plotly.graph_objects import Figure

    from analysis.disclosure import Release, ReleasedFinding
    from dashboard.theme import Mode

Numbers = dict[str, str | float | None]

STANDARD_WIDTH = 960  # of an export, in pixels
EDGE = 6  # around a chart without its frame


@dataclass(frozen=True, slots=True)
class View:
    """What a chart is drawn from: a release, and the one outcome it is asked for, if any."""

    release: Release
    outcome: str | None = None

    @property
    def planned(self) -> tuple[ReleasedFinding, ...]:
        """The findings by the planned estimators, of the outcome if one is asked for."""
        return tuple(
            found
            for found in self.release.default_findings()
            if self.outcome in (None, found.finding.outcome.name)
        )

    @property
    def labels(self) -> dict[str, str]:
        """Every arm's label."""
        return {arm.name: arm.label for arm in self.release.study.arms}


@dataclass(frozen=True, slots=True)
class Chart:
    """A kind of chart. `title` names it in menus; a drawing's own title is its `headline`.

    `body(canvas, view, top)` draws below `top` and returns where it ends; `numbers` are the figures as shown.
    """

    name: str
    title: str
    applies: Callable[[Release], bool]
    headline: Callable[[View], str]
    subtitle: Callable[[View], str]
    body: Callable[[Canvas, View, float], float]
    numbers: Callable[[View], list[Numbers]]
    words: Callable[[View], str]
    order: int = 50

    def draw(
        self,
        release: Release,
        *,
        mode: Mode = "light",
        width: int = STANDARD_WIDTH,
        framed: bool = True,
        outcome: str | None = None,
    ) -> Figure:
        """The chart as a figure `width` pixels wide; `framed` adds title, subtitle and footer."""
        view = View(release, outcome)
        if not framed:
            return self.bare(release, mode=mode, width=width, outcome=outcome).figure()
        canvas = Canvas(width, mode)
        top = heading(canvas, release, title=self.headline(view), subtitle=self.subtitle(view))
        bottom = footer(canvas, release, self.body(canvas, view, top))
        canvas.height = bottom + PADDING
        return canvas.figure()

    def bare(self, release: Release, *, mode: Mode, width: int, outcome: str | None = None) -> Canvas:
        """The chart without its frame, for a page that says its title itself."""
        canvas = Canvas(width, mode, padding=EDGE)
        canvas.height = self.body(canvas, View(release, outcome), EDGE) + EDGE
        return canvas

    def table(self, release: Release, *, outcome: str | None = None) -> list[Numbers]:
        """The numbers behind the chart, rounded and masked as they are drawn."""
        return self.numbers(View(release, outcome))

    def describe(self, release: Release, *, outcome: str | None = None) -> str:
        """The chart in words, for those who cannot see it."""
        return self.words(View(release, outcome))


def charts() -> Mapping[str, Chart]:
    """Every chart, by name.

    >>> "forest" in charts()
    True
    """
    return collect("dashboard.charts", Chart)


def available(release: Release) -> tuple[Chart, ...]:
    """The charts that this release has something to draw for, the main one first."""
    fitting = (chart for chart in charts().values() if chart.applies(release))
    return tuple(sorted(fitting, key=lambda chart: (chart.order, chart.name)))
