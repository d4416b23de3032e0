"""The calibration at work: cells spread over processes, each kept in the table as soon as it is done."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.calibration.cells import cells
from analysis.calibration.exact import counted, enumerate_cell
from analysis.calibration.replicates import Tally
from analysis.calibration.replicates import run as replicate
from analysis.calibration.table import KEPT, Row, read, row, write

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from analysis.calibration.cell import Cell
    from analysis.calibration.exact import Counted

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
        "--out", type=Path, default=KEPT, metavar="FILE", help="the table to write (default: the kept one)"
    )
    parser.add_argument("--again", action="store_true", help="run cells again that the table holds already")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="at a time")


def run(arguments: argparse.Namespace) -> int:
    """Run the grid, print each row as it is done, and keep the table; 1 where a band was left."""
    replicates = QUICK if arguments.quick else arguments.replicates
    if replicates < CHUNK or arguments.processes < 1:
        arguments.wrong_use(f"--replicates must be at least {CHUNK} and --processes at least 1")
    grid: list[Cell | Counted] = [*cells(), *(() if arguments.quick else counted())]
    asked = [cell for cell in grid if _asked(cell, arguments)]
    if not asked:
        arguments.wrong_use("no cell of the grid is like that: see the estimators' names in estimate --list")
    held = {kept.key: kept for kept in read(arguments.out)}
    pending = [cell for cell in asked if arguments.again or not _done(held.get(cell.key), cell, replicates)]
    made_by = f"python3 -m analysis.calibration --replicates {replicates}; {_versions()}; {_today()}"
    keep = partial(_keep, arguments.out, held, made_by=made_by)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each process has a core to itself
    with multiprocessing.get_context("spawn").Pool(arguments.processes) as pool:
        work(pending, replicates, pool.imap, keep=keep)
    left = [held[cell.key] for cell in asked if held[cell.key].holds == "no"]
    for kept in left:
        print(f"leaves its band: {_line(kept)}")
    return 1 if left else 0


def work(
    pending: list[Cell | Counted],
    replicates: int,
    spread: Callable[[Callable[[_Piece], Tally | Row], Iterator[_Piece]], Iterator[Tally | Row]],
    *,
    keep: Callable[[Row], None],
) -> None:
    """Run cells in pieces through `spread` (a `map` that keeps the order), and `keep` each row when it is done."""
    done, total, began = 0, sum(_size(cell, replicates) for cell in pending), time.monotonic()
    answers = spread(_run_piece, (piece for cell in pending for piece in _pieces(cell, replicates)))
    for number, cell in enumerate(pending, start=1):
        found: Row | None = None
        tally = Tally()
        for _ in _pieces(cell, replicates):
            answer = next(answers)
            if isinstance(answer, Row):
                found = answer
            else:
                tally += answer
        found = found or row(cell, tally, replicates=_size(cell, replicates))  # type: ignore[arg-type]
        keep(found)
        done += _size(cell, replicates)
        rest = (time.monotonic() - began) * (total - done) / max(done, 1) / 60
        print(f"{number} of {len(pending)}, {rest:.0f} min to go: {_line(found)}", file=sys.stderr)


_Piece = tuple["Cell | Counted", int, int]


def _run_piece(piece: _Piece) -> Tally | Row:
    cell, first, last = piece
    return replicate(cell, first, last) if hasattr(cell, "scene") else enumerate_cell(cell)


def _pieces(cell: Cell | Counted, replicates: int) -> Iterator[_Piece]:
    size = _size(cell, replicates)
    if not hasattr(cell, "scene"):
        yield cell, 0, 0
        return
    for first in range(0, size, CHUNK):
        yield cell, first, min(first + CHUNK, size)


def _size(cell: Cell | Counted, replicates: int) -> int:
    """How many replicates a cell gets; an enumerated one counts as one piece of work."""
    return max(CHUNK, round(replicates * cell.share)) if hasattr(cell, "share") else CHUNK


def _asked(cell: Cell | Counted, arguments: argparse.Namespace) -> bool:
    return (not arguments.only or cell.estimator in arguments.only) and arguments.design in cell.design


def _done(kept: Row | None, cell: Cell | Counted, replicates: int) -> bool:
    """Whether the table holds a cell already; an enumerated one needs no replicates."""
    if kept is None:
        return False
    return not hasattr(cell, "scene") or kept.replicates >= _size(cell, replicates)


def _keep(path: Path, held: dict[tuple[str, str, str], Row], found: Row, *, made_by: str) -> None:
    """The table with one more row, in the order of the grid; rows of cells that are gone are dropped."""
    held[found.key] = found
    grid = [cell.key for cell in (*cells(), *counted())]
    write(path, [held[key] for key in grid if key in held], made_by=made_by)


def _line(found: Row) -> str:
    def figure(value: float | None) -> str:
        return "-" if value is None else f"{value:.2f}"

    return (
        f"{found.estimator}, {found.kind}, {found.design}: false positives {figure(found.false_positives)} %, "
        f"coverage {figure(found.coverage)} %, bias {found.bias} (error {found.bias_error}), "
        f"{found.milliseconds} ms, band {found.band_low:g} to {found.band_high:g} %: {found.holds}"
    )


def _versions() -> str:
    try:
        return f"watchkeeper {version('watchkeeper')}"
    except PackageNotFoundError:
        return "watchkeeper, not installed"


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
