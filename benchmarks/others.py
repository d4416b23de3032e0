"""The same ten metrics in five ways: `.venv/bin/python benchmarks/others.py`.

Shares, counts, means and a ratio of a study with two arms: the differences and their standard errors (Welch's;
the delta method for the ratio), once from a ready unit table in Parquet and once from the events of a store,
which lie sorted by unit with the time since exposure. Side by side: ours, tea-tasting (Ibis over DuckDB),
polars (lazy, streaming), pandas with statsmodels, pyfixest (no ratio). Everybody reads the same files, only the
columns needed, with loading; everybody has imported, and done the same on a small file, before the clock
starts. The figures of all are compared. From events only those that can roll events up take part; pandas up to
20 million events. Aim: ours takes less processor time than any of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import competitors
from logs import EVENTS_A_UNIT, ten_without_gaps
from stored import fill, make, segments, study, workplace
from unit_tables import RATIO, cells, evidence, small, write_units
from workbench import agreement, clocked, machine, options, skipped, start, table, take

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from workbench import Taken

NEEDED = {
    "tea_tasting": ("tea-tasting", "ibis-framework"),
    "polars": ("polars",),
    "pandas": ("pandas", "statsmodels"),
    "pyfixest": ("pyfixest",),
}
LABELS = {
    "ours": "ours",
    "tea_tasting": "tea-tasting, Ibis and DuckDB",
    "polars": "polars",
    "pandas": "pandas and statsmodels",
    "pyfixest": "pyfixest, without the ratio",
}
MOST_FOR_PANDAS = 20_000_000
EQUAL = 1e-9
SMALL = 20_000  # events by which everybody warms up


def main(arguments: argparse.Namespace) -> None:
    """Both tables."""
    versions = ("duckdb", "ibis-framework", "tea-tasting", "polars", "pandas", "statsmodels", "pyfixest")
    print(machine(*versions))
    absent = {name for name, needed in NEEDED.items() if sum(map(skipped, needed))}
    ways = ["ours", *(name for name in NEEDED if name not in absent)]
    units = max(2, arguments.events // EVENTS_A_UNIT)
    with workplace(arguments.keep) as folder:
        file = str(folder / "units.parquet")
        take("units", file, str(units))
        compare(f"{units:,} units in Parquet", "from_units", [file], ways, arguments.runs)
        for name, events in (("small", SMALL), ("full", units * EVENTS_A_UNIT)):
            fill(folder / name, events, ten_without_gaps())
        rolled = [way for way in ways if way != "pyfixest"]
        if units * EVENTS_A_UNIT > MOST_FOR_PANDAS and "pandas" in rolled:
            rolled.remove("pandas")
            print(f"\npandas: left out from events, more than {MOST_FOR_PANDAS:,} do not fit in memory")
        compare(f"{units * EVENTS_A_UNIT:,} events", "from_events", [str(folder)], rolled, arguments.runs)


def compare(what: str, start: str, words: list[str], ways: Sequence[str], runs: int) -> None:
    """One table of ratios, and how far the figures are apart."""
    taken: dict[str, Taken] = {way: take(start, way, *words, runs=runs) for way in ways}
    print(f"\nten metrics from {what}; median of {runs} runs, in processes of their own")
    table({LABELS[way]: one for way, one in taken.items()}, over="ours")
    ours = taken["ours"].said["found"]
    for way in ways[1:]:
        theirs = taken[way].said["found"]
        apart = agreement({name: ours[name] for name in theirs}, theirs)
        word = "the same figures" if apart <= EQUAL else "OTHER FIGURES"
        print(f"{LABELS[way]}: {word}, apart by {apart:.1e} at most")


def from_units(way: str, path: str) -> None:
    """The step from a unit table to the figures."""
    work = ours_from_units if way == "ours" else getattr(competitors, f"from_units_{way}")
    clocked(work, path, warm=[small(path)])


def from_events(way: str, folder: str) -> None:
    """The step from a store's events to the figures."""
    if way == "ours":
        stores = [study(Path(folder) / name) for name in ("full", "small")]
        clocked(_ours_from_events, *stores[0], warm=stores[1])
    else:
        work = getattr(competitors, f"from_events_{way}")
        clocked(work, segments(Path(folder) / "full"), warm=[segments(Path(folder) / "small")])


def ours_from_units(path: str) -> dict[str, list[float]]:
    return _figures(cells(path, competitors.OF_UNITS, by=("arm",), ratio=True), competitors.OF_UNITS)


def _ours_from_events(store: Any, declared: Any) -> dict[str, list[float]]:
    from experiments.measure import measure

    return _figures(measure(store, declared)[0], competitors.NINE)


def _figures(held: Any, metrics: Sequence[str]) -> dict[str, list[float]]:
    from analysis.estimator import Settings
    from analysis.estimators import delta_ratio, welch

    found = {}
    for name in (*metrics, RATIO):
        fit = delta_ratio.fit if name == RATIO else welch.fit
        about = evidence(held, name)
        effect = fit(about, Settings()).effects[about.outcome.scale.name]
        found[name] = [effect.estimate, effect.se or 0.0]
    return found


def units(path: str, number: str) -> None:
    """The step that makes the unit table."""
    write_units(Path(path), units=int(number), clustered=False)


STEPS = {"make": make, "units": units, "from_units": from_units, "from_events": from_events}


if __name__ == "__main__":
    start(main, STEPS, options(__doc__ or "", default=2_000_000, full="100,000,000"))
