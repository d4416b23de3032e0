"""What stands around every chart: the finding as its title, what was measured where and when, and the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.drawing.typography import balance, text_height, wrap
from dashboard.interim import notice_text
from dashboard.language import say
from dashboard.theme import BODY, SMALL, SUBTITLE, TITLE
from dashboard.words.forms import day_text
from dashboard.words.pictures import place_text, source_text, version_text

if TYPE_CHECKING:
    from analysis.disclosure import Release
    from dashboard.drawing.canvas import Canvas

HASH_LENGTH = 10


def heading(canvas: Canvas, release: Release, *, title: str, subtitle: str) -> float:
    """Write title and subtitle, and the notice of data that are not observed or not final; returns the end."""
    width = canvas.content
    size = TITLE if canvas.width >= 480 else TITLE - 3
    lines = balance(title, width, size=size, bold=True)
    y = canvas.text(lines, canvas.left, canvas.left, size=size, bold=True) + 6
    y = canvas.text(subtitle, canvas.left, y, size=SUBTITLE, colour=canvas.palette.muted, width=width) + 10
    notice = notice_text(release)
    return (_notice(canvas, notice, y, width) if notice else y) + 8


def _notice(canvas: Canvas, words: str, top: float, width: float) -> float:
    lines = wrap(words, width - 22, size=BODY, bold=True)
    bottom = top + text_height(len(lines), BODY) + 10
    canvas.box((canvas.left, top), (canvas.left + 4, bottom), fill=canvas.palette.notice)
    canvas.box((canvas.left + 4, top), (canvas.left + width, bottom), fill=canvas.palette.fill)
    canvas.text(lines, canvas.left + 14, top + 5, bold=True, colour=canvas.palette.notice)
    return bottom


def footer(canvas: Canvas, release: Release, top: float) -> float:
    """Write where the figures come from; returns where it ends."""
    canvas.line((canvas.left, top + 10), (canvas.right, top + 10), colour=canvas.palette.grid)
    said = provenance(release)
    if not release.policy.public:
        said = f"{said} {say('For the research team: not for publication.')}"
    return canvas.text(
        said, canvas.left, top + 17, size=SMALL, colour=canvas.palette.muted, width=canvas.content
    )


def provenance(release: Release) -> str:
    """Source, study, plan, data version, software and date, as sentences."""
    version = version_text(
        study=release.study.id,
        plan=release.registration.hash[:HASH_LENGTH],
        data=release.data.hash[:HASH_LENGTH],
        software=release.provenance.watchkeeper,
        day=day_text(release.provenance.created_at),
    )
    return f"{source_text(release.study.source)} {version}" if release.study.source else version


def place_and_time(release: Release) -> str:
    """Who ran the study, and from when to when; the times of rebuilt rows are invented and not said."""
    study, data = release.study, release.data
    timed = study.data_are in ("observed", "simulated")
    first = study.start or (data.first if timed else None)
    last = study.end or (data.last if timed else None)
    return place_text(study.company, first and day_text(first), last and day_text(last))
