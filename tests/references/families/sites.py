"""Cases of sites that are pooled."""

from __future__ import annotations

from math import log
from pathlib import Path
from tempfile import mkdtemp

import pandas as pd

from tests.references.asking import HERE, Figures, ask, primary


def pooled_sites(case: str) -> Figures:
    words = {"arm": None, "control": None, "layout": "sites", "kind": "mean", "effect": "yi", "se": "se"}
    found = ask(case, table=_with_effects(case, Path(mkdtemp())), **words)["pooled_reml"]
    effect, more = primary(found), found["parameters"]
    return {
        "k": more["sites"],
        "fixed_est": more["fixed_estimate"],
        "fixed_se": more["fixed_se"],
        "reml_est": effect["estimate"],
        "reml_se": more["reml_normal_se"],
        "reml_tau2": more["tau2"],
        "reml_I2": more["i2"],
        "Q": more["q"],
        "Q_p": more["q_p"],
        **{f"{name}_est": more[f"{name}_estimate"] for name in ("pm", "dl")},
        **{f"{name}_tau2": more[f"{name}_tau2"] for name in ("pm", "dl")},
        "reml_hksj_se": effect["se"],
        "reml_hksj_lower": effect["low"],
        "reml_hksj_upper": effect["high"],
        "reml_hksj_p": effect["p_value"],
        "pm_hksj_se": more["pm_se"],
        "pm_hksj_lower": more["pm_low"],
        "pred_lower_z": more["prediction_normal_low"],
        "pred_upper_z": more["prediction_normal_high"],
        "pred_lower_hksj_t_kminus1": more["prediction_k_minus_1_low"],
        "pred_upper_hksj_t_kminus1": more["prediction_k_minus_1_high"],
        "pred_lower_hksj_t_kminus2": more["prediction_low"],
        "pred_upper_hksj_t_kminus2": more["prediction_high"],
        "tau2_ci_lower": more["tau2_low"],
        "tau2_ci_upper": more["tau2_high"],
    }


def _with_effects(case: str, tmp: Path) -> Path:
    """The case's table with each site's effect and standard error, worked out from its counts where it has none."""
    frame = pd.read_csv(HERE / case / "data.csv")
    if "tpos" in frame:  # log risk ratios
        treated, control = frame["tpos"] + frame["tneg"], frame["cpos"] + frame["cneg"]
        frame["yi"] = ((frame["tpos"] / treated) / (frame["cpos"] / control)).map(log)
        frame["vi"] = 1 / frame["tpos"] - 1 / treated + 1 / frame["cpos"] - 1 / control
    elif "n1i" in frame:  # risk differences
        one, other = frame["ai"] / frame["n1i"], frame["ci"] / frame["n2i"]
        frame["yi"] = one - other
        frame["vi"] = one * (1 - one) / frame["n1i"] + other * (1 - other) / frame["n2i"]
    path = tmp / f"{case}.csv"
    frame.assign(se=frame["vi"] ** 0.5).to_csv(path, index=False)
    return path


FAMILIES = {"meta_analysis": pooled_sites}
