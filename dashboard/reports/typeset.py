"""A report as PDF: tagged for screen readers, with an outline, its language and alternative texts, by typst."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.drawing.typography import drawable
from dashboard.language import language, say
from dashboard.reports import content
from dashboard.reports.content import Words, lines, numbered
from dashboard.theme import FONTS, LIGHT
from dashboard.told import Told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboard.reports.content import Block, Cell, Line, Report, Section

TEMPLATE = Path(__file__).parents[1] / "assets" / "reports" / "report.typ"
LINK = "#12436D"
TONES = {
    **LIGHT.verdicts,
    "pass": LIGHT.verdicts["benefit"],
    "warn": LIGHT.notice,
    "fail": LIGHT.verdicts["harm"],
    "ink": LIGHT.ink,
    "quiet": LIGHT.muted,
    "grid": LIGHT.grid,
    "fill": LIGHT.fill,
    "notice": LIGHT.notice,
    "link": LINK,
}


def report_pdf(report: Report) -> bytes:
    """The report as a PDF that follows PDF/UA-1; the same report gives the same bytes.

    Raises typst.TypstError where a rule of PDF/UA-1 is broken, such as a picture without a description.
    """
    import typst

    pictures: dict[str, str] = {}
    made = _report(report, pictures)
    with tempfile.TemporaryDirectory() as folder:
        for name, svg in pictures.items():
            Path(folder, name).write_text(drawable(svg), encoding="utf-8")
        Path(folder, "content.json").write_text(drawable(json.dumps(made, ensure_ascii=False)), "utf-8")
        source = Path(folder, "report.typ")
        source.write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
        compiler = typst.Compiler(root=folder, font_paths=[str(FONTS)], ignore_system_fonts=True)
        written = compiler.compile(source, format="pdf", pdf_standards=["ua-1"])
    if not isinstance(written, bytes):
        raise TypeError("a report is one file")
    return written


def _report(report: Report, pictures: dict[str, str]) -> dict[str, Any]:
    numbers = {section.anchor: number for number, section in numbered(report.sections)}
    made = datetime.fromisoformat(report.made_at)
    return {
        "kind": report.kind,
        "title": report.title,
        "lead": report.lead,
        "notice": report.notice,
        "flag": report.notice.split(". ")[0].rstrip("."),
        "imprint": report.imprint,
        "keywords": [f"{name}={value}" for name, value in report.about.items()],
        "language": report.language,
        "day": [made.year, made.month, made.day],
        "tones": TONES,
        "marks": list(LIGHT.verdicts),
        "words": {"page": say("p."), "contents": say("Contents")},
        "opening": _blocks(report.opening, pictures),
        "sections": [_section(section, numbers, pictures) for section in report.sections],
    }


def _section(section: Section, numbers: dict[str, str], pictures: dict[str, str]) -> dict[str, Any]:
    return {
        "anchor": section.anchor,
        "number": numbers[section.anchor],
        "title": section.title,
        "fresh": section.fresh,
        "whole": section.whole,
        "blocks": _blocks(section.blocks, pictures),
        "parts": [_section(part, numbers, pictures) for part in section.parts],
    }


def _blocks(blocks: Iterable[Block], pictures: dict[str, str]) -> list[dict[str, Any]]:
    return [made for block in blocks if (made := _block(block, pictures))]


def _block(block: Block, pictures: dict[str, str]) -> dict[str, Any] | None:
    match block:
        case content.Paragraph(text, look):
            return {"kind": "paragraph", "text": _runs(text), "look": look} if lines(text) else None
        case content.Bullets(items):
            return {"kind": "bullets", "items": [_runs(item) for item in items]}
        case content.Facts(rows):
            return {"kind": "facts", "rows": [(name, _runs(said)) for name, said in rows]}
        case content.Answers(rows):
            told = [(ask, answer, [_runs(line) for line in more]) for ask, answer, more in rows]
            return {"kind": "answers", "rows": told}
        case content.Tiles(rows):
            return {"kind": "tiles", "rows": rows}
        case content.Pair(left, right):
            sides = [(title, [_runs(item) for item in items]) for title, items in (left, right)]
            return {"kind": "pair", "left": sides[0], "right": sides[1]}
        case content.Grid():
            return _grid(block)
        case content.Drawing():
            return _drawing(block, pictures)
        case content.Notice(text):
            return {"kind": "notice", "text": text}


def _grid(table: content.Grid) -> dict[str, Any]:
    return {
        "kind": "grid",
        "caption": table.caption,
        "columns": table.columns,
        "rows": [[_runs(cell) for cell in row] for row in table.rows],
        "widths": table.widths[: len(table.columns)] or [1] * len(table.columns),
    }


def _drawing(drawn: content.Drawing, pictures: dict[str, str]) -> dict[str, Any]:
    file = f"picture-{len(pictures) + 1}.svg"
    pictures[file] = drawn.svg
    return {
        "kind": "drawing",
        "title": drawn.title,
        "subtitle": drawn.subtitle,
        "description": drawn.description,
        "file": file,
        "share": min(1.0, drawn.tallest * drawn.width / drawn.height),
    }


def _runs(cell: Cell) -> list[dict[str, Any]]:
    return [_run(line) for line in lines(cell)] or [{"text": ""}]


def _run(line: Line) -> dict[str, Any]:
    if not isinstance(line, Words):
        return _spoken(line)
    made = _spoken(line.text)
    if line.tone:
        made["tone"] = line.tone
    if line.strong:
        made["strong"] = True
    return {**made, "to": line.to} if line.to and line.to != "answers" else made


def _spoken(text: str) -> dict[str, Any]:
    """A text; what nobody translated says which language it is in, for voices and hyphens."""
    if isinstance(text, Told) and text.lang != language():
        return {"text": str(text), "lang": text.lang}
    return {"text": str(text)}
