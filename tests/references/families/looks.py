"""Cases of looks before the end: planned boundaries, sequences that hold at any look, assignments day by day."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.about import Conduct
from analysis.check import CheckResult, checks
from analysis.layout import PARALLEL
from analysis.plan import Plan
from analysis.table import UnitTable
from dashboard.cli import main
from tests.references.asking import HERE, Figures


def _command(*words: str) -> dict[str, Any]:
    """What `watchkeeper looks … --json` prints."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        assert main(["looks", *words, "--json"]) == 0
    document: dict[str, Any] = json.loads(printed.getvalue())
    return document


def boundaries(case: str) -> Figures:
    frame = pd.read_csv(HERE / case / "data.csv")
    if "k" in frame:
        return _classic(int(frame["k"].iloc[0]))
    shares = ",".join(str(share) for share in frame["info"])
    error = ("--alpha", "0.025", "--sides", "1") if "one" in case else ("--alpha", "0.05", "--sides", "2")
    figures: Figures = {}
    for theirs, spending in (
        ("ldof", ("--spending", "obrien-fleming")),
        ("ldpocock", ("--spending", "pocock")),
        ("power_family_rho3", ("--spending", "power-family", "--parameter", "3")),
        ("hsd_gamma_minus4", ("--spending", "hwang-shih-decani", "--parameter", "-4")),
    ):
        looks = _command("--fractions", shares, *error, *spending)["looks"]
        figures |= {f"{theirs}_z_{look['look']}": look["z"] for look in looks}
        if theirs == "ldof":
            figures |= {f"ldof_alpha_spent_{look['look']}": look["alpha_spent"] for look in looks}
    return figures


def _classic(looks: int) -> Figures:
    shares = ",".join(str(look / looks) for look in range(1, looks + 1))
    figures: Figures = {}
    for theirs, shape in (("of", "obrien-fleming"), ("pocock", "pocock")):
        found = _command("--fractions", shares, "--classic", shape)
        figures |= {f"{theirs}_z_{look['look']}": look["z"] for look in found["looks"]}
        figures[f"{theirs}_inflation"] = found["inflation"]
    return figures


def always_valid(case: str) -> Figures:
    table, columns = str(HERE / case / "data.csv"), ("--estimate", "est", "--variance", "var")
    looks = _command(table, *columns, "--mixing", "0.0004", "--best-at", "2000")["looks"]
    return {
        f"{theirs}_{place}": look[ours]
        for place, look in enumerate(looks, start=1)
        for theirs, ours in (
            ("msprt_always_valid_p", "p_value"),
            ("msprt_ci_halfwidth", "half_width"),
            ("asympcs_halfwidth", "sequence_half_width"),
        )
    }


def assignments(case: str) -> Figures:
    daily = pd.read_csv(HERE / case / "data.csv").drop(columns="day")
    days = tuple({str(arm): int(n) for arm, n in row.items()} for _, row in daily.iterrows())
    conduct = Conduct({}, dict.fromkeys(daily.columns, 1.0))
    figures: Figures = {}
    for seen in range(1, len(days) + 1):
        totals = {str(arm): int(n) for arm, n in daily.iloc[:seen].sum().items()}
        found = _checked(replace(conduct, assigned=totals, assigned_by_day=days[:seen]))
        so_far = found["sample_ratio_by_day"]
        assert so_far.statistic is not None
        assert so_far.p_value is not None
        figures |= {f"e_value_{seen}": so_far.statistic, f"sequential_p_{seen}": so_far.p_value}
    fixed = found["sample_ratio"].p_value
    assert fixed is not None
    return {**figures, "fixed_chisq_p_last": fixed}


def _checked(conduct: Conduct) -> dict[str, CheckResult]:
    table = UnitTable(pd.DataFrame({"arm": []}, dtype="str"), PARALLEL)
    wanted = ("sample_ratio", "sample_ratio_by_day")
    return {
        result.name: result
        for name in wanted
        for result in checks()[name].run(Plan((), (), "parallel"), table, conduct)
    }


FAMILIES = {
    "group_sequential_bounds": boundaries,
    "always_valid": always_valid,
    "srm_sequential": assignments,
}
