"""`watchkeeper demo`: fills a store with the bundled pilots, once, and opens the dashboard."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dashboard.cli import Command, progress
from dashboard.serving import add_arguments, choose_port, serve

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> int:
    """Fill, analyse what was not analysed yet, and serve."""
    from experiments.bundled import fill
    from experiments.pilot import evaluation, stored_evaluation
    from experiments.store import Store

    choose_port(arguments.port)  # a taken port is said before the work, not after it
    store, tell = Store(arguments.store), progress(arguments)
    fill(store, progress=tell)
    for study_id in store.studies():
        if store.manifest(study_id).segments and stored_evaluation(store, study_id) is None:
            tell(f"Analysing {study_id} …")
            evaluation(store, study_id, progress=tell)
    tell("")
    if not arguments.quiet:
        print(f"{len(store.studies())} pilots in {arguments.store}.", file=sys.stderr)
    return serve(arguments)


COMMAND = Command("demo", "load the bundled pilots and open the dashboard", add_arguments, run, 10)
