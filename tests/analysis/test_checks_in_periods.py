"""Checks and flow where units have a row for each period: two arms in turn are no fault."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.about import Conduct
from analysis.check import checks
from analysis.evaluate import evaluate
from analysis.finding import Contrast
from analysis.layout import CROSSOVER, STEPPED
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.table import UnitTable

OUTCOME = Outcome("y", "Clicks", "mean")
UNITS = 100


def crossover() -> UnitTable:
    """A hundred units with both arms in turn; six of them were not measured in the second period."""
    unit, period = np.repeat(np.arange(UNITS), 2), np.tile([1, 2], UNITS)
    y = np.random.default_rng(4).normal(10, 1, unit.size)
    y[(unit < 6) & (period == 2)] = np.nan
    arm = np.where((unit % 2 == 0) == (period == 1), "a", "b")
    x = (unit >= 50).astype(float)
    return UnitTable(pd.DataFrame({"unit": unit, "period": period, "arm": arm, "y": y, "x": x}), CROSSOVER)


def plan(layout: str = "crossover") -> Plan:
    return Plan((OUTCOME,), (Contrast("b", "a"),), layout, covariates=("x",))


def conduct(**named) -> Conduct:
    return Conduct({"a": 50, "b": 50}, {"a": 1.0, "b": 1.0}, **named)


def run(name: str, how: Conduct, *, layout: str = "crossover"):
    return checks()[name].run(plan(layout), crossover(), how)


def test_contamination_is_a_share_of_units_and_not_of_their_rows() -> None:
    (found,) = run("contamination", conduct(saw_other_arm=6))  # 6 of 100, not of 200
    assert found.verdict == "fail"
    assert "the period's" in found.says


def test_both_arms_in_turn_are_no_contamination() -> None:
    (found,) = run("contamination", conduct())
    assert (found.verdict, found.counts) == ("pass", {})
    assert "in one period" in found.says


def test_in_a_stepped_wedge_another_arm_is_one_that_the_cluster_did_not_have() -> None:
    (found,) = run("contamination", conduct(saw_other_arm=1), layout=STEPPED.name)
    assert "what their cluster did not have" in found.says


def test_the_sample_ratio_of_a_crossover_is_of_the_arms_that_units_begin_with() -> None:
    (found,) = run("sample_ratio", conduct())
    assert found.says.startswith("Units that began with each arm")
    assert found.counts == {"n_0": 50, "n_1": 50}


def test_where_the_calendar_decides_there_is_no_sample_ratio() -> None:
    assert run("sample_ratio", Conduct({}, {}), layout=STEPPED.name) == ()


def test_attrition_counts_periods_of_units_and_lets_chance_off_nothing() -> None:
    (found,) = run("attrition", conduct())
    assert found.p_value is None
    assert found.counts == {"lost_treatment": 3, "n_treatment": 100, "lost_control": 3, "n_control": 100}
    assert "periods of units" in found.says


def test_the_same_units_in_both_arms_need_no_balance() -> None:
    assert run("balance", conduct()) == ()


def test_the_last_step_of_the_flow_counts_each_unit_once_that_can_be_compared_with_itself() -> None:
    step = evaluate(plan(), crossover(), conduct()).analysed
    assert (step.by_arm, step.total) == ({"a": 94, "b": 94}, 94)
