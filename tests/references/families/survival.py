"""Cases of times to an event, and of events that come again."""

from __future__ import annotations

import json
from math import log
from re import search
from typing import Any

from tests.references.asking import HERE, Figures, ask, primary


def times_to_event(case: str) -> Figures:
    question = json.loads((HERE / case / "case.json").read_text("utf-8"))["question"]
    early, late = (_number(question, name) for name in ("T0", "tau"))
    words: dict[str, Any] = {"kind": "time_to_event", "time": "time", "event": "event", "outcome": "event"}
    curve = ask(case, **words, options={"tau": early})["restricted_mean_survival"]["parameters"]
    found = ask(case, **words, options={"tau": late})
    means, cox, logrank = (found[name] for name in ("restricted_mean_survival", "cox", "logrank"))
    more, hazards, tests = means["parameters"], cox["parameters"], logrank["parameters"]
    return {
        "km_surv1_T0": curve["survival_treatment"],
        "km_se1_T0": curve["survival_treatment_se"],
        "km_lower1_T0_loglog": curve["survival_treatment_low"],
        "km_upper1_T0_loglog": curve["survival_treatment_high"],
        "km_surv0_T0": curve["survival_control"],
        "km_median1": more["median_treatment"],
        "km_median0": more["median_control"],
        "logrank_chisq": tests["chi_square"],
        "logrank_p": logrank["p_value"],
        "peto_chisq_rho1": tests["peto_peto_chi_square"],
        "cox_efron_loghr": log(primary(cox)["estimate"]),
        "cox_efron_se": hazards["se_model"],
        "cox_breslow_loghr": hazards["log_hazard_ratio_breslow"],
        "cox_breslow_se": hazards["se_model_breslow"],
        "cox_efron_robust_se": primary(cox)["se"],
        "zph_p": hazards["proportional_hazards_p"],
        "rmst1": more["rmst_treatment"],
        "rmst1_se": more["rmst_treatment_se"],
        "rmst0": more["rmst_control"],
        "rmst0_se": more["rmst_control_se"],
        "rmst_diff": primary(means)["estimate"],
        "rmst_diff_se": primary(means)["se"],
    }


def hazards_by_cluster(case: str) -> Figures:
    words: dict[str, Any] = {"kind": "time_to_event", "time": "time", "event": "event", "outcome": "event"}
    cox = ask(case, **words, layout="clustered", cluster="id", estimator="cox")["cox"]
    more = cox["parameters"]
    return {
        "loghr": log(primary(cox)["estimate"]),
        "naive_se": more["se_model"],
        "cluster_robust_se": primary(cox)["se"],
        "n_clusters": more["clusters"],
        "stratified_loghr": more["stratified_log_hazard_ratio"],
        "stratified_se": more["stratified_se"],
    }


def recurrent(case: str) -> Figures:
    found = ask(
        case,
        kind="count",
        unit="id",
        time="stop",
        event="event",
        start="start",
        outcome="event",
        estimator="recurrent_events",
        options={"tau": 24.0},
    )["recurrent_events"]
    more = found["parameters"]
    return {
        "loghr_efron": log(primary(found)["estimate"]),
        "lwyy_robust_se_efron": primary(found)["se"],
        "naive_se_efron": more["se_model"],
        "loghr_breslow": more["log_rate_ratio_breslow"],
        "lwyy_robust_se_breslow": more["se_robust_breslow"],
        "events1": more["events_treatment"],
        "events0": more["events_control"],
        "followup1": more["follow_up_treatment"],
        "followup0": more["follow_up_control"],
        "mcf1_24": more["mean_events_treatment"],
        "mcf0_24": more["mean_events_control"],
    }


def _number(question: str, name: str) -> float:
    found = search(rf"{name}=([0-9.]+)", question)
    assert found
    return float(found[1])


FAMILIES = {
    "time_to_event": times_to_event,
    "cox_cluster_robust": hazards_by_cluster,
    "recurrent_andersen_gill_lwyy": recurrent,
}
