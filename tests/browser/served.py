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

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

HONEYPOT = "honeypot-warnings-2022"
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
SECONDS = 60  # for a server to start, or a page to be drawn, on a busy machine
STOPPED = (0, 130)  # what a server returns that was told to stop


@contextmanager
def served(
    store: Path, *words: str, port: int | None = None, log: Path | None = None, **told: str
) -> Iterator[str]:
    """The dashboard on a store, with further `words` of the command and variables it is `told`; its address.

    What the server says goes to `log`, else to where the tests say it. It must stop when it is told to.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "dashboard.cli", "--store", str(store), "dashboard", "--no-browser"]
    keys = {"WATCHKEEPER_KEYS": str(store.parent / "keys")}
    said = log.open("wb") if log else None
    server = subprocess.Popen(
        [*command, "--port", str(port), *words], env={**os.environ, **keys, **told}, stdout=said, stderr=said
    )
    try:
        wait_for(port)
        yield f"http://localhost:{port}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)
        if said:
            said.close()
    if server.returncode not in STOPPED:
        raise subprocess.CalledProcessError(server.returncode, server.args)


def free_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, *, seconds: float = SECONDS) -> None:
    """Until somebody listens at the port of this machine. Raises TimeoutError after some seconds."""
    until = time.monotonic() + seconds
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


def visit(page: Page, url: str) -> None:
    """Go to a page, and wait until it is drawn."""
    page.goto(url)
    drawn(page)


def drawn(page: Page) -> None:
    """Wait until a page is drawn to its end."""
    page.wait_for_selector("h1", timeout=SECONDS * 1000)
    page.wait_for_selector(READY, timeout=SECONDS * 1000)


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a list on a page."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option).click()
