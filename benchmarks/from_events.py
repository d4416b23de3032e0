"""From events, and from a ready unit table, to cluster-robust ANCOVA: `.venv/bin/python benchmarks/from_events.py`.

First, `--events` stored events of a study in clusters become eight adjusted differences with cluster-robust
standard errors; the yardstick is DuckDB's scan of one column (the time since exposure) of the same files.
Second, a unit table in Parquet with a tenth as many units: ours from sums, pyfixest and statsmodels, each with
loading, and the estimates and standard errors (CR1) compared. Everybody has imported and, with unit tables,
warmed up before the clock starts. Aims: at most 8 times the scan; at least 40 times faster than pyfixest, equal
to 1e-9.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from logs import eight_outcomes
from stored import fill, make, scan, study, workplace
from unit_tables import COVARIATE, METRICS, cells, evidence, small, write_units
from workbench import agreement, clocked, machine, options, skipped, start, table, take

if TYPE_CHECKING:
    import argparse

    from workbench import Taken

EIGHT = METRICS[:3] + METRICS[5:]
AIM, AIM_FASTER, AIM_EQUAL = "8", 40, 1e-9


def main(arguments: argparse.Namespace) -> None:
    """Both halves, a table each."""
    print(machine("duckdb", "pyarrow", "pyfixest", "statsmodels"))
    print(
        f"cluster-robust ANCOVA of eight outcomes; median of {arguments.runs} runs, in processes of their own"
    )
    with workplace(arguments.keep) as folder:
        fill(folder, arguments.events, eight_outcomes(), clustered=True)
        rows = {
            "DuckDB scans one column": take("scan", "since", runs=arguments.runs),
            "ours, from events": take("from_events", runs=arguments.runs),
        }
        print(f"\n{arguments.events:,} events")
        table(rows, over="DuckDB scans one column", over_name="scan", targets={"ours, from events": AIM})
        from_units(folder / "units.parquet", arguments.events // 10, arguments.runs)


def from_units(path: Path, units: int, runs: int) -> None:
    """The second half."""
    take("units", str(path), str(units))
    rows: dict[str, Taken] = {"ours, from sums": take("ours", str(path), runs=runs)}
    for package in ("pyfixest", "statsmodels"):
        if not skipped(package):
            rows[package] = take(package, str(path), runs=runs if package == "pyfixest" else 1)
    print(f"\n{units:,} units in Parquet, with loading")
    table(rows, over="ours, from sums", over_name="ours")
    for package in list(rows)[1:]:
        apart = agreement(rows["ours, from sums"].said["found"], rows[package].said["found"])
        faster = rows[package].cpu / rows["ours, from sums"].cpu
        print(
            f"{package}: ours {faster:.0f} x faster; estimates and standard errors apart by {apart:.1e} at most"
        )
    print(f"(aims: {AIM_FASTER} x faster than pyfixest, apart by at most {AIM_EQUAL:g})")


def from_events() -> None:
    """The step from the store's events to eight estimates."""
    from analysis.estimator import Settings
    from analysis.estimators.cluster_robust import fit
    from analysis.finding import Contrast
    from analysis.gathering import gather
    from experiments.measure import measure
    from experiments.plan import analysis_plan

    store, declared = study()

    def work() -> dict[str, float]:
        measured = measure(store, declared)[0]
        found = {}
        for outcome in analysis_plan(declared).outcomes:
            held = gather(measured, outcome, Contrast("warning", "control"), covariates=(COVARIATE,))
            found[outcome.name] = fit(held, Settings()).effects[outcome.scale.name].estimate
        return found

    clocked(work)


def ours(table_file: str) -> None:
    """The step from a unit table to eight estimates: sums by DuckDB, the regression by the program."""
    from analysis.estimator import Settings
    from analysis.estimators.cluster_robust import fit

    def work(path: str) -> dict[str, list[float]]:
        held = cells(path, EIGHT, by=("arm", "cluster", COVARIATE))
        estimates = {name: fit(evidence(held, name, covariates=(COVARIATE,)), Settings()) for name in EIGHT}
        return {
            name: [one.effects["mean_difference"].estimate, one.parameters["cr1_se_stata"]]
            for name, one in estimates.items()
        }

    clocked(work, table_file, warm=[small(table_file)])


def pyfixest(table_file: str) -> None:
    """Pyfixest: all outcomes in one call, nothing kept that is not needed."""
    import pandas as pd
    import pyfixest as pf

    def work(path: str) -> dict[str, list[float]]:
        frame = pd.read_parquet(path, columns=[*EIGHT, "treated", COVARIATE, "cluster"])
        models = pf.feols(
            f"{' + '.join(EIGHT)} ~ treated + {COVARIATE}",
            frame,
            vcov={"CRV1": "cluster"},
            copy_data=False,
            store_data=False,
            lean=True,
        )
        fits = zip(EIGHT, models.to_list(), strict=True)
        return {name: [float(one.coef()["treated"]), float(one.se()["treated"])] for name, one in fits}

    clocked(work, table_file, warm=[small(table_file)])


def statsmodels(table_file: str) -> None:
    """Statsmodels: ordinary least squares with the cluster sandwich, arrays without formulas."""
    import numpy as np
    import pandas as pd
    from statsmodels.regression.linear_model import OLS

    def work(path: str) -> dict[str, list[float]]:
        frame = pd.read_parquet(path, columns=[*EIGHT, "treated", COVARIATE, "cluster"])
        x = np.column_stack([np.ones(len(frame)), frame["treated"], frame[COVARIATE]])
        groups = frame["cluster"].to_numpy()
        found = {}
        for name in EIGHT:
            fitted = OLS(frame[name].to_numpy(), x).fit(cov_type="cluster", cov_kwds={"groups": groups})
            found[name] = [float(fitted.params[1]), float(fitted.bse[1])]
        return found

    clocked(work, table_file, warm=[small(table_file)])


def units(path: str, number: str) -> None:
    """The step that makes the unit table."""
    write_units(Path(path), units=int(number), clustered=True)


STEPS = {
    "make": make,
    "scan": scan,
    "from_events": from_events,
    "units": units,
    "ours": ours,
    "pyfixest": pyfixest,
    "statsmodels": statsmodels,
}


if __name__ == "__main__":
    start(main, STEPS, options(__doc__ or "", default=2_000_000, full="100,000,000"))
