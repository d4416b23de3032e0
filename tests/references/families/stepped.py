"""Cases of stepped wedges."""

from __future__ import annotations

from typing import Any

from analysis.chance.distributions import two_sided_t
from tests.references.asking import Figures, ask, named, primary


def stepped_wedge(case: str) -> Figures:
    found = _found(case)
    robust, mixed = primary(found["stepped_robust"]), primary(found["stepped_mixed"])
    alone, model = found["stepped_robust"]["parameters"], found["stepped_mixed"]["parameters"]
    return {
        "fe_est": robust["estimate"],
        **named("fe_cr2_", robust, se="se", df="df", p="p_value"),
        "ols_cr2_se": alone["periods_alone_cr2_se"],
        "ols_cr2_df": alone["periods_alone_cr2_df"],
        "nest_est": mixed["estimate"],
        **named("nest_kr_", mixed, se="se", df="df", p="p_value"),
        "nest_var_cluster": model["var_cluster"],
        "nest_var_clusterperiod": model["var_cell"],
        "nest_var_resid": model["var_resid"],
        "cac": model["cac"],
        **_simpler(model),
    }


def _simpler(model: Figures) -> Figures:
    """Hussey and Hughes's model, and that of cell means."""
    estimate, se, df = (model[f"hussey_hughes_{figure}"] for figure in ("estimate", "kr_se", "kr_df"))
    return {
        "hh_est": estimate,
        "hh_se_unadj": model["hussey_hughes_unadjusted_se"],
        "hh_kr_se": se,
        "hh_kr_df": df,
        "hh_kr_p": two_sided_t(estimate / se, df),
        "hh_var_cluster": model["hussey_hughes_var_cluster"],
        "cellmeans_lmm_est": model["cell_means_estimate"],
        "cellmeans_kr_se": model["cell_means_kr_se"],
        "cellmeans_kr_df": model["cell_means_kr_df"],
    }


def exposure_time(case: str) -> Figures:
    model = _found(case)["stepped_exposure_time"]["parameters"]
    effects = {
        f"effect_exposure{name.removeprefix('cluster_level_effect_')}": value
        for name, value in model.items()
        if name.startswith("cluster_level_effect_")
    }
    return {
        "eti_tate": model["cluster_level_average"],
        "eti_tate_se_unadj": model["cluster_level_unadjusted_se"],
        "eti_tate_kr_se": model["cluster_level_kr_se"],
        "eti_tate_kr_df": model["cluster_level_kr_df"],
        "eti_lte": effects[f"effect_exposure{len(effects)}"],
        **effects,
    }


def _found(case: str) -> dict[str, dict[str, Any]]:
    return ask(case, kind="mean", layout="stepped", cluster="cluster", period="period")


FAMILIES = {"stepped_wedge": stepped_wedge, "stepped_wedge_exposure_time": exposure_time}
