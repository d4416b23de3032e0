"""Behind a proxy under a path of its own, and in a frame of a site that may embed the pages; nowhere else."""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.browser.proxy import proxied
from tests.browser.served import SECONDS, browsing, chromium, drawn, served
from tests.browser.test_pages_in_a_browser import HONEYPOT, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """A site of the organisation: `portal(address)` is a page of it with the address in a frame."""
    folder = tmp_path_factory.mktemp("portal")
    with _site(folder) as port:

        def embedding(address: str) -> str:
            (folder / "index.html").write_text(
                f'<h2>Portal</h2><iframe src="{address}" width="1200" height="900">'
            )
            return f"http://localhost:{port}/index.html"

        yield embedding


@contextmanager
def _site(folder: Path) -> Iterator[int]:
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(scope="module")
def browser(needs: Callable[[str, object], None]) -> Iterator[Browser]:
    needs("Chromium or Chrome", chromium())
    with browsing() as started:
        yield started


def test_pages_work_behind_a_proxy_and_in_the_frame_of_the_site_that_may_embed_them(
    demo_store: Path, browser: Browser, portal: Callable[[str], str]
) -> None:
    port = free_port()
    origin = portal("about:blank").removesuffix("/index.html")
    with (
        served(demo_store, "--base-path", "/pilots", port=port, WATCHKEEPER_EMBEDDED_IN=origin),
        proxied(port, "/pilots") as at,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 2400})
        refused: list[str] = []
        page.on(
            "console", lambda said: refused.append(said.text) if "Content Security" in said.text else None
        )
        page.goto(f"http://localhost:{at}/pilots/overview")
        drawn(page)
        assert page.url == f"http://localhost:{at}/pilots/"
        page.locator(f"h3 a[href*='{HONEYPOT}']").click()
        page.wait_for_url(f"**:{at}/pilots/study?study=*")
        page.wait_for_selector("text=In short", timeout=SECONDS * 1000)
        page.goto(portal(f"http://localhost:{at}/pilots/study?study={HONEYPOT}"))
        page.frame_locator("iframe").get_by_text("In short").first.wait_for(timeout=SECONDS * 1000)
        assert refused == []
        page.close()


def test_no_other_site_gets_the_pages_into_a_frame(
    demo_store: Path, browser: Browser, portal: Callable[[str], str]
) -> None:
    with served(demo_store, WATCHKEEPER_EMBEDDED_IN="https://another.example") as address:
        page = browser.new_page()
        refused: list[str] = []
        page.on("console", lambda said: refused.append(said.text))
        page.goto(portal(address))
        page.get_by_text("Portal").wait_for()
        page.wait_for_timeout(1000)
        assert any("frame-ancestors" in text for text in refused)
        page.close()
