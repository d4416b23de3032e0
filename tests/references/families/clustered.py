"""Cases of whole clusters."""

from __future__ import annotations

from math import exp
from typing import Any

import pytest

from analysis.chance.distributions import two_sided_t
from tests.references.asking import Figures, ask, named, primary

CORRECTIONS = {
    "robust": "robust",
    "kc": "kauermann_carroll",
    "md": "mancl_derouen",
    "fg": "fay_graubard",
}


def cluster_means(case: str) -> Figures:
    found = ask(case, kind="mean", layout="clustered", cluster="cluster")
    robust, means = found["cluster_robust"], found["cluster_means"]
    more, welch, by_cluster = robust["parameters"], means["parameters"], primary(means)
    return {
        "n_clusters": sum(robust["clusters"].values()),
        "ols_est": primary(robust)["estimate"],
        "cr2_se": primary(robust)["se"],
        **named("cr2_", primary(robust), satt_df="df", lower="low", upper="high"),
        **{name: more[name] for name in ("cr0_se", "cr1_se_stata", "cr3_se", "cr3_satt_df")},
        "cluster_means_diff": by_cluster["estimate"],
        "cluster_t": by_cluster["estimate"] / by_cluster["se"],
        **named("cluster_t_", by_cluster, df="df", lower="low", upper="high"),
        "cluster_welch_df": welch["cluster_welch_df"],
        "icc_anova_ignoring_arm": more["icc_anova_ignoring_arm"],
        **_tested(robust, means),
        **mixed(found["cluster_mixed"]),
    }


def mixed(finding: dict[str, Any]) -> Figures:
    more = finding["parameters"]
    effect = primary(finding)
    return {
        **named("lmm_", effect, est="estimate", kr_se="se", kr_df="df"),
        "lmm_kr_p": two_sided_t(effect["estimate"] / effect["se"], effect["df"]),
        "lmm_var_cluster": more["var_cluster"],
        "lmm_var_resid": more["var_resid"],
        "lmm_unadjusted_se": more["unadjusted_se"],
        "lmm_satt_df_observed_info": more["satt_df_observed_info"],
        "ols_naive_se": more["ols_naive_se"],
        "icc_reml": finding["icc"],
    }


def _tested(robust: dict[str, Any], means: dict[str, Any]) -> Figures:
    """The p-values, from what is printed of their tests where the design is too small to print them."""
    effect, by_cluster, welch = primary(robust), primary(means), means["parameters"]
    t = by_cluster["estimate"] / welch["cluster_welch_se"]
    return {
        "cr2_satt_p": two_sided_t(effect["estimate"] / effect["se"], effect["df"]),
        "cluster_t_p": two_sided_t(by_cluster["estimate"] / by_cluster["se"], by_cluster["df"]),
        "cluster_welch_p": two_sided_t(t, welch["cluster_welch_df"]),
    }


def cluster_proportions(case: str) -> Figures:
    found = ask(case, kind="proportion", layout="clustered", cluster="cluster")
    robust, means = found["cluster_robust"], primary(found["cluster_means"])
    effect = primary(robust)
    return {
        "n_clusters": sum(robust["clusters"].values()),
        "rd_individual_weighted": effect["estimate"],
        **named("rd_cr2_", effect, se="se", df="df", p="p_value", lower="low", upper="high"),
        "rd_cluster_weighted": means["estimate"],
        **named("cluster_t_", means, p="p_value", lower="low", upper="high"),
        "ri_exact_p": primary(found["cluster_permutation"])["p_value"],
        "logit_logor": robust["parameters"]["logit_estimate"],
        "logit_cr2_se": robust["parameters"]["logit_cr2_se"],
    }


def cluster_adjusted(case: str) -> Figures:
    found = ask(case, kind="mean", layout="clustered", cluster="cluster", strata="pair", covariates=("x",))
    effect, more = primary(found["cluster_robust"]), found["cluster_robust"]["parameters"]
    estimate, se, df = (more[f"strata_effects_{figure}"] for figure in ("estimate", "cr2_se", "cr2_df"))
    return {
        "est": effect["estimate"],
        **named("cr2_", effect, se="se", df="df", p="p_value"),
        "pairfe_est": estimate,
        "pairfe_cr2_se": se,
        "pairfe_cr2_df": df,
        "pairfe_cr2_p": two_sided_t(estimate / se, df),
    }


def permutation(case: str) -> Figures:
    found = ask(case, kind="mean", layout="clustered", cluster="cluster")
    permuted, wild = found["cluster_permutation"], found["cluster_bootstrap"]
    return {
        "t_cr0": wild["parameters"]["t_cr0"],
        "wcr_rademacher_exact_p": wild["p_value"],
        "n_weight_draws": wild["parameters"]["weight_draws"],
        "ri_diff_cluster_means": primary(permuted)["estimate"],
        "ri_exact_p": permuted["p_value"],
        "n_allocations": permuted["parameters"]["allocations"],
    }


def estimating_equations(case: str) -> Figures:
    counted = case == "gee_seizure_poisson"
    kind = "count" if counted else "proportion"
    found = ask(case, kind=kind, layout="clustered", cluster="cluster", covariates=("x",))["cluster_gee"]
    more, effect = found["parameters"], found["effects"]["rate_ratio" if counted else "odds_ratio"]
    figures = {"n_clusters": float(sum(found["clusters"].values()))}
    for prefix, working in (("exch_", "exchangeable_"), ("ind_", "independence_")):
        figures[f"{prefix}est"] = more[f"{working}log_ratio"]
        for theirs, ours in CORRECTIONS.items():
            figures[f"{prefix}{theirs}_se"] = more[f"{working}{ours}_se"]
    assert effect["estimate"] == pytest.approx(exp(figures["exch_est"]))
    assert effect["se"] == pytest.approx((figures["exch_kc_se"] + figures["exch_md_se"]) / 2)
    return figures | {"exch_alpha": more["exchangeable_correlation"]}


FAMILIES = {
    "gee_small_sample": estimating_equations,
    "cluster_randomised_continuous": cluster_means,
    "cluster_randomised_binary": cluster_proportions,
    "cluster_paired_cr2": cluster_adjusted,
    "wild_bootstrap_and_randomisation_inference": permutation,
}
