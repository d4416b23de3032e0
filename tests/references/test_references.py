"""Every reference case: R's figures on real data, against ours by the door that users have."""

from __future__ import annotations

import csv
import json
from functools import cache
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from analysis.about import Conduct
from analysis.check import checks
from analysis.distributions import two_sided_normal
from analysis.layout import PARALLEL
from analysis.multiplicity import adjust
from analysis.plan import Plan
from analysis.table import UnitTable
from dashboard.cli import main
from dashboard.document import evaluation_document
from experiments.question import Question
from experiments.tabular import estimate

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
CASES = {path.parent.name: json.loads(path.read_text("utf-8")) for path in sorted(HERE.glob("*/case.json"))}
UNCOVERED = {
    tuple(line.split(":"))
    for line in (HERE / "uncovered.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
}

Figures = dict[str, float]
Findings = dict[str, dict[str, Any]]


def ask(case: str, *, table: Path | None = None, **words: Any) -> Findings:
    """The findings on a case's table, by estimator; `words` as in a Question."""
    question = {"arm": "arm", "outcome": "y", "control": "0", **words}
    document = evaluation_document(estimate(Question(table=table or HERE / case / "data.csv", **question)))
    return {finding["estimator"]: finding for finding in document["findings"]}


def primary(finding: dict[str, Any]) -> Figures:
    effect: Figures = finding["effects"][finding["scale"]]
    return effect


def named(prefix: str, effect: Figures, **names: str) -> Figures:
    """Figures of an effect under a case's names: named("rd_", effect, lower="low")."""
    return {prefix + theirs: effect[ours] for theirs, ours in names.items() if ours in effect}


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
    welch = ask(case, kind="mean")["welch"]
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
    }


def ancova(case: str, tmp: Path) -> Figures:
    found = ask(case, kind="score", covariates=("x",))
    effect, more = primary(found["ancova"]), found["ancova"]["parameters"]
    cuped, welch = primary(found["cuped"]), primary(found["welch"])
    change = ask(case, table=_with_change(case, tmp), kind="score", outcome="change")["welch"]
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


def adjusted_p_values(case: str) -> Figures:
    with (HERE / case / "data.csv").open(encoding="utf-8") as file:
        raw = [float(row["p"]) for row in csv.DictReader(file)]
    methods = {"holm": "holm", "hochberg": "hochberg", "BH": "benjamini-hochberg"}
    return {
        f"{theirs}_{i}": p
        for theirs, ours in methods.items()
        for i, p in enumerate(adjust(raw, method=ours), start=1)
    }


def sample_ratio(case: str) -> Figures:
    frame = pd.read_csv(HERE / case / "data.csv")
    conduct = Conduct(
        dict(zip(frame["arm"], frame["n"], strict=True)), dict(zip(frame["arm"], frame["share"], strict=True))
    )
    table = UnitTable(pd.DataFrame({"arm": []}, dtype="str"), PARALLEL)
    (result,) = checks()["sample_ratio"].run(Plan((), (), "parallel"), table, conduct)
    assert result.statistic is not None
    assert result.p_value is not None
    return {"chisq": result.statistic, "p": result.p_value, "df": len(frame) - 1}


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


FAMILIES: dict[str, Callable[..., Figures]] = {
    "two_proportions": two_proportions,
    "two_means": two_means,
    "ancova_lin_cuped": ancova,
    "count_rate_ratio": counts,
    "gcomputation_risk_difference": standardised,
    "noninferiority_means": noninferior_means,
    "noninferiority_proportions": noninferior_proportions,
    "multiplicity_padjust": adjusted_p_values,
    "srm": sample_ratio,
    "cluster_randomised_continuous": cluster_means,
    "cluster_randomised_binary": cluster_proportions,
    "cluster_paired_cr2": cluster_adjusted,
    "wild_bootstrap_and_randomisation_inference": permutation,
}


@cache
def figures(case: str, tmp: Path) -> Figures:
    """All that we have to say on a case, by the names of its expected figures."""
    family = FAMILIES.get(CASES[case]["estimator"])
    if family is None:
        return {}
    return family(case, tmp) if family is ancova else family(case)


@pytest.fixture(scope="session")
def tmp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("references")


@pytest.mark.parametrize("case", CASES)
def test_figures_agree_with_r_or_are_listed_as_uncovered(case: str, tmp: Path) -> None:
    got, wrong = figures(case, tmp), []
    for name, expected in CASES[case]["expected"].items():
        listed = (case, name) in UNCOVERED or (case, "*") in UNCOVERED
        if listed or expected is None:
            if name in got:
                wrong.append(f"{name} can be had: take it off the list")
        elif name not in got:
            wrong.append(f"{name} is neither computed nor listed")
        elif not _agrees(got[name], expected, name=name, tolerance=CASES[case]["tolerance"]):
            wrong.append(f"{name}: got {got[name]!r}, R says {expected!r}")
    assert not wrong, "\n".join(wrong)


def test_the_list_of_uncovered_figures_names_only_figures_that_exist() -> None:
    unknown = [
        (case, name)
        for case, name in UNCOVERED
        if case not in CASES or (name != "*" and name not in CASES[case]["expected"])
    ]
    assert not unknown


def test_a_figure_outside_its_tolerance_does_not_agree() -> None:
    tolerance = {"abs": 0.0, "rel": 1e-6, "by_name": {"nb_": 0.01, "p": 0.1}}
    assert _agrees(1.0000005, 1.0, name="rd", tolerance=tolerance)
    assert not _agrees(1.000002, 1.0, name="rd", tolerance=tolerance)
    assert _agrees(1.009, 1.0, name="nb_se", tolerance=tolerance)
    assert not _agrees(1.009, 1.0, name="pq", tolerance=tolerance)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("tp_newcombe_5670", ["--kind", "proportion"]),
        ("means_toothgrowth", ["--kind", "mean"]),
        ("nb_quine", ["--kind", "count", "--exposure", "exposure"]),
        ("ancova_btheb", ["--kind", "score", "--covariate", "x"]),
        ("cluster_ratpup_8", ["--kind", "mean", "--layout", "clustered", "--cluster", "cluster"]),
    ],
)
def test_the_command_prints_what_the_function_says(
    case: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    table = str(HERE / case / "data.csv")
    asked = ["estimate", table, "--outcome", "y", "--arm", "arm", "--control", "0", "--json", *words]
    assert main(asked) == 0
    printed = json.loads(capsys.readouterr().out)["findings"]
    options = {
        key.removeprefix("--"): value
        for key, value in zip(words[::2], words[1::2], strict=True)
        if key != "--covariate"
    }
    covariates = tuple(words[i + 1] for i, word in enumerate(words) if word == "--covariate")
    assert printed == list(ask(case, covariates=covariates, **options).values())


def _agrees(got: float, expected: float, *, name: str, tolerance: dict[str, Any]) -> bool:
    relative = tolerance["rel"]
    for key, value in (tolerance["by_name"] or {}).items():
        if name == key or (key.endswith("_") and name.startswith(key)):
            relative = value
    return bool(abs(got - expected) <= tolerance["abs"] + relative * abs(expected))
