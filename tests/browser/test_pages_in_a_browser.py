"""The real dashboard in a real browser: pages open, figures are there, nothing leaves this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.browser.served import HONEYPOT, READY, served, visit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Literal

    from playwright.sync_api import Page

BEGINNINGS = {"PNG": b"\x89PNG", "SVG": b"<svg", "PDF": b"%PDF", "CSV": b"outcome,"}
PATHS = ("", "compare", f"study?study={HONEYPOT}", f"quality?study={HONEYPOT}", "methods")


@pytest.fixture(scope="module")
def address(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard, started as a user starts it; it says where it is, and no page leaves a traceback behind."""
    log = tmp_path_factory.mktemp("log") / "server.txt"
    with served(demo_store, log=log) as there:
        yield there
    said = log.read_text()
    assert there.replace("localhost", "127.0.0.1") in said
    assert "Traceback" not in said


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_opens_without_an_error_asks_nobody_else_and_fits_a_phone(
    path: str, scheme: Literal["light", "dark"], address: str, page: Page
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.emulate_media(color_scheme=scheme)
    visit(page, f"{address}/{path}")
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.evaluate("document.documentElement.lang") == "en"
    outside = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert not outside
    page.set_viewport_size({"width": 320, "height": 900})
    too_wide = page.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth }"
    )
    assert too_wide <= 0


@pytest.mark.parametrize("path", PATHS)
def test_headings_step_down_one_level_at_a_time(path: str, address: str, page: Page) -> None:
    visit(page, f"{address}/{path}")
    levels = page.eval_on_selector_all(
        "[data-testid=stMain] :is(h1, h2, h3, h4)", "found => found.map(one => Number(one.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_the_chosen_pilot_survives_links_reload_other_pages_and_back(address: str, page: Page) -> None:
    visit(page, address)
    page.locator(f"h3 a[href*='{HONEYPOT}']").click()
    page.wait_for_url("**/study?study=*")
    page.wait_for_selector("text=In short")
    chosen = page.url.split("study=")[1]
    page.reload()
    page.wait_for_selector("text=In short")
    page.wait_for_selector(READY)  # drawn to its end: a link on a page that is still drawn may move
    page.get_by_role("link", name="Quality").click()
    page.wait_for_selector("text=What was taken in")
    page.wait_for_url(f"**/quality?study={chosen}")
    page.go_back()
    page.wait_for_selector("text=In short")
    page.wait_for_url(f"**/study?study={chosen}")
    assert page.locator("[data-testid=stException]").count() == 0


def test_the_chart_can_be_taken_away_in_every_format(address: str, page: Page, tmp_path: Path) -> None:
    visit(page, f"{address}/study?study={HONEYPOT}")
    fold = page.get_by_test_id("stExpander").filter(has_text="with their intervals").first
    fold.get_by_text("the numbers and downloads").click()
    for kind, begins in BEGINNINGS.items():
        button = fold.get_by_role("button", name=f"Download {kind}")
        button.wait_for(state="visible")
        with page.expect_download(timeout=60_000) as download:
            button.click()
        target = tmp_path / download.value.suggested_filename
        download.value.save_as(target)
        content = target.read_bytes()
        assert content.startswith(begins)
        assert len(content) > 200


def test_a_page_over_stored_results_is_readable_soon(address: str, page: Page) -> None:
    visit(page, address)  # the server has drawn once: what a second visitor waits for is measured
    begun = time.monotonic()
    page.goto(f"{address}/study?study={HONEYPOT}")
    page.wait_for_selector("text=rose by 22.4 percentage points")
    assert time.monotonic() - begun < 6
    page.get_by_text("rose by 25.5 percentage points").first.wait_for(state="visible")


def test_the_published_odds_ratios_stand_under_the_main_finding(address: str, page: Page) -> None:
    visit(page, f"{address}/study?study={HONEYPOT}")
    page.get_by_text("other scales, notes, what is assumed").first.click()
    page.get_by_text("odds ratio 2.64").first.wait_for(state="visible")
    assert page.get_by_text("odds ratio 2.99").first.is_visible()


def test_a_taken_port_is_said_in_one_sentence(demo_store: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "dashboard.cli", "dashboard", "--no-browser", "--port", str(port)],
            capture_output=True,
            text=True,
            env={**os.environ, "WATCHKEEPER_STORE": str(demo_store)},
            timeout=60,
        )
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert "Traceback" not in done.stderr
