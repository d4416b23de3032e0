"""Pictures of every page, to look at one by one: `.venv/bin/python -m tests.browser.gallery FOLDER`.

Fills a store of its own with the bundled pilots, starts the dashboard, and photographs each page light, dark and
at phone width. The README's picture is made by `--readme`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    Scheme = Literal["light", "dark"]

READY = "[data-testid=stApp][data-test-script-state=notRunning]"
README_PICTURE = Path(__file__).with_name("study-page.png")
PAGES = {
    "overview": "",
    "compare": "compare?outcome=handling_time",
    "study-honeypot": "study?study=honeypot-warnings-2022",
    "study-search": "study?study=search-warning-sim",
    "study-moderators": "study?study=moderator-blur-sim",
    "study-series": "study?study=warning-chatbot-sim",
    "study-controlled": "study?study=two-search-engines-sim",
    "study-staggered": "study?study=staggered-warning-sim",
    "study-stepped": "study?study=moderator-rollout-sim",
    "study-crossover": "study?study=moderator-crossover-sim",
    "study-survival": "study?study=blocked-upload-sim",
    "quality": "quality?study=search-warning-sim",
    "methods": "methods",
}
LOOKS: dict[str, tuple[int, Scheme]] = {
    "light": (1280, "light"),
    "dark": (1280, "dark"),
    "phone": (360, "light"),
}


@contextmanager
def dashboard(port: int) -> Iterator[str]:
    """The dashboard on a filled store of its own; yields its address."""
    with tempfile.TemporaryDirectory() as folder:
        places = {"WATCHKEEPER_STORE": f"{folder}/store", "WATCHKEEPER_KEYS": f"{folder}/keys"}
        command = [sys.executable, "-m", "dashboard.cli", "demo", "--no-browser", "--port", str(port)]
        server = subprocess.Popen(command, env={**os.environ, **places})
        while server.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


def photograph(
    browser: Browser, url: str, out: Path, *, width: int, scheme: Scheme, height: int = 900
) -> None:
    """One page from top to bottom: the window is made as tall as the page, because screenshots do not scroll."""
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.goto(url)
    page.wait_for_selector(READY)
    page.wait_for_selector("h1")
    page.wait_for_timeout(1500)
    if height == 900:
        tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": int(tall) + 40})
        page.wait_for_timeout(800)
    page.screenshot(path=out)
    page.close()


def main() -> None:
    """Photograph every page in every look, or only the README's picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("gallery"))
    parser.add_argument("--readme", action="store_true", help="make the README's picture only")
    parser.add_argument("--port", type=int, default=8632)
    asked = parser.parse_args()
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with dashboard(asked.port) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        if asked.readme:
            url = f"{address}/{PAGES['study-moderators']}"
            photograph(browser, url, README_PICTURE, width=1280, scheme="light", height=1450)
            return
        asked.folder.mkdir(parents=True, exist_ok=True)
        for name, page in PAGES.items():
            for look, (width, scheme) in LOOKS.items():
                out = asked.folder / f"{name}-{look}.png"
                photograph(browser, f"{address}/{page}", out, width=width, scheme=scheme)
                print(out)
        browser.close()


if __name__ == "__main__":
    main()
