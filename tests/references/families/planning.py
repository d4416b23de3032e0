"""Cases of planning: sizes, power and detectable effects, by the command that users have."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from dashboard.cli import main
from tests.references.asking import HERE, Figures


def plan(words: str) -> dict[str, Any]:
    """What `watchkeeper power` answers."""
    printed = StringIO()
    with redirect_stdout(printed):
        assert main(["power", "--json", *words.split()]) == 0
    answered: dict[str, Any] = json.loads(printed.getvalue())
    return answered


def power(_: str) -> Figures:
    shares, means = (
        "--design individual --kind proportion --base 0.12",
        "--design individual --kind mean --sd 1",
    )
    clusters = "--cluster-size 12 --icc 0.05"
    size = plan(f"{shares} --effect -0.03")["by_way"]
    sure = plan(f"{shares} --effect -0.03 --n 1200")["by_way"]
    whole = plan(f"--design cluster --kind proportion --base 0.12 --effect -0.03 {clusters} --cv 0.4")
    groups = plan(f"--design cluster --kind mean --sd 1 --effect 0.45 --clusters 6 {clusters}")
    return {
        "n_per_arm_props": size["normal"],
        "n_per_arm_arcsine": size["arcsine"],
        "power_props": sure["normal"],
        "power_props_strict": sure["normal_both_tails"],
        "n_per_arm_t": plan(f"{means} --effect 0.45 --power 0.9")["by_way"]["t"],
        "power_t_n25": plan(f"{means} --effect 0.45 --n 25")["by_way"]["t"],
        "mde_t_n60": plan(f"{means} --n 60 --better higher")["by_way"]["t"],
        "design_effect_unequal": whole["figures"]["design_effect"],
        "clusters_per_arm_z": whole["by_way"]["normal"] // 1 + 1,
        "crt_power_t": groups["by_way"]["t_both_tails"],
    }


def power_noninferiority(_: str) -> Figures:
    means = plan("--design non-inferiority --kind mean --sd 11 --margin 4 --power 0.9 --better higher")[
        "by_way"
    ]
    shares = "--design non-inferiority --kind proportion --base 0.93 --margin 0.03 --better higher"
    rates = plan(shares)["by_way"]
    return {
        "ni_means_n_total_t": 2 * means["t"],
        "ni_means_n_per_arm_z": means["normal"],
        "ni_rates_n_total_farrington_manning": 2 * rates["score"],
        "ni_rates_n_per_arm_wald": rates["normal"],
    }


def power_stepped_wedge(case: str) -> Figures:
    asked = (
        f"--design stepped-wedge --kind mean --sd 1 --schedule {HERE / case / 'data.csv'} --cluster-size 10"
    )
    asked += " --icc 0.1 --cac 0.8"
    sure = plan(f"{asked} --effect 0.4")
    return {
        "var_effect": sure["figures"]["variance"],
        "se_effect": sure["figures"]["se"],
        "power_z": sure["by_way"]["normal"],
        "power_t_I_minus_2": sure["by_way"]["t"],
        "mde80_z": plan(f"{asked} --better higher")["by_way"]["normal"],
    }


FAMILIES = {
    "power": power,
    "power_noninferiority": power_noninferiority,
    "power_stepped_wedge": power_stepped_wedge,
}
