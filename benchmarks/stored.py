"""A store with a study's events in it, made through the program's own commands, and plain scans of its files."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from logs import EVENTS_A_UNIT, STUDY, write_log, write_study
from workbench import Taken, clocked, run, say, take

if TYPE_CHECKING:
    from collections.abc import Iterator

    from experiments.store import Store
    from experiments.study import Study

MEASURED = ("unit", "since", "event", "in_session", "value")
_SUMS = {
    "unit": "max(unit)",
    "since": "sum(since)",
    "occurred_at": "max(occurred_at)",
    "event": "sum(strlen(event))",
    "session": "max(session)",
    "in_session": "count_if(in_session)",
    "value": "sum(value)",
}


def watchkeeper(*words: str) -> list[str]:
    """The command line of one watchkeeper command."""
    return [sys.executable, "-m", "dashboard.cli", *words]


@contextmanager
def workplace(keep: Path | None) -> Iterator[Path]:
    """A folder for a benchmark's data: `keep`, or one that is removed at the end."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with TemporaryDirectory(prefix="benchmark-") as folder:
        yield Path(folder)


def fill(
    folder: Path, events: int, outcomes: list[dict[str, Any]], *, clustered: bool = False
) -> Taken | None:
    """Make a log and take it in, unless `folder` holds a store already; returns what the ingest took."""
    os.environ |= {"WATCHKEEPER_STORE": str(folder / "store"), "WATCHKEEPER_KEYS": str(folder / "keys")}
    if (folder / "filled").exists():
        return None
    folder.mkdir(exist_ok=True)
    write_study(folder / "study.yaml", outcomes, clustered=clustered)
    run(watchkeeper("register", str(folder / "study.yaml")))
    log = folder / "log.parquet"
    take("make", str(log), str(max(2, events // EVENTS_A_UNIT)), "clustered" if clustered else "")
    say(f"watchkeeper ingest {log.name}")
    taken = run(watchkeeper("ingest", STUDY, str(log), "--json"))
    log.unlink()
    (folder / "filled").touch()
    return taken


def make(path: str, units: str, clustered: str = "") -> None:
    """The step that makes a log."""
    write_log(Path(path), units=int(units), clustered=bool(clustered), event_id=False)


def study(folder: Path | None = None) -> tuple[Store, Study]:
    """The store that `fill` made in a folder (the last one it filled), and its study."""
    from experiments.store import Store

    store = Store(folder / "store" if folder else Path(os.environ["WATCHKEEPER_STORE"]))
    return store, store.study(STUDY)


def segments(folder: Path | None = None) -> list[str]:
    """The files of the store's events."""
    store, _ = study(folder)
    return [str(store.folder(STUDY) / part.file) for part in store.manifest(STUDY).segments]


def threads() -> int:
    """How many threads everybody gets: as many as the program takes."""
    return int(os.environ.get("WATCHKEEPER_THREADS") or os.cpu_count() or 1)


def scan(*columns: str) -> None:
    """The step that scans columns of a store's events with DuckDB, every value once, and nothing else.

    Where the store has no column of that name, the column it was made from is read: the time of an event for the
    time since exposure, its session for whether that is the exposure's.
    """
    import duckdb
    from pyarrow import parquet

    files = segments()
    there = parquet.read_schema(files[0]).names
    older = {"since": "occurred_at", "in_session": "session"}
    chosen = [name if name in there else older[name] for name in columns]
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {threads()}")
        query = f"SELECT {', '.join(_SUMS[name] for name in chosen)} FROM read_parquet($files)"
        clocked(
            lambda: [str(value) for value in connection.execute(query, {"files": files}).fetchone() or ()]
        )
