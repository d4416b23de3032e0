"""The few pieces that pages are put together from: escaped text, badges, tables, a small drawn interval."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import streamlit as st

from dashboard.language import LANGUAGES, language, say
from dashboard.theme import font_faces
from dashboard.told import Told
from dashboard.words.forms import in_form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.finding import Effect
    from analysis.verdict import Bounds
    from dashboard.words import Mark

JOINER = "\N{WORD JOINER}"
LANGUAGE_SCRIPTS = {  # whoever limits scripts by their hash must allow these
    spoken: f"document.documentElement.lang = '{spoken}';" for spoken in LANGUAGES
}
STYLE = Path(__file__).parent / "assets" / "page.css"
FEW = 3  # columns that fit the narrowest phone, where long words are broken


def style() -> None:
    """The pages' own style sheet, with the font that charts are measured in."""
    st.html(_style_sheet())


def page_language() -> None:
    """Says to browsers and screen readers which language the page is in."""
    st.html(f"<script>{LANGUAGE_SCRIPTS[language()]}</script>", unsafe_allow_javascript=True)


def footer(text: str) -> None:
    """What stands at the end of every page."""
    html(f'<div class="wk-footer">{escape(text)}</div>')


@cache
def _style_sheet() -> str:
    return f"<style>{font_faces()}{STYLE.read_text(encoding='utf-8')}</style>"


def html(markup: str) -> None:
    """Markup whose texts were escaped by the caller; nothing for none."""
    if markup:
        st.html(markup)


def plain(text: str) -> str:
    """Text of a study file for a place that understands Markdown: every special character is taken literally.

    An address becomes no link either: a joiner of no width stands in it.

    >>> plain("![x] *now*"), plain("http://a").replace(JOINER, "|")
    ('\\\\!\\\\[x\\\\] \\\\*now\\\\*', 'http|\\\\://a')
    """
    unlinked = re.sub(r"(?=://|@)|(?<=www)(?=\.)", JOINER, text, flags=re.IGNORECASE)
    return re.sub(r"([\\`*_{}\[\]()#+\-.!:$~<>|&])", r"\\\1", unlinked)


def badge(mark: Mark, text: str | None = None) -> str:
    """A mark as a small frame with its shape and word."""
    return f'<span class="wk-badge wk-{mark.colour}">{escape(text or mark.text)}</span>'


def marked(text: str) -> str:
    """Text as markup; what nobody translated says that it is English, for voices that read it out.

    >>> marked("1 < 2")
    '1 &lt; 2'
    """
    if isinstance(text, Told) and text.lang != language():
        return f'<span lang="{text.lang}">{escape(text)}</span>'
    return escape(text)


def says(sentence: str, *, before: str = "") -> None:
    """A sentence that matters; `before` is ready markup, such as a badge."""
    html(f'<p class="wk-says">{before}{marked(sentence)}</p>')


def quiet(*lines: str) -> None:
    """Lines that explain; still with enough contrast to be read."""
    html("".join(f'<p class="wk-quiet">{marked(line)}</p>' for line in lines if line))


def link(label: str, *, page: str, study: str) -> None:
    """A link to another page of a pilot, as a plain address.

    A page link of Streamlit changes the address in two steps and, on a page that is still being drawn, can lose
    the pilot on the way; this one loads the page anew with its whole address.
    """
    html(f'<p class="wk-says"><a href="{address(page, study=study)}">{escape(label)}</a></p>')


def address(page: str, *, study: str) -> str:
    """The address of a pilot's page, in the language that is spoken.

    >>> address("quality", study="a b")
    'quality?study=a%20b'
    """
    spoken = "" if language() == "en" else f"&amp;lang={quote(language())}"
    return f"{quote(page)}?study={quote(study)}{spoken}"


def contents(entries: Sequence[tuple[str, str]]) -> None:
    """Links to the headings of this page: each one's anchor and text."""
    items = "".join(f'<li><a href="#{quote(anchor)}">{escape(text)}</a></li>' for anchor, text in entries)
    html(f'<nav class="wk-contents" aria-label="{escape(say("On this page"))}"><ul>{items}</ul></nav>')


def heading(text: str, *, anchor: str) -> None:
    """A heading that `contents` links to."""
    html(f'<span id="{quote(anchor)}" class="wk-anchor"></span>')
    st.header(text, anchor=False)


def banner(sentence: str) -> None:
    """A notice that must not be overlooked."""
    html(f'<div class="wk-banner" role="note"><strong>{escape(sentence)}</strong></div>')


def bullets(items: Sequence[str]) -> None:
    """A list."""
    html("<ul>" + "".join(f"<li>{marked(item)}</li>" for item in items) + "</ul>")


def table(rows: Sequence[Mapping[str, object]], *, caption: str) -> None:
    """Rows as a table with a caption; wide ones scroll inside themselves, and the page does not.

    Drawn as HTML: it needs no pandas, and screen readers find its headings.
    """
    html(table_markup(rows, caption=caption))


def table_markup(rows: Sequence[Mapping[str, object]], *, caption: str) -> str:
    """The markup of a table; nothing for no rows."""
    if not rows:
        return ""
    columns = list(rows[0])
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{marked(_cell(row.get(column)))}</td>" for column in columns) + "</tr>"
        for row in rows
    )
    kind = "wk wk-few" if len(columns) <= FEW else "wk"
    return (
        f'<div class="wk-scroll" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table class="{kind}"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def interval(
    effect: Effect, *, at: Bounds, reach: tuple[float, float], lower_is_better: bool, describe: str
) -> None:
    """An effect and its interval as a diamond on a line, with no effect dashed and the margin dotted.

    `reach` is what the axis must show. The better side is always on the right.
    """
    drawn = axis(effect, at=at, reach=reach, lower_is_better=lower_is_better, describe=describe)
    html(drawn + axis_ends(margin=at.worse is not None))


def axis(
    effect: Effect, *, at: Bounds, reach: tuple[float, float], lower_is_better: bool, describe: str
) -> str:
    """The markup of an interval's line alone, so that several may stand above one pair of ends."""
    room = 0.06 * (reach[1] - reach[0] or 1.0)
    low, high = reach[0] - room, reach[1] + room

    def place(value: float) -> float:
        share = 100 * (value - low) / (high - low)
        return 100 - share if lower_is_better else share

    left, right = sorted(
        (
            place(low if effect.low is None else effect.low),
            place(high if effect.high is None else effect.high),
        )
    )
    margin = (
        "" if at.worse is None else f'<span class="wk-margin" style="left:{place(at.worse):.2f}%"></span>'
    )
    return (
        f'<div class="wk-axis" role="img" aria-label="{escape(describe)}">'
        f'<span class="wk-null" style="left:{place(at.null):.2f}%"></span>{margin}'
        f'<span class="wk-line" style="left:{left:.2f}%;width:{right - left:.2f}%"></span>'
        f'<span class="wk-point" style="left:{place(effect.estimate):.2f}%"></span></div>'
    )


def axis_ends(*, margin: bool) -> str:
    """What stands under an interval's line: which side is better, and what its upright lines are."""
    middle = say("dashed: no effect, dotted: margin") if margin else say("dashed: no effect")
    return (
        f'<div class="wk-ends" aria-hidden="true"><span>{escape(say("← worse"))}</span>'
        f"<span>{escape(middle)}</span><span>{escape(say('better →'))}</span></div>"
    )


def _cell(value: object) -> str:
    if isinstance(value, float):
        return in_form(str(value))
    return "" if value is None else value if isinstance(value, str) else str(value)
