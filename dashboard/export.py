"""Exports: a chart with its frame as a file of its own, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.registry import collect
from dashboard.interim import notice_text
from dashboard.language import language, speaking
from experiments.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plotly.graph_objects import Figure

    from analysis.disclosure import Release
    from dashboard.chart import Chart, Numbers
    from dashboard.drawing.rendering import Paper
    from dashboard.scene import Imprint, Scene
    from dashboard.theme import Mode


@dataclass(frozen=True)
class ChartPicture:
    """A drawn chart with all that a format may need: the figure, its words, its numbers, where they come from."""

    figure: Figure
    title: str
    description: str
    rows: tuple[Numbers, ...]
    facts: dict[str, str]
    imprint: Imprint
    scenes: Callable[[], tuple[Scene, ...]]  # the same to be drawn on slides, as many as can be read

    @property
    def paper(self) -> Paper:
        """The size and colour of the figure."""
        from dashboard.drawing.rendering import Paper

        layout = self.figure.layout
        return Paper(int(layout.width), int(layout.height), str(layout.paper_bgcolor))

    @cached_property
    def svg(self) -> str:
        """The picture as SVG, drawn once."""
        from dashboard.drawing.rendering import render_svg

        return render_svg(self.figure, title=self.title, description=self.description)


@dataclass(frozen=True, slots=True)
class Export:
    """A format: `make(picture)` returns the file's bytes."""

    name: str
    extension: str
    media_type: str
    make: Callable[[ChartPicture], bytes]

    def write(self, picture: ChartPicture, out: Path) -> None:
        """Write the picture to `out`. Raises Fault where the folder does not allow it."""
        write_whole(self.make(picture), out)


def exports() -> Mapping[str, Export]:
    """Every format, by name.

    >>> sorted(exports())
    ['csv', 'pdf', 'png', 'pptx', 'svg']
    """
    return collect("dashboard.exports", Export)


def picture(
    release: Release,
    chart: Chart,
    *,
    mode: Mode = "light",
    width: int | None = None,
    outcome: str | None = None,
) -> ChartPicture:
    """The chart of a release, drawn with its frame; `width` in pixels, the chart's standard if left out."""
    from dashboard.chart import STANDARD_WIDTH, View
    from dashboard.scene import imprint
    from dashboard.slides.scenes import chart_scenes

    view = View(release, outcome)
    return ChartPicture(
        figure=chart.draw(release, mode=mode, width=width or STANDARD_WIDTH, outcome=outcome),
        title=chart.headline(view),
        description=chart.describe(release, outcome=outcome),
        rows=tuple(chart.table(release, outcome=outcome)),
        facts={
            "study": release.study.id,
            "data_are": release.study.data_are,
            "notice": notice_text(release),
            "source": release.study.source,
            "policy": release.policy.name,
            "language": language(),
            "plan_hash": release.registration.hash,
            "data_hash": release.data.hash,
            "watchkeeper": release.provenance.watchkeeper,
            "created_at": release.provenance.created_at,
        },
        imprint=imprint(release),
        scenes=lambda: chart_scenes(chart, view),
    )


def picture_bytes(
    release: Release, chart: Chart, export: Export, *, outcome: str | None = None, spoken: str = "en"
) -> bytes:
    """The chart in a format, in light colours, at the standard width, in the language `spoken`: for a download."""
    with speaking(spoken):
        return export.make(picture(release, chart, outcome=outcome))


def write_whole(content: bytes, out: Path) -> None:
    """Write a file under another name beside `out`, then rename it: a reader never sees half of it.

    Raises Fault where the folder is missing, or does not allow it.
    """
    if out.is_dir():
        raise Fault(f"{out} is a folder.", expected="the name of a file", do="Name a file in it.")
    if not out.parent.is_dir():
        raise Fault(f"The folder {out.parent} does not exist.", do="Make it first, or name another.")
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    except OSError as error:
        raise Fault(f"{out} cannot be written: {error.strerror}.", do="Name another folder.") from error
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        unfinished.chmod(0o666 & ~_umask())
        unfinished.replace(out)
    except OSError as error:
        raise Fault(f"{out} cannot be written: {error.strerror}.", do="Name another file.") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _umask() -> int:
    """The permissions that new files of this user go without; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
