"""The overview and the frame in a real browser: filters and language survive reload, links, pages and Back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.served import choose, visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

HONEYPOT, BLUR = "honeypot", "Does blurring images by default"


def topics(page: Page) -> list[str]:
    return page.locator("[data-testid=stMain] h2").all_inner_texts()


def wait_for_topics(page: Page, count: int) -> None:
    from playwright.sync_api import expect

    expect(page.locator("[data-testid=stMain] h2")).to_have_count(count)


def test_a_filter_survives_reload_a_link_another_page_and_back(address: str, page: Page) -> None:
    visit(page, address)
    assert len(topics(page)) == 2
    choose(page, "Topic", "Moderator wellness")
    page.wait_for_url("**/?topic=moderator-wellness")
    wait_for_topics(page, 1)
    page.reload()
    page.wait_for_selector("h3")
    assert topics(page) == ["Moderator wellness"]
    page.get_by_role("link", name=BLUR).click()
    page.wait_for_url("**/study?study=*")
    page.go_back()
    page.wait_for_url("**/?topic=moderator-wellness")
    page.wait_for_selector("h3")
    assert topics(page) == ["Moderator wellness"]
    page.get_by_role("link", name="Methods").click()
    page.wait_for_url("**/methods")
    page.get_by_role("link", name="Overview").click()
    page.wait_for_url("**/?topic=moderator-wellness")
    page.wait_for_selector("h3")
    assert topics(page) == ["Moderator wellness"]
    assert page.locator("[data-testid=stException]").count() == 0


def test_back_takes_a_filter_away_again(address: str, page: Page) -> None:
    visit(page, address)
    choose(page, "Topic", "Moderator wellness")
    wait_for_topics(page, 1)
    page.go_back()
    wait_for_topics(page, 2)
    assert "topic" not in page.url


def test_the_language_is_told_to_the_browser_and_survives_reload_links_and_other_pages(
    address: str, page: Page
) -> None:
    visit(page, address)
    assert page.evaluate("document.documentElement.lang") == "en"
    choose(page, "Language", "Français")
    page.wait_for_url("**/?lang=fr")
    page.wait_for_selector("text=Vue d’ensemble")
    page.wait_for_selector("html[lang=fr]", state="attached")
    page.reload()
    page.wait_for_selector("text=Vue d’ensemble")
    page.wait_for_selector("html[lang=fr]", state="attached")
    page.get_by_role("link", name="Méthodes").click()
    page.wait_for_url("**/methods?lang=fr")
    page.get_by_role("link", name="Vue d’ensemble").click()
    page.wait_for_selector("h3 a")
    page.locator("h3 a").first.click()
    page.wait_for_url("**/study?study=*lang=fr*")
    page.wait_for_selector("html[lang=fr]", state="attached")


def test_the_overview_is_read_as_headings_lists_and_descriptions(address: str, page: Page) -> None:
    visit(page, address)
    listed = page.locator("ul.wk-pilots > li").count()
    assert listed >= 9
    assert page.locator("ul.wk-pilots > li h3 a").count() == listed
    drawn = page.locator(".wk-axis[role=img]")
    assert drawn.count() >= 2
    assert all(drawn.nth(i).get_attribute("aria-label") for i in range(drawn.count()))


def test_a_pilot_is_reached_by_keyboard_alone(address: str, page: Page) -> None:
    visit(page, address)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('h3') !== null"):
            break
    assert page.evaluate("document.activeElement.closest('h3') !== null")
    page.keyboard.press("Enter")
    page.wait_for_url("**/study?study=*")
