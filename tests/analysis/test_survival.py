"""Times to events against closed forms, brute force and statsmodels; R's figures are in the reference cases."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from analysis.estimator import Settings, estimators
from analysis.evaluate import fit
from analysis.finding import Contrast
from analysis.gathering import gather
from analysis.layout import CLUSTERED, PARALLEL
from analysis.models.partial_likelihood import fit_hazards
from analysis.models.risk_sets import Histories, RiskSets, whole_times
from analysis.models.survival import kaplan_meier
from analysis.outcome import Outcome
from analysis.outcomes.time_to_event import CHOSEN
from analysis.refusal import Refusal
from analysis.table import UnitTable

BACK = Outcome("back", "Days until return", "time_to_event", better="higher", options={"tau": 20.0})
COUNT = Outcome("y", "Searches", "count")


def times(n: int = 120, *, seed: int = 1, ties: bool = True, slower: float = 1.5) -> pd.DataFrame:
    """Exponential times, slower in arm b, some cut off; whole days where there are ties."""
    rng = np.random.default_rng(seed)
    arm = rng.permutation(np.arange(n) % 2)
    came, lost = rng.exponential(8 * np.where(arm, slower, 1.0)), rng.uniform(5, 40, n)
    seen = np.minimum(came, lost)
    columns = {"arm": np.where(arm, "b", "a"), "back.time": np.ceil(seen) if ties else seen}
    columns |= {"back.event": (came <= lost).astype(float), "x": rng.normal(size=n)}
    return pd.DataFrame(
        columns | {"stratum": rng.integers(0, 3, n), "cluster": np.arange(n) % 24 // 2 * 2 + arm}
    )


def estimate(name, frame, *, outcome=BACK, layout=PARALLEL, covariates=()):
    evidence = gather(UnitTable(frame, layout), outcome, Contrast("b", "a"), covariates=covariates)
    return fit(estimators()[name], evidence, Settings(), default=True)


def test_without_anybody_lost_the_restricted_mean_is_a_plain_mean():
    drawn = np.random.default_rng(2).exponential(10, 60)
    cut = np.minimum(drawn, 12.0)
    mean, se = kaplan_meier(drawn, np.ones(60)).restricted_mean(12.0)
    assert mean == pytest.approx(cut.mean(), rel=1e-12)
    assert se == pytest.approx(
        cut.std() / np.sqrt(60), rel=1e-12
    )  # Greenwood's is binomial where nobody is lost


def test_the_area_is_that_under_the_steps():
    frame = times(seed=3)
    curve = kaplan_meier(frame["back.time"].to_numpy(), frame["back.event"].to_numpy())
    edges = np.concatenate([[0.0], curve.times[curve.times < 20], [20.0]])
    by_hand = sum((b - a) * curve.at(a) for a, b in pairwise(edges))
    assert curve.restricted_mean(20.0)[0] == pytest.approx(by_hand, rel=1e-12)


def test_a_horizon_beyond_what_anybody_was_followed_is_refused():
    frame = times().assign(**{"back.event": 0.0})
    frame.loc[::7, "back.event"] = 1.0
    frame["back.time"] = frame["back.time"].clip(upper=15)
    with pytest.raises(Refusal, match="ends before the horizon"):
        estimate("restricted_mean_survival", frame)


def test_after_everybody_had_the_event_the_curve_is_known_to_be_zero():
    curve = kaplan_meier(np.array([1.0, 2.0, 3.0]), np.ones(3))
    assert curve.reaches(100.0)
    assert curve.restricted_mean(100.0)[0] == 2.0


def test_without_a_horizon_the_arms_share_the_smaller_of_their_last_times_and_it_is_said():
    frame = times()
    found = estimate("restricted_mean_survival", frame, outcome=Outcome("back", "Back", "time_to_event"))
    last = frame.groupby("arm")["back.time"].max().min()
    assert found.estimate.parameters["tau"] == last
    assert CHOSEN in found.estimate.notes
    values = {arm.arm: arm.figures["value"] for arm in found.arms}
    assert values["b"] - values["a"] == pytest.approx(found.effect.estimate)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox_agrees_with_statsmodels_with_covariates_and_strata(ties):
    from statsmodels.duration.hazard_regression import PHReg

    frame = times()
    x = np.column_stack([frame["arm"] == "b", frame["x"]]).astype(float)
    time, event = frame["back.time"].to_numpy(), frame["back.event"].to_numpy()
    stratum = frame["stratum"].to_numpy()
    ours = fit_hazards(whole_times(time, event, x, stratum=stratum), efron=ties == "efron")
    theirs = PHReg(time, x, status=event, strata=stratum, ties=ties).fit(disp=0)
    assert ours.coefficients == pytest.approx(theirs.params, rel=1e-5)
    assert np.sqrt(np.diag(ours.covariance)) == pytest.approx(theirs.bse, rel=1e-5)


def test_risk_sets_of_intervals_follow_their_definition():
    rng = np.random.default_rng(5)
    start = rng.uniform(0, 5, 40)
    told = Histories(
        start,
        start + rng.uniform(0.1, 8, 40),
        (rng.random(40) < 0.6).astype(float),
        rng.normal(size=(40, 1)),
        rng.integers(0, 2, 40),
    )
    by_hand = minimize(lambda b: -_log_likelihood(told, b), np.zeros(1), tol=1e-12).x
    found = fit_hazards(told, efron=False)
    assert found.coefficients == pytest.approx(by_hand, abs=1e-5)
    assert found.risks.log_likelihood(found.coefficients) == pytest.approx(
        _log_likelihood(told, found.coefficients)
    )


def _log_likelihood(told: Histories, beta: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Breslow's, row by row: every row is at risk in (start, stop] of its own stratum."""
    eta, weight = told.x @ beta, np.ones(told.stop.size) if weight is None else weight
    total = 0.0
    for i in np.flatnonzero(told.event):
        at_risk = (told.start < told.stop[i]) & (told.stop[i] <= told.stop)
        at_risk &= told.stratum == told.stratum[i]
        total += weight[i] * (eta[i] - np.log((weight * np.exp(eta))[at_risk].sum()))
    return total


def test_a_score_residual_is_how_the_score_moves_with_a_rows_weight():
    frame = times(40)
    told = whole_times(frame["back.time"].to_numpy(), frame["back.event"].to_numpy(), frame[["x"]].to_numpy())
    found = fit_hazards(told, efron=False)
    beta, small = found.coefficients, 1e-5

    def score(weight: np.ndarray) -> float:
        ends = (_log_likelihood(told, beta + side * small, weight) for side in (1, -1))
        return float(np.subtract(*ends)) / (2 * small)

    for row in (0, 7, 21):
        more, less = (np.ones(40) + side * 1e-3 * (np.arange(40) == row) for side in (1, -1))
        moved = (score(more) - score(less)) / 2e-3
        assert found.residuals[row, 0] == pytest.approx(moved, rel=1e-3, abs=1e-5)
    assert found.residuals.sum() == pytest.approx(0.0, abs=1e-9)


def test_a_unit_with_two_events_at_one_time_is_at_risk_once():
    zero, one = np.zeros(5, dtype=np.intp), np.array([[1.0], [1.0], [1.0], [0.0], [0.0]])
    start, stop = np.array([-np.inf, 2, 2, -np.inf, -np.inf]), np.array([2.0, 2, 5, 3, 6])
    told = Histories(start, stop, np.array([1.0, 1, 0, 1, 1]), one, zero)
    ratio = np.exp(fit_hazards(told, efron=False).coefficients[0])
    # (r / (r + 2))^2 at 2, 1 / (r + 2) at 3: the maximum of 2 log r - 3 log(r + 2) is at r = 4
    assert ratio == pytest.approx(4.0, rel=1e-8)
    assert RiskSets(told).sizes.tolist() == [3.0, 3.0, 1.0]


def test_the_log_rank_test_agrees_with_statsmodels():
    from statsmodels.duration.survfunc import survdiff

    frame = times()
    found = estimate("logrank", frame).estimate
    chi_square, p = survdiff(frame["back.time"], frame["back.event"], frame["arm"])
    assert found.parameters["chi_square"] == pytest.approx(chi_square, rel=1e-9)
    assert found.effects["hazard_ratio"].p_value == pytest.approx(p, rel=1e-9)
    within, _ = survdiff(frame["back.time"], frame["back.event"], frame["arm"], strata=frame["stratum"])
    assert found.parameters["stratified_chi_square"] == pytest.approx(within, rel=1e-9)


def test_a_longer_time_and_a_lower_hazard_are_both_a_benefit():
    frame = times(400, slower=2.5)
    mean, hazard, test = (estimate(name, frame) for name in ("restricted_mean_survival", "cox", "logrank"))
    assert mean.effect.estimate > 0
    assert hazard.effect.estimate < 1
    assert (mean.verdict, hazard.verdict, test.verdict) == ("benefit", "benefit", "benefit")


@pytest.mark.parametrize("name", ["cox", "logrank"])
def test_with_few_clusters_the_hazard_ratio_only_describes(name):
    frame = times()
    found = estimate(name, frame[frame["cluster"] < 4], layout=CLUSTERED)
    assert found.estimate.descriptive
    assert found.effect.p_value is None
    assert found.estimate.clusters == {"control": 2, "treatment": 2}
    assert estimate(name, frame, layout=CLUSTERED).effect.p_value is not None


def test_events_at_the_very_start_meet_everybody_who_starts():
    frame = pd.DataFrame({"arm": list("aabb"), "y": [2.0, 0, 1, 1], "y.exposure": 10.0})
    frame["y.times"] = [[0.0, 3.0], [], [0.0], [4.0]]
    found = estimate("recurrent_events", frame, outcome=COUNT).estimate
    # Each arm has two events among two units, all of whom are followed alike: no difference.
    assert found.effects["rate_ratio"].estimate == pytest.approx(1.0, abs=1e-3)
    assert found.parameters["mean_events_treatment"] == found.parameters["mean_events_control"] == 1.0


def test_with_equal_follow_up_and_no_ties_the_rate_ratio_is_that_of_the_counts():
    rng = np.random.default_rng(9)
    counts = rng.poisson(np.repeat([3.0, 2.0], 40))
    frame = pd.DataFrame({"arm": np.repeat(["a", "b"], 40), "y": counts.astype(float), "y.exposure": 10.0})
    frame["y.times"] = [rng.uniform(0, 10, count).tolist() for count in counts]
    found = estimate("recurrent_events", frame, outcome=COUNT).estimate
    ratio = counts[40:].sum() / counts[:40].sum()  # everybody is at risk throughout
    assert found.effects["rate_ratio"].estimate == pytest.approx(ratio, rel=1e-9)
    unit = np.concatenate([counts[:40] / counts[:40].sum(), counts[40:] / counts[40:].sum()])
    by_hand = np.sqrt(((unit - 1 / 40) ** 2).sum())  # delta method on two mean counts
    assert found.effects["rate_ratio"].se == pytest.approx(by_hand, rel=1e-2)


def test_an_arm_without_events_has_no_known_variance_and_few_events_are_pointed_out():
    """Greenwood's variance would be 0, and with it any other arm's difference from it nearly certain."""
    frame = times(60).assign(**{"back.event": lambda frame: (frame["arm"] == "a") * frame["back.event"]})
    held = gather(UnitTable(frame, PARALLEL), BACK, Contrast("b", "a"))
    with pytest.raises(Refusal, match="Nobody of an arm had the event"):
        estimators()["restricted_mean_survival"].fit(held, Settings())
    few, many = (
        estimators()["restricted_mean_survival"].fit(
            gather(UnitTable(times(n), PARALLEL), BACK, Contrast("b", "a")), Settings()
        )
        for n in (20, 120)
    )
    assert any("fewer than 10 events" in note for note in few.notes)
    assert many.notes == ()
