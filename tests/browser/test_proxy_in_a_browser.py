"""Behind nginx as SERVING.md sets it up, and in a frame of a site that may embed the pages; nowhere else."""

from __future__ import annotations

import http.client
import http.server
import ssl
import threading
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.browser.logins import logged_in, provided
from tests.browser.nginx import NAME, installed, nginx
from tests.browser.served import HONEYPOT, drawn, free_port, served, visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

STUDY = f"study?study={HONEYPOT}"
AT_INTERNET = "external IP"  # what the server says once it asked others which address this machine has


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
def visitor(browser: Browser, needs: Callable[[str, object], None]) -> Iterator[BrowserContext]:
    """Somebody who takes the certificate of the proxy for good."""
    needs("nginx", installed())
    with browser.new_context(viewport={"width": 1280, "height": 2400}, ignore_https_errors=True) as context:
        context.set_default_timeout(60_000)
        yield context


@pytest.fixture(scope="module", params=["/pilots", ""], ids=["under-a-path", "at-the-root"])
def proxied(
    request: pytest.FixtureRequest,
    visitor: BrowserContext,
    demo_store: Path,
    portal: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Where nginx answers for the pages, which the portal may embed."""
    folder, base, at, port = tmp_path_factory.mktemp("nginx"), request.param, free_port(), free_port()
    portals = portal("about:blank").removesuffix("/index.html")
    words = ["--base-path", base] if base else []
    told = {"WATCHKEEPER_HOSTS": NAME, "WATCHKEEPER_EMBEDDED_IN": portals}
    log = folder / "pages.txt"
    with (
        served(demo_store, *words, port=port, log=log, **told),
        nginx(folder, at, pages=port, location=f"{base}/"),
    ):
        yield f"https://{NAME}:{at}{base}"
    assert AT_INTERNET not in log.read_text()


def told_by(page: Page) -> tuple[list[str], list[str]]:
    """The web sockets that a page opens, and what its content security policy refuses, as they come."""
    sockets: list[str] = []
    refused: list[str] = []
    page.on("websocket", lambda opened: sockets.append(opened.url))
    page.on("console", lambda said: refused.append(said.text) if "Content Security" in said.text else None)
    return sockets, refused


def test_deep_links_reload_back_and_downloads_work_behind_nginx(proxied: str, page: Page) -> None:
    sockets, refused = told_by(page)
    visit(page, f"{proxied}/overview?lang=fr")
    assert page.url == f"{proxied}/?lang=fr"
    visit(page, f"{proxied}/{STUDY}&lang=fr")
    page.wait_for_selector("text=En bref")
    page.reload()
    page.wait_for_selector("text=En bref")
    page.get_by_text("chiffres et téléchargements").first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger CSV").first.click()
    assert HONEYPOT in download.value.path().read_text(encoding="utf-8")
    page.get_by_role("link", name="Qualité").click()
    page.wait_for_url(f"{proxied}/quality?*")
    drawn(page)
    page.go_back()
    page.wait_for_selector("text=En bref")
    assert {url.split("?")[0] for url in sockets} == {f"{proxied.replace('https', 'wss')}/_stcore/stream"}
    assert refused == []


def test_the_site_that_may_embed_the_pages_shows_them_in_a_frame(
    proxied: str, page: Page, portal: Callable[[str], str]
) -> None:
    _, refused = told_by(page)
    page.goto(portal(f"{proxied}/{STUDY}"))
    page.frame_locator("iframe").get_by_text("In short").first.wait_for()
    assert refused == []


@pytest.mark.parametrize(("host", "status"), [(NAME, 200), (f"{NAME}:8443", 200), ("evil.example", 421)])
def test_nginx_passes_on_the_name_that_was_asked_for(host: str, status: int, proxied: str) -> None:
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    place = urlsplit(f"{proxied}/")
    connection = http.client.HTTPSConnection("127.0.0.1", place.port, timeout=20, context=unchecked)
    with closing(connection):
        connection.request("GET", place.path, headers={"Host": host})
        assert connection.getresponse().status == status


def test_a_login_behind_nginx_leads_back_and_its_cookies_travel_encrypted_alone(
    demo_store: Path, visitor: BrowserContext, tmp_path: Path
) -> None:
    at, port = free_port(), free_port()
    pages = f"https://{NAME}:{at}/pilots"
    with (
        provided(tmp_path, pages) as settings,
        served(
            demo_store,
            *("--base-path", "/pilots"),
            port=port,
            WATCHKEEPER_HOSTS=NAME,
            WATCHKEEPER_LOGIN=str(settings),
        ),
        nginx(tmp_path, at, pages=port, location="/pilots/"),
    ):
        page = logged_in(visitor, f"{pages}/{STUDY}&lang=fr", "rita")
        page.wait_for_selector("text=En bref")
        page.close()
        cookies = [cookie for cookie in visitor.cookies() if cookie["domain"] == NAME]
        assert any(cookie["name"].startswith("_streamlit_user") for cookie in cookies)
        assert all(cookie["secure"] for cookie in cookies)


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
