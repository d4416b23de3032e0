"""A login at a real provider of this machine: deep links survive it, roles come of its claims, files need it."""

from __future__ import annotations

import http.client
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.browser.logins import logged_in, provided
from tests.browser.served import HONEYPOT, free_port, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

STUDY = f"study?study={HONEYPOT}&lang=fr"


@pytest.fixture(scope="module")
def address(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard with a login at a provider that knows three people."""
    port = free_port()
    with (
        provided(tmp_path_factory.mktemp("login"), f"http://localhost:{port}") as settings,
        served(demo_store, port=port, WATCHKEEPER_LOGIN=str(settings)) as there,
    ):
        yield there


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """Somebody whom the server has not seen before."""
    with browser.new_context(viewport={"width": 1280, "height": 2400}) as context:
        yield context


def test_who_logged_in_is_led_back_to_the_page_they_asked_for(address: str, visitor: BrowserContext) -> None:
    page = logged_in(visitor, f"{address}/{STUDY}", "rita")
    page.wait_for_selector("text=Votre rôle : recherche")
    page.wait_for_selector("text=En bref")
    assert page.locator("[data-testid=stException]").count() == 0
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/oauth2/end_session**")  # the provider asks whether to log out there as well
    page.goto(f"{address}/{STUDY}")
    page.get_by_role("button", name="Se connecter").wait_for(timeout=30_000)
    assert page.locator("text=En bref").count() == 0


def test_a_presenter_gets_what_is_for_everybody_and_a_file_nobody_else_gets(
    address: str, visitor: BrowserContext
) -> None:
    page = logged_in(visitor, f"{address}/{STUDY}", "paul")
    page.wait_for_selector("text=Votre rôle : présentation")
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.get_by_text("chiffres et téléchargements").first.click()
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Télécharger CSV").first.click()
    content = download.value.path().read_text(encoding="utf-8")
    assert "public" in content
    [media] = [url for url in fetched if "/media/" in url][:1]
    assert asked(media) == 403


def test_who_holds_no_role_sees_a_sentence_and_no_pilot(address: str, visitor: BrowserContext) -> None:
    page = logged_in(visitor, f"{address}/{STUDY}", "nobody")
    page.wait_for_selector("text=aucun rôle ne vous est attribué")
    assert page.locator("text=En bref").count() == 0


def asked(url: str) -> int:
    """What the server answers to somebody without a cookie."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=10)
    with closing(connection):
        connection.request("GET", parts.path)
        with connection.getresponse() as answer:
            return answer.status
