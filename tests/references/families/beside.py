"""Cases of what stands beside an estimate: a Bayesian reading, subgroups."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

import pandas as pd

from tests.references.asking import HERE, Figures, ask_beside


def bayesian(case: str) -> Figures:
    path = Path(mkdtemp()) / f"{case}.csv"
    pd.read_csv(HERE / case / "data.csv").rename(columns={"x": "events"}).to_csv(path, index=False)
    words = {"kind": "proportion", "counts": True, "margin": 0.01, "prior": (1.0, 1.0), "prior_sd": 0.05}
    found = ask_beside(case, table=path, **words)
    shares, sceptic = found["bayesian_shares"], found["bayesian"]["parameters"]
    posterior, more = shares["effects"]["posterior"], shares["parameters"]
    return {
        "post_mean1": more["posterior_treatment"],
        "post_mean0": more["posterior_control"],
        "post_mean_diff": posterior["estimate"],
        "prob_p1_less_p0": more["probability_of_benefit"],
        "diff_q025": posterior["low"],
        "diff_q975": posterior["high"],
        "prob_diff_below_minus_rope": more["probability_beyond_margin"],
        "shrunk_mean": sceptic["posterior_mean"],
        "shrunk_sd": sceptic["posterior_sd"],
        "shrunk_prob_below0": sceptic["probability_of_benefit"],
    }


def subgroups(case: str) -> Figures:
    more = ask_beside(case, kind="mean", subgroups=("sub",))["subgroups"]["parameters"]
    return {
        "wald_F_hc2": more["interaction_f"],
        "df1": more["interaction_df1"],
        "df2": more["interaction_df2"],
        "p_hc2": more["interaction_p"],
        "F_classical": more["f_classical"],
        "p_classical": more["p_classical"],
        "effect_ref": more["effect_in_first_level"],
    }


FAMILIES = {"bayesian": bayesian, "subgroup_interaction": subgroups}
