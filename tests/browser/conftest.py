"""What a test in a browser may ask for: the dashboard on the demo's store, a browser, and one visitor's page."""

from __future__ import annotations

from shutil import copytree
from typing import TYPE_CHECKING

import pytest

from tests.browser.served import SECONDS, browsing, chromium, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture(scope="module")
def demo_store(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's store as a copy of the file's own: who opens a pilot has it analysed, which is kept."""
    return copytree(demo_store, tmp_path_factory.mktemp("served") / "store")


@pytest.fixture(scope="module")
def browser(needs: Callable[[str, object], None]) -> Iterator[Browser]:
    """Chromium, or Chrome; what needs it is skipped where there is none."""
    needs("Chromium or Chrome", chromium())
    with browsing() as started:
        yield started


@pytest.fixture(scope="module")
def address(demo_store: Path) -> Iterator[str]:
    """Where the dashboard is served on the demo's store."""
    with served(demo_store) as there:
        yield there


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """One visitor for all tests of a file: what was fetched once is not fetched again."""
    with browser.new_context(viewport={"width": 1280, "height": 3000}) as context:
        context.set_default_timeout(SECONDS * 1000)
        yield context


@pytest.fixture
def page(visitor: BrowserContext) -> Iterator[Page]:
    """An empty page of the visitor."""
    with visitor.new_page() as opened:
        yield opened
