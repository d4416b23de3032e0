"""The calibration at work: cells spread over processes, each kept in the table as soon as it is done."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from analysis.calibration.asked import CHUNK, QUICK
from analysis.calibration.cells import cells
from analysis.calibration.exact import Counted, counted, enumerate_cell
from analysis.calibration.replicates import Tally
from analysis.calibration.replicates import run as replicate
from analysis.calibration.table import KEPT, Row, line, read, row, write

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from analysis.calibration.cell import Cell


def run(arguments: argparse.Namespace) -> int:
    """Run the grid, print each row as it is done, and keep the table; 1 where a band was left."""
    replicates = QUICK if arguments.quick else arguments.replicates
    if replicates < CHUNK or arguments.processes < 1:
        arguments.wrong_use(f"--replicates must be at least {CHUNK} and --processes at least 1")
    grid: list[Cell | Counted] = [*cells(), *(() if arguments.quick else counted())]
    asked = [cell for cell in grid if _asked(cell, arguments)]
    if not asked:
        arguments.wrong_use("no cell of the grid is like that: see the estimators' names in estimate --list")
    out = arguments.out or (None if arguments.quick else KEPT)
    held = {kept.key: kept for kept in (read(out) if out else ())}
    pending = [cell for cell in asked if arguments.again or not _done(held.get(cell.key), cell, replicates)]
    made_by = f"python3 -m analysis.calibration --replicates {replicates}; {_versions()}; {_today()}"
    keep = partial(_keep, out, held, made_by=made_by)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each process has a core to itself
    with multiprocessing.get_context("spawn").Pool(arguments.processes) as pool:
        work(pending, replicates, pool.imap, keep=keep)
    left = [held[cell.key] for cell in asked if held[cell.key].holds == "no"]
    for kept in left:
        print(f"leaves its band: {line(kept)}")
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
        found = _row(cell, [next(answers) for _ in _pieces(cell, replicates)], replicates)
        keep(found)
        done += _size(cell, replicates)
        rest = (time.monotonic() - began) * (total - done) / max(done, 1) / 60
        print(f"{number} of {len(pending)}, {rest:.0f} min to go: {line(found)}", file=sys.stderr)


def _row(cell: Cell | Counted, answers: list[Tally | Row], replicates: int) -> Row:
    tally = Tally()
    for answer in answers:
        if isinstance(answer, Row):
            return answer  # an enumerated cell is one piece, and its answer is whole
        tally += answer
    assert not isinstance(cell, Counted)
    return row(cell, tally, replicates=_size(cell, replicates))


_Piece = tuple["Cell | Counted", int, int]


def _run_piece(piece: _Piece) -> Tally | Row:
    cell, first, last = piece
    return enumerate_cell(cell) if isinstance(cell, Counted) else replicate(cell, first, last)


def _pieces(cell: Cell | Counted, replicates: int) -> Iterator[_Piece]:
    size = _size(cell, replicates)
    if isinstance(cell, Counted):
        yield cell, 0, 0
        return
    for first in range(0, size, CHUNK):
        yield cell, first, min(first + CHUNK, size)


def _size(cell: Cell | Counted, replicates: int) -> int:
    """How many replicates a cell gets; an enumerated one counts as one piece of work."""
    return CHUNK if isinstance(cell, Counted) else max(CHUNK, round(replicates * cell.share))


def _asked(cell: Cell | Counted, arguments: argparse.Namespace) -> bool:
    return (not arguments.only or cell.estimator in arguments.only) and arguments.design in cell.design


def _done(kept: Row | None, cell: Cell | Counted, replicates: int) -> bool:
    """Whether the table holds a cell already; an enumerated one needs no replicates."""
    if kept is None:
        return False
    return isinstance(cell, Counted) or kept.replicates >= _size(cell, replicates)


def _keep(path: Path | None, held: dict[tuple[str, str, str], Row], found: Row, *, made_by: str) -> None:
    """The table with one more row, in the order of the grid; rows of cells that are gone are dropped."""
    held[found.key] = found
    if path is None:
        return
    whole: tuple[Cell | Counted, ...] = (*cells(), *counted())
    grid = [cell.key for cell in whole]
    write(path, [held[key] for key in grid if key in held], made_by=made_by)


def _versions() -> str:
    try:
        return f"watchkeeper {version('watchkeeper')}"
    except PackageNotFoundError:
        return "watchkeeper, not installed"


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
