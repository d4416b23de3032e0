"""Simulated logs of designs with periods and of repeated surveys, measured by hand from their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from experiments.faults import Fault
from experiments.simulate import simulate
from experiments.study_file import read_study

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "study: drawn\ntitle: A trial\ntopic: moderator-wellness\ncompany: platform-a\n"
CROSSOVER = (
    HEAD
    + """\
design:
  kind: crossover
  arms: {grey: {control: true}, blur: {}, mute: {}}
  start: 2026-03-02
  period: {days: 7}
outcomes:
  - {id: seconds, role: primary, kind: mean, event: decided, value: mean, better: lower,
     simulate: {mean: 40, sd: 8, events: 2, trend: -2}}
  - {id: flags, role: secondary, kind: count, event: flagged, better: lower, simulate: {mean: 3, trend: 0.5}}
simulation: {periods: 3, missing: 0.2, outside: 0, stability: 0.75, correlation: 0}
"""
)
MANY = 120  # clusters of the wedge
WEDGE = (
    HEAD
    + """\
design:
  kind: stepped-wedge
  arms: {usual: {control: true}, blur: {}}
  start: 2026-03-02
  end: 2026-03-29
  period: {days: 7}
  steps: {STEPS}
outcomes:
  - {id: seconds, role: primary, kind: mean, event: decided, value: mean, better: lower,
     simulate: {mean: 40, sd: 8, events: 1, trend: 1, growth: 0.2}}
simulation: {outside: 0, icc: 0.2, cac: 0.5, stability: 0.5, correlation: 0}
"""
).replace("STEPS", ", ".join(f"team-{i}: 2026-03-{9 + 7 * (i % 3):02}" for i in range(MANY)))
SURVEY = (
    HEAD
    + """\
design: {kind: individual, start: 2026-03-02, end: 2026-05-31, arms: {usual: {control: true}, blur: {}}}
outcomes:
  - {id: low, role: primary, kind: score, instrument: k6, subscale: total, better: lower, waves: [w1, w2, w3],
     simulate: {mean: 10, sd: 4}}
simulation: {dropout: 0.3, correlation: 0.6}
"""
)


def log_of(declared: str, folder: Path, *, units: int, effects: dict[str, float]) -> pd.DataFrame:
    path = folder / "study.yaml"
    path.write_text(declared)
    out = folder / "log.parquet"
    simulate(read_study(path), units=units, seed=5, effects=effects, out=out)
    rows = pd.read_parquet(out)
    words = [name for name in ("unit", "event", "arm", "cluster", "period", "wave") if name in rows]
    return rows.astype(dict.fromkeys(words, "object"))


def near(found: pd.Series[float], expected: float) -> bool:
    """Whether the mean of a sample is the expected one, up to four of its standard errors."""
    return bool(abs(found.mean() - expected) < 4 * found.std() / np.sqrt(len(found)))


@pytest.fixture(scope="module")
def crossover(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """One row a unit and period of a crossover of three arms: its arm, mean seconds and number of flags."""
    folder = tmp_path_factory.mktemp("crossover")
    effects = {"seconds:blur": -4.0, "seconds:mute": 2.0, "flags": 0.8}
    rows = log_of(CROSSOVER, folder, units=3_000, effects=effects)
    given = rows[rows["event"] == "assigned"].set_index(["unit", "period"])[["arm", "occurred_at"]]
    week = (rows["occurred_at"] - pd.Timestamp("2026-03-02", tz="UTC")).dt.days // 7 + 1
    at = [rows["unit"], week.astype(str).rename("period")]
    given["seconds"] = rows["value"].where(rows["event"] == "decided").groupby(at).mean()
    given["flags"] = (rows["event"] == "flagged").groupby(at).sum()
    return given.reset_index()


def test_a_crossover_has_every_arm_as_often_in_every_period(crossover: pd.DataFrame) -> None:
    counts = pd.crosstab(crossover["period"], crossover["arm"])
    assert counts.shape == (3, 3)
    assert np.ptp(counts.to_numpy()) < 0.1 * counts.to_numpy().mean()
    orders = crossover.groupby("unit")["arm"].agg(["nunique", "size"])
    assert (orders["nunique"] == orders["size"]).all()  # nobody has an arm twice


def test_a_crossover_misses_as_many_periods_as_declared(crossover: pd.DataFrame) -> None:
    assert len(crossover) / 9_000 == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / 9_000))


def test_a_crossover_has_its_effects_beside_its_secular_trend(crossover: pd.DataFrame) -> None:
    for (period, arm), cell in crossover.groupby(["period", "arm"]):
        effect = {"grey": 0.0, "blur": -4.0, "mute": 2.0}[arm]
        assert near(cell["seconds"], 40 - 2 * (int(period) - 1) + effect)
        assert near(cell["flags"], (3 + 0.5 * (int(period) - 1)) * (1.0 if arm == "grey" else 0.8))


def test_the_periods_of_one_unit_are_as_alike_as_declared(crossover: pd.DataFrame) -> None:
    cells = crossover.groupby(["period", "arm"])["seconds"]
    crossover = crossover.assign(left=crossover["seconds"] - cells.transform("mean"))
    wide = crossover.pivot(index="unit", columns="period", values="left")
    assert wide["1"].corr(wide["3"]) == pytest.approx(0.75, abs=0.05)


@pytest.fixture(scope="module")
def wedge(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """One row a unit and period of a stepped wedge: its cluster, periods since the step, and seconds."""
    rows = log_of(WEDGE, tmp_path_factory.mktemp("wedge"), units=3_600, effects={"seconds": -5.0})
    team = rows[rows["event"] == "assigned"].set_index("unit")["cluster"]
    assert team.index.is_unique
    assert rows["arm"].isna().all() if "arm" in rows else True
    seen = rows[rows["event"] == "decided"].copy()
    seen["period"] = (seen["occurred_at"] - pd.Timestamp("2026-03-02", tz="UTC")).dt.days // 7
    seen["cluster"] = seen["unit"].map(team)
    step = seen["cluster"].str.removeprefix("team-").astype(int) % 3 + 1
    seen["since"] = (seen["period"] - step + 1).clip(lower=0)
    return seen.groupby(["unit", "period", "cluster", "since"], as_index=False)["value"].mean()


def test_a_wedges_effect_grows_around_its_mean_beside_the_trend(wedge: pd.DataFrame) -> None:
    for (period, since), cell in wedge.groupby(["period", "since"]):
        effect = -5 * (1 + 0.2 * (since - 2)) if since else 0.0
        assert near(cell.groupby("cluster")["value"].mean(), 40 + period + effect)


def test_what_a_wedges_clusters_share_lasts_in_part(wedge: pd.DataFrame) -> None:
    left = wedge["value"] - wedge.groupby(["period", "since"])["value"].transform("mean")
    means = left.groupby([wedge["cluster"], wedge["period"]]).mean().unstack()
    lasting = np.mean([means[a].cov(means[b]) for a in range(4) for b in range(a)])
    # 8² (0.2 × 0.5 + what stays of a person's own part, 0.8 × 0.5 / 30); sampling error of 120 clusters
    assert lasting == pytest.approx(64 * (0.1 + 0.4 / 30), abs=2.5)


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """One row a unit of a repeated survey: its arm, and its score at each wave."""
    rows = log_of(SURVEY, tmp_path_factory.mktemp("survey"), units=4_000, effects={"low": -3.0})
    arm = rows[rows["event"] == "assigned"].set_index("unit")["arm"]
    scores = rows[rows["event"] == "survey_item"].groupby(["unit", "wave"])["value"].sum().unstack()
    return scores.join(arm, how="right")


def test_a_repeated_surveys_effect_grows_evenly_up_to_its_last_wave(survey: pd.DataFrame) -> None:
    for wave, share in (("w1", 1 / 3), ("w2", 2 / 3), ("w3", 1.0)):
        assert near(survey.loc[survey["arm"] == "usual", wave].dropna(), 10)
        assert near(survey.loc[survey["arm"] == "blur", wave].dropna(), 10 - 3 * share)


def test_who_drops_out_of_a_repeated_survey_does_so_for_good(survey: pd.DataFrame) -> None:
    known = survey[["w1", "w2", "w3"]].notna()
    assert (known["w1"] >= known["w2"]).all()
    assert (known["w2"] >= known["w3"]).all()
    assert known["w3"].mean() == pytest.approx(0.7, abs=4 * np.sqrt(0.21 / 4_000))
    assert known["w1"].mean() > known["w2"].mean() > known["w3"].mean()


@pytest.mark.parametrize(
    ("declared", "old", "new", "says"),
    [
        (CROSSOVER, "periods: 3", "periods: 1", "simulation.periods is 1"),
        (CROSSOVER, "  period:", "  end: 2026-03-20\n  period:", "do not fit between start and end"),
        (CROSSOVER, "trend: -2", "growht: 1", "growht"),
        (SURVEY, "mean: 10", "mean: 10, trend: 1", "nothing reads"),
    ],
)
def test_a_simulation_that_cannot_be_is_refused(
    tmp_path: Path, declared: str, old: str, new: str, says: str
) -> None:
    with pytest.raises(Fault, match=says):
        log_of(declared.replace(old, new), tmp_path, units=60, effects={})


def test_more_clusters_than_units_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="cannot fill"):
        log_of(WEDGE, tmp_path, units=60, effects={})
