"""Serving the pages: on this machine alone, unless a login is set up; the address told, the browser opened."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.faults import Fault

if TYPE_CHECKING:
    import argparse

HOST = "127.0.0.1"
USUAL_PORT = 8501
HOSTS = "WATCHKEEPER_HOSTS"  # names under which the pages are asked for, with spaces between them
APP = Path(__file__).parent / "server.py"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of every command that opens the dashboard."""
    parser.add_argument(
        "--port", type=_port, metavar="N", help=f"the port (default: {USUAL_PORT} or the next free)"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument(
        "--address",
        default=HOST,
        metavar="IP",
        help=f"where to listen (default: {HOST}); for another one a login must be set up",
    )
    parser.add_argument(
        "--base-path", default="", metavar="PATH", help="the path before the pages, behind a proxy"
    )


def serve(arguments: argparse.Namespace) -> int:
    """Serve the pages until Ctrl-C. Raises Fault where the port that was asked for is taken.

    Other machines are served only where people log in, and under a name that was told: raises Fault otherwise.
    """
    base = _base_path(arguments.base_path)
    _may_listen(arguments.address)
    port = choose_port(arguments.port, host=arguments.address)
    address = f"http://{arguments.address}:{port}{base}"
    os.environ["WATCHKEEPER_STORE"] = str(arguments.store.resolve())
    print(f"The dashboard is at {address} (Ctrl-C stops it).", flush=True)
    if not arguments.no_browser:
        threading.Thread(target=_open_when_ready, args=(address, port), daemon=True).start()
    from click.exceptions import Abort
    from streamlit.web import cli

    where = ["--server.port", str(port), "--server.address", arguments.address]
    names = [word for host in _names() for word in ("--server.allowedHosts", host)]
    with suppress(Abort):  # what Ctrl-C becomes, once the server has stopped
        cli.main(
            ["run", str(APP), *where, "--server.baseUrlPath", base.strip("/"), *names], standalone_mode=False
        )
    return 0


def _may_listen(address: str) -> None:
    from experiments.access import LOGIN, configured

    if configured() is None and address != HOST:
        raise Fault(
            f"Without a login the pages are served at {HOST} alone: whoever reached them would see every pilot.",
            do=f"Set up a login, and name its settings in {LOGIN}.",
        )
    if address != HOST and not os.environ.get(HOSTS, "").split():
        raise Fault(
            "Under which name people ask for the pages is not said.",
            expected=f"the name in {HOSTS}, such as watch.example.org",
        )


def _names() -> tuple[str, ...]:
    """The names under which the pages are asked for, those of this machine itself among them."""
    return (HOST, "localhost", *os.environ.get(HOSTS, "").split())


def _base_path(text: str) -> str:
    """A path as `/one/two`, empty for none. Raises Fault for anything that is none."""
    path = text.strip("/")
    if not path:
        return ""
    if not re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", path):
        raise Fault("--base-path is no plain path.", expected="letters, digits, - and _, such as /pilots")
    return f"/{path}"


def choose_port(wanted: int | None, *, host: str = HOST) -> int:
    """The port asked for, or the first free one from the usual upwards.

    Raises Fault where the one asked for is taken, or twenty in a row are.
    """
    if wanted is not None:
        if not _is_free(wanted, host):
            raise Fault(f"Port {wanted} is taken by another program.", do="Choose another with --port.")
        return wanted
    for port in range(USUAL_PORT, USUAL_PORT + 20):
        if _is_free(port, host):
            return port
    raise Fault(f"Ports {USUAL_PORT} to {USUAL_PORT + 19} are all taken.", do="Choose one with --port.")


def _is_free(port: int, host: str) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":  # a port whose last owner just stopped counts as free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _open_when_ready(address: str, port: int) -> None:
    import webbrowser

    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                webbrowser.open(address)
                return
        time.sleep(0.1)


def _port(text: str) -> int:
    from argparse import ArgumentTypeError

    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65_535:
        raise ArgumentTypeError("a port is a whole number from 1 to 65535")
    return int(text)
