"""The three kinds of people do their work: open, filter, read, take away, and find the numbers in the file."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from tests.browser.served import HONEYPOT, choose, drawn, visit
from tests.browser.test_overview_in_a_browser import wait_for_topics

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def test_a_programme_manager_filters_reads_and_shares_what_they_see(address: str, page: Page) -> None:
    visit(page, address)
    everything = page.locator(".wk-pilots > li").count()
    choose(page, "Topic", "Deterrence")
    page.wait_for_url("**/?topic=deterrence")
    wait_for_topics(page, 1)
    shared = page.url
    page.goto("about:blank")
    visit(page, shared)
    wait_for_topics(page, 1)
    assert page.locator(".wk-pilots > li").count() < everything
    link = f"h3 a[href*='{HONEYPOT}']"
    answered = page.locator(".wk-pilots > li").filter(has=page.locator(link)).inner_text()
    page.locator(link).click()
    page.wait_for_selector("text=In short")
    drawn(page)
    effect = re.search(r"rose by ([0-9.]+) percentage points", answered)
    assert effect is not None, answered
    assert f"rose by {effect[1]} percentage points" in page.locator("[data-testid=stMain]").inner_text()


def test_a_researcher_finds_each_number_of_the_picture_in_the_file_again(address: str, page: Page) -> None:
    visit(page, f"{address}/study?study={HONEYPOT}")
    fold = opened(page)
    shown = [row.split("\t") for row in fold.locator("table.wk").first.inner_text().strip().splitlines()]
    with page.expect_download() as download:
        fold.get_by_role("button", name="Download CSV").click()
    content = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    figures = [tuple(row[name] for name in ("estimate", "low", "high")) for row in rows]
    assert len(figures) == 2
    body = [" ".join(cells) for cells in shown]
    for row in figures:
        assert any(all(figure in line.replace("\N{MINUS SIGN}", "-") for figure in row) for line in body)


def test_a_presenter_takes_a_slide_away_that_says_what_the_page_says(address: str, page: Page) -> None:
    from pptx import Presentation

    visit(page, f"{address}/study?study={HONEYPOT}")
    fold = opened(page)
    with page.expect_download() as download:
        fold.get_by_role("button", name="Download PPTX").click()
    slide = Presentation(str(download.value.path())).slides[0]
    said = " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    effect = re.search(r"(rose|fell) by ([0-9.]+) percentage points", said)
    assert effect is not None
    assert effect[0] in page.locator("[data-testid=stMain]").inner_text()
    assert "Reconstructed data" in said


def opened(page: Page) -> Locator:
    """The fold with the numbers and files of the first picture that has effects, opened."""
    fold = page.locator("[data-testid=stExpander]").filter(has_text="Every outcome").first
    if not fold.count():
        fold = (
            page.locator("[data-testid=stExpander]").filter(has=page.locator("th", has_text="Estimate")).first
        )
    fold.locator("summary").click()
    fold.get_by_role("button", name="Download CSV").wait_for()
    drawn(page)  # a button that is drawn once more loses the click it just got
    return fold
