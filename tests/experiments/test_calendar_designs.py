"""Study files of designs that follow a calendar: what is understood of good ones, and the faults of bad ones."""

from __future__ import annotations

import datetime

import pytest

from experiments.plan import analysis_plan, study_facts
from experiments.study import Adoption, Change, ConcurrentEvent
from experiments.study_file import StudyFaults, read_study

SERIES = """\
study: series
title: A series
topic: deterrence
company: platform-a
design:
  kind: interrupted-series
  start: 2026-01-05
  end: 2026-12-31
  interval: day
  changes:
    - {on: 2026-09-01, label: Chatbot added}
    - {on: 2026-03-01, label: Warning put up}
  events:
    - {on: 2026-02-10, label: New terms, adjust: true}
    - {from: 2026-05-01, to: 2026-05-07, label: News}
outcomes:
  - {id: share, role: primary, kind: series, numerator: {event: flagged, value: sum},
     denominator: {event: search, value: sum}, better: lower}
"""
PANEL = """\
study: panel
title: A panel
topic: deterrence
company: coalition
design:
  kind: controlled-series
  start: 2026-01-05
  end: 2026-12-27
  interval: week
  adoption: {b: never, a: 2026-06-01}
outcomes:
  - {id: searches, role: primary, kind: series, numerator: {event: flagged}, better: lower}
"""


def read(folder, text):
    path = folder / "study.yaml"
    path.write_text(text)
    return read_study(path)


def faults(folder, text):
    with pytest.raises(StudyFaults) as caught:
        read(folder, text)
    return [f"{problem.path}: {problem.says}" for problem in caught.value.problems]


def changed(text, old, new):
    assert text.count(old) == 1, old
    return text.replace(old, new)


def test_changes_become_the_arms_in_the_order_of_their_days(tmp_path):
    study = read(tmp_path, SERIES)
    assert [(arm.name, arm.label, arm.control) for arm in study.design.arms] == [
        ("before", "Before", True),
        ("warning-put-up", "Warning put up", False),
        ("chatbot-added", "Chatbot added", False),
    ]
    assert study.design.changes[0] == Change(datetime.date(2026, 3, 1), "warning-put-up", "Warning put up")
    assert study.design.events[1] == ConcurrentEvent(
        "News", datetime.date(2026, 5, 1), datetime.date(2026, 5, 7), adjust=False
    )
    assert (study.design.season, study.unit_name) == ("weekday", "day")


def test_the_plan_adjusts_for_the_season_and_for_what_the_file_says_so_of(tmp_path):
    study = read(tmp_path, SERIES)
    plan = analysis_plan(study)
    assert plan.covariate_labels == {"season": "Day of the week", "event.1": "New terms"}
    assert (plan.layout, plan.randomised, plan.shares) == ("series", False, {})
    assert plan.outcomes[0].measure == "flagged per search, each day"
    assert [limit.split(".")[0] for limit in study_facts(study).limits] == [
        "From 10 February 2026: New terms",
        "From 1 May 2026 to 7 May 2026: News",
    ]


def test_adoption_names_platforms_and_their_days(tmp_path):
    study = read(tmp_path, PANEL)
    assert study.design.adoption == (Adoption("a", datetime.date(2026, 6, 1)), Adoption("b", None))
    assert [arm.label for arm in study.design.arms] == ["Without the change", "With the change"]
    plan = analysis_plan(study)
    assert (plan.layout, plan.units, plan.treated_units, plan.covariates) == ("panel", 2, 1, ())


def test_arms_of_a_panel_can_have_names_of_their_own(tmp_path):
    arms = "  arms: {none: {label: No warning, control: true}, warned: {label: Warning}}\n  adoption"
    study = read(tmp_path, changed(PANEL, "  adoption", arms))
    assert [(arm.name, arm.control) for arm in study.design.arms] == [("none", True), ("warned", False)]


def test_a_label_is_no_part_of_the_plan_and_a_day_is(tmp_path):
    plan = read(tmp_path, SERIES).plan_hash
    assert read(tmp_path, changed(SERIES, "Chatbot added", "A chatbot")).plan_hash == plan
    assert read(tmp_path, changed(SERIES, "2026-09-01", "2026-09-02")).plan_hash != plan
    assert read(tmp_path, changed(SERIES, "New terms, adjust: true", "New terms")).plan_hash != plan


@pytest.mark.parametrize(
    ("old", "new", "path", "says"),
    [
        ("2026-09-01", "2027-09-01", "design.changes[0].on", "not inside the study"),
        ("2026-03-01", "2026-01-05", "design.changes[1].on", "not inside the study"),
        ("2026-09-01", "2026-03-01", "design.changes[1].on", "another change's day already"),
        ("Chatbot added", "Warning put up", "design.changes[1].label", "names another segment"),
        ("Chatbot added", "Before", "design.changes[0].label", "names another segment"),
        ("2026-03-01", "2026-01-12", "design.changes[1].on", "found 7 whole days before this change"),
        ("2026-09-01", "2026-12-25", "design.changes[0].on", "found 7 whole days from this change"),
        ("2026-09-01", "2026-03-05", "design.changes[1].on", "found 4 whole days from this change"),
        ("2026-02-10", "2026-03-01", "design.events[0].adjust", "on the day of a change"),
        ("from: 2026-05-01, to", "on: 2026-05-01, to", "design.events[1]", "none beside `on:`"),
        ("from: 2026-05-01, to: 2026-05-07, ", "", "design.events[1]", "either `on:`"),
        ("to: 2026-05-07", "to: 2026-04-07", "design.events[1].to", "is before 2026-05-01"),
        ("interval: day", "interval: week\n  season: weekday", "design.season", "no day of the week"),
        ("kind: series", "kind: count", "outcomes[0].kind", "has no count, expected series"),
        (
            "outcomes:",
            "plan: {looks: {spending: pocock, fractions: [0.5, 1.0]}}\noutcomes:",
            "plan.looks",
            "analysed once, when it is over",
        ),
        ("outcomes:", "exposure: {event: shown}\noutcomes:", "exposure", "no exposure of single units"),
        (
            "outcomes:",
            "plan: {subgroups: [x]}\nlog: {attributes: [x]}\noutcomes:",
            "plan.subgroups",
            "no subgroups",
        ),
    ],
)
def test_a_fault_of_a_series_is_one_clear_line(tmp_path, old, new, path, says):
    found = [fault for fault in faults(tmp_path, changed(SERIES, old, new)) if fault.startswith(f"{path}: ")]
    assert len(found) == 1
    assert says in found[0]


@pytest.mark.parametrize(
    ("adoption", "path", "says"),
    [
        ("{a: 2026-06-01}", "design.adoption", "found 1 entry"),
        ("{a: never, b: never}", "design.adoption", "no platform ever adopts"),
        ("{a: 2027-01-04, b: never}", "design.adoption.a", "is after the end"),
        ("{a: 2026-01-05, b: never}", "design.adoption.a", "leaves nothing before it"),
        ("{a: 2026-06-01, b: 2026-06-01}", "design.adoption", "all platforms adopt on the same day"),
        ("{a: 2026-02-02, b: never}", "design.adoption.a", "found 4 whole weeks before this change"),
        ("{a: later, b: never}", "design.adoption.a", "or the word never"),
    ],
)
def test_a_fault_of_a_panel_is_one_clear_line(tmp_path, adoption, path, says):
    found = faults(tmp_path, changed(PANEL, "{b: never, a: 2026-06-01}", adoption))
    assert len(found) == 1
    assert found[0].startswith(f"{path}: ")
    assert says in found[0]


def test_a_season_is_refused_where_every_interval_has_its_own_effect(tmp_path):
    several = changed(
        PANEL, "{b: never, a: 2026-06-01}", "{a: 2026-06-01, b: 2026-08-03, c: never}\n  season: month"
    )
    assert "takes seasons in" in faults(tmp_path, several)[0]


def test_a_series_is_no_outcome_of_units(tmp_path):
    randomised = "kind: individual\n  arms: {none: {control: true}, warned: {}}\n"
    text = SERIES[: SERIES.index("kind: interrupted")] + randomised + SERIES[SERIES.index("outcomes:") :]
    assert faults(tmp_path, text) == [
        "outcomes[0].kind: the design individual has no series, expected a kind that is measured in each unit"
    ]
