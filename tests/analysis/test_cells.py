"""Studies read as sums over cells, against the same studies read row by row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.about import Conduct
from analysis.estimator import Settings, estimators
from analysis.evaluate import evaluate
from analysis.finding import Contrast
from analysis.gathering import gather
from analysis.layout import CLUSTERED, PARALLEL
from analysis.outcome import Cutoff, Outcome
from analysis.plan import Plan
from analysis.refusal import Refusal
from analysis.table import UnitTable
from tests.analysis.cells_of_rows import cells_of

KINDS = ("mean", "score", "proportion", "count", "ratio", "ordinal")
OUTCOMES = tuple(Outcome(kind, kind.title(), kind, margin=None) for kind in KINDS)
CONTRASTS = (Contrast("b", "a"), Contrast("c", "a"))
SETTINGS = Settings()
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
        if found.outcome.name == "count" and found.subgroup:
            continue  # by another estimator, because the negative binomial needs every unit's count
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
            if s.name == "subgroups" and s.outcome != "count"
        }
        for e in (by_rows, by_cells)
    ]
    assert len(tests[1]) >= 6
    for key, parameters in tests[1].items():
        assert parameters == pytest.approx(tests[0][key], rel=1e-8, abs=1e-11)


def test_large_values_lose_no_digits_in_sums():
    rng = np.random.default_rng(5)
    n = 40_000
    frame = pd.DataFrame({"arm": rng.choice(["a", "b"], n), "x": rng.integers(0, 3, n).astype(float)})
    small = rng.integers(-1, 2, n) + 0.5 * frame["x"] + 0.25 * (frame["arm"] == "b")
    outcome = Outcome("y", "Y", "mean")
    found = []
    for level in (0.0, 1e9):
        table = UnitTable(frame.assign(y=level + small), PARALLEL)
        cells = cells_of(table, outcome, covariates=("x",))
        for name in ("ancova", "welch", "cuped"):
            held = gather(cells, outcome, CONTRASTS[0], covariates=("x",))
            found.append(estimators()[name].fit(held, SETTINGS).effects["mean_difference"])
    for near, far in zip(found[:3], found[3:], strict=True):
        assert far.se == pytest.approx(near.se, rel=1e-9)
        assert far.estimate == pytest.approx(near.estimate, abs=2.5e-7)  # two steps of a double near 1e9
    assert found[3].estimate == pytest.approx(found[0].estimate, rel=1e-9)  # ancova never leaves the centre


def test_units_unlike_in_everything_are_cells_of_one():
    table = study(PARALLEL, n=300, missing=False)
    unlike = UnitTable(table.frame.assign(x=np.random.default_rng(1).normal(size=300)), PARALLEL)
    outcome = OUTCOMES[0]
    both = [
        estimators()["ancova"].fit(gather(held, outcome, CONTRASTS[0], covariates=("x",)), SETTINGS)
        for held in (unlike, cells_of(unlike, outcome, covariates=("x",)))
    ]
    assert both[1].effects["mean_difference"].se == pytest.approx(
        both[0].effects["mean_difference"].se, rel=1e-11
    )


@pytest.mark.parametrize("spread", [False, True], ids=["one exposure", "many exposures"])
def test_a_poisson_model_of_sums_is_that_of_rows(spread):
    rng = np.random.default_rng(8)
    frame = study(PARALLEL, missing=False).frame
    frame["count.exposure"] = rng.uniform(1, 9, len(frame)) if spread else 3.0
    frame["count"] = rng.poisson(0.4 * frame["count.exposure"] * (1 + 0.2 * frame["x"]))
    table, outcome = UnitTable(frame, PARALLEL), Outcome("count", "Count", "count")
    rows, cells = (
        estimators()["poisson_robust"].fit(gather(held, outcome, CONTRASTS[0], covariates=("x",)), SETTINGS)
        for held in (table, cells_of(table, outcome, covariates=("x",)))
    )
    assert cells.effects["rate_ratio"].estimate == pytest.approx(
        rows.effects["rate_ratio"].estimate, rel=1e-9
    )
    for name in ("se_hc0", "se_hc1", "se_model"):
        assert cells.parameters[name] == pytest.approx(rows.parameters[name], rel=1e-9)
    close = 1e-3 if spread else 1e-9  # leverages (some 0.002 here) differ inside a cell where exposures do
    assert cells.parameters["se_hc3"] == pytest.approx(rows.parameters["se_hc3"], rel=close)
    assert spread == any("leverage" in note for note in cells.notes)


def test_pairs_of_clusters_are_compared_from_sums():
    table = study(CLUSTERED)
    frame = table.frame[table.frame["arm"] != "c"].copy()
    frame["stratum"] = [f"pair {c // 3}" for c in frame["cluster"]]
    table, outcome = UnitTable(frame, CLUSTERED), OUTCOMES[0]
    plan = Plan((outcome,), CONTRASTS[:1], "clustered", covariates=("x",), stratified=True, matched=True)
    rows, cells = (
        evaluate(plan, held, CONDUCT).findings[0]
        for held in (table, cells_of(table, outcome, covariates=("x",)))
    )
    assert rows.estimator == cells.estimator == "cluster_pairs"
    assert figures(cells) == pytest.approx(figures(rows), rel=1e-9)


def test_several_arms_are_compared_at_one_error_rate_from_sums():
    table = study(PARALLEL)
    plan = Plan(OUTCOMES[:1], CONTRASTS, "parallel", adjust="dunnett")
    rows, cells = (evaluate(plan, held, CONDUCT).findings for held in (table, cells_of(table, OUTCOMES[0])))
    assert cells[0].estimator == rows[0].estimator == "dunnett"
    assert figures(cells[0]) == pytest.approx(figures(rows[0]), rel=1e-9)


def test_an_outcome_without_sums_is_read_from_its_rows():
    table = study(PARALLEL)
    plan = Plan(
        (OUTCOMES[0], Outcome("middle", "Middle", "quantile", options={"q": 0.5})), CONTRASTS[:1], "parallel"
    )
    frame = table.frame.assign(middle=table.frame["mean"])
    beside = UnitTable(frame[["arm", "middle"]], PARALLEL)
    cells = replace(cells_of(table, OUTCOMES[0]), rows=beside)
    found = evaluate(plan, cells, CONDUCT)
    whole = evaluate(plan, UnitTable(frame, PARALLEL), CONDUCT)
    assert [f.estimator for f in found.findings if f.default] == ["welch", "quantile_bootstrap"]
    medians = [
        figures(f) for e in (found, whole) for f in e.findings if f.outcome.name == "middle" and f.default
    ]
    assert medians[0] == medians[1]
    assert {c.subject for c in found.checks if c.name == "attrition"} == {"mean", "middle"}


def test_an_outcome_that_nobody_handed_over_is_refused_by_name():
    plan = Plan((Outcome("absent", "Absent", "quantile", options={"q": 0.5}),), CONTRASTS[:1], "parallel")
    refused = evaluate(plan, cells_of(study(PARALLEL), OUTCOMES[0]), CONDUCT).not_estimable
    assert len(refused) == 1
    assert "'absent'" in refused[0].reason


def test_ranks_of_a_score_and_cut_offs_are_refused_from_sums():
    table, outcome = study(PARALLEL), OUTCOMES[1]
    cells = cells_of(table, outcome)
    with pytest.raises(Refusal, match="needs one row a unit"):
        estimators()["brunner_munzel"].fit(gather(cells, outcome, CONTRASTS[0]), SETTINGS)
    declared = replace(outcome, cutoffs=(Cutoff("case", 32.0, "a manual"),))
    said = evaluate(Plan((declared,), CONTRASTS[:1], "parallel"), cells, CONDUCT).not_estimable
    assert {refusal.estimator for refusal in said} >= {"brunner_munzel", "score_cutoffs"}


def test_an_arm_without_a_measured_unit_is_refused():
    table = study(PARALLEL)
    frame = table.frame.assign(mean=table.frame["mean"].where(table.frame["arm"] != "b"))
    cells = cells_of(UnitTable(frame, PARALLEL), OUTCOMES[0])
    with pytest.raises(Refusal, match="Nobody in the treatment arm"):
        gather(cells, OUTCOMES[0], CONTRASTS[0])


def test_cells_can_be_taken_in_any_order():
    table = study(CLUSTERED)
    cells = cells_of(table, OUTCOMES[0], covariates=("x",))
    order = np.random.default_rng(2).permutation(len(cells.keys))
    shuffled = cells.where(order)
    for name in ("cluster_robust", "cluster_means", "cluster_mixed"):
        ends = [
            estimators()[name]
            .fit(gather(held, OUTCOMES[0], CONTRASTS[0], covariates=("x",)), SETTINGS)
            .effects
            for held in (cells, shuffled)
        ]
        assert ends[0]["mean_difference"].high == pytest.approx(ends[1]["mean_difference"].high, rel=1e-10)
