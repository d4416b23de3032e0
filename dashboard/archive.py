"""All charts of a study in one ZIP: each in every format, with an index that says what it shows."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

from dashboard.chart import available
from dashboard.export import exports, picture
from dashboard.language import language, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from analysis.disclosure import Release
    from dashboard.chart import Chart
    from dashboard.export import ChartPicture
    from dashboard.scene import Imprint

EARLIEST = 1980  # a ZIP's first year


@dataclass(frozen=True, slots=True)
class Held:
    """One chart of an archive: its name, what it says, and its files by format."""

    name: str
    title: str
    description: str
    files: tuple[tuple[str, str], ...]  # format and path


def archive(release: Release, *, progress: Callable[[str], None] = lambda _: None) -> bytes:
    """Every chart of a release as PNG, SVG, PDF, PPTX and CSV, in the language spoken, with README and index.

    The same release gives the same bytes: the files carry the day of the analysis.
    """
    files: dict[str, bytes] = {}
    held = []
    imprint: Imprint | None = None
    for chart in available(release):
        progress(f"Drawing {chart.title.lower()} …")
        for outcome in (None, *_others(release, chart)):
            drawn = picture(release, chart, outcome=outcome)
            imprint = drawn.imprint
            name = f"{chart.name}-{outcome}" if outcome else chart.name
            held.append(_held(release, name, drawn, files))
    if imprint is not None:
        files["index.html"] = _index(imprint, held).encode()
        files["README.txt"] = _readme(imprint, held).encode()
    return _zipped(files, release.provenance.created_at)


def _others(release: Release, chart: Chart) -> list[str]:
    """The outcomes that the chart draws only by themselves: none of their numbers is in the whole one."""
    whole = chart.table(release)
    tables = {o.name: chart.table(release, outcome=o.name) for o in release.plan.outcomes}
    return [name for name, rows in tables.items() if rows and not any(row in whole for row in rows)]


def _held(release: Release, name: str, drawn: ChartPicture, files: dict[str, bytes]) -> Held:
    """The chart's files, put into `files`."""
    paths = []
    for export in exports().values():
        path = f"{name}/{release.study.id}-{name}.{export.extension}"
        files[path] = export.make(drawn)
        paths.append((export.name.upper(), path))
    return Held(name, drawn.title, drawn.description, tuple(paths))


def _index(imprint: Imprint, held: Iterable[Held]) -> str:
    parts = "".join(
        f'<section><h2>{escape(each.title)}</h2><img src="{escape(_svg(each))}" alt="{escape(each.description)}">'
        f"<p>{', '.join(f'<a href={chr(34)}{escape(path)}{chr(34)}>{name}</a>' for name, path in each.files)}</p>"
        f"<p>{escape(each.description)}</p></section>\n"
        for each in held
    )
    notice = f"<p><strong>{escape(imprint.notice)}</strong></p>" if imprint.notice else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(imprint.title)}</title><style>{STYLE}</style></head>\n<body><main>\n"
        f"<h1>{escape(imprint.title)}</h1>{notice}<p>{escape(_says())}</p>\n{parts}"
        f"</main><footer><p>{escape(imprint.source)}</p></footer></body></html>\n"
    )


STYLE = (
    "body{font:1rem/1.5 Inter,system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1f24;"
    "background:#fff;overflow-wrap:anywhere}h2{font-size:1.15rem;margin-top:3rem}img{max-width:100%;height:auto}"
    "strong{color:#a8430b}a{color:#12436d}footer{color:#5a6068;margin-top:3rem}"
)


def _svg(each: Held) -> str:
    return next(path for name, path in each.files if name == "SVG")


def _readme(imprint: Imprint, held: Iterable[Held]) -> str:
    lines = [imprint.title, *([imprint.notice] if imprint.notice else []), "", _says(), ""]
    for each in held:
        lines += [each.title, *(f"  {path}" for _, path in each.files), f"  {each.description}", ""]
    return "\n".join([*lines, imprint.source, ""])


def _says() -> str:
    return say("Every chart of this study, each as a picture and as its numbers.")


def _zipped(files: dict[str, bytes], made_at: str) -> bytes:
    """The files as a ZIP whose bytes depend on nothing but them and the instant they were made from."""
    made = datetime.fromisoformat(made_at)
    when = (max(made.year, EARLIEST), made.month, made.day, made.hour, made.minute, made.second)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archived:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, when)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archived.writestr(entry, files[path])
    return written.getvalue()
