"""The grid: every default estimator and the main sensitivity analyses, in balanced designs and in harder ones."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from analysis.calibration.cell import BALANCED, FEW_MIXED, STRESS, Cell
from analysis.calibration.cells_in_time import in_time
from analysis.calibration.scenes import scene
from analysis.estimators.cluster_bootstrap import ENOUGH_FOR_SHARES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.calibration.cell import Band

CLUSTERS = (6, 8, 12, 20)
SIZES = {"sizes_from": 8, "sizes_to": 24}
TEAMS = {"sizes_from": 6, "sizes_to": 14, "repeats": 6, "icc": 0.05, "unit_icc": 0.50}
KINDS_OF_CLUSTERS = {
    "count": 0.7,
    "ratio": 0.06,
    "ordinal": 0.6,
    "quantile": 5.0,
    "time_to_event": 3.0,
    "score": 5.0,
}


@cache
def cells() -> tuple[Cell, ...]:
    """Every cell, those of one design together."""
    groups = (
        _clusters,
        _stressed_clusters,
        _clusters_of_events,
        _teams,
        _other_clusters,
        _people,
        _few,
        in_time,
    )
    return tuple(cell for group in groups for cell in group())


def _each(design: str, effect: float, bands: dict[str, Band], shown: Any, **shares: float) -> Iterator[Cell]:
    for name, band in bands.items():
        yield Cell(design, name, shown, effect, band, shares.get(name, 1.0))


def _clusters() -> Iterator[Cell]:
    for groups in CLUSTERS:
        yield from _each(
            f"{groups} clusters of 8 to 24, ICC 0.10",
            5.0,
            {
                "cluster_robust": BALANCED,
                "cluster_means": BALANCED,
                "cluster_permutation": STRESS,
                "cluster_bootstrap": STRESS,
                "cluster_mixed": FEW_MIXED if groups <= 8 else BALANCED,
            },
            scene("clustered", "mean", clusters=groups, truth={"icc": 0.10, **SIZES}),
        )


def _stressed_clusters() -> Iterator[Cell]:
    for groups in (12, 20):
        yield from _each(
            f"{groups} clusters, a quarter treated, sizes with CV 0.8, ICC 0.10",
            5.0,
            dict.fromkeys(
                (
                    "cluster_robust",
                    "cluster_means",
                    "cluster_permutation",
                    "cluster_bootstrap",
                    "cluster_mixed",
                ),
                STRESS,
            ),
            scene(
                "clustered",
                "mean",
                units=16 * groups,
                clusters=groups,
                truth={"icc": 0.10, "share_treated": 0.25, "sizes_cv": 0.8},
            ),
        )


def _clusters_of_events() -> Iterator[Cell]:
    for groups in CLUSTERS:
        bootstrap = {} if groups < ENOUGH_FOR_SHARES else {"cluster_bootstrap": STRESS}
        yield from _each(
            f"{groups} clusters of 8 to 24, 30 % with the event, ICC 0.05",
            0.1,
            {
                "cluster_robust": BALANCED,
                "cluster_means": BALANCED,
                "cluster_gee": BALANCED,
                "cluster_permutation": STRESS,
                **bootstrap,
            },
            scene("clustered", "proportion", clusters=groups, truth={"icc": 0.05, **SIZES}),
        )


def _teams() -> Iterator[Cell]:
    for groups in CLUSTERS:
        yield from _each(
            f"{groups} teams of 6 to 14, 6 weekly scores each, ICC of teams 0.05, of people 0.50",
            3.0,
            {"cluster_robust": BALANCED, "cluster_means": BALANCED},
            scene("clustered", "score", clusters=groups, truth=TEAMS),
        )


def _other_clusters() -> Iterator[Cell]:
    for kind, effect in KINDS_OF_CLUSTERS.items():
        design = "12 clusters of 20 that spread by 15 %"
        shown = scene("clustered", kind, units=240, clusters=12)
        yield from _each(design, effect, {"cluster_means": BALANCED}, shown)
    shown = scene("clustered", "time_to_event", units=400, clusters=20)
    yield from _each("20 clusters of 20 that spread by 15 %", 3.0, {"cox": STRESS, "logrank": STRESS}, shown)
    shown = scene("clustered", "count", units=400, clusters=20)
    yield from _each("20 clusters of 20 that spread by 15 %", 0.7, {"cluster_gee": BALANCED}, shown)
    for groups in (12, 20):
        shown = scene(
            "clustered",
            "mean",
            clusters=groups,
            truth={"icc": 0.10, **SIZES},
            strata=True,
            matched=True,
        )
        design = f"{groups // 2} pairs of clusters of 8 to 24, ICC 0.10"
        yield from _each(design, 5.0, {"cluster_pairs": BALANCED}, shown)


def _people() -> Iterator[Cell]:
    for arm in (50, 200):
        design, units = f"{arm} units an arm", 2 * arm
        plain = {
            "mean": (5.0, {"welch": BALANCED, "rank_sum": BALANCED}),
            "score": (5.0, {"welch": BALANCED, "brunner_munzel": BALANCED}),
            "quantile": (5.0, {"quantile_bootstrap": STRESS}),
            "time_to_event": (
                3.0,
                {"restricted_mean_survival": BALANCED, "cox": BALANCED, "logrank": BALANCED},
            ),
            "ordinal": (0.6, {"brunner_munzel": BALANCED, "proportional_odds": BALANCED}),
            "ratio": (
                0.06,
                {"jackknife_ratio": BALANCED, "unit_rates": BALANCED, "delta_ratio": STRESS},
            ),
        }
        for kind, (effect, bands) in plain.items():
            yield from _each(design, effect, bands, scene("parallel", kind, units=units))
        covariate = f"{design}, with a covariate"
        bands = {"ancova": BALANCED, "cuped": BALANCED}
        yield from _each(covariate, 5.0, bands, scene("parallel", "mean", units=units, covariates=True))
        shown = scene("parallel", "proportion", units=units, covariates=True)
        yield from _each(covariate, 0.1, {"standardised_logistic": BALANCED}, shown)
        yield from _counts(design, units)
        shown = scene("parallel", "mean", units=units, arms=3)
        yield from _each(f"{arm} units in each of 3 arms", 5.0, {"dunnett": STRESS}, shown)
        shown = scene("parallel", "proportion", units=units, strata=True)
        yield from _each(f"{design}, 2 strata", 0.1, {"mantel_haenszel": BALANCED}, shown)
    shown = scene("parallel", "ratio", units=2000)
    yield from _each("1000 units an arm", 0.06, {"delta_ratio": BALANCED}, shown)
    shown = scene("parallel", "mean", units=80, truth={"share_treated": 0.25}, covariates=True)
    yield from _each("20 against 60 units, with a covariate", 5.0, {"ancova": STRESS}, shown)


def _counts(design: str, units: int) -> Iterator[Cell]:
    bands = {
        "negative_binomial": BALANCED,
        "quasi_poisson": BALANCED,
        "poisson_robust": STRESS if units < 400 else BALANCED,
    }
    shown = scene("parallel", "count", units=units, truth={"base": 2.0, "spread": 2.0})
    yield from _each(f"{design}, mean 2, dispersion 2", 0.7, bands, shown)
    shown = scene("parallel", "count", units=units, dated=True)
    yield from _each(f"{design}, dated events", 0.7, {"recurrent_events": BALANCED}, shown)


def _few() -> Iterator[Cell]:
    shown = scene("parallel", "count", units=50, truth={"base": 2.0, "spread": 2.0})
    yield from _each(
        "25 units an arm, mean 2, dispersion 2",
        0.7,
        {"count_permutation": BALANCED},
        shown,
        count_permutation=0.1,
    )
    for sites in (3, 5, 10, 20):
        shown = scene("sites", "mean", clusters=sites)
        yield from _each(
            f"{sites} sites, half of the variance between them", 0.3, {"pooled_reml": STRESS}, shown
        )
