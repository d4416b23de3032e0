"""Simulated series, measured through the whole pipeline: what comes out has the course that was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.faults import Fault
from experiments.simulate import simulate
from experiments.study_file import read_study
from tests.small_pilot import SmallPilot, outside_keys

SERIES = """\
study: small
title: A small series
topic: deterrence
company: platform-a
design:
  kind: interrupted-series
  start: 2023-01-02
  end: 2023-12-31
  interval: day
  changes:
    - {on: 2023-05-01, label: Warning}
    - {on: 2023-09-01, label: Chatbot}
  events: [{on: 2023-03-01, label: New terms}]
outcomes:
  - {id: share, role: primary, kind: series, numerator: {event: flagged, value: sum},
     denominator: {event: search, value: sum}, better: lower,
     simulate: {base: 0.05, trend: 0.00002, sd: 0, weekly: 0, slope: -0.00001, event: 0.004, volume: 1000000}}
  - {id: clicks, role: secondary, kind: series, numerator: {event: click}, better: higher,
     simulate: {base: 30, sd: 0, weekly: 0.2}}
log: {time_zone: Europe/Paris}
"""
EFFECTS = {"share:warning": -0.01, "share:chatbot": -0.005}
PANEL = """\
study: small
title: A small panel
topic: deterrence
company: coalition
design:
  kind: controlled-series
  start: 2023-01-02
  end: 2023-12-31
  interval: week
  adoption: {one: 2023-05-01, two: 2023-08-07, three: never}
outcomes:
  - {id: searches, role: primary, kind: series, numerator: {event: flagged, value: sum}, better: lower,
     simulate: {base: 10000, sd: 0, shared: 300, between: 2000, slope: 5}}
"""


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """`drawn(text, effects)`: the unit table of a study whose log was simulated."""
    outside_keys(monkeypatch, tmp_path)

    def draw(text, effects, *, seed=1):
        pilot = SmallPilot(tmp_path, text)
        study = read_study(tmp_path / "study.yaml")
        simulate(study, units=50, seed=seed, effects=effects, out=tmp_path / "log.csv")
        pilot.log((tmp_path / "log.csv").read_bytes())
        return pilot.measured()[0]

    return draw


def changed(text, old, new):
    assert text.count(old) == 1, old
    return text.replace(old, new)


def test_a_share_follows_its_course_to_within_the_rounding_of_counts(drawn):
    frame = drawn(SERIES, EFFECTS)
    day = np.arange(len(frame))
    events, warning, chatbot = (np.datetime64(on) - np.datetime64("2023-01-02") for on in
                                ("2023-03-01", "2023-05-01", "2023-09-01"))  # fmt: skip
    course = 0.05 + 0.00002 * day + 0.004 * (day >= events.astype(int))
    for change, level in ((warning.astype(int), -0.01), (chatbot.astype(int), -0.005)):
        course += (day >= change) * (level - 0.00001 * (day - change))
    measured = frame["share"] / frame["share.exposure"]
    assert len(frame) == 364
    assert np.abs(measured - course).max() < 2e-6
    assert abs((measured - course).mean()) < 1e-7


def test_single_events_are_as_many_as_the_weekly_pattern_says(drawn):
    frame = drawn(SERIES, {})
    weekend = frame["season"].isin(["Saturday", "Sunday"])
    assert set(frame.loc[weekend, "clicks"]) <= {34, 35}  # 30 + 30 x 0.2 x 5/7 = 34.29
    assert set(frame.loc[~weekend, "clicks"]) <= {28, 29}  # 30 - 30 x 0.2 x 2/7 = 28.29


def test_errors_have_the_declared_spread_and_autocorrelation(drawn):
    text = changed(SERIES, "start: 2023-01-02", "start: 2003-01-01")
    text = changed(text, "{base: 30, sd: 0, weekly: 0.2}", "{base: 40, sd: 5, rho: 0.6, weekly: 0}")
    errors = drawn(text, {})["clicks"].to_numpy() - 40
    lagged = np.corrcoef(errors[1:], errors[:-1])[0, 1]
    assert len(errors) == 7670
    assert errors.std() == pytest.approx(5, rel=0.08)
    assert lagged == pytest.approx(0.6, abs=0.03)


def test_platforms_share_their_weeks_and_adopt_one_after_the_other(drawn):
    frame = drawn(PANEL, {"searches": -1000})
    wide = frame.pivot(index="period", columns="unit", values="searches")
    week = np.arange(len(wide))
    for unit, adopted in (("one", 17), ("two", 31)):
        gap = (wide[unit] - wide["three"]).to_numpy()
        since = week - adopted
        truth = (since >= 0) * (-1000 + 5 * since)
        assert np.abs(gap - gap[0] - truth).max() <= 2
    assert wide["three"].std() == pytest.approx(300, rel=0.3)


def test_the_same_arguments_give_the_same_bytes(tmp_path):
    (tmp_path / "study.yaml").write_text(SERIES)
    study = read_study(tmp_path / "study.yaml")
    files = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    for file, seed in zip(files, (1, 1, 2), strict=True):
        simulate(study, units=20, seed=seed, effects=EFFECTS, out=file)
    assert files[0].read_bytes() == files[1].read_bytes() != files[2].read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "effects", "says"),
    [
        ("  end: 2023-12-31\n", "", {}, "when the series begins and ends"),
        ("event: click", "event: flagged", {}, "drawn for another outcome"),
        ("base: 30", "base: 90000", {}, "too many to draw one by one"),
        ("trend: 0.00002", "trend: -0.0002", {}, "fall to 0 or below"),
        ("weekly: 0.2", "rho: 1", {}, "cannot have an autocorrelation of 1"),
        ("weekly: 0.2", "weakly: 0.2", {}, "that nothing reads"),
        ("base: 30", "base: 30.0", {"share": -0.06}, "would have a level of -0.01"),
        ("base: 30", "base: 30.0", {"share:before": -0.06}, "no treatment arm 'before'"),
    ],
)
def test_what_cannot_be_drawn_is_a_fault(tmp_path, old, new, effects, says):
    (tmp_path / "study.yaml").write_text(changed(SERIES, old, new))
    study = read_study(tmp_path / "study.yaml")
    with pytest.raises(Fault, match=says):
        simulate(study, units=20, seed=1, effects=effects, out=tmp_path / "log.csv")
