"""A report as one HTML file: nothing is fetched, it can be read aloud, printed, and in light or dark colours."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.language import language, say
from dashboard.reports import content
from dashboard.reports.content import Words, lines, numbered
from dashboard.theme import LIGHT, font_faces
from dashboard.told import Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dashboard.reports.content import Block, Cell, Line, Report, Section

STYLE = Path(__file__).parents[1] / "assets" / "reports" / "report.css"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:"
VARIABLES: Mapping[str, str] = {  # the pictures' light colours by what the style sheet calls them
    LIGHT.paper: "paper",
    LIGHT.ink: "ink",
    LIGHT.muted: "muted",
    LIGHT.grid: "grid",
    LIGHT.rule: "rule",
    LIGHT.fill: "fill",
    LIGHT.notice: "notice",
    LIGHT.verdicts["benefit"]: "benefit",
    LIGHT.verdicts["harm"]: "harm",
    LIGHT.verdicts["equivalent"]: "relevant",
}
COLOUR = re.compile(r"rgb\((\d+), ?(\d+), ?(\d+)\)")
FONT_STYLE = re.compile(r"<style>@font-face.*?</style>", re.DOTALL)
NAMES = re.compile(r'(\bid="|\bhref="#|url\(#|aria-labelledby=")([^")]+)')


def report_html(report: Report) -> bytes:
    """The report as an HTML file in UTF-8; the same report gives the same bytes."""
    numbers = {section.anchor: number for number, section in numbered(report.sections)}
    body = "".join(_section(section, numbers, 2) for section in report.sections)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(report.language)}">\n{_head(report)}\n<body>\n'
        f'<a class="skip" href="#begin">{escape(say("Skip to the findings"))}</a>\n'
        f"{_opening(report)}\n"
        f'<main id="begin" tabindex="-1">\n{_contents(report, numbers)}\n{body}\n</main>\n'
        f"<footer><p>{escape(report.imprint)}</p>{_notice(report.notice)}</footer>\n</body>\n</html>\n"
    ).encode()


def _head(report: Report) -> str:
    about = "".join(
        f'<meta name="watchkeeper-{escape(name)}" content="{escape(value)}">\n'
        for name, value in report.about.items()
    )
    return (
        '<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(report.title)} – {escape(report.kind)}</title>\n{about}<style>{_style()}</style>\n</head>"
    )


@cache
def _style() -> str:
    return f"{font_faces()}{STYLE.read_text(encoding='utf-8')}"


def _opening(report: Report) -> str:
    lead = f'<p class="question">{marked(report.lead)}</p>' if report.lead else ""
    return (
        f'<header>\n<p class="kind">{escape(report.kind)}</p>\n<h1>{marked(report.title)}</h1>\n{lead}'
        f'{_notice(report.notice)}<div id="answers">{_blocks(report.opening)}</div>\n</header>'
    )


def _notice(text: str) -> str:
    return f'<div class="notice" role="note">{marked(text)}</div>' if text else ""


def _contents(report: Report, numbers: Mapping[str, str]) -> str:
    items = "".join(
        f'<li><a href="#{escape(each.anchor)}"><span class="number">{numbers[each.anchor]}</span>'
        f"{marked(each.title)}</a></li>"
        for each in report.sections
    )
    heading = escape(say("Contents"))
    return f'<nav aria-labelledby="contents"><h2 id="contents">{heading}</h2><ol>{items}</ol></nav>'


def _section(section: Section, numbers: Mapping[str, str], level: int) -> str:
    parts = "".join(_section(part, numbers, level + 1) for part in section.parts)
    anchor = escape(section.anchor)
    return (
        f'<section aria-labelledby="{anchor}">\n<h{level} id="{anchor}">'
        f'<span class="number">{numbers[section.anchor]}</span>{marked(section.title)}</h{level}>\n'
        f"{_blocks(section.blocks)}{parts}</section>\n"
    )


def _blocks(blocks: Iterable[Block]) -> str:
    return "".join(f"{_block(block)}\n" for block in blocks)


def _block(block: Block) -> str:
    match block:
        case content.Paragraph(text, look):
            if not lines(text):
                return ""
            return f'<p class="{look}">{_cell(text)}</p>' if look else f"<p>{_cell(text)}</p>"
        case content.Bullets(items):
            return _list(items)
        case content.Facts(rows):
            told = "".join(f"<dt>{marked(name)}</dt><dd>{_cell(said)}</dd>" for name, said in rows)
            return f'<dl class="facts">{told}</dl>'
        case content.Answers(rows):
            return f'<dl class="answers">{"".join(_answer(*row) for row in rows)}</dl>'
        case content.Tiles(rows):
            tiles = "".join(
                f"<div><dt>{marked(name)}</dt><dd><strong>{marked(figure)}</strong><small>{marked(note)}</small>"
                "</dd></div>"
                for name, figure, note in rows
            )
            return f'<dl class="tiles">{tiles}</dl>'
        case content.Pair(left, right):
            sides = (
                f"<div><strong>{marked(title)}</strong>{_list(said)}</div>" for title, said in (left, right)
            )
            return f'<div class="pair">{"".join(sides)}</div>'
        case content.Grid():
            return table(block)
        case content.Drawing():
            return _drawing(block)
        case content.Notice(text):
            return _notice(text)


def _answer(ask: str, answer: str, more: tuple[Cell, ...]) -> str:
    details = "".join(f"<p>{_cell(line)}</p>" for line in more)
    return f"<div><dt>{marked(ask)}</dt><dd><strong>{marked(answer)}</strong>{details}</dd></div>"


def _list(items: Iterable[Cell]) -> str:
    return f"<ul>{''.join(f'<li>{_cell(item)}</li>' for item in items)}</ul>"


def table(held: content.Grid) -> str:
    """A table with its caption; wide ones scroll inside themselves. The first cell of a row names it."""
    head = "".join(f'<th scope="col">{marked(name)}</th>' for name in held.columns)
    body = "".join(
        f'<tr><th scope="row">{_cell(row[0])}</th>{"".join(f"<td>{_cell(cell)}</td>" for cell in row[1:])}</tr>\n'
        for row in held.rows
    )
    caption = marked(held.caption)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(held.caption)}"><table>'
        f"<caption>{caption}</caption><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>"
    )


def _drawing(drawn: content.Drawing) -> str:
    numbers = ""
    if drawn.numbers:
        numbers = (
            f"<details><summary>{marked(drawn.numbers.caption)}</summary>{table(drawn.numbers)}</details>"
        )
    return (
        f"<figure>\n<figcaption><strong>{marked(drawn.title)}</strong><small>{marked(drawn.subtitle)}</small>"
        f'</figcaption>\n<div class="scroll" tabindex="0" role="group" aria-label="{escape(drawn.title)}">'
        f"{inline(drawn.svg, drawn.name)}</div>\n{numbers}</figure>"
    )


def inline(svg: str, name: str) -> str:
    """A picture for the middle of a page: its names are its own, its colours the page's, its font the page's."""
    plain = re.sub(r"[^a-z0-9-]", "-", name.lower())
    alone = FONT_STYLE.sub("", svg, count=1)
    named = NAMES.sub(lambda found: f"{found[1]}{_each(found[2], plain)}", alone)
    return COLOUR.sub(_variable, named)


def _each(names: str, plain: str) -> str:
    return " ".join(f"{plain}-{name}" for name in names.split())


def _variable(found: re.Match[str]) -> str:
    colour = "#{:02X}{:02X}{:02X}".format(*(int(part) for part in found.groups()))
    return f"var(--{VARIABLES[colour]})" if colour in VARIABLES else found[0]


def _cell(cell: Cell) -> str:
    found = [_line(line) for line in lines(cell)]
    return found[0] if len(found) == 1 else "".join(f'<span class="line">{line}</span>' for line in found)


def _line(line: Line) -> str:
    if not isinstance(line, Words):
        return marked(line)
    said = marked(line.text)
    said = f"<strong>{said}</strong>" if line.strong else said
    tone = "notice-text" if line.tone == "notice" else line.tone
    said = f'<span class="{tone}">{said}</span>' if tone else said
    return f'<a href="#{escape(line.to)}">{said}</a>' if line.to else said


def marked(text: str) -> str:
    """Text as markup; what nobody translated says which language it is in, for voices that read it out."""
    if isinstance(text, Told) and text.lang != language():
        return f'<span lang="{text.lang}">{escape(text)}</span>'
    return escape(text)
