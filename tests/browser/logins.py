"""A provider of logins on this machine that knows three people, and somebody who logs in there."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.access import login_file
from tests.browser.served import drawn, free_port, visit, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

PEOPLE = {"rita": ["wk-research"], "paul": ["wk-present"], "nobody": ["staff"]}
ROLES = {"wk-research": "researcher", "wk-present": "presenter"}


@contextmanager
def provided(folder: Path, pages: str) -> Iterator[Path]:
    """A provider that runs, for the pages at an address; yields the settings of the login, a file in `folder`."""
    at = free_port()
    people = [f"--user-claims={json.dumps({'sub': name, 'groups': roles})}" for name, roles in PEOPLE.items()]
    provider = subprocess.Popen([sys.executable, "-m", "oidc_provider_mock", "--port", str(at), *people])
    try:
        wait_for(at)
        yield login_file(folder / "login.toml", ROLES, server=f"http://127.0.0.1:{at}", pages=pages)
    finally:
        provider.terminate()
        provider.wait(timeout=20)


def logged_in(visitor: BrowserContext, wanted: str, name: str) -> Page:
    """A page in French after a visitor asked for it, was asked who they are, and said so."""
    page = visitor.new_page()
    visit(page, wanted)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/oauth2/authorize**")
    page.locator("input[name=sub]").fill(name)
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(wanted)
    drawn(page)
    return page
