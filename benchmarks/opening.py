"""Pages in a browser, on a dashboard started anew: seconds until each stands, and until a changed filter does.

A page stands once its last element is there and its script has ended. What the browser itself worked is told
beside it, in processor time, for a machine on which others work as well.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench import skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = ("overview", "compare", "study", "quality", "wellness", "monitoring", "planning", "export", "methods")
STANDS, FILTERED = 1.0, 0.5  # seconds, what is aimed at
ENDED = ".wk-footer"  # the last thing on every page
DRAWN = "[data-testid=stApp][data-test-script-state=notRunning]"
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

    with _served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        visitor = browser.new_context(viewport={"width": 1280, "height": 1000})
        visitor.set_default_timeout(PATIENCE * 1000)
        print(
            f"\nin a browser, seconds until a page stands (at most {STANDS:g}), and what the browser worked"
        )
        window = visitor.new_page()
        very_first = _stood(window, f"{address}/study?study={study}")
        print(f"{'the very first: study':32}{very_first.seconds:9.2f}{very_first.worked:9.2f}", flush=True)
        for page in PAGES:
            named = "" if page == PAGES[0] else page
            stood = [_stood(window, f"{address}/{named}?study={study}") for _ in range(runs + 1)][1:]
            seconds, worked = (statistics.median(getattr(o, n) for o in stood) for n in ("seconds", "worked"))
            print(f"{page:32}{seconds:9.2f}{worked:9.2f}", flush=True)
        print(
            f"\na changed filter, seconds until its text and the page's end are there (at most {FILTERED:g})"
        )
        for each in FILTERS:
            found = [_filtered(visitor, f"{address}/{each.page}", each) for _ in range(runs)]
            print(f"{f'{each.page or PAGES[0]}: {each.field}':32}{statistics.median(found):9.2f}", flush=True)
        browser.close()


def _stood(window: Any, address: str) -> Stood:
    """An address opened in a window that shows another one, as by a link."""
    told = window.context.new_cdp_session(window)
    told.send("Performance.enable", {"timeDomain": "threadTicks"})
    window.goto("about:blank")
    before = _worked(told)
    begun = time.perf_counter()
    window.goto(address)
    _stands(window)
    seconds = time.perf_counter() - begun
    return Stood(seconds, _worked(told) - before)


def _worked(told: Any) -> float:
    metrics = {one["name"]: one["value"] for one in told.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def _stands(page: Any) -> None:
    page.wait_for_selector(ENDED)
    page.wait_for_selector(DRAWN)


def _filtered(visitor: Any, address: str, chosen: Filter) -> float:
    """Seconds from a choice to the text that it leads to and the page's end."""
    page = visitor.new_page()
    page.goto(address)
    _stands(page)
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
    """The dashboard, started anew and given the time to make ready what is stored; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = ["dashboard", "--no-browser", "--port", str(port)]
    server = subprocess.Popen([sys.executable, "-m", "dashboard.cli", *words], stdout=subprocess.DEVNULL)
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
