"""How soon a page stands: its script in a new process, for a new visitor and again, and the page in a browser.

`.venv/bin/python benchmarks/pages.py [--store DIR]` opens each page, on the pilot with most events, of a filled
store (the bundled pilots, if none is named). A script counts in processor time, from its first line to its last:
the first of a process that drew nothing, the first after what a server makes ready, another visitor's, and again.
Where there is a Chromium, it opens the same pages on a dashboard started anew (`opening.py`).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from opening import PAGES, browsed
from workbench import machine, say, start, take

if TYPE_CHECKING:
    from collections.abc import Callable

AIMS = {"ready": 0.3, "new": 0.3, "again": 0.05}  # seconds of processor time
HEAVY = ("statsmodels", "pandas", "duckdb")
PATIENCE = 120  # seconds


def scripts(page: str, study: str, ready: str) -> None:
    """The step that runs one page's script, and prints the seconds of processor time that each run took."""
    from dashboard.page import pages
    from dashboard.session import store_folder
    from dashboard.warming import make_ready

    pages()  # found before a server serves
    if ready:
        make_ready(store_folder())
    visitor = _visitor(page, study)
    seconds = {"first": visitor()}
    seconds["again"] = statistics.median(visitor() for _ in range(5))
    seconds["new"] = statistics.median(_visitor(page, study)() for _ in range(3))
    print(json.dumps({**seconds, "heavy": [name for name in HEAVY if name in sys.modules]}))


def _visitor(page: str, study: str) -> Callable[[], float]:
    """What runs the page's script for one visitor, and returns its seconds."""
    from streamlit.testing.v1 import AppTest

    def shown(page: str) -> None:  # read as a text of its own: it sees its arguments alone
        import time

        import streamlit

        from dashboard.app import main

        begun = time.process_time()
        main(first=page)
        streamlit.session_state["seconds"] = time.process_time() - begun

    app = AppTest.from_function(shown, args=(page,), default_timeout=PATIENCE)
    app.query_params["study"] = study

    def run() -> float:
        app.run()
        if app.exception:
            sys.exit(f"{page}: {app.exception}")
        return float(app.session_state["seconds"])

    return run


def told(study: str, runs: int) -> None:
    """Every page's script, a line each."""
    columns = ("first", "ready", "new", "again")
    aims = "".join(f"{f'({AIMS[name]:g})' if name in AIMS else '':>9}" for name in columns)
    print(f"\nscripts, seconds of processor time (at most), {study}")
    print(f"{'':12}{''.join(f'{name:>9}' for name in columns)}\n{'':12}{aims}")
    for page in PAGES:
        cold = [take("scripts", page, study, "").said for _ in range(runs)]
        ready = [take("scripts", page, study, "ready").said for _ in range(runs)]
        found = {
            "first": statistics.median(one["first"] for one in cold),
            "ready": statistics.median(one["first"] for one in ready),
            "new": statistics.median(one["new"] for one in ready),
            "again": statistics.median(one["again"] for one in ready),
        }
        heavy = sorted({name for one in cold for name in one["heavy"]})
        imported = f"  imports {', '.join(heavy)}" if heavy else ""
        print(f"{page:12}{''.join(f'{found[name]:9.3f}' for name in columns)}{imported}", flush=True)


def _filled(store: Path) -> None:
    """The bundled pilots, read in, analysed, and let out once to everybody, as by whoever took a file away."""
    from experiments.bundled import fill
    from experiments.pilot import evaluation
    from experiments.releasing import released
    from experiments.store import Store

    there = Store(store)
    say("reading in and analysing the bundled pilots")
    fill(there, progress=lambda _: None)
    for study in there.studies():
        if there.manifest(study).segments:
            released(there, study, evaluation(there, study), "public")


def _largest(store: Path) -> tuple[str, int]:
    """The pilot with most events, and how many it has."""
    from experiments.store import Store

    there = Store(store)
    found = {study: there.manifest(study).events for study in there.studies()}
    return max(found.items(), key=lambda item: item[1])


def main(given: argparse.Namespace) -> None:
    """Measure, and print the machine, the store and the figures."""
    with tempfile.TemporaryDirectory() as folder:
        if given.store is None:
            os.environ["WATCHKEEPER_KEYS"] = f"{folder}/keys"
        store = given.store or Path(folder) / "store"
        os.environ["WATCHKEEPER_STORE"] = str(store.resolve())
        if given.store is None:
            _filled(store)
        study, events = _largest(store)
        print(machine("streamlit"))
        print(f"{given.store or 'the bundled pilots'}: {study} has most events, {events:,}")
        told(study, given.runs)
        browsed(study, given.runs)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0] if __doc__ else "")
    parser.add_argument("--store", type=Path, help="a filled store (default: the bundled pilots)")
    parser.add_argument("--runs", type=int, default=3, help="of which the median counts (default: 3)")
    parser.add_argument("--step", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    start(main, {"scripts": scripts}, _options())
