"""What moments are good for: `.venv/bin/python benchmarks/moments.py`.

From a unit table in Parquet, `--units` units in 400 clusters with ten metrics, one pass yields moments by
cluster. From them, 10,000 permutations of the clusters for each metric; the yardstick is that pass. Then a
random-intercept model by REML of one metric: ours from moments, statsmodels' MixedLM from the rows of a tenth
of the units, loading included for both. Everybody has warmed up on a small table before the clock starts. Aims:
permutations at most twice the pass; REML at least 20 times faster than MixedLM, equal to 1e-6.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stored import workplace
from unit_tables import METRICS, cells, evidence, small, write_units
from workbench import agreement, clocked, machine, options, skipped, start, table, take

if TYPE_CHECKING:
    import argparse

AIM, AIM_FASTER, AIM_EQUAL = "2", 20, 1e-6
ONE = "minutes_sum"


def main(arguments: argparse.Namespace) -> None:
    """Make the tables, then both comparisons."""
    print(machine("duckdb", "statsmodels", "scipy"))
    with workplace(arguments.keep) as folder:
        path, tenth = str(folder / "units.parquet"), str(folder / "tenth.parquet")
        for file, number in ((path, arguments.units), (tenth, arguments.units // 10)):
            if not Path(file).exists():
                take("units", file, str(number))
        rows = {
            "the pass that yields the moments": take("moments", path, runs=arguments.runs),
            "10,000 permutations, 10 metrics": take("permutations", path, runs=arguments.runs),
        }
        print(f"\n{arguments.units:,} units in 400 clusters; median of {arguments.runs} runs")
        table(
            rows,
            over="the pass that yields the moments",
            over_name="pass",
            targets={"10,000 permutations, 10 metrics": AIM},
        )
        if not skipped("statsmodels"):
            mixed(tenth, arguments.units // 10, arguments.runs)


def mixed(path: str, units: int, runs: int) -> None:
    """The second comparison."""
    rows = {
        "ours, REML from moments": take("ours", path, runs=runs),
        "statsmodels MixedLM": take("statsmodels", path),
    }
    print(f"\n{units:,} units in 400 clusters, random intercept by REML, with loading")
    table(rows, over="ours, REML from moments", over_name="ours")
    ours, theirs = (one.said["found"] for one in rows.values())
    faster = rows["statsmodels MixedLM"].cpu / rows["ours, REML from moments"].cpu
    print(f"ours {faster:.0f} x faster; apart by {agreement(ours, theirs):.1e} at most: {', '.join(ours)}")
    print(f"(aims: {AIM_FASTER} x faster, apart by at most {AIM_EQUAL:g})")


def moments(path: str) -> None:
    """The step that reads the moments of ten metrics."""
    clocked(lambda file: cells(file, METRICS, by=("arm", "cluster")).units, path, warm=[small(path)])


def permutations(path: str) -> None:
    """The step that permutes clusters, with the moments there already."""
    from analysis.estimator import Settings
    from analysis.estimators.cluster_permutation import fit

    held = cells(path, METRICS, by=("arm", "cluster"))

    def work() -> dict[str, float | None]:
        fits = {name: fit(evidence(held, name), Settings()) for name in METRICS}
        return {name: one.effects["mean_difference"].p_value for name, one in fits.items()}

    clocked(work)


def ours(table_file: str) -> None:
    """The step from a unit table to the random-intercept model."""
    from analysis.estimator import Settings
    from analysis.estimators.cluster_mixed import fit

    def work(path: str) -> dict[str, list[float]]:
        found = fit(evidence(cells(path, (ONE,), by=("arm", "cluster")), ONE), Settings())
        variances = [found.parameters["var_cluster"], found.parameters["var_resid"]]
        return {"difference": [found.effects["mean_difference"].estimate], "variances": variances}

    clocked(work, table_file, warm=[small(table_file)])


def statsmodels(table_file: str) -> None:
    """Statsmodels' MixedLM on the rows."""
    import numpy as np
    import pandas as pd
    from statsmodels.regression.mixed_linear_model import MixedLM

    def work(path: str) -> dict[str, list[float]]:
        frame = pd.read_parquet(path, columns=[ONE, "treated", "cluster"])
        x = np.column_stack([np.ones(len(frame)), frame["treated"]])
        fitted = MixedLM(frame[ONE].to_numpy(), x, frame["cluster"].to_numpy()).fit(
            reml=True, method="bfgs", gtol=1e-10
        )  # its own tolerance stops four digits short, and takes as long
        variances = [float(np.asarray(fitted.cov_re)[0, 0]), float(fitted.scale)]
        return {"difference": [float(fitted.fe_params[1])], "variances": variances}

    clocked(work, table_file, warm=[small(table_file)])


def units(path: str, number: str) -> None:
    """The step that makes a unit table."""
    write_units(Path(path), units=int(number), clustered=True)


STEPS = {
    "units": units,
    "moments": moments,
    "permutations": permutations,
    "ours": ours,
    "statsmodels": statsmodels,
}


if __name__ == "__main__":
    start(main, STEPS, options(__doc__ or "", default=2_000_000, full="10,000,000", unit="units"))
