"""What a server does before anybody comes: it reads and draws what is stored, so that first pages open at once."""

from __future__ import annotations

import gc
import logging
import threading
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from dashboard.chart import available
from dashboard.session import drawn, open_session, store_folder
from dashboard.taken import Asked, first_chart, preview
from dashboard.visits import give_way

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from analysis.disclosure import Release
    from dashboard.session import Session

MOST = 300  # drawings: fewer than `dashboard.session` remembers, so that none pushes out another


@asynccontextmanager
async def warming(_: object) -> AsyncIterator[None]:
    """While a server runs: beside its first visitors, everything that they may ask for is made ready."""
    over = threading.Event()
    ahead = threading.Thread(
        target=make_ready, args=(store_folder(), over.is_set), name="warming", daemon=True
    )
    ahead.start()
    yield
    over.set()
    ahead.join(timeout=5)


def make_ready(store: Path, over: Callable[[], bool] = lambda: False) -> None:
    """Import, draw, and set aside what was made, so that collecting garbage after each page does not search it."""
    for step in (_statistics, lambda: warm(store, over), _engine):
        if not over():
            give_way()
            step()
    gc.collect()
    gc.freeze()


def warm(store: Path, over: Callable[[], bool] = lambda: False) -> int:
    """Read every pilot and draw its pictures as they are mostly seen, in English and light; returns how many.

    Nothing is analysed and nothing written; it stops where it is `over`. What goes wrong goes to the log: whoever
    opens the page is told there.
    """
    made = 0
    session = open_session(store, chosen=None)
    for study_id in session.ids():
        if over():
            break
        try:
            made += _pilot(session, study_id, MOST - made)
        except Exception:
            logging.getLogger("watchkeeper").exception("the pictures of %s could not be drawn", study_id)
    return made


def _pilot(session: Session, study_id: str, most: int) -> int:
    release = session.pilot(study_id).release
    if release is None:
        return 0
    pictures = list(_pictures(release))[:most]
    for name, outcome in pictures:
        give_way()
        drawn(release, name, mode="light", outcome=outcome)
    _first_file(session, study_id)
    return len(pictures)


def _first_file(session: Session, study_id: str) -> None:
    """Draw the picture that the export page shows first, where it is public already: nothing is let out here."""
    public = session.let_out(study_id)
    chart = public and first_chart(public)
    if public and chart:
        give_way()
        preview(public, Asked(chart, None, "png", "page", "en"))


def _pictures(release: Release) -> Iterator[tuple[str, str | None]]:
    """The charts of a release, whole and by outcome, that have something to show."""
    for chart in available(release):
        for outcome in (None, *(each.name for each in release.plan.outcomes)):
            if chart.table(release, outcome=outcome):
                yield chart.name, outcome


def _statistics() -> None:
    """What the pages on methods, checks and planning import."""
    from analysis.check import checks
    from analysis.estimator import estimators
    from dashboard.export import exports

    for collected in (estimators, checks, exports):
        collected()
    for name in ("answer", "curves"):
        import_module(f"analysis.planning.{name}")


def _engine() -> None:
    """What draws the files that the export page shows."""
    from dashboard.drawing.canvas import Canvas
    from dashboard.drawing.rendering import render_svg

    render_svg(Canvas(1, height=1.0).figure(), title="", description="")
