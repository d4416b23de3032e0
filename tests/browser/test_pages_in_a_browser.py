"""The real dashboard in a real browser: pages open, figures are there, nothing leaves this machine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

HONEYPOT = "honeypot-warnings-2022"
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
PATHS = ("", f"study?study={HONEYPOT}", f"quality?study={HONEYPOT}", "methods")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def address(demo_store: Path) -> Iterator[str]:
    """The dashboard, started as a user starts it, and stopped as a user stops it."""
    port = free_port()
    command = [sys.executable, "-m", "dashboard.cli", "--store", str(demo_store), "dashboard"]
    server = subprocess.Popen(
        [*command, "--no-browser", "--port", str(port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    server.send_signal(signal.SIGINT)
    said = server.communicate(timeout=20)[0].decode()
    assert server.returncode in (0, 130)
    assert f"http://127.0.0.1:{port}" in said
    assert "Traceback" not in said


@pytest.fixture(scope="module")
def browser(needs: Callable[[str, object], None]) -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
    needs("Chromium or Chrome", path)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


def visit(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector(READY)
    page.wait_for_selector("h1")
    page.wait_for_timeout(500)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_opens_without_an_error_and_asks_nobody_else(
    path: str, scheme: str, address: str, browser: Browser
) -> None:
    page = browser.new_page(color_scheme=scheme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, f"{address}/{path}")
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.evaluate("document.documentElement.lang") == "en"
    outside = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert not outside
    page.close()


@pytest.mark.parametrize("path", PATHS)
def test_no_page_scrolls_sideways_on_a_phone(path: str, address: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 900})
    visit(page, f"{address}/{path}")
    too_wide = page.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth }"
    )
    assert too_wide <= 0
    page.close()


def test_the_study_page_shows_the_published_odds_ratio(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 3000})
    visit(page, f"{address}/study?study={HONEYPOT}")
    for figure in ("odds ratio 2.64", "odds ratio 2.99"):
        page.get_by_text(figure).first.wait_for(state="visible")
    page.close()


def test_the_chosen_pilot_survives_links_reload_other_pages_and_back(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 3000})
    visit(page, address)
    page.get_by_role("link", name="See all of").first.click()
    page.wait_for_url("**/study?study=*")
    page.wait_for_selector("text=In short")
    chosen = page.url.split("study=")[1]
    page.reload()
    page.wait_for_selector("text=In short")
    page.get_by_role("link", name="Quality").click()
    page.wait_for_selector("text=What was taken in")
    page.wait_for_url(f"**/quality?study={chosen}")
    page.go_back()
    page.wait_for_selector("text=In short")
    page.wait_for_url(f"**/study?study={chosen}")
    page.close()


@pytest.mark.parametrize(
    ("kind", "begins"), [("PNG", b"\x89PNG"), ("SVG", b"<svg"), ("PDF", b"%PDF"), ("CSV", b"")]
)
def test_the_chart_can_be_taken_away(
    kind: str, begins: bytes, address: str, browser: Browser, tmp_path: Path
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 3000})
    visit(page, f"{address}/study?study={HONEYPOT}")
    page.get_by_text("the numbers and downloads").first.click()
    button = page.get_by_role("button", name=f"Download {kind}").first
    button.wait_for(state="visible")
    with page.expect_download(timeout=60_000) as download:
        button.click()
    target = tmp_path / download.value.suggested_filename
    download.value.save_as(target)
    content = target.read_bytes()
    assert content.lstrip().startswith(begins)
    assert len(content) > 200
    page.close()


def test_a_page_over_stored_results_is_readable_soon(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 3000})
    visit(page, address)  # the server has drawn once: what a second visitor waits for is measured
    begun = time.monotonic()
    page.goto(f"{address}/study?study={HONEYPOT}")
    page.wait_for_selector("text=odds ratio 2.64")
    assert time.monotonic() - begun < 6
    page.close()


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
