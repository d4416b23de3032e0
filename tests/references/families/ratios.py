"""Cases of ratios of totals and of quantiles."""

from __future__ import annotations

from tests.references.asking import Figures, ask, named, primary


def ratio(case: str) -> Figures:
    found = ask(case, kind="ratio", numerator="num", denominator="den")["delta_ratio"]
    effect, more = primary(found), found["parameters"]
    return {
        "ratio1": more["ratio_treatment"],
        "se1": more["ratio_treatment_se"],
        "ratio0": more["ratio_control"],
        "se0": more["ratio_control_se"],
        **named("", effect, diff="estimate", diff_se="se"),
        "z": effect["estimate"] / effect["se"],
        "relative_lift": found["effects"]["ratio_percent_change"]["estimate"] / 100,
        "log_ratio_se": more["log_ratio_se"],
    }


def quantiles(case: str) -> Figures:
    median, high = (ask(case, kind="quantile", options={"q": q})["quantile_bootstrap"] for q in (0.5, 0.9))
    more = median["parameters"]
    return {
        "median1": more["quantile_treatment"],
        "median0": more["quantile_control"],
        "median_diff": primary(median)["estimate"],
        "p90_diff_type7": primary(high)["estimate"],
        "median1_order_lower": more["treatment_order_low"],
        "median1_order_upper": more["treatment_order_high"],
        "median0_order_lower": more["control_order_low"],
        "median0_order_upper": more["control_order_high"],
    }


FAMILIES = {"ratio_metric_delta": ratio, "quantile_difference": quantiles}
