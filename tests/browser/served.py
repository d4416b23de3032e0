"""The dashboard as its user starts it, a browser that opens it, and what a page is once it is drawn."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.browser.test_pages_in_a_browser import READY, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

SECONDS = 60  # for a server to start on a busy machine


@contextmanager
def served(store: Path, *words: str, port: int | None = None, **told: str) -> Iterator[str]:
    """The dashboard on a store, with further `words` of the command and variables it is `told`; its address."""
    port = port or free_port()
    command = [sys.executable, "-m", "dashboard.cli", "--store", str(store), "dashboard", "--no-browser"]
    keys = {"WATCHKEEPER_KEYS": str(store.parent / "keys")}
    server = subprocess.Popen([*command, "--port", str(port), *words], env={**os.environ, **keys, **told})
    try:
        wait_for(port)
        yield f"http://localhost:{port}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)


def wait_for(port: int) -> None:
    """Until somebody listens at the port of this machine."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nobody listens at port {port}")


@contextmanager
def browsing() -> Iterator[Browser]:
    """Chromium, or Chrome, of this machine."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield started
        started.close()


def chromium() -> str | None:
    """The path of the browser; None where there is none."""
    return shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")


def drawn(page: Page) -> None:
    """Wait until a page is drawn to its end."""
    page.wait_for_selector("h1", timeout=SECONDS * 1000)
    page.wait_for_selector(READY, timeout=SECONDS * 1000)
