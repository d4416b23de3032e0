"""Twenty people at once on the pages: how long a page's script takes, errors, and the server's memory over visits.

`.venv/bin/python benchmarks/visitors.py [--store DIR]` starts the dashboard on a filled store (the bundled pilots,
if none is named) and lets people come by web socket, as a browser does, each to one page after the other. Nobody
draws what is sent: the seconds are those until a page has been sent to its end.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGES = ("", "compare", "study", "quality", "methods")
ROUNDS = 5  # in which the visits are told, to see whether memory grows
LARGEST = 2**28  # bytes of a message


@dataclass(slots=True)
class Told:
    """What was measured: seconds of first visits and of changes on a page by its name, errors, memory (MB)."""

    opened: list[float] = field(default_factory=list)
    changed: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


async def visit(port: int, page: str, study: str, told: Told) -> None:
    """Open a page as a new visitor, then ask for it once more in French."""
    from websockets.asyncio.client import connect
    from websockets.typing import Subprotocol

    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    async with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=LARGEST) as there:
        for spoken, seconds in (("en", told.opened), ("fr", told.changed)):
            began = time.monotonic()
            await there.send(_question(page, f"study={study}&lang={spoken}"))
            told.errors += await _answered(there)
            seconds.append(time.monotonic() - began)


def _question(page: str, query: str) -> bytes:
    from streamlit.proto.BackMsg_pb2 import BackMsg

    asked = BackMsg()
    asked.rerun_script.query_string = query
    asked.rerun_script.page_name = page
    return bytes(asked.SerializeToString())


async def _answered(there: Any) -> list[str]:
    """What went wrong on a page, once it was sent to its end."""
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    errors = []
    while True:
        said = ForwardMsg()
        said.ParseFromString(await asyncio.wait_for(there.recv(), 120))
        kind = said.WhichOneof("type")
        if kind == "delta" and said.delta.new_element.WhichOneof("type") in ("exception", "alert"):
            errors.append(str(said.delta.new_element)[:200])
        if kind == "page_not_found":
            errors.append("a page was not found")
        if kind == "script_finished":
            return errors


async def come(
    port: int, studies: Sequence[str], told: Told, *, people: int, visits: int, server: int
) -> None:
    """So many visits, as many at once as there are people; memory is read after each round."""
    rng = random.Random(1)
    for _ in range(ROUNDS):
        asked = [(rng.choice(PAGES), rng.choice(studies)) for _ in range(visits // ROUNDS)]
        free = asyncio.Semaphore(people)

        async def one(page: str, study: str, free: asyncio.Semaphore = free) -> None:
            async with free:
                await visit(port, page, study, told)

        await asyncio.gather(*(one(page, study) for page, study in asked))
        told.memory.append(_memory(server))


def _memory(process: int) -> float:
    """The resident memory of a process (MB)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def lines(told: Told, *, people: int) -> list[str]:
    """The figures as they are printed."""
    rows = (("a page opened anew", told.opened), ("the same page again, in French", told.changed))
    found = [f"{people} people at once, {len(told.opened)} visits, {len(told.errors)} errors"]
    for name, seconds in rows:
        ordered = sorted(seconds)
        worst = ordered[int(0.95 * (len(ordered) - 1))]
        found.append(f"{name:<32} median {statistics.median(ordered):5.2f} s   95 % within {worst:5.2f} s")
    rounds = ", ".join(f"{megabytes:.0f}" for megabytes in told.memory)
    return [
        *found,
        f"memory of the server after each round of visits (MB): {rounds}",
        *sorted(set(told.errors)),
    ]


def main() -> int:
    """Start the server, let people come, print what was measured; 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, help="a filled store (default: the bundled pilots)")
    parser.add_argument("--people", type=int, default=20, help="at once (default: 20)")
    parser.add_argument("--visits", type=int, default=200, help="in all (default: 200)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        store = asked.store or Path(folder) / "store"
        told = {} if asked.store else {"WATCHKEEPER_KEYS": f"{folder}/keys"}
        command = [
            sys.executable,
            "-m",
            "dashboard.cli",
            "--store",
            str(store),
            "dashboard" if asked.store else "demo",
        ]
        server = subprocess.Popen([*command, "--no-browser", "--port", str(port)], env={**os.environ, **told})
        try:
            return _measured(server, port, store, people=asked.people, visits=asked.visits)
        finally:
            server.terminate()
            server.wait(timeout=20)


def _measured(server: subprocess.Popen[bytes], port: int, store: Path, *, people: int, visits: int) -> int:
    from experiments.store import Store

    while server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.2)
    studies = Store(store).studies()
    warm = Told()
    for page in PAGES:  # each page of each pilot once: what a server that runs has drawn before
        for study in studies:
            asyncio.run(visit(port, page, study, warm))
    told = Told(memory=[_memory(server.pid)])
    asyncio.run(come(port, studies, told, people=people, visits=visits, server=server.pid))
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print("\n".join(lines(told, people=people)))
    return int(bool(told.errors))


if __name__ == "__main__":
    sys.exit(main())
