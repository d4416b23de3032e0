"""Cases of ordered levels."""

from __future__ import annotations

from math import log

from tests.references.asking import Figures, ask, primary


def ordinal(case: str) -> Figures:
    found = ask(case, kind="ordinal", better="higher")
    ranks, odds = found["brunner_munzel"], found["proportional_odds"]
    more, effect = ranks["parameters"], primary(ranks)
    return {
        "polr_logor": log(primary(odds)["estimate"]),
        "polr_se": primary(odds)["se"],
        "polr_or": primary(odds)["estimate"],
        "polr_loglik": odds["parameters"]["log_likelihood"],
        "mann_whitney_prob": effect["estimate"],
        "delong_se": effect["se"],
        "win_ratio": more["win_ratio"],
        "net_benefit": more["net_benefit"],
        "win_odds": more["win_odds"],
        "brunner_munzel_stat": -more[
            "brunner_munzel_statistic"
        ],  # R's sign is that of control above treatment
        "brunner_munzel_df": effect["df"],
        "brunner_munzel_p": effect["p_value"],
        "wilcox_p_nocc": more["wilcoxon_p"],
    }


FAMILIES = {"ordinal": ordinal}
