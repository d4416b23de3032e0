"""What every check owes: words to act on, silence on a sound study, and a warning on a broken one."""

from __future__ import annotations

import string
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.about import Conduct, Halves, Intervals, LogFacts, Reliability
from analysis.check import checks
from analysis.finding import Contrast
from analysis.layout import CLUSTERED, PANEL, PARALLEL, SERIES
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.table import UnitTable

CHECKS = list(checks().values())
PLAN = Plan((Outcome("y", "Y", "mean"),), (Contrast("b", "a"),), "parallel", covariates=("x",))


def study(layout, *, sound: bool) -> tuple[UnitTable, Conduct]:
    """A sound study, or one in which everything went wrong that a check looks for: break the new thing here too."""
    n, rng = 2000, np.random.default_rng(7)
    treated = np.arange(n) % 2 == 1
    frame = pd.DataFrame(
        {"arm": np.where(treated, "b", "a"), "y": rng.normal(size=n), "x": rng.normal(size=n)}
    )
    frame["cluster"] = np.arange(n) % 20
    if not layout.people:  # nobody is assigned, and so nobody is lost or mixed up
        frame["unit"], frame["period"] = np.arange(n) % 10, np.arange(n) // 10
        if layout == PANEL:  # adopters drift apart in a broken study
            adopted = np.array([80, 90, 100, 110, 120, 999, 999, 999, 999, 999])[frame["unit"]]
            frame["arm"] = np.where(frame["period"] >= adopted, "b", "a")
            frame["y"] += 0.0 if sound else 0.1 * frame["period"] * (adopted < 999)
        return UnitTable(frame, layout), Conduct(
            {}, {}, intervals=Intervals("day", n, silent=0 if sound else 9)
        )
    if sound:
        daily = ({"a": 500, "b": 500}, {"a": 500, "b": 500})
        how = Conduct(
            {"a": 1000, "b": 1000},
            {"a": 1.0, "b": 1.0},
            days=30,
            assigned_by_day=daily,
            assigned_by_stratum=daily,
            not_followed={"y": 0},
            reliability={"y": Reliability(0.85, 1000, 10)},
            halves={"y": {"a": HALVES, "b": HALVES}},
            log=LogFacts(10_000, 2000),
            withdrew=10,
        )
        return UnitTable(frame, layout), how
    frame.loc[treated & (rng.random(n) < 0.5), "y"] = np.nan
    frame["x"] += treated
    how = Conduct(
        {"a": 1200, "b": 900},
        {"a": 1.0, "b": 1.0},
        in_two_arms=50,
        saw_other_arm=200,
        never_assigned=40,
        days_without_events=12,
        days=30,
        assigned_by_day=({"a": 600, "b": 450}, {"a": 600, "b": 450}),
        assigned_by_stratum=({"a": 600, "b": 450}, {"a": 600, "b": 450}),
        not_followed={"y": 900},
        reliability={"y": Reliability(0.1, 1000, 10)},
        halves={"y": {"a": HALVES, "b": replace(HALVES, first=0.2)}},
        log=LogFacts(
            10_000, 2000, bursting=40, in_bursts=4000, crowded_minutes=3, lasting=2, early=9, future=5
        ),
        withdrew=300,
    )
    return UnitTable(frame, layout), how


HALVES = Halves(1000, 0.5, 0.5, 0.5, 0.5, 0.5, 300, 300)
LAYOUTS = (PARALLEL, CLUSTERED, SERIES, PANEL)
APPLYING = [
    (check, layout) for check in CHECKS for layout in LAYOUTS if check.run(PLAN, *study(layout, sound=True))
]
SILENT = [(check, layout) for check in CHECKS for layout in LAYOUTS if (check, layout) not in APPLYING]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_says_what_it_means_and_what_to_do(check):
    assert check.label
    assert check.means.endswith(".")
    assert check.advice.endswith(".")


def test_every_check_applies_somewhere():
    assert {check.name for check, _ in APPLYING} == {check.name for check in CHECKS}


@pytest.mark.parametrize(("check", "layout"), SILENT, ids=lambda part: part.name)
def test_a_check_that_does_not_apply_is_silent_whatever_happened(check, layout):
    assert check.run(PLAN, *study(layout, sound=False)) == ()


@pytest.mark.parametrize(("check", "layout"), APPLYING, ids=lambda part: part.name)
def test_a_check_passes_a_sound_study(check, layout):
    results = check.run(PLAN, *study(layout, sound=True))
    assert {result.verdict for result in results} == {"pass"}


@pytest.mark.parametrize(("check", "layout"), APPLYING, ids=lambda part: part.name)
def test_a_check_does_not_pass_a_broken_study(check, layout):
    results = check.run(PLAN, *study(layout, sound=False))
    assert {result.verdict for result in results} & {"warn", "fail"}


@pytest.mark.parametrize("sound", [True, False])
@pytest.mark.parametrize(("check", "layout"), APPLYING, ids=lambda part: part.name)
def test_every_place_of_a_sentence_is_a_count_a_number_or_an_arm(check, layout, sound):
    for result in check.run(PLAN, *study(layout, sound=sound)):
        places = {name for _, name, _, _ in string.Formatter().parse(result.says) if name}
        assert result.name == check.name
        assert places <= set(result.counts) | set(result.numbers) | set(result.arms)
        assert not any(
            letter.isdigit()
            for letter in string.Formatter()
            .vformat(result.says, (), _Blank())
            .replace("1 in 100", "")
            .replace("1 in 20", "")
        )
        assert result.sentence().endswith(".")


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "_"
