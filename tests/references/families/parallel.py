"""Cases of units assigned one by one."""

from __future__ import annotations

from math import log
from pathlib import Path
from tempfile import mkdtemp

import pandas as pd

from analysis.chance.distributions import two_sided_normal
from tests.references.asking import HERE, Figures, ask, named, primary


def two_proportions(case: str) -> Figures:
    found = ask(case, kind="proportion")
    score, newcombe, fisher = (found[name] for name in ("score_interval", "newcombe", "fisher_exact"))
    control, treatment = score["arms"]
    difference, more = primary(score), score["parameters"]
    figures = {
        "n1": treatment["n"],
        "n0": control["n"],
        "p1": treatment["value"],
        "p0": control["value"],
        "rd": difference["estimate"],
        "chisq_uncorrected": more["chi_square"],
        "p_uncorrected": score["p_value"],
        "p_yates": more["p_yates"],
        "p1_wilson_lower": newcombe["parameters"]["treatment_wilson_low"],
        "p1_wilson_upper": newcombe["parameters"]["treatment_wilson_high"],
        "fisher_p": fisher["p_value"],
        "rd_wald_lower": more["risk_difference_wald_low"],
        "rd_wald_upper": more["risk_difference_wald_high"],
        **named("rd_mn_", difference, lower="low", upper="high"),
        **named("rd_newcombe_", primary(newcombe), lower="low", upper="high"),
    }
    if "odds_ratio" in score["effects"]:
        figures |= {
            "rr": score["effects"]["risk_ratio"]["estimate"],
            "rr_lower": more["risk_ratio_wald_low"],
            "rr_upper": more["risk_ratio_wald_high"],
            "or": score["effects"]["odds_ratio"]["estimate"],
            **named("or_", score["effects"]["odds_ratio"], lower="low", upper="high"),
            **named(
                "fisher_", fisher["effects"]["odds_ratio"], cond_or="estimate", lower="low", upper="high"
            ),
        }
    return figures


def two_means(case: str) -> Figures:
    found = ask(case, kind="mean")
    welch, ranks = found["welch"], found["rank_sum"]
    effect, more, (control, treatment) = primary(welch), welch["parameters"], welch["arms"]
    return {
        "mean1": treatment["mean"],
        "mean0": control["mean"],
        "diff": effect["estimate"],
        "welch_t": effect["estimate"] / effect["se"],
        **named("welch_", effect, df="df", p="p_value", lower="low", upper="high"),
        **named("student_", more, p="student_p", lower="student_low", upper="student_high"),
        "cohen_d_pooled": more["cohens_d"],
        "hedges_g": more["hedges_g"],
        **named(
            "wilcox_", ranks["parameters"], W="wilcoxon_w", p_nocc="wilcoxon_p", p_cc="wilcoxon_p_corrected"
        ),
        "hodges_lehmann": primary(ranks)["estimate"],
        "prob_superiority": ranks["parameters"]["probability_of_superiority"],
    }


def ancova(case: str) -> Figures:
    found = ask(case, kind="score", covariates=("x",))
    effect, more = primary(found["ancova"]), found["ancova"]["parameters"]
    cuped, welch = primary(found["cuped"]), primary(found["welch"])
    change = ask(case, table=_with_change(case, Path(mkdtemp())), kind="score", outcome="change")["welch"]
    return {
        "ancova_est": effect["estimate"],
        "ancova_t": effect["estimate"] / more["classical_se"],
        **named(
            "ancova_", more, se="classical_se", p="classical_p", lower="classical_low", upper="classical_high"
        ),
        "ancova_se_hc2": effect["se"],
        "ancova_se_hc3": more["additive_se_hc3"],
        "ancova_hc2_p": effect["p_value"],
        "lin_est": more["interacted_estimate"],
        "lin_se_hc2": more["interacted_se_hc2"],
        "lin_p": more["interacted_p"],
        "lin_df": more["interacted_df"],
        "unadj_est": welch["estimate"],
        "unadj_se_hc2": welch["se"],
        "cuped_theta": found["cuped"]["parameters"]["slope"],
        "cuped_est": cuped["estimate"],
        "cuped_welch_se": cuped["se"],
        "cuped_welch_p": cuped["p_value"],
        "change_score_est": primary(change)["estimate"],
    }


def _with_change(case: str, tmp: Path) -> Path:
    """The case's table with the change since baseline as one more column."""
    frame = pd.read_csv(HERE / case / "data.csv")
    path = tmp / f"{case}.csv"
    frame.assign(change=frame["y"] - frame["x"]).to_csv(path, index=False)
    return path


def counts(case: str) -> Figures:
    found = ask(case, kind="count", exposure="exposure")
    binomial, quasi, robust = (
        found[name] for name in ("negative_binomial", "quasi_poisson", "poisson_robust")
    )
    control, treatment = robust["arms"]
    log_ratio = log(primary(binomial)["estimate"])
    fixed = binomial["parameters"]["log_rate_ratio_se_fixed_dispersion"]
    return {
        "poisson_log_rr": log(primary(robust)["estimate"]),
        "poisson_rate_ratio": primary(robust)["estimate"],
        **{
            f"poisson_{name}": robust["parameters"][name]
            for name in ("se_model", "se_hc0", "se_hc1", "se_hc2")
        },
        "poisson_se_hc3": primary(robust)["se"],
        "quasi_dispersion": quasi["parameters"]["dispersion"],
        "quasi_se": primary(quasi)["se"],
        "quasi_p_t": quasi["p_value"],
        "nb_log_rr": log_ratio,
        "nb_se_fixed_theta": fixed,
        "nb_p_z": two_sided_normal(log_ratio / fixed),
        "nb_theta": binomial["parameters"]["theta"],
        "nb_loglik": binomial["parameters"]["log_likelihood"],
        "rate1": treatment["value"],
        "rate0": control["value"],
    }


def standardised(case: str) -> Figures:
    found = ask(case, kind="proportion", covariates=("age", "lwt", "ht"))["standardised_logistic"]
    more, effect = found["parameters"], primary(found)
    return {
        "or_conditional": more["conditional_odds_ratio"],
        "p1_std": more["risk_treatment"],
        "p0_std": more["risk_control"],
        "rd": effect["estimate"],
        "rd_se_if": effect["se"],
        "rr": found["effects"]["risk_ratio"]["estimate"],
        "log_rr_se_if": found["effects"]["risk_ratio"]["se"],
        "rd_se_delta_hc0_fixed_covariates": more["risk_difference_se_fixed_covariates"],
        "rd_se_delta_model": more["risk_difference_se_model"],
    }


def noninferior_means(case: str) -> Figures:
    words = {"kind": "mean", "margin": 5.0, "better": "higher"}
    wide, narrow = (ask(case, level=level, **words)["welch"] for level in (0.95, 0.90))
    # The second one-sided test is not shown by itself: it is the test against the margin, seen from the other side.
    other = ask(case, **{**words, "better": "lower"})["welch"]["parameters"]
    return {
        "diff": primary(wide)["estimate"],
        "ni_p_lower_margin": wide["parameters"]["margin_p_one_sided"],
        "upper_p": other["margin_p_one_sided"],
        "tost_p": wide["parameters"]["equivalence_p"],
        **named("ci95_", primary(wide), lower="low", upper="high"),
        **named("ci90_", primary(narrow), lower="low", upper="high"),
        "welch_df": primary(wide)["df"],
    }


def noninferior_proportions(case: str) -> Figures:
    found = ask(case, kind="proportion", margin=0.03, better="higher")["score_interval"]
    more = found["parameters"]
    return {
        "diff": primary(found)["estimate"],
        "fm_z": more["margin_farrington_manning_z"],
        "fm_p_one_sided": more["margin_farrington_manning_p_one_sided"],
        "mn_z": more["margin_z"],
        "mn_p_one_sided": more["margin_p_one_sided"],
        "wald_z": more["margin_wald_z"],
    }


FAMILIES = {
    "two_proportions": two_proportions,
    "two_means": two_means,
    "ancova_lin_cuped": ancova,
    "count_rate_ratio": counts,
    "gcomputation_risk_difference": standardised,
    "noninferiority_means": noninferior_means,
    "noninferiority_proportions": noninferior_proportions,
}
