"""How long one fit takes: `.venv/bin/python benchmarks/estimators.py [NAME …]`.

Each estimator fits a study of 2,000 rows (units, or units in periods) several times; the least processor time is
printed. Where statsmodels fits the same model its time stands beside it, with the ratio of ours to it. A default is
to take at most 50 ms, an exact permutation or a bootstrap at most a second. Sites are as few as they are in life.
"""

from __future__ import annotations

import platform
import sys
from functools import partial
from time import process_time
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.calibration.cells import cells
from analysis.calibration.replicates import SETTINGS
from analysis.estimator import estimators
from analysis.gathering import gather
from analysis.refusal import Refusal
from analysis.world import Scene, worlds

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.calibration.cell import Cell
    from analysis.evidence import Rows

ROWS, RUNS = 2000, 4
CEILING, CEILING_RESAMPLED = 50.0, 1000.0  # milliseconds
RESAMPLED = ("permutation", "bootstrap")


def large(cell: Cell) -> Scene:
    """A cell's scene with about `ROWS` rows: more people, or more periods where rows are periods."""
    scene, truth = cell.scene, {k: v for k, v in cell.scene.truth.items() if not k.startswith("sizes_")}
    layout = scene.declaration.layout
    units, periods = ROWS, scene.periods
    if layout == "series":
        units, periods = 1, ROWS
    elif layout == "panel":
        units, periods = scene.units, ROWS // scene.units
    elif layout == "crossover":
        units = ROWS // 2
    elif layout == "clustered":
        units = ROWS // int(truth.get("repeats", 1))
    return Scene(scene.declaration, scene.outcome, units, scene.clusters, periods, truth)


def milliseconds(fit: Callable[[], object]) -> float:
    """The least processor time of several runs."""
    taken = []
    for _ in range(RUNS):
        began = process_time()
        fit()
        taken.append(process_time() - began)
    return 1000 * min(taken)


def theirs(name: str, rows: Rows) -> Callable[[], object] | None:
    """Statsmodels' own fit of the same model, where there is one."""
    import statsmodels.api as sm

    arm = sm.add_constant(rows.treated.astype(float))
    fits: dict[str, Callable[[], Any]] = {
        "welch": lambda: sm.stats.ttest_ind(rows.y[rows.treated], rows.y[~rows.treated], usevar="unequal"),
        "ancova": lambda: sm.OLS(rows.y, np.column_stack([arm, rows.covariates])).fit(cov_type="HC2"),
        "standardised_logistic": lambda: sm.Logit(rows.y, np.column_stack([arm, rows.covariates])).fit(
            disp=0
        ),
        "negative_binomial": lambda: sm.NegativeBinomial(rows.y, arm).fit(disp=0),
        "poisson_robust": lambda: sm.Poisson(rows.y, arm).fit(disp=0),
        "cluster_robust": lambda: sm.OLS(rows.y, arm).fit(
            cov_type="cluster", cov_kwds={"groups": rows.cluster}
        ),
        "cluster_mixed": lambda: sm.MixedLM(rows.y, arm, rows.cluster).fit(reml=True),
        "cluster_gee": lambda: sm.GEE(
            rows.y, arm, rows.cluster, family=sm.families.Binomial(), cov_struct=sm.cov_struct.Exchangeable()
        ).fit(),
    }
    return fits.get(name)


def main(names: list[str]) -> None:
    """One line an estimator and kind: ours, theirs, the ratio, and a mark above the ceiling."""
    print(f"{platform.platform()}, Python {platform.python_version()}, {ROWS} rows, least of {RUNS} runs")
    print(f"{'estimator':24} {'kind':14} {'ms':>8} {'statsmodels':>12} {'ratio':>7}")
    largest = {(cell.estimator, cell.scene.outcome.kind): cell for cell in cells()}
    for (name, kind), cell in sorted(largest.items()):
        if names and name not in names:
            continue
        scene = large(cell)
        table = worlds()[scene.declaration.layout].draw(np.random.default_rng(1), scene, cell.effect)
        covariates = ("x",) if scene.declaration.covariates else ()
        evidence = gather(table, scene.outcome, cell.contrast, covariates=covariates)
        fit = estimators()[name].fit
        try:
            ours = milliseconds(partial(fit, evidence, SETTINGS))
        except Refusal as refusal:
            print(f"{name:24} {kind:14} {refusal.reason}")
            continue
        ceiling = CEILING_RESAMPLED if any(word in name for word in RESAMPLED) else CEILING
        other = theirs(name, evidence.require_rows())
        beside = "" if other is None else f"{(least := milliseconds(other)):12.2f} {ours / least:7.2f}"
        print(f"{name:24} {kind:14} {ours:8.2f} {beside:20}{' above' if ours > ceiling else ''}")


if __name__ == "__main__":
    main(sys.argv[1:])
