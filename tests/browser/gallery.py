"""Pictures of all that people see, to look at one by one: `.venv/bin/python -m tests.browser.gallery FOLDER`.

Fills a store of its own with the bundled pilots, starts the dashboard, and photographs each page (English light,
French dark, phone width); then makes the decks and reports, and a picture of each slide and each page of them.
`--only pages` or `--only papers` makes the one or the other; the README's pictures are made by `--readme`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tests.browser.papers import papers
from tests.browser.served import browsing, visit, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    Scheme = Literal["light", "dark"]

FILLED = 900  # seconds for a store to be filled with every pilot, on a busy machine
HERE = Path(__file__).parent
PAGES = {
    "overview": "",
    "compare": "compare?outcome=handling_time",
    "study-honeypot": "study?study=honeypot-warnings-2022",
    "study-search": "study?study=search-warning-sim",
    "study-moderators": "study?study=moderator-blur-sim",
    "study-series": "study?study=warning-chatbot-sim",
    "study-controlled": "study?study=two-search-engines-sim",
    "study-staggered": "study?study=staggered-warning-sim",
    "study-stepped": "study?study=moderator-rollout-sim",
    "study-crossover": "study?study=moderator-crossover-sim",
    "study-survival": "study?study=blocked-upload-sim",
    "quality": "quality?study=search-warning-sim",
    "wellness": "wellness?study=moderator-blur-sim",
    "study-running": "study?study=helpline-banner-sim",
    "monitoring": "monitoring?study=search-warning-sim",
    "monitoring-running": "monitoring?study=helpline-banner-sim",
    "planning": "planning",
    "export": "export?study=moderator-blur-sim",
    "methods": "methods",
    "method": "methods?method=cluster_mixed&layout=clustered",
}
LOOKS: dict[str, tuple[int, Scheme, str]] = {
    "english-light": (1280, "light", "en"),
    "french-dark": (1280, "dark", "fr"),
    "phone": (360, "light", "en"),
}


@contextmanager
def dashboard(port: int) -> Iterator[tuple[str, dict[str, str]]]:
    """The dashboard on a filled store of its own; yields its address, and where store and keys are."""
    with tempfile.TemporaryDirectory() as folder:
        places = {**os.environ, "WATCHKEEPER_STORE": f"{folder}/store", "WATCHKEEPER_KEYS": f"{folder}/keys"}
        command = [sys.executable, "-m", "dashboard.cli", "demo", "--no-browser", "--port", str(port)]
        server = subprocess.Popen(command, env=places)
        try:
            wait_for(port, seconds=FILLED)
            yield f"http://127.0.0.1:{port}", places
        finally:
            server.terminate()
            server.wait(timeout=20)


def photograph(
    browser: Browser, url: str, out: Path, *, width: int, scheme: Scheme, height: int = 900
) -> None:
    """One page from top to bottom: the window is made as tall as the page, because screenshots do not scroll."""
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    visit(page, url)
    page.wait_for_timeout(1500)
    if height == 900:
        tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": int(tall) + 40})
        page.wait_for_timeout(800)
    page.screenshot(path=out)
    page.close()


def in_language(address: str, page: str, language: str) -> str:
    """The address of a page in a language."""
    return f"{address}/{page}{'&' if '?' in page else '?'}lang={language}"


def pages(browser: Browser, address: str, folder: Path) -> None:
    """Every page in every look."""
    for name, page in PAGES.items():
        for look, (width, scheme, language) in LOOKS.items():
            out = folder / f"{name}-{look}.png"
            photograph(browser, in_language(address, page, language), out, width=width, scheme=scheme)
            print(out, flush=True)


def readme(browser: Browser, address: str, places: dict[str, str]) -> None:
    """The README's three pictures: the overview, a study in French and dark, and a slide."""
    for name, page, look in (
        ("overview", "overview", "english-light"),
        ("study", "study-moderators", "french-dark"),
    ):
        width, scheme, language = LOOKS[look]
        url, out = in_language(address, PAGES[page], language), HERE / f"{name}.png"
        photograph(browser, url, out, width=width, scheme=scheme, height=1100)
    with tempfile.TemporaryDirectory() as folder:
        slides = papers(
            Path(folder), places, studies=("honeypot-warnings-2022",), languages=("en",), kinds=("deck",)
        )
        shutil.copyfile(slides[3], HERE / "slide.png")


def main() -> None:
    """Photograph everything in every look, or only the README's pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("gallery"))
    parser.add_argument("--readme", action="store_true", help="make the README's pictures only")
    parser.add_argument("--only", choices=("pages", "papers"), help="make only these")
    parser.add_argument("--port", type=int, default=8632)
    asked = parser.parse_args()
    with dashboard(asked.port) as (address, places), browsing() as browser:
        if asked.readme:
            readme(browser, address, places)
            return
        asked.folder.mkdir(parents=True, exist_ok=True)
        if asked.only != "papers":
            pages(browser, address, asked.folder)
        if asked.only != "pages":
            papers(asked.folder, places)


if __name__ == "__main__":
    main()
