"""Cases of whole clusters."""

from __future__ import annotations

from tests.references.asking import Figures, ask, named, primary


def cluster_means(case: str) -> Figures:
    found = ask(case, kind="mean", layout="clustered", cluster="cluster")
    robust, means = found["cluster_robust"], found["cluster_means"]
    more, welch, by_cluster = robust["parameters"], means["parameters"], primary(means)
    return {
        "n_clusters": sum(robust["clusters"].values()),
        "ols_est": primary(robust)["estimate"],
        "cr2_se": primary(robust)["se"],
        **named("cr2_", primary(robust), satt_df="df", satt_p="p_value", lower="low", upper="high"),
        **{name: more[name] for name in ("cr0_se", "cr1_se_stata", "cr3_se", "cr3_satt_df")},
        "cluster_means_diff": by_cluster["estimate"],
        "cluster_t": by_cluster["estimate"] / by_cluster["se"],
        **named("cluster_t_", by_cluster, df="df", p="p_value", lower="low", upper="high"),
        **{name: welch[name] for name in ("cluster_welch_df", "cluster_welch_p") if name in welch},
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
    }


def cluster_adjusted(case: str) -> Figures:
    found = ask(case, kind="mean", layout="clustered", cluster="cluster", covariates=("x",))
    effect = primary(found["cluster_robust"])
    return {"est": effect["estimate"], **named("cr2_", effect, se="se", df="df", p="p_value")}


def permutation(case: str) -> Figures:
    found = ask(case, kind="mean", layout="clustered", cluster="cluster")
    permuted, robust = found["cluster_permutation"], found["cluster_robust"]
    return {
        "t_cr0": primary(robust)["estimate"] / robust["parameters"]["cr0_se"],
        "ri_diff_cluster_means": primary(permuted)["estimate"],
        "ri_exact_p": permuted["p_value"],
        "n_allocations": permuted["parameters"]["allocations"],
    }


FAMILIES = {
    "cluster_randomised_continuous": cluster_means,
    "cluster_randomised_binary": cluster_proportions,
    "cluster_paired_cr2": cluster_adjusted,
    "wild_bootstrap_and_randomisation_inference": permutation,
}
