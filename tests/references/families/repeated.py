"""Cases of surveys repeated over waves, and of what is missing in them."""

from __future__ import annotations

from tests.references.asking import Figures, ask, ask_beside, named, primary


def random_slope(case: str) -> Figures:
    found = ask(
        case, kind="score", layout="repeated", unit="Subject", period="Days", outcome="Reaction", arm=None,
        control=None,
    )["random_slope"]  # fmt: skip
    names = ("satt_df", "var_int", "var_slope", "cov", "sigma2", "reml_loglik")
    return {
        **named("", primary(found), est="estimate", kr_se="se", kr_df="df", kr_p="p_value"),
        **{name: found["parameters"][name] for name in names},
    }


def mmrm(case: str) -> Figures:
    found = ask(case, kind="score", layout="repeated", unit="id", period="visit", covariates=("x",))
    model, more = found["repeated_measures"], found["repeated_measures"]["parameters"]
    first = next(iter(model["profile"].values()))
    return {
        **{name: more[name] for name in ("n_obs", "n_subjects", "reml_loglik", "var_last", "cov_1_last")},
        "last_visit_diff": primary(model)["estimate"],
        **named("last_visit_", primary(model), kr_se="se", kr_df="df", kr_p="p_value"),
        "last_visit_se_unadjusted": more["unadjusted_se"],
        "first_visit_diff": first["estimate"],
        "first_visit_kr_df": first["df"],
        "first_visit_se_unadjusted": more["first_unadjusted_se"],
        "completers_ancova_diff": found["completers"]["parameters"]["additive_estimate"],
    }


def complete(case: str) -> Figures:
    found = ask(case, kind="score", layout="repeated", unit="id", period="visit", covariates=("x",))
    effect = primary(found["repeated_measures"])
    return {
        "last_visit_diff": effect["estimate"],
        **named("kr_", effect, se="se", df="df", p="p_value"),
    }


def missing(case: str) -> Figures:
    plain = ask_beside(case, kind="score", options={"delta": 5.0})["missing_data"]
    weighted = ask_beside(case, kind="score", covariates=("x",))["missing_data"]["effects"]
    (shifted,), more = plain["effects"].values(), plain["parameters"]
    return {
        "p_obs1": more["observed_share_treatment"],
        "p_obs0": more["observed_share_control"],
        "complete_case_diff": more["complete_case_difference"],
        "welch_p": ask(case, kind="score")["welch"]["p_value"],
        "delta_adjusted_diff_arm1": shifted["estimate"],
        "tipping_delta_point_null": more["tipping_shift"],
        "trim_share": more["trimmed_share"],
        "lee_lower": more["lee_low"],
        "lee_upper": more["lee_high"],
        "ipw_diff": weighted["weighted for who stayed"]["estimate"],
    }


FAMILIES = {
    "lmm_random_slope": random_slope,
    "mmrm_unstructured": mmrm,
    "mmrm_complete_data_anchor": complete,
    "missing_sensitivity": missing,
}
