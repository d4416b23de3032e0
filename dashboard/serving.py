"""Serving the pages on this machine alone: a free port, the address told, the browser opened."""

from __future__ import annotations

import os
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
APP = Path(__file__).parent / "server.py"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of every command that opens the dashboard."""
    parser.add_argument(
        "--port", type=_port, metavar="N", help=f"the port (default: {USUAL_PORT} or the next free)"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")


def serve(arguments: argparse.Namespace) -> int:
    """Serve the pages until Ctrl-C. Raises Fault where the port that was asked for is taken."""
    port = choose_port(arguments.port)
    address = f"http://{HOST}:{port}"
    os.environ["WATCHKEEPER_STORE"] = str(arguments.store.resolve())
    print(f"The dashboard is at {address} (Ctrl-C stops it).", flush=True)
    if not arguments.no_browser:
        threading.Thread(target=_open_when_ready, args=(address, port), daemon=True).start()
    from click.exceptions import Abort
    from streamlit.web import cli

    with suppress(Abort):  # what Ctrl-C becomes, once the server has stopped
        cli.main(["run", str(APP), "--server.port", str(port)], standalone_mode=False)
    return 0


def choose_port(wanted: int | None) -> int:
    """The port asked for, or the first free one from the usual upwards.

    Raises Fault where the one asked for is taken, or twenty in a row are.
    """
    if wanted is not None:
        if not _is_free(wanted):
            raise Fault(f"Port {wanted} is taken by another program.", do="Choose another with --port.")
        return wanted
    for port in range(USUAL_PORT, USUAL_PORT + 20):
        if _is_free(port):
            return port
    raise Fault(f"Ports {USUAL_PORT} to {USUAL_PORT + 19} are all taken.", do="Choose one with --port.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":  # a port whose last owner just stopped counts as free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
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
