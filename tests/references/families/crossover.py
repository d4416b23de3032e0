"""Cases of units that get both arms in turn."""

from __future__ import annotations

from tests.references.asking import Figures, ask, named, primary


def crossover(case: str) -> Figures:
    found = ask(case, kind="score", layout="crossover", arm="tool", control="A", unit="id", period="period")
    within, mixed = found["crossover_periods"], found["crossover_mixed"]
    effect, more = primary(within), within["parameters"]
    return {
        "treat_B_minus_A": effect["estimate"],
        **named("", effect, se="se", df="df", p="p_value", lower="low", upper="high"),
        "t": effect["estimate"] / effect["se"],
        **{
            name: more[name]
            for name in ("carryover_t", "carryover_p", "period_t", "period_p", "naive_paired_p")
        },
        **named("fixed_subject_", effect, est="estimate", se="se"),
        **named("lmm_", primary(mixed), est="estimate", kr_se="se", kr_df="df", kr_p="p_value"),
    }


FAMILIES = {"crossover_AB_BA": crossover}
