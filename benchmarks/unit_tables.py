"""Ready unit tables that the benchmarks make for themselves, and what each metric in them is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.cells import CellTable, Sums
    from analysis.evidence import Evidence

CLUSTERS = 400
SMALL = 20_000
METRICS = (
    "repeated",
    "sought_help",
    "searched",
    "flagged_searches",
    "searches",
    "help_pages",
    "minutes_sum",
    "minutes_max",
    "minutes_mean",
    "minutes_last",
)
COVARIATE = "earlier"
RATIO = "flagged_share"
PARTS = {"numerator": "flagged_searches", "denominator": "searches"}
_UNITS = f"""
SELECT i AS unit, (hash(i, 2) % {CLUSTERS})::INTEGER AS cluster,
       ((CASE WHEN $clustered THEN cluster % 2 ELSE hash(i, 3) % 2 END))::INTEGER AS treated,
       hash(i, 1) % 1000 / 1000 AS trait, hash(cluster, 9) % 1000 / 1000 AS level,
       (hash(i, 4) % 3 + floor(trait * 4))::DOUBLE AS earlier,
       hash(i, 5) % 100000 / 100000 AS a, hash(i, 6) % 100000 / 100000 AS b, hash(i, 7) % 100000 / 100000 AS c
FROM range($units) AS numbers(i)"""
_TABLE = """
SELECT unit, cluster, CASE WHEN treated = 1 THEN 'warning' ELSE 'control' END AS arm, treated, earlier,
       (a < 0.10 + 0.30 * trait + 0.05 * level - 0.02 * treated)::INTEGER::DOUBLE AS repeated,
       (b < 0.05 + 0.10 * trait + 0.02 * treated)::INTEGER::DOUBLE AS sought_help,
       (c < 0.70 + 0.20 * trait)::INTEGER::DOUBLE AS searched,
       floor(-ln(1 - a) * (0.5 + 2 * trait)) AS flagged_searches,
       1 + floor(-ln(1 - b) * (2 + 4 * trait + level)) AS searches,
       floor(-ln(1 - c) * (0.2 + trait)) AS help_pages,
       round(-ln(1 - a) * 20 + 10 * trait + 5 * level - treated, 2) AS minutes_sum,
       round(10 * b + 10 * trait + 5 * level, 2) AS minutes_max,
       round(8 * c + 4 * trait + 2 * level, 2) AS minutes_mean,
       round(6 * a + 3 * b + 2 * trait + level, 2) AS minutes_last
FROM units"""


def small(path: str) -> str:
    """The path of the small table beside a unit table, by which everybody warms up."""
    return path.replace(".parquet", "-small.parquet")


def write_units(path: Path, *, units: int, clustered: bool) -> None:
    """Write a unit table as Parquet: arm (in words, and as 0 or 1), cluster, a covariate and ten metrics.

    Beside it a small one is written.
    """
    _write(path, units, clustered=clustered)
    _write(Path(small(str(path))), min(units, SMALL), clustered=clustered)


def _write(path: Path, units: int, *, clustered: bool) -> None:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '4GB'")
        connection.execute(
            f"COPY (WITH units AS ({_UNITS}) {_TABLE}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)",
            {"units": units, "clustered": clustered},
        )


def cells(path: str, metrics: Sequence[str], *, by: Sequence[str], ratio: bool = False) -> CellTable:
    """The table's units put together by the columns `by`: one query, and no row in Python.

    With `ratio` the metric `RATIO` is there as well, the ratio of the columns in `PARTS`.
    """
    import duckdb

    from analysis.cells import CellTable
    from analysis.layout import CLUSTERED, PARALLEL

    chosen = list(dict.fromkeys([*metrics, *(PARTS.values() if ratio else ())]))
    with duckdb.connect() as connection:
        table = connection.read_parquet(path)
        [first] = table.limit(10_000).aggregate(", ".join(f"avg({name})" for name in chosen)).fetchall()
        centres = dict(zip(chosen, (float(value) for value in first), strict=True))
        from_centre = {name: f"({name} - {centre!r}::DOUBLE)" for name, centre in centres.items()}
        sums = [
            f"sum({less}) AS {name}, sum({less} * {less}) AS {name}_squared"
            for name, less in from_centre.items()
        ]
        if ratio:
            sums.append(f"sum({' * '.join(from_centre[name] for name in PARTS.values())}) AS product")
        keys = ", ".join(by)
        found = table.aggregate(f"{keys}, count(*) AS n, {', '.join(sums)}").order(keys).df()
    held = {name: _sums(found, {"value": name}, centres) for name in metrics}
    if ratio:
        held[RATIO] = _sums(found, PARTS, centres)
    return CellTable(found[list(by)], found["n"].to_numpy(), held, CLUSTERED if "cluster" in by else PARALLEL)


def _sums(found: Any, parts: Mapping[str, str], centres: Mapping[str, float]) -> Sums:
    import numpy as np

    from analysis.cells import Sums

    n = found["n"].to_numpy()
    products = {(part, part): found[f"{name}_squared"].to_numpy() for part, name in parts.items()}
    if len(parts) > 1:
        products[min(parts), max(parts)] = found["product"].to_numpy()
    return Sums(
        n,
        np.zeros_like(n),
        {part: found[name].to_numpy() for part, name in parts.items()},
        products,
        {part: centres[name] for part, name in parts.items()},
    )


def evidence(table: Any, metric: str, *, covariates: tuple[str, ...] = ()) -> Evidence:
    """The evidence on one metric: as a ratio where it is `RATIO`, else as a mean."""
    from analysis.finding import Contrast
    from analysis.gathering import gather
    from analysis.outcome import Outcome

    outcome = Outcome(metric, metric, "ratio" if metric == RATIO else "mean")
    return gather(table, outcome, Contrast("warning", "control"), covariates=covariates)
