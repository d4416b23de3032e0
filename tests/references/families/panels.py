"""Cases of panels: staggered adoption."""

from __future__ import annotations

from tests.references.asking import Figures, ask, expected


def staggered(case: str) -> Figures:
    found = ask(case, kind="series", layout="panel", arm=None, unit="unit", period="time", sequence="g")
    imputed, by_cohort = found["imputed_adoption"], found["group_time"]["parameters"]
    figures = {
        "bjs_att": imputed["effects"]["level_change"]["estimate"],
        "twfe": imputed["parameters"]["two_way_fixed_effects"],
        "n_units": imputed["parameters"]["units"],
        "n_never": imputed["parameters"]["never_adopting_units"],
        **{f"bjs_event{since}": imputed["profile"][str(since)]["estimate"] for since in (0, 1)},
    }
    for name in expected(case):
        ours = name.removeprefix("cs_").replace("event", "event_")
        if name.startswith("cs_") and ours in by_cohort:
            figures[name] = by_cohort[ours]
    return figures


FAMILIES = {"staggered_did": staggered}
