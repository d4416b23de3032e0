"""Cases of adjusted p-values and of allocation."""

from __future__ import annotations

import csv

import pandas as pd

from analysis.about import Conduct
from analysis.check import checks
from analysis.checks.sample_ratio import exact_multinomial
from analysis.layout import PARALLEL
from analysis.multiplicity import adjust
from analysis.plan import Plan
from analysis.table import UnitTable
from tests.references.asking import HERE, Figures


def adjusted_p_values(case: str) -> Figures:
    with (HERE / case / "data.csv").open(encoding="utf-8") as file:
        raw = [float(row["p"]) for row in csv.DictReader(file)]
    same = {name: name for name in ("holm", "hochberg", "hommel", "bonferroni")}
    methods = {**same, "BH": "benjamini-hochberg", "BY": "benjamini-yekutieli"}
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
    observed, shares = frame["n"].tolist(), frame["share"].tolist()
    exact = {"binom_exact_p": exact_multinomial(observed, shares)} if len(frame) == 2 else {}
    return {"chisq": result.statistic, "p": result.p_value, "df": len(frame) - 1, **exact}


FAMILIES = {
    "multiplicity_padjust": adjusted_p_values,
    "srm": sample_ratio,
}
