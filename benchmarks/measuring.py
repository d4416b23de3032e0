"""What measuring ten outcomes costs beside a plain scan: `.venv/bin/python benchmarks/measuring.py`.

A study with 10 outcomes (proportions, counts, means, a ratio; 7 days) and a covariate from the 28 days before
is measured by the program, at a hundredth, a tenth and the whole of `--events`: the outcomes alone, as cells, and
all that `analyze` measures, with the facts for its checks; on all threads, and on one. DuckDB scans the five
columns that the outcomes take, from the same files on as many threads. Imports are left out on both sides, peaks
of memory are of whole processes. Aims: at most 1.8 times the scan's processor time, under 300 MB, and at most ten
times as long for ten times as many.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from logs import ten_outcomes
from stored import MEASURED, fill, make, scan, study, threads, workplace
from workbench import Taken, clocked, machine, options, start, table, take

if TYPE_CHECKING:
    import argparse

AIM, AIM_MEMORY = "1.8", 300.0
SCAN, OUTCOMES, MEASURE = "DuckDB scans five columns", "the outcomes alone", "measure, with all checks"


def main(arguments: argparse.Namespace) -> None:
    """Fill three stores, measure each, print a table a size and how the time grew."""
    print(machine("duckdb", "pyarrow"))
    print(f"10 outcomes and a covariate; median of {arguments.runs} runs, each in a process of its own")
    grown: dict[int, Taken] = {}
    for events in (arguments.events // 100, arguments.events // 10, arguments.events):
        keep = arguments.keep / str(events) if arguments.keep else None
        with workplace(keep) as folder:
            fill(folder, events, ten_outcomes())
            for used in dict.fromkeys((threads(), 1)):
                rows = _taken(arguments.runs, used)
                print(f"\n{events:,} events, {events // 20:,} units, threads: {used}")
                table(rows, over=SCAN, over_name="scan", targets={OUTCOMES: AIM})
                print(
                    f"peak memory of the outcomes {rows[OUTCOMES].peak:.0f} MB (aim: under {AIM_MEMORY:.0f})"
                )
                grown.setdefault(events, rows[MEASURE])
    growth(grown)


def _taken(runs: int, used: int) -> dict[str, Taken]:
    """What each of the steps takes on so many threads."""
    environment = {"WATCHKEEPER_THREADS": str(used)}
    return {
        SCAN: take("scan", *MEASURED, runs=runs, environment=environment),
        "the program's imports alone": take("imports"),
        OUTCOMES: take("outcomes", runs=runs, environment=environment),
        MEASURE: take("measure", runs=runs, environment=environment),
    }


def growth(grown: dict[int, Taken]) -> None:
    """How many times longer each size took than the one before."""
    print()
    sizes = list(grown)
    for small, large in pairwise(sizes):
        ratio = grown[large].cpu / grown[small].cpu
        print(f"{small:,} -> {large:,} events: {ratio:.1f} x the processor time of measure")


def imports() -> None:
    """The step that loads what measuring takes, and does nothing: its peak is what any measuring starts from."""
    import duckdb
    import pandas
    import pyarrow.dataset

    import experiments.measure

    loaded = (duckdb, pandas, pyarrow.dataset, experiments.measure)
    clocked(lambda: [module.__name__ for module in loaded])


def outcomes() -> None:
    """The step that measures the outcomes alone, as cells, verified files and all."""
    from importlib import import_module

    import_module("pandas")
    from experiments.by_range import ranges
    from experiments.cell_table import cells
    from experiments.events import vocabulary
    from experiments.measure import log_end
    from experiments.parquet_files import Files
    from experiments.summing import summed
    from experiments.timed_query import timed_query
    from experiments.unit_list import columns

    store, declared = study()
    words, manifest = vocabulary(declared), store.manifest(declared.id)

    def measured() -> int:
        told = summed(store, declared, words, manifest.segments)
        ends = tuple((part.low, part.high) for part in manifest.units)
        listed = Files(store.paths(declared.id, manifest.units), columns(words), ends)
        end = log_end(declared, last=str(manifest.last), taken_in=str(manifest.taken_in))
        with ranges({**told.files, "units": listed}, manifest.events) as asked:
            found = cells(asked, declared, words, timed_query(declared, words, end, sums=told.query))
        return 0 if found is None else len(found)

    clocked(measured)


def measure() -> None:
    """The step that measures through the program."""
    from importlib import import_module

    import_module("pandas")
    from experiments.measure import measure as measured

    store, declared = study()
    clocked(lambda: len(measured(store, declared)))


STEPS = {"make": make, "scan": scan, "imports": imports, "outcomes": outcomes, "measure": measure}


if __name__ == "__main__":
    start(main, STEPS, options(__doc__ or "", default=2_000_000, full="100,000,000"))
