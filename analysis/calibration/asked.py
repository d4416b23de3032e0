"""What can be asked of the calibration on the command line; it imports nothing that is slow to start."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

REPLICATES, QUICK = 4_000, 200
CHUNK = 25  # replicates that a process takes at a time


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--replicates", type=int, default=REPLICATES, metavar="N", help=f"of a cell (default: {REPLICATES})"
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} replicates, and nothing is enumerated")
    parser.add_argument(
        "--only", metavar="NAME", action="append", default=[], help="this estimator; may be repeated"
    )
    parser.add_argument("--design", metavar="WORDS", default="", help="only designs with these words")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="the table to write (default: the kept one; --quick: none)"
    )
    parser.add_argument("--again", action="store_true", help="run cells again that the table holds already")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="at a time")
