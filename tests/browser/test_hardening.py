"""The server as it runs: every answer is guarded, foreign names and pages stay out, nothing listens elsewhere."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.browser.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATHS = (
    "/",
    "/study",
    "/overview",
    "/nowhere",
    "/_stcore/health",
    "/_stcore/host-config",
    "/favicon.png",
    "/media/x",
)
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "streamlit",
}


@pytest.fixture(scope="module")
def port(demo_store: Path) -> Iterator[int]:
    with served(demo_store) as address:
        yield int(urlsplit(address).port or 0)


def asked(
    port: int, path: str, headers: dict[str, str] | None = None, *, sent: str | None = None
) -> tuple[int, dict[str, str]]:
    """The status and the headers of an answer, these by their names in small letters; `sent` is posted."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with closing(connection):
        connection.request("GET" if sent is None else "POST", path, sent, headers or {})
        with connection.getresponse() as answer:
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_lets_nothing_in_and_tells_nobody(path: str, port: int) -> None:
    _, headers = asked(port, path)
    policy = headers["content-security-policy"].split("; ")
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not any("http:" in part or "https:" in part or "*" in part for part in policy)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert asked(port, path, {"Host": "evil.example"})[0] == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 101),
        ({"Origin": "http://127.0.0.1:{port}"}, 101),
        ({"Origin": "http://localhost:9"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 403),
    ],
)
def test_a_web_socket_is_opened_by_our_own_pages_alone(
    headers: dict[str, str], status: int, port: int
) -> None:
    told = {name: value.format(port=port) for name, value in headers.items()}
    assert asked(port, "/_stcore/stream", {**HANDSHAKE, **told})[0] == status


def test_programs_are_offered_no_interface_of_their_own(port: int) -> None:
    as_json = {"Content-Type": "application/json"}
    assert asked(port, "/_stcore/agent/interact", as_json, sent="{}")[0] >= 400


@pytest.mark.parametrize(
    ("words", "login", "says"),
    [
        (["--address", "0.0.0.0"], "", "Without a login the pages are served at 127.0.0.1 alone"),
        (["--base-path", "/a b"], "", "--base-path is no plain path"),
        (["--base-path", "/../x"], "", "--base-path is no plain path"),
        ([], "/nowhere/login.toml", "The settings of the login, /nowhere/login.toml, cannot be read"),
    ],
)
def test_what_would_open_the_pages_by_mistake_is_refused_in_a_sentence(
    words: list[str], login: str, says: str, demo_store: Path
) -> None:
    command = [sys.executable, "-m", "dashboard.cli", "--store", str(demo_store), "dashboard", "--no-browser"]
    told = {**os.environ, **({"WATCHKEEPER_LOGIN": login} if login else {})}
    done = subprocess.run([*command, *words], capture_output=True, text=True, env=told, timeout=60)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
