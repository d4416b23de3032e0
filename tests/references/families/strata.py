"""Cases of shares compared within strata."""

from __future__ import annotations

from tests.references.asking import Figures, ask, named, primary


def mantel_haenszel(case: str) -> Figures:
    found = ask(case, kind="proportion", strata="stratum")["mantel_haenszel"]
    ratio, odds = found["effects"]["risk_ratio"], found["effects"]["odds_ratio"]
    return {
        "cmh_stat": found["parameters"]["cmh_chi_square"],
        "cmh_p": found["p_value"],
        **named("", odds, or_mh="estimate", or_mh_lower="low", or_mh_upper="high"),
        **named("rd_mh", primary(found), **{"": "estimate", "_se_greenland_robins": "se"}),
        **named("rr_mh", ratio, **{"": "estimate", "_log_se": "se"}),
    }


FAMILIES = {"mantel_haenszel": mantel_haenszel}
