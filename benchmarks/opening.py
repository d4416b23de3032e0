"""Pages in a browser, on a dashboard started anew: seconds until each stands, and until a changed filter does.

A page stands once its last element is there, its script has ended, nothing of another page is left and the screen
was drawn. It is opened as visitors do, by a click in the menu of a dashboard that is open; and by its address,
which starts the whole program in the browser anew. How long that takes with one word on the page is told first,
and what the browser itself worked beside each, in processor time, for a machine on which others work as well.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGES = ("overview", "compare", "study", "quality", "wellness", "monitoring", "planning", "export", "methods")
STANDS, FILTERED = 1.0, 0.5  # seconds, what is aimed at
STANDING = """before => document.title !== before && document.querySelector('.wk-footer')
  && !document.querySelector('[data-stale=true]')
  && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"""
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
PATIENCE = 120  # seconds


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice on a page: the field, which of its options, and the text that becomes another one by it."""

    page: str
    field: str
    option: int
    changed: str


FILTERS = (
    Filter("", "Topic", 0, "p[role=status]"),
    Filter("compare", "Outcome", 1, "[data-testid=stMain] h2"),
    Filter("methods", "Design", 2, "[data-testid=stMain] p.wk-says"),
)


@dataclass(frozen=True, slots=True)
class Stood:
    """A page in a browser: seconds until it stood, and the processor time (s) of the browser's page."""

    seconds: float
    worked: float


def browsed(study: str, runs: int) -> None:
    """The pages and filters in a browser, a line each; what is missing for it is said."""
    path = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
    if skipped("playwright") or path is None:
        print("" if path else "a browser: left out, there is no Chromium or Chrome")
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        visitor = browser.new_context(viewport={"width": 1280, "height": 1000})
        visitor.set_default_timeout(PATIENCE * 1000)
        window = visitor.new_page()
        print("\nin a browser, seconds until a page stands, and what the browser worked")
        with _bare() as address:
            _told("a page with one word, by address", [_stood(window, address) for _ in range(runs + 1)][1:])
        with _served() as address:
            _told("the very first: study, by address", [_stood(window, f"{address}/study?study={study}")])
            _opened(window, address, study, runs)
            print(f"\na changed filter, seconds until what it leads to stands (at most {FILTERED:g})")
            for each in FILTERS:
                found = [_filtered(visitor, f"{address}/{each.page}", each) for _ in range(runs)]
                seconds = [one for one in found if one is not None]
                said = f"{statistics.median(seconds):9.2f}" if seconds else "  there is nothing to choose"
                print(f"{f'{each.page or PAGES[0]}: {each.field}':34}{said}", flush=True)
        browser.close()


def _told(what: str, *stood: list[Stood]) -> None:
    """One line: the medians of each way to open a page."""
    figures = [statistics.median(getattr(o, n) for o in way) for way in stood for n in ("seconds", "worked")]
    print(f"{what:34}{''.join(f'{figure:9.2f}' for figure in figures)}", flush=True)


def _opened(window: Any, address: str, study: str, runs: int) -> None:
    """Each page by a click and by its address, a line each."""
    clicked: dict[str, list[Stood]] = {page: [] for page in PAGES}
    window.goto(f"{address}/methods?study={study}")
    _stands(window)
    for _ in range(runs):
        for page in PAGES:
            clicked[page].append(_clicked(window, page))
    print(f"{'':34}{f'click (at most {STANDS:g})':>18}{'address':>18}")
    for page in PAGES:
        named = f"{address}/{'' if page == PAGES[0] else page}?study={study}"
        _told(page, clicked[page], [_stood(window, named) for _ in range(runs)])


def _stood(window: Any, address: str) -> Stood:
    """An address opened in a window that shows another one."""
    window.goto("about:blank")
    return _until_it_stands(window, lambda: window.goto(address))


def _clicked(window: Any, page: str) -> Stood:
    """A page opened from the menu of another one."""
    links = window.locator("[data-testid=stSidebarNavLink]")
    ends = f"/{'' if page == PAGES[0] else page}"
    [link] = [one for one in links.all() if str(one.get_attribute("href")).split("?")[0].endswith(ends)]
    return _until_it_stands(window, link.click)


def _until_it_stands(window: Any, open_: Callable[[], object]) -> Stood:
    told = window.context.new_cdp_session(window)
    told.send("Performance.enable", {"timeDomain": "threadTicks"})
    before, title = _worked(told), window.title()
    begun = time.perf_counter()
    open_()
    _stands(window, title)
    seconds = time.perf_counter() - begun
    return Stood(seconds, _worked(told) - before)


def _worked(told: Any) -> float:
    metrics = {one["name"]: one["value"] for one in told.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def _stands(page: Any, before: str = "") -> None:
    """Wait until a page stands whose title is another one than before."""
    page.wait_for_function(STANDING, arg=before)
    page.evaluate(PAINTED)


def _filtered(visitor: Any, address: str, chosen: Filter) -> float | None:
    """Seconds from a choice to the text that it leads to and the page's end; None where nothing can be chosen."""
    page = visitor.new_page()
    page.goto(address)
    _stands(page)
    if not page.get_by_role("combobox", name=chosen.field).count():
        page.close()
        return None
    before = _text(page, chosen.changed)
    field, option = (
        page.get_by_role("combobox", name=chosen.field).first,
        page.get_by_role("option").nth(chosen.option),
    )
    for _ in range(PATIENCE):
        field.click()  # a page that is drawn once more closes what was opened
        page.wait_for_timeout(1000)
        if option.is_visible():
            break
    else:
        sys.exit(f"{chosen.field}: no such choice")
    begun = time.perf_counter()
    option.click()
    while _text(page, chosen.changed) == before:
        if time.perf_counter() - begun > PATIENCE:
            sys.exit(f"{chosen.field}: nothing changed")
        time.sleep(0.01)
    _stands(page)
    seconds = time.perf_counter() - begun
    page.close()
    return seconds


def _text(page: Any, selector: str) -> str:
    """The text of the first element of a kind, empty where there is none."""
    return str(page.evaluate("kind => document.querySelector(kind)?.innerText ?? ''", selector))


@contextmanager
def _served() -> Iterator[str]:
    """The dashboard, started anew, which makes ready what is stored beside its first visitor; its address."""
    with _answering("-m", "dashboard.cli", "dashboard", "--no-browser", "--port") as address:
        yield address


@contextmanager
def _bare() -> Iterator[str]:
    """Streamlit with one word on its page; its address."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(
            'import streamlit\nstreamlit.html("<p class=wk-footer>one</p>")\n', encoding="utf-8"
        )
        quiet = ("--server.headless", "true", "--server.address", "127.0.0.1")
        words = ("-m", "streamlit", "run", str(script), *quiet, "--browser.gatherUsageStats", "false")
        with _answering(*words, "--server.port") as address:
            yield address


@contextmanager
def _answering(*words: str) -> Iterator[str]:
    """A server started by Python with these words and a port; its address, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen([sys.executable, *words, str(port)], **quiet)
    try:
        while server.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)
