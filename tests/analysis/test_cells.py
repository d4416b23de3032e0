"""Studies read as sums over cells, against the same studies read row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.about import Conduct
from analysis.evaluate import evaluate
from analysis.finding import Contrast
from analysis.layout import CLUSTERED, PARALLEL
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.table import UnitTable
from tests.analysis.cells_of_rows import cells_of

KINDS = ("mean", "score", "proportion", "count", "ratio", "ordinal")
OUTCOMES = tuple(Outcome(kind, kind.title(), kind, margin=None) for kind in KINDS)
CONTRASTS = (Contrast("b", "a"), Contrast("c", "a"))
CONDUCT = Conduct({"a": 1, "b": 1, "c": 1}, {"a": 1.0, "b": 1.0, "c": 1.0})


def study(layout, *, n=3000, seed=3, missing=True):
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, 24, n)
    clustered = layout == CLUSTERED
    arm = np.array(list("abc"))[cluster % 3 if clustered else rng.choice(3, n, p=[0.5, 0.2, 0.3])]
    known = {
        "x": rng.integers(0, 5, n).astype(float),
        "z": rng.choice(["north", "south", "east"], n),
        "stratum": [f"s{c % 4}" for c in cluster] if clustered else rng.choice(["s1", "s2"], n),
        "subgroup.age": rng.choice(["18-24", "25-34", "35+"], n),
    }
    frame = pd.DataFrame({"arm": arm, **known, **({"cluster": cluster} if clustered else {})})
    push = 0.3 * frame["x"] + (frame["arm"] != "a") * 0.4 + (rng.normal(size=24)[cluster] if clustered else 0)
    frame["mean"] = 20 + push + rng.normal(size=n)
    frame["score"] = np.round(30 + 2 * push + rng.normal(0, 3, n))
    frame["proportion"] = (rng.random(n) < 1 / (1 + np.exp(1.5 - 0.5 * push))).astype(float)
    frame["count"] = rng.poisson(np.exp(0.3 * push)).astype(float)
    frame["ratio.denominator"] = 1.0 + rng.poisson(3, n)
    frame["ratio.numerator"] = rng.poisson(0.4 * frame["ratio.denominator"]).astype(float)
    frame["ordinal"] = np.clip(np.round(push + rng.normal(1, 1, n)), 0, 4)
    if missing:
        for kind in KINDS:
            column = f"{kind}.numerator" if kind == "ratio" else kind
            frame.loc[rng.random(n) < 0.1, column] = np.nan
        frame.loc[rng.random(n) < 0.05, "x"] = np.nan
    return UnitTable(frame, layout)


def plan_for(layout, *, covariates=("x", "z"), **more):
    return Plan(OUTCOMES, CONTRASTS, layout.name, covariates=covariates, stratified=True, **more)


def figures(found):
    """Every number of a finding, by name."""
    told = {f"n {arm.arm}": arm.n for arm in found.arms} | {
        f"lost {arm.arm}": arm.missing for arm in found.arms
    }
    told |= found.estimate.parameters
    for scale, effect in found.estimate.effects.items():
        ends = (effect.estimate, effect.low, effect.high, effect.se, effect.df, effect.p_value)
        told |= {f"{scale} {i}": end for i, end in enumerate(ends) if end is not None}
    return told


@pytest.mark.parametrize("covariates", [(), ("x", "z")], ids=["plain", "adjusted"])
@pytest.mark.parametrize("layout", [PARALLEL, CLUSTERED], ids=lambda layout: layout.name)
def test_every_finding_from_sums_is_the_one_from_rows(layout, covariates):
    table = study(layout)
    plan = plan_for(layout, covariates=covariates, subgroups=("age",))
    cells = cells_of(table, *OUTCOMES, covariates=covariates)
    assert len(cells.keys) < len(table.frame)
    by_rows, by_cells = (evaluate(plan, held, CONDUCT) for held in (table, cells))
    held = {(f.outcome.name, f.contrast, f.estimator, f.subgroup): f for f in by_rows.findings}
    assert len(by_cells.findings) > 24
    for found in by_cells.findings:
        there = figures(held[found.outcome.name, found.contrast, found.estimator, found.subgroup])
        assert figures(found) == pytest.approx(there, rel=1e-9, abs=1e-11), (
            found.outcome.name,
            found.estimator,
        )
    assert by_cells.analysed == by_rows.analysed
    defaults = {f.outcome.name: f.estimator for f in by_rows.findings if f.default}
    same = {
        f.outcome.name for f in by_cells.findings if f.default and f.estimator == defaults[f.outcome.name]
    }
    assert same >= set(KINDS) - {"count"}


@pytest.mark.parametrize("layout", [PARALLEL, CLUSTERED], ids=lambda layout: layout.name)
def test_checks_and_subgroup_tests_say_the_same_of_sums_and_rows(layout):
    table = study(layout)
    plan = plan_for(layout, subgroups=("age",))
    by_rows, by_cells = (
        evaluate(plan, held, CONDUCT) for held in (table, cells_of(table, *OUTCOMES, covariates=("x", "z")))
    )
    told = [
        [(c.name, c.verdict, c.subject, c.counts, c.sentence()) for c in e.checks]
        for e in (by_rows, by_cells)
    ]
    assert told[0] == told[1]
    assert {name for name, *_ in told[0]} >= {"balance", "attrition"}
    tests = [
        {
            (s.outcome, s.contrast): s.parameters
            for s in e.supplied
            if s.name == "subgroups" and s.outcome not in ("count",)
        }
        for e in (by_rows, by_cells)
    ]
    assert len(tests[1]) >= 6
    for key, parameters in tests[1].items():
        assert parameters == pytest.approx(tests[0][key], rel=1e-8, abs=1e-11)
