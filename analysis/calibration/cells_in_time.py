"""The part of the grid in which time matters: wedges, crossovers, series, panels and repeated surveys."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from analysis.calibration.cell import BALANCED, STRESS, Cell
from analysis.calibration.scenes import scene

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOW = 0.25  # of the replicates, for sensitivity analyses that take long
WEDGE = {"icc": 0.10, "cac": 0.8, "trend": 0.02, "spread": 10.0}  # a trend of a tenth of the spread


def in_time() -> Iterator[Cell]:
    """Every cell of these layouts."""
    for group in (_wedges, _crossovers, _series, _panels, _surveys):
        yield from group()


def _wedges() -> Iterator[Cell]:
    for clusters in (8, 12, 20):
        shown = scene("stepped", "mean", units=50 * clusters, clusters=clusters, periods=5, truth=WEDGE)
        design = f"{clusters} clusters, 5 periods, 10 units a cell, ICC 0.10, CAC 0.8"
        yield Cell(design, "stepped_robust", shown, 5.0, BALANCED)
        yield Cell(design, "stepped_mixed", shown, 5.0, BALANCED, SLOW)
        yield Cell(design, "stepped_permutation", shown, 5.0, STRESS, SLOW)
        yield Cell(design, "stepped_exposure_time", shown, 5.0, STRESS, SLOW)
    shown = scene("stepped", "proportion", units=800, clusters=8, periods=5)
    yield Cell("8 clusters, 5 periods, 20 units a cell", "stepped_robust", shown, 0.1, BALANCED)
    shown = scene("stepped", "count", units=800, clusters=8, periods=5)
    yield Cell("8 clusters, 5 periods, 20 units a cell", "stepped_permutation", shown, 0.7, STRESS)


def _crossovers() -> Iterator[Cell]:
    for people in (8, 12, 20, 40):
        shown = scene("crossover", "score", units=people, truth={"period": 0.06, "spread": 10.0})
        yield Cell(f"{people} people, two periods", "crossover_periods", shown, 5.0, BALANCED)
    for people in (20, 40):
        shown = scene("crossover", "score", units=people, truth={"dropout": 0.1, "spread": 10.0})
        design = f"{people} people, two periods, a tenth of them missing"
        yield Cell(design, "crossover_mixed", shown, 5.0, BALANCED, SLOW)
    shown = scene("crossover", "score", units=20, truth={"share_treated": 0.25, "spread": 10.0})
    yield Cell("5 against 15 people by order", "crossover_periods", shown, 5.0, BALANCED)


def _series() -> Iterator[Cell]:
    for points in (24, 36, 48, 60, 120):
        shown = scene("series", "series", units=1, periods=points, truth={"rho": 0.4})
        design = f"{points} periods, autocorrelation 0.4"
        yield Cell(design, "segmented_series", shown, 40.0, BALANCED)
        if points >= 48:
            yield Cell(design, "segmented_poisson", shown, 40.0, STRESS, SLOW)
    for rho, points in product((0.0, 0.2, 0.7), (24, 48, 96)):
        shown = scene("series", "series", units=1, periods=points, truth={"rho": rho})
        yield Cell(f"{points} periods, autocorrelation {rho}", "segmented_series", shown, 40.0, STRESS)


def _panels() -> Iterator[Cell]:
    shown = scene("panel", "series", units=4, periods=48, truth={"rho": 0.4}, platforms=4, treated_units=1)
    yield Cell("1 adopter and 3 controls, 48 periods", "controlled_series", shown, 40.0, BALANCED)
    for platforms in (12, 20, 48):
        shown = scene(
            "panel",
            "mean",
            units=platforms,
            periods=8,
            truth={"rho": 0.5},
            platforms=platforms,
            treated_units=platforms - platforms // 4,
        )
        design = f"{platforms} platforms, 8 periods, cohorts in 3, 5 and 7"
        if platforms < 40:
            yield Cell(design, "adoption_permutation", shown, 5.0, STRESS)
        else:
            yield Cell(design, "imputed_adoption", shown, 5.0, BALANCED)
        yield Cell(design, "group_time", shown, 5.0, STRESS, SLOW)


def _surveys() -> Iterator[Cell]:
    for arm in (12, 20, 40):
        shown = scene("repeated", "score", units=2 * arm, periods=4, truth={"dropout": 0.25, "spread": 10.0})
        design = f"{arm} people an arm, 4 waves, a quarter leaves"
        yield Cell(design, "repeated_measures", shown, 5.0, BALANCED)
        yield Cell(design, "completers", shown, 5.0, STRESS)
    shown = scene("repeated", "score", units=60, periods=4, arms=1)
    yield Cell("60 people of one arm, 4 waves", "random_slope", shown, 5.0, BALANCED)
