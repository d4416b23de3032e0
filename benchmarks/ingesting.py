"""What taking a log in costs beside DuckDB's own typed CSV -> Parquet: `.venv/bin/python benchmarks/ingesting.py`.

The same CSV goes through `watchkeeper ingest`, with every check, pseudonyms and deduplication, and through one
COPY of DuckDB that types the same columns and writes them as Parquet (zstd), with as many threads. Then a
second log is taken in, half of which is in the store already. Whole processes are measured, with all their
children. Aims: at most 2.5 times DuckDB's processor time, and under 1.5 GB at 100 million rows.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from logs import COLUMNS, EVENTS_A_UNIT, STUDY, ten_outcomes, write_log, write_study
from stored import threads, watchkeeper
from workbench import Taken, machine, options, run, say, start, table, take

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

AIM = "2.5"
DUCKDB = "DuckDB, typed CSV -> Parquet"


def main(arguments: argparse.Namespace) -> None:
    """Make the logs, take them in both ways, print the table."""
    units = max(2, arguments.events // EVENTS_A_UNIT)
    events = units * EVENTS_A_UNIT
    print(machine("duckdb", "pyarrow"))
    print(f"{events:,} CSV rows, {units:,} units; median of {arguments.runs} runs, in processes of their own")
    with TemporaryDirectory() as folder:
        make(Path(folder), units)
        size = (Path(folder) / "log.csv").stat().st_size
        print(f"{size / (1 << 20):,.0f} MB of CSV")
        rows = measured(Path(folder), arguments.runs)
        table(rows, over=DUCKDB, over_name="DuckDB", targets=dict.fromkeys(list(rows)[1:], AIM))
        for name, one in list(rows.items())[1:]:
            print(f"{name}: {one.own:,.0f} MB in the process, {one.others:,.0f} MB in its children")


def make(folder: Path, units: int) -> None:
    """Three logs: one with event ids, one without, and one whose first half repeats the end of the first log."""
    write_study(folder / "study.yaml", ten_outcomes())
    for name, first, event_id in (("log", 0, True), ("plain", 0, False), ("overlap", units // 2, True)):
        say(f"making {name}.csv")
        take("make", str(folder / f"{name}.csv"), str(units), str(first), "event_id" if event_id else "")


def measured(folder: Path, runs: int) -> dict[str, Taken]:
    """Each way with what it took: DuckDB's, ours with and without event ids, and a log that overlaps."""
    ours: dict[str, list[Taken]] = {"log": [], "plain": [], "overlap": []}
    for _ in range(runs):
        with store(folder) as environment:
            ours["log"].append(ingest(folder / "log.csv", environment))
            ours["overlap"].append(ingest(folder / "overlap.csv", environment))
        with store(folder) as environment:
            ours["plain"].append(ingest(folder / "plain.csv", environment))
    return {
        DUCKDB: take("copy", str(folder / "log.csv"), runs=runs),
        "ingest, with event ids": median(ours["log"]),
        "ingest, without event ids": median(ours["plain"]),
        "ingest, half of it there already": median(ours["overlap"]),
    }


@contextmanager
def store(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of an empty store with the study registered."""
    with TemporaryDirectory(dir=folder) as place:
        environment = {"WATCHKEEPER_STORE": f"{place}/store", "WATCHKEEPER_KEYS": f"{place}/keys"}
        run(watchkeeper("register", str(folder / "study.yaml")), environment)
        yield environment


def ingest(path: Path, environment: dict[str, str]) -> Taken:
    """Take one log in."""
    say(f"watchkeeper ingest {path.name}")
    return run(watchkeeper("ingest", STUDY, str(path), "--json"), environment)


def median(taken: list[Taken]) -> Taken:
    """The median run by processor time, with the largest peaks of all."""
    middle = sorted(taken, key=lambda one: one.cpu)[len(taken) // 2]
    peaks = (max(getattr(one, name) for one in taken) for name in ("peak", "own", "others"))
    return Taken(middle.cpu, middle.wall, *peaks)


def copy(path: str) -> None:
    """DuckDB's own way."""
    import duckdb

    typed = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items() if name != "cluster")
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {threads()}")
        query = f"SELECT * FROM read_csv('{path}', header = true, columns = {{{typed}}})"
        connection.execute(f"COPY ({query}) TO '{path}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    Path(f"{path}.parquet").unlink()


def make_log(path: str, units: str, first: str, event_id: str) -> None:
    """The step that makes a log."""
    write_log(Path(path), units=int(units), first=int(first), event_id=bool(event_id))


STEPS = {"make": make_log, "copy": copy}


if __name__ == "__main__":
    start(main, STEPS, options(__doc__ or "", default=1_000_000, full="10,000,000; for memory 100,000,000"))
