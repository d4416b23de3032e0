"""Axe finds nothing serious on any page, light or dark, but what Streamlit itself brings: listed here, with why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from dashboard.page import pages
from tests.browser.served import HONEYPOT, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SERIOUS = ("serious", "critical")
STREAMLITS_OWN = {  # by rule, the element of Streamlit that breaks it wherever it stands, and how
    "list": "[data-testid=stSidebarNav]",  # headings of the menu's sections stand in its list
    "listitem": "[data-testid=stSidebarNav]",  # and so its entries count as outside of one
}
ADDRESSES = ["", *(f"{page.name}?study={HONEYPOT}&lang=fr" for page in pages() if page.name != "overview")]


@pytest.mark.parametrize(
    ("path", "scheme"),
    [*((path, "light") for path in ADDRESSES), ("", "dark"), (f"study?study={HONEYPOT}", "dark")],
)
def test_axe_finds_nothing_serious(
    path: str, scheme: Literal["light", "dark"], address: str, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 3000}, color_scheme=scheme)
    visit(page, f"{address}/{path}")
    assert serious(page) == []
    page.close()


def serious(page: Page) -> list[tuple[str, str]]:
    """The rules that our own markup breaks seriously, each with the markup of one place."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        (rule["id"], node["html"][:200])
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
        if not _streamlits_own(page, rule["id"], node["target"][0])
    ]


def _streamlits_own(page: Page, rule: str, target: str) -> bool:
    inside = STREAMLITS_OWN.get(rule)
    return inside is not None and page.locator(target).first.evaluate("(e, s) => !!e.closest(s)", inside)
