"""The same ten metrics by other libraries, each in its own idiom: metric -> difference and its standard error.

Each takes files and returns figures; `from_units_…` a unit table in Parquet, `from_events_…` the segments of a
store, whose rows have the unit, the event, its value, the arm (on a unit's assignment) and microseconds since
the unit's exposure.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

from unit_tables import PARTS, RATIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Figures = dict[str, list[float]]

WEEK = 7 * 86_400 * 1_000_000  # microseconds
SHARES = {
    "repeated": "flagged_search",
    "sought_help": "help_page_opened",
    "searched": "search",
    "ended": "session_ended",
}
COUNTS = {
    "flagged_searches": "flagged_search",
    "searches": "search",
    "help_pages": "help_page_opened",
    "sessions": "session_ended",
}
NINE = (*SHARES, *COUNTS, "minutes_sum")
OF_UNITS = (
    "repeated",
    "sought_help",
    "searched",
    "flagged_searches",
    "searches",
    "help_pages",
    "minutes_sum",
    "minutes_max",
    "minutes_mean",
)
ARMS = ("control", "warning")


def from_units_tea_tasting(path: str) -> Figures:
    """Tea-tasting over an Ibis table of DuckDB."""
    import ibis

    with_duckdb = ibis.duckdb.connect()
    return _analysed(with_duckdb.read_parquet(path), OF_UNITS)


def from_events_tea_tasting(files: Sequence[str]) -> Figures:
    """The same; the roll-up is an Ibis expression, which DuckDB runs together with the rest."""
    import ibis

    events = ibis.duckdb.connect().read_parquet(list(files))
    week = (events.since >= 0) & (events.since < WEEK)
    ended = week & (events.event == "session_ended")
    units = events.group_by("unit").aggregate(
        arm=events.arm.max(),
        **{name: (week & (events.event == event)).any().cast("float64") for name, event in SHARES.items()},
        **{name: (week & (events.event == event)).sum().cast("float64") for name, event in COUNTS.items()},
        minutes_sum=events.value.sum(where=ended).fill_null(0.0),
    )
    return _analysed(units, NINE)


def _analysed(table: Any, metrics: Sequence[str]) -> Figures:
    import tea_tasting as tt

    asked = {name: tt.Mean(name) for name in metrics} | {RATIO: tt.RatioOfMeans(*PARTS.values())}
    result = tt.Experiment(asked, variant="arm").analyze(table, control="control")
    found = {name: result[name] for name in asked}
    return {name: [one.effect_size, one.effect_size / one.statistic] for name, one in found.items()}


def from_units_polars(path: str) -> Figures:
    """Polars, lazily and streaming: moments of each arm."""
    import polars as pl

    return _of_moments(_moments_of(pl.scan_parquet(path), OF_UNITS), OF_UNITS)


def from_events_polars(files: Sequence[str]) -> Figures:
    """Polars, lazily and streaming: one row a unit, then moments of each arm."""
    import polars as pl

    event, week = pl.col("event"), (pl.col("since") >= 0) & (pl.col("since") < WEEK)
    units = (
        pl.scan_parquet(list(files))
        .group_by("unit")
        .agg(
            pl.col("arm").max(),
            *[
                (week & (event == name)).any().cast(pl.Float64).alias(metric)
                for metric, name in SHARES.items()
            ],
            *[
                (week & (event == name)).sum().cast(pl.Float64).alias(metric)
                for metric, name in COUNTS.items()
            ],
            pl.col("value").filter(week & (event == "session_ended")).sum().alias("minutes_sum"),
        )
    )
    return _of_moments(_moments_of(units, NINE), NINE)


def _moments_of(units: Any, metrics: Sequence[str]) -> Mapping[str, Mapping[str, float]]:
    import polars as pl

    above, below = PARTS.values()
    found = (
        units.group_by("arm")
        .agg(
            pl.len().alias("n"),
            *[pl.col(name).mean().alias(f"{name}.mean") for name in metrics],
            *[pl.col(name).var().alias(f"{name}.variance") for name in metrics],
            pl.cov(above, below).alias("covariance"),
        )
        .collect(engine="streaming")
    )
    return {row["arm"]: row for row in found.to_dicts()}


def _of_moments(arms: Mapping[str, Mapping[str, float]], metrics: Sequence[str]) -> Figures:
    """Differences with Welch's standard errors, and that of the ratio by the delta method."""
    one, other = arms["warning"], arms["control"]
    found = {
        name: [
            one[f"{name}.mean"] - other[f"{name}.mean"],
            sqrt(sum(arm[f"{name}.variance"] / arm["n"] for arm in (one, other))),
        ]
        for name in metrics
    }
    ratios = [_ratio(arm) for arm in (one, other)]
    return {**found, RATIO: [ratios[0][0] - ratios[1][0], sqrt(ratios[0][1] + ratios[1][1])]}


def _ratio(arm: Mapping[str, float]) -> tuple[float, float]:
    """The ratio of an arm and its variance by the delta method."""
    above, below = (arm[f"{name}.mean"] for name in PARTS.values())
    spread = [arm[f"{name}.variance"] for name in PARTS.values()]
    value = above / below
    variance = spread[0] - 2 * value * arm["covariance"] + value**2 * spread[1]
    return value, variance / arm["n"] / below**2


def from_units_pandas(path: str) -> Figures:
    """Pandas, and statsmodels' comparison of means."""
    import pandas as pd

    return _compared(pd.read_parquet(path, columns=["arm", *OF_UNITS]), OF_UNITS)


def from_events_pandas(files: Sequence[str]) -> Figures:
    """Pandas: events of the week as flags, summed by unit; then statsmodels."""
    import pandas as pd

    columns = ["unit", "event", "since", "value", "arm"]
    frame = pd.concat([pd.read_parquet(file, columns=columns) for file in files], ignore_index=True)
    week = frame[(frame["since"] >= 0) & (frame["since"] < WEEK)]
    units = frame.loc[frame["event"] == "assigned", ["unit", "arm"]].drop_duplicates("unit").set_index("unit")
    counted = week.groupby(["unit", "event"]).size().unstack(fill_value=0).reindex(units.index, fill_value=0)
    for name, event in COUNTS.items():
        units[name] = counted[event].astype("float64")
    for name, event in SHARES.items():
        units[name] = (counted[event] > 0).astype("float64")
    minutes = week[week["event"] == "session_ended"].groupby("unit")["value"].sum()
    units["minutes_sum"] = minutes.reindex(units.index, fill_value=0.0)
    return _compared(units, NINE)


def _compared(units: Any, metrics: Sequence[str]) -> Figures:
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    control, warning = (units[units["arm"] == arm] for arm in ARMS)
    found: Figures = {}
    for name in metrics:
        both = CompareMeans(DescrStatsW(warning[name].to_numpy()), DescrStatsW(control[name].to_numpy()))
        difference = both.d1.mean - both.d2.mean
        found[name] = [float(difference), float(both.std_meandiff_separatevar)]
    ratios = []
    for arm in (warning, control):
        held = {f"{name}.mean": arm[name].mean() for name in PARTS.values()}
        held |= {f"{name}.variance": arm[name].var() for name in PARTS.values()}
        ratios.append(
            _ratio({**held, "n": len(arm), "covariance": arm[list(PARTS.values())].cov().iloc[0, 1]})
        )
    return {**found, RATIO: [float(ratios[0][0] - ratios[1][0]), sqrt(ratios[0][1] + ratios[1][1])]}


def from_units_pyfixest(path: str) -> Figures:
    """Pyfixest: one regression for each metric on the arm, HC2, which is Welch's standard error; no ratio."""
    import pandas as pd
    import pyfixest as pf

    frame = pd.read_parquet(path, columns=["treated", *OF_UNITS])
    fits = pf.feols(
        f"{' + '.join(OF_UNITS)} ~ treated",
        frame,
        vcov="HC2",
        ssc=pf.ssc(k_adj=False, G_adj=False),
        copy_data=False,
        store_data=False,
        lean=True,
    ).to_list()
    both = zip(OF_UNITS, fits, strict=True)
    return {name: [float(one.coef()["treated"]), float(one.se()["treated"])] for name, one in both}
