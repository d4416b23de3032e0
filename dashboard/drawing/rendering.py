"""A figure to SVG, and SVG to PNG and PDF: always with the bundled font, with or without a browser.

Plotly's own JavaScript draws the figure in an embedded engine, so that a picture is the same on every machine.
WATCHKEEPER_BROWSER=use lets an installed Chrome or Chromium draw it instead; a test compares the two.
"""

from __future__ import annotations

import json
import os
import re
import struct
import tempfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dashboard.drawing.typography import drawable, text_width
from dashboard.language import language
from dashboard.theme import FONTS, LINE_HEIGHT, font_faces

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

POINTS_PER_PIXEL = 0.75  # 96 pixels and 72 points an inch
DOTS_PER_INCH = 300


@dataclass(frozen=True, slots=True)
class Paper:
    """A picture's size in pixels of 1/96 inch, and its colour as #RRGGBB."""

    width: int
    height: int
    colour: str


def render_svg(figure: Figure, *, title: str, description: str) -> str:
    """The figure as a standalone SVG with the font inside, and title and description for screen readers."""
    drawn = _in_browser(figure) if os.environ.get("WATCHKEEPER_BROWSER") == "use" else _embedded(figure)
    return _accessible(_steady(drawn), title=title, description=description)


def render_png(svg: str, *, paper: Paper) -> bytes:
    """The SVG as a PNG of 300 dots an inch."""
    return _with_resolution(_typeset(svg, paper=paper, words={}, kind="png"))


def render_pdf(svg: str, *, paper: Paper, title: str, description: str) -> bytes:
    """The SVG as a tagged one-page PDF with embedded fonts, a title and alternative text."""
    return _typeset(svg, paper=paper, words={"title": title, "description": description}, kind="pdf")


def _embedded(figure: Figure) -> str:
    # The engine belongs to the thread that made it and takes a second to load: one thread draws everything.
    return _drawing_thread().submit(_draw_embedded, _plain(figure)).result()


@cache
def _drawing_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="drawing")


def _draw_embedded(plain: dict[str, Any]) -> str:
    from mirage.engine import get_engine

    engine = get_engine()
    engine.context.add_callable("_measureTextRaw", _measure)
    svg: str = engine.render_svg(plain["data"], plain["layout"])
    return svg


def _measure(text: str, family: str, size: str, weight: str = "") -> str:
    """What the engine asks of a font: width, height, ascent and descent of one line, in pixels."""
    pixels = float(size)
    width = text_width(text, pixels, bold=weight in ("bold", "700"))
    return f"{width:.2f},{LINE_HEIGHT * pixels:.2f},{0.97 * pixels:.2f},{0.24 * pixels:.2f}"


def _in_browser(figure: Figure) -> str:
    import kaleido

    _start_browser()
    svg: bytes = kaleido.calc_fig_sync(_plain(figure), opts={"format": "svg", "scale": 1})
    return svg.decode()


@cache
def _start_browser() -> None:
    """Start the browser once, with the packaged plotly.js and nothing from the internet."""
    import kaleido
    import plotly

    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    page = kaleido.PageGenerator(plotly=script.as_uri(), mathjax=False)
    page.header += f"<style>{font_faces()}</style>"
    kaleido.start_sync_server(page_generator=page, silence_warnings=True)


def _plain(figure: Figure) -> dict[str, Any]:
    """The figure as plain JSON; arrays of numbers as lists, not as encoded bytes."""
    plain: dict[str, Any] = json.loads(figure.to_json())
    return plain


def _steady(svg: str) -> str:
    """The same figure gives the same SVG: the random names of its clip paths and traces are replaced."""
    drawn = re.search(r'id="defs-([0-9a-f]{6})"', svg)
    named = svg.replace(drawn[1], "chart") if drawn else svg
    return re.sub(r'class="trace scatter trace[0-9a-f]{6}"', 'class="trace scatter"', named)


def _accessible(svg: str, *, title: str, description: str) -> str:
    opening, rest = re.split(r"(?<=>)", svg, maxsplit=1)
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', opening)
    box = f' viewBox="0 0 {size[1]} {size[2]}"' if size and "viewBox" not in opening else ""
    head = f'{opening[:-1]} xml:lang="{language()}" role="img" aria-labelledby="chart-title chart-desc"{box}>'
    return (
        f'{head}<title id="chart-title">{escape(title)}</title><desc id="chart-desc">{escape(description)}</desc>'
        f"<style>{font_faces()}</style>{rest}"
    )


def _typeset(svg: str, *, paper: Paper, words: dict[str, str], kind: Literal["png", "pdf"]) -> bytes:
    """One page of just the picture's size. Words reach the page as inputs, so that none is read as markup."""
    import typst

    page = (
        '#let said(name) = sys.inputs.at(name, default: "")\n'
        f'#set text(lang: "{language()}")\n'
        '#set document(title: said("title"), author: "Watchkeeper", date: none)\n'
        f"#set page(width: {paper.width * POINTS_PER_PIXEL}pt, height: {paper.height * POINTS_PER_PIXEL}pt, "
        f'margin: 0pt, fill: rgb("{paper.colour}"))\n'
        '#image("chart.svg", width: 100%, height: 100%, alt: said("description"))\n'
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "chart.svg").write_text(drawable(svg), encoding="utf-8")
        source = Path(folder, "page.typ")
        source.write_text(page, encoding="utf-8")
        compiler = typst.Compiler(root=folder, font_paths=[str(FONTS)], ignore_system_fonts=True)
        written = compiler.compile(
            source,
            format=kind,
            ppi=DOTS_PER_INCH,
            sys_inputs=words,
            pdf_standards=["ua-1"] if kind == "pdf" else [],
        )
    if not isinstance(written, bytes):
        raise TypeError("a picture is one page")
    return written


def _with_resolution(png: bytes) -> bytes:
    """The PNG with its resolution said: a pHYs chunk (PNG, third edition, 11.3.4.3) after the header."""
    per_metre = round(DOTS_PER_INCH / 0.0254)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    header_end = 8 + 25  # the signature, and the header's chunk, whose length is fixed
    return png[:header_end] + chunk + png[header_end:]
