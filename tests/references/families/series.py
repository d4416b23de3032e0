"""Cases of interrupted series, with and without a control."""

from __future__ import annotations

from tests.references.asking import Figures, ask, expected, named, primary

CHANGES = {"its_lakehuron": "46", "its_seatbelts": "170", "its_sim36": "19"}
LAGS = {"its_lakehuron": 4, "its_seatbelts": 12, "its_sim36": 3}
OURS = {
    "nw_level_se": "newey_west_level_se",
    "nw_slope_se": "newey_west_slope_se",
    "nw_level_se_adj_n_over_n_k": "newey_west_level_se_adjusted",
    "reml_rho": "rho",
    "reml_loglik": "reml_log_likelihood",
    "ml_loglik": "ml_log_likelihood",
    "arima_loglik": "ml_log_likelihood",
    "arima_level": "ml_level",
    "arima_level_se": "ml_level_se",
    "arima_ar1": "ml_rho",
    "pw_rho": "prais_winsten_rho",
    "pw_level": "prais_winsten_level",
    "pw_level_se": "prais_winsten_level_se",
    "pw_slope": "prais_winsten_slope",
}


def interrupted(case: str) -> Figures:
    season = ("month",) if case == "its_seatbelts" else ()
    found = ask(
        case, kind="series", layout="series", arm=None, period="t", covariates=season, lags=LAGS[case],
        changes=(CHANGES[case],),
    )["segmented_series"]  # fmt: skip
    more = found["parameters"]
    told = {name: more[OURS.get(name, name)] for name in expected(case) if OURS.get(name, name) in more}
    return {
        **told,
        **named("reml_", primary(found), level="estimate"),
        **named("reml_", found["effects"]["slope_change"], slope="estimate"),
    }


def controlled(case: str) -> Figures:
    found = ask(
        case, kind="series", layout="panel", arm="series", control="control", period="t", covariates=("month",),
        changes=("170",), lags=12,
    )["controlled_series"]  # fmt: skip
    more = found["parameters"]
    return {
        "difference_series_reml_level": primary(found)["estimate"],
        "difference_series_reml_se": more["reml_level_se"],
        "difference_series_level": more["ols_level"],
        "difference_series_nw_se": more["newey_west_level_se"],
        "stacked_level_diff": more["stacked_level"],
        "stacked_level_diff_se": more["stacked_level_se"],
    }


FAMILIES = {"interrupted_time_series": interrupted, "controlled_its": controlled}
