"""Curves at fixed times: the figures against R and by hand, and what of them is let out."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from analysis.disclosure import release
from analysis.finding import Subgroup, Survived
from analysis.models.fixed_times import MOST, fixed_times, survived
from analysis.policy import INTERNAL, PUBLIC
from analysis.release.curves import with_curves
from tests.references.asking import HERE
from tests.support import honeypot


def test_a_curve_holds_rs_survival_and_interval_at_its_time() -> None:
    """R's survfit on Gehan's trial, which gives them at day 10; the curve's last time is its horizon."""
    expected = json.loads((HERE / "surv_gehan" / "case.json").read_text("utf-8"))["expected"]
    with (HERE / "surv_gehan" / "data.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["arm"] == "1"]
    time, event = (np.array([float(row[name]) for row in rows]) for name in ("time", "event"))
    curve = survived("1", time, event, horizon=10.0, level=0.95)
    assert curve.share[-1] == pytest.approx(expected["km_surv1_T0"], rel=1e-9)
    assert curve.low[-1] == pytest.approx(expected["km_lower1_T0_loglog"], rel=1e-9)
    assert curve.high[-1] == pytest.approx(expected["km_upper1_T0_loglog"], rel=1e-9)


def test_counts_of_a_curve_are_those_of_people_at_its_times() -> None:
    rng = np.random.default_rng(4)
    time, event = rng.uniform(0, 30, 200), rng.integers(0, 2, 200).astype(float)
    curve = survived("a", time, event, horizon=24.0, level=0.95)
    for place, at in enumerate(curve.times):
        assert curve.at_risk[place] == sum(1 for seen in time if seen >= at)
        pairs = list(zip(time, event, strict=True))
        assert curve.came[place] == sum(1 for seen, came in pairs if seen <= at and came)
        assert curve.lost[place] == sum(1 for seen, came in pairs if seen <= at and not came)


@pytest.mark.parametrize("horizon", [0.02, 0.5, 1.0, 7.0, 14.0, 28.0, 90.0, 91.3, 365.0, 3660.0])
def test_there_are_at_most_twelve_times_from_0_to_the_horizon(horizon: float) -> None:
    times = fixed_times(horizon)
    assert times[0] == 0
    assert times[-1] == horizon
    assert len(times) <= MOST + 1
    assert list(times) == sorted(set(times))


def drawn(seed: int, n: int) -> Survived:
    rng = np.random.default_rng(seed)
    came, lost = rng.exponential(25, n), rng.uniform(5, 60, n)
    seen = np.minimum(np.minimum(came, lost), 28.0)
    return survived("a", seen, (came <= np.minimum(lost, 28.0)).astype(float), horizon=28.0, level=0.95)


def shown(curve: Survived) -> Survived | None:
    first = honeypot().findings[0]
    finding = replace(first, estimate=replace(first.estimate, curves=(curve,)))
    curves = with_curves(finding, INTERNAL, hidden=False).estimate.curves
    return curves[0] if curves else None


@pytest.mark.parametrize("n", [25, 60, 150, 800, 5000])
@pytest.mark.parametrize("seed", range(20))
def test_no_step_of_a_curve_that_is_let_out_is_of_one_to_nine_people(seed: int, n: int) -> None:
    whole = drawn(seed, n)
    curve = shown(whole)
    if curve is None:
        return
    places = [whole.times.index(time) for time in curve.times] + [len(whole.times) - 1]
    for counts in (whole.at_risk, whole.came, whole.lost):
        steps = [abs(counts[later] - counts[one]) for one, later in pairwise(places)]
        assert not [step for step in steps if 0 < step < 10]
    assert min(curve.at_risk) >= 20
    assert (curve.came, curve.lost) == ((), ())


def test_large_arms_keep_every_time_of_their_curve() -> None:
    whole = drawn(1, 5000)
    curve = shown(whole)
    assert curve is not None
    assert curve.times == whole.times


def test_no_curve_is_let_out_of_a_level_of_hidden_arms_or_where_counts_are_rounded() -> None:
    first = honeypot().findings[0]
    finding = replace(first, estimate=replace(first.estimate, curves=(drawn(1, 5000),)))
    level = replace(finding, subgroup=Subgroup("country", "a"))
    rounds = replace(PUBLIC, rounding="midpoint-10")
    assert with_curves(finding, INTERNAL, hidden=False).estimate.curves
    assert not with_curves(finding, INTERNAL, hidden=True).estimate.curves
    assert not with_curves(level, INTERNAL, hidden=False).estimate.curves
    assert not with_curves(finding, rounds, hidden=False).estimate.curves


def test_a_release_lets_out_only_what_is_thinned_of_a_curve() -> None:
    found = honeypot()
    first = found.findings[0]
    changed = replace(first, estimate=replace(first.estimate, curves=(drawn(3, 150),)))
    out = release(replace(found, findings=(changed, *found.findings[1:])))
    curves = [curve for f in out.findings for curve in f.finding.estimate.curves]
    assert all(curve.came == () for curve in curves)
    assert [curve.times for curve in curves] == [each.times for each in (shown(drawn(3, 150)),) if each]
