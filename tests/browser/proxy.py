"""A small reverse proxy, as an organisation puts one before the pages: one path prefix, the Host header kept."""

from __future__ import annotations

import select
import socket
import socketserver
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def proxied(port: int, prefix: str) -> Iterator[int]:
    """Listens at a port of its own, which it gives, and passes on to `port` what lies under `prefix`; 404 else.

    Bytes are passed on as they come, so that web sockets work.
    """

    class Passing(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                _pass_on(self.request, port, prefix)

    class Listening(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Listening(("127.0.0.1", 0), Passing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()


def _pass_on(asking: socket.socket, port: int, prefix: str) -> None:
    """One request a connection: its head is read, marked as forwarded, and from there on bytes go both ways."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = asking.recv(65_536)
        if not more:
            return
        head += more
    first, rest = head.split(b"\r\n", 1)
    if not first.split(b" ")[1].startswith(prefix.encode()):
        asking.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return
    upgrade = b"upgrade: websocket" in head.lower()
    forwarded = b"X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.9\r\n"
    close = b"" if upgrade else b"Connection: close\r\n"
    kept = rest if upgrade else _without(rest, b"connection:")
    with socket.create_connection(("127.0.0.1", port)) as pages:
        pages.sendall(first + b"\r\n" + forwarded + close + kept)
        _both_ways(asking, pages)


def _without(head: bytes, name: bytes) -> bytes:
    lines, body = head.split(b"\r\n\r\n", 1)
    return b"\r\n".join(line for line in lines.split(b"\r\n") if not line.lower().startswith(name)) + (
        b"\r\n\r\n" + body
    )


def _both_ways(one: socket.socket, other: socket.socket) -> None:
    while True:
        ready, _, _ = select.select((one, other), (), (), 60)
        if not ready:
            return
        for source in ready:
            data = source.recv(65_536)
            if not data:
                return
            (other if source is one else one).sendall(data)
