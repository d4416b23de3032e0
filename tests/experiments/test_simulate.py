"""Simulated logs, measured by hand from their rows: what comes out has the truth that was asked for."""

from __future__ import annotations

import gzip
import json
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from experiments.faults import Fault
from experiments.instrument import instruments
from experiments.simulate import simulate
from experiments.simulation.answers import expectation, propensity
from experiments.simulation.log_file import local_times
from experiments.study_file import read_study

SEARCH = """
study: search-trial
title: A trial
topic: deterrence
company: platform-a
design:
  kind: individual
  arms:
    none: {label: No warning, control: true, share: 2}
    law: {label: The law, share: 1}
    help: {label: Help, share: 1}
  start: 2026-03-01
  end: 2026-04-30
  strata: [country]
exposure: {event: warning_due}
outcomes:
  - {id: entered, label: E, role: primary, kind: proportion, event: site_click, window: {days: 7}, better: lower,
     simulate: {rate: 0.3}}
  - {id: rare, label: R, role: secondary, kind: proportion, event: help, window: session, better: higher,
     simulate: {rate: 0.002}}
  - {id: searches, label: S, role: secondary, kind: count, event: flagged, window: {days: 14}, better: lower,
     simulate: {mean: 1.5, dispersion: 2}}
  - {id: minutes, label: M, role: secondary, kind: mean, event: visit, value: mean, window: {days: 7},
     better: lower, simulate: {mean: 20, sd: 8, lowest: 0}}
  - {id: spent, label: P, role: secondary, kind: mean, event: spend, value: sum, window: {days: 7}, better: lower,
     simulate: {mean: 20, sd: 8}}
  - {id: longest, label: L, role: secondary, kind: mean, event: stay, value: max, window: {days: 7}, better: lower}
  - {id: latest, label: T, role: secondary, kind: mean, event: rating, value: last, window: {days: 7},
     better: lower}
  - {id: right, label: A, role: guardrail, kind: mean, event: audit, value: mean, window: {days: 7}, better: higher,
     margin: 0.05, simulate: {mean: 0.9, sd: 0.05, events: 20, lowest: 0, highest: 1}}
covariates:
  - {id: earlier, event: flagged, window: {days: -28}}
  - {id: country, attribute: country}
log:
  time_zone: Europe/Paris
  columns: {unit: person, occurred_at: ts}
  attributes: [country]
"""
EFFECTS = {
    "entered": -0.05,
    "rare:help": 0.004,
    "searches": 0.8,
    "searches:help": 0.7,
    "minutes": -3.0,
    "spent": 2.0,
    "longest": 1.0,
    "latest": -1.0,
    "right": -0.04,
}
TEAMS = """
study: team-trial
title: A trial
topic: moderator-wellness
company: platform-a
design:
  kind: cluster
  arms: {usual: {control: true}, blurred: {label: B}}
  start: 2026-03-02
  end: 2026-04-30
outcomes:
  - {id: burnout, label: B, role: primary, kind: score, instrument: proqol-5, subscale: burnout, wave: after,
     better: lower, simulate: {mean: 27, sd: 6}}
  - {id: wellbeing, label: W, role: secondary, kind: score, instrument: swemwbs, subscale: SUBSCALE, wave: after,
     better: higher, simulate: {mean: 22, sd: 4}}
covariates:
  - {id: before, instrument: proqol-5, subscale: burnout, wave: before}
simulation: {clusters: 400, icc: 0.1, dropout: 0.2, correlation: 0.5}
""".replace("SUBSCALE", instruments()["swemwbs"].subscales[0].name)


def study_of(text, folder):
    path = folder / "study.yaml"
    path.write_text(text, encoding="utf-8")
    return read_study(path)


def log_of(text, folder, *, units, effects, seed=3, name="log.parquet"):
    out = folder / name
    simulate(study_of(text, folder), units=units, seed=seed, effects=effects, out=out)
    return out


@pytest.fixture(scope="module")
def search(tmp_path_factory):
    """The rows of a trial of searchers, with their arm and the seconds since their exposure."""
    out = log_of(SEARCH, tmp_path_factory.mktemp("search"), units=40_000, effects=EFFECTS)
    rows = pd.read_parquet(out)
    rows["person"] = rows["person"].astype(str)
    rows["event"] = rows["event"].astype(str)
    starts = rows[rows["event"] == "assigned"].set_index("person")
    exposed = rows[rows["event"] == "warning_due"].set_index("person")
    rows["since"] = (rows["ts"] - rows["person"].map(exposed["ts"])).dt.total_seconds()
    return rows, starts["arm"].astype(str)[exposed.index], exposed


def in_window(search, event, days):
    """Each exposed person's values of an event in the window, as a list of group by person."""
    rows, arms, _ = search
    hits = rows[(rows["event"] == event) & (rows["since"] >= 0) & (rows["since"] < days * 86_400)]
    return hits.groupby("person")["value"], arms


def assert_truth(values, arms, truth):
    """Each arm's mean lies within four standard errors of its truth."""
    for arm, expected in truth.items():
        here = values[arms == arm].dropna()
        assert len(here) > 5_000
        assert abs(here.mean() - expected) < 4 * here.std() / np.sqrt(len(here)), arm


def test_a_proportion_has_the_declared_rate_and_risk_difference(search):
    hits, arms = in_window(search, "site_click", 7)
    entered = (hits.size() > 0).reindex(arms.index, fill_value=False).astype(float)
    assert_truth(entered, arms, {"none": 0.3, "law": 0.25, "help": 0.25})


def test_a_rare_outcome_within_the_session_of_exposure_has_its_rate(search):
    rows, arms, exposed = search
    own = rows["person"].map(exposed["session"])
    hits = rows[(rows["event"] == "help") & (rows["session"] == own)].groupby("person").size()
    clicked = hits.reindex(arms.index, fill_value=0).clip(upper=1).astype(float)
    assert_truth(clicked, arms, {"none": 0.002, "law": 0.002, "help": 0.006})


def test_a_count_has_the_declared_mean_rate_ratios_and_dispersion(search):
    hits, arms = in_window(search, "flagged", 14)
    counts = hits.size().reindex(arms.index, fill_value=0).astype(float)
    assert_truth(counts, arms, {"none": 1.5, "law": 1.2, "help": 1.05})
    control = counts[arms == "none"]
    assert control.var() == pytest.approx(1.5 + 2 * 1.5**2, rel=0.08)


@pytest.mark.parametrize(
    ("event", "how", "truth"),
    [
        ("visit", "mean", {"none": 20, "law": 17, "help": 17}),
        ("spend", "sum", {"none": 20, "law": 22, "help": 22}),
        ("stay", "max", {"none": 10, "law": 11, "help": 11}),
        ("rating", "last", {"none": 10, "law": 9, "help": 9}),
        ("audit", "mean", {"none": 0.9, "law": 0.86, "help": 0.86}),
    ],
)
def test_a_value_has_the_declared_mean_however_it_is_put_together(search, event, how, truth):
    hits, arms = in_window(search, event, 7)
    assert_truth(hits.agg(how).reindex(arms.index), arms, truth)


def test_audited_decisions_are_right_or_wrong_and_minutes_are_above_their_lowest(search):
    rows, _, _ = search
    assert set(rows.loc[rows["event"] == "audit", "value"]) == {0.0, 1.0}
    assert (rows.loc[rows["event"] == "visit", "value"] >= 0).all()


def test_earlier_searches_go_with_later_ones_and_not_with_the_arm(search):
    rows, arms, _ = search
    flagged = rows[rows["event"] == "flagged"]
    earlier = flagged[(flagged["since"] < 0) & (flagged["since"] >= -28 * 86_400)].groupby("person").size()
    later = flagged[(flagged["since"] >= 0) & (flagged["since"] < 14 * 86_400)].groupby("person").size()
    both = pd.DataFrame({"earlier": earlier, "later": later}, index=arms.index).fillna(0)
    assert both.corr(method="spearman").loc["earlier", "later"] > 0.1
    assert_truth(both["earlier"], arms, {"none": 3.0, "law": 3.0, "help": 3.0})


def test_events_lie_outside_the_windows_too_and_the_log_reaches_its_end(search):
    rows, _, _ = search
    for event in ("site_click", "flagged", "visit"):
        assert (rows.loc[rows["event"] == event, "since"] > 14 * 86_400).sum() > 1_000
    assert rows["ts"].max().tz_convert("Europe/Paris").isoformat() == "2026-04-30T23:59:59+02:00"
    longest = rows.loc[rows["event"] == "warning_due", "ts"].max() + timedelta(days=14)
    assert longest <= rows["ts"].max()


def test_no_two_events_of_a_unit_are_alike_so_none_is_taken_for_a_duplicate(search):
    rows, _, _ = search
    assert not rows.duplicated(["person", "ts", "event"]).any()


def test_arms_have_their_shares_within_every_stratum_and_some_units_are_never_exposed(search):
    rows, _, exposed = search
    assigned = rows[rows["event"] == "assigned"]
    shares = pd.crosstab(assigned["country"].astype(str), assigned["arm"].astype(str), normalize="index")
    assert np.abs(shares[["none", "law", "help"]] - [0.5, 0.25, 0.25]).to_numpy().max() < 1e-3
    assert len(exposed) / len(assigned) == pytest.approx(0.95, abs=0.005)


@pytest.fixture(scope="module")
def teams(tmp_path_factory):
    """Scores by moderator and wave, scored by hand from the answers, with arm and team."""
    effects = {"burnout": -3.0, "wellbeing": 1.5}
    out = log_of(TEAMS, tmp_path_factory.mktemp("teams"), units=8_000, effects=effects, name="log.csv")
    rows = pd.read_csv(out)
    who = rows[rows["event"] == "assigned"].set_index("unit")[["arm", "cluster"]]
    return rows[rows["event"] == "survey_item"], who


def burnout(answers, wave):
    """Sums of the ten burnout items; 1, 4, 15, 17 and 29 are reversed (Stamm 2010, ProQOL 5)."""
    these = answers[(answers["instrument"] == "proqol-5") & (answers["wave"] == wave)]
    assert set(these["item"]) == {1, 4, 8, 10, 15, 17, 19, 21, 26, 29}
    turned = these["value"].where(~these["item"].isin([1, 4, 15, 17, 29]), 6 - these["value"])
    return turned.groupby(these["unit"]).sum()


def test_a_score_has_the_declared_mean_and_difference_in_whole_answers(teams):
    answers, who = teams
    assert set(answers["value"]) == {1, 2, 3, 4, 5}
    after = burnout(answers, "after")
    by_team = after.groupby(who["cluster"]).mean()
    arm = who.groupby("cluster")["arm"].first()
    for name, expected in {"usual": 27.0, "blurred": 24.0}.items():
        means = by_team[arm == name]
        assert abs(means.mean() - expected) < 4 * means.std() / np.sqrt(len(means))
    assert after[who["arm"] == "usual"].std() == pytest.approx(6, rel=0.05)


def test_a_score_read_from_a_table_has_its_mean_although_the_table_bends(teams):
    answers, who = teams
    key = instruments()["swemwbs"]
    sums = answers[answers["instrument"] == "swemwbs"].groupby("unit")["value"].sum()
    scores = pd.Series(key.scaled(key.subscales[0], sums.to_numpy(dtype=float)), index=sums.index)
    by_team = scores.groupby(who["cluster"]).mean()
    arm = who.groupby("cluster")["arm"].first()
    for name, expected in {"usual": 22.0, "blurred": 23.5}.items():
        means = by_team[arm == name]
        assert abs(means.mean() - expected) < 4 * means.std() / np.sqrt(len(means))


def test_teams_are_assigned_whole_and_their_members_resemble_each_other(teams):
    answers, who = teams
    assert (who.groupby("cluster")["arm"].nunique() == 1).all()
    assert who.groupby("cluster")["arm"].first().value_counts().to_dict() == {"usual": 200, "blurred": 200}
    usual = burnout(answers, "after")[who["arm"] == "usual"]
    groups = usual.groupby(who["cluster"])
    sizes = groups.size()
    within = ((usual - usual.groupby(who["cluster"]).transform("mean")) ** 2).sum() / (
        len(usual) - len(sizes)
    )
    between = (sizes * (groups.mean() - usual.mean()) ** 2).sum() / (len(sizes) - 1)
    size = (len(usual) - (sizes**2).sum() / len(usual)) / (len(sizes) - 1)
    icc = (between - within) / (between + (size - 1) * within)  # analysis of variance estimator, Donner 1986
    assert 0.04 < icc < 0.12  # 0.1 on the latent scale, less what single answers add by chance


def test_a_fifth_drops_out_and_the_baseline_is_complete_and_goes_with_the_outcome(teams):
    answers, who = teams
    before, after = burnout(answers, "before"), burnout(answers, "after")
    assert len(before) == len(who)
    assert len(after) / len(who) == pytest.approx(0.8, abs=0.02)
    assert before.mean() == pytest.approx(27, abs=0.5)
    assert before.corr(after) > 0.2


def test_the_mean_of_a_beta_binomial_score_is_that_of_every_possible_sum():
    key = instruments()["proqol-5"]
    scale = key.subscale("burnout")
    chances = propensity(key, scale, mean=24.6, sd=6.5)
    assert expectation(key, scale, chances) == pytest.approx(24.6, abs=1e-9)


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz", "log.jsonl", "log.jsonl.gz", "log.parquet"])
def test_the_same_arguments_give_the_same_bytes_and_another_seed_gives_others(tmp_path, name):
    def content(seed):
        return log_of(SEARCH, tmp_path, units=300, effects=EFFECTS, seed=seed, name=name).read_bytes()

    assert content(1) == content(1)
    assert content(1) != content(2)


def test_every_format_holds_the_same_events(tmp_path):
    csv = pd.read_csv(log_of(SEARCH, tmp_path, units=200, effects=EFFECTS, name="log.csv.gz"))
    packed = gzip.decompress((tmp_path / "log.csv.gz").read_bytes())
    assert packed == log_of(SEARCH, tmp_path, units=200, effects=EFFECTS, name="log.csv").read_bytes()
    parquet = pd.read_parquet(log_of(SEARCH, tmp_path, units=200, effects=EFFECTS))
    lines = (
        log_of(SEARCH, tmp_path, units=200, effects=EFFECTS, name="log.jsonl").read_text("utf-8").splitlines()
    )
    objects = [json.loads(line) for line in lines]
    assert list(csv.columns) == list(parquet.columns)
    assert [row["event"] for row in objects] == csv["event"].tolist() == parquet["event"].astype(str).tolist()
    assert [row["ts"] for row in objects] == csv["ts"].tolist()
    moments = [datetime.fromisoformat(text).timestamp() for text in csv["ts"]]
    assert moments == [moment.timestamp() for moment in parquet["ts"]]
    assert [row.get("value") for row in objects] == [None if v != v else v for v in csv["value"]]


def test_times_are_written_on_the_clock_of_the_study_with_its_offset():
    around = np.array(
        [int(datetime.fromisoformat(t).timestamp()) for t in ("2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z")]
    )
    assert local_times(around, "Europe/Paris").to_pylist() == [
        "2026-03-29T01:59:59+01:00",
        "2026-03-29T03:00:00+02:00",
    ]
    assert local_times(around[:1], "Asia/Kathmandu").to_pylist() == ["2026-03-29T06:44:59+05:45"]


NESTED = {
    "any7": "role: primary, kind: proportion, window: {days: 7}, simulate: {rate: 0.2}",
    "any_session": "role: secondary, kind: proportion, window: session, simulate: {rate: 0.05}",
    "count7": "role: secondary, kind: count, window: {days: 7}, simulate: {mean: 0.5}",
    "count14": "role: secondary, kind: count, window: {days: 14}, simulate: {mean: 0.9}",
}


def nested(*outcomes):
    """A study whose outcomes all count one event, in windows that lie inside each other."""
    head = SEARCH[: SEARCH.index("outcomes:")].replace("  strata: [country]\n", "")
    lines = [f"  - {{id: {o}, label: {o}, event: e, better: lower, {NESTED[o]}}}" for o in outcomes]
    return "\n".join([head, "outcomes:", *lines])


def test_outcomes_that_count_the_same_event_all_have_their_own_truth(tmp_path):
    effects = {"any7": -0.05, "any_session": -0.02, "count7": 0.8, "count14": 0.9}
    rows = pd.read_parquet(log_of(nested(*NESTED), tmp_path, units=60_000, effects=effects))
    exposed = rows[rows["event"] == "warning_due"].set_index("unit")
    arms = exposed["arm"].astype(str)
    since = (rows["occurred_at"] - rows["unit"].map(exposed["occurred_at"])).dt.total_seconds()
    hits = rows[(rows["event"] == "e") & (since >= 0)].assign(since=since)
    own = hits["session"] == hits["unit"].map(exposed["session"])
    for inside, of_any, of_count in (
        (own, (0.05, 0.03), None),
        (hits["since"] < 7 * 86_400, (0.2, 0.15), (0.5, 0.4)),
        (hits["since"] < 14 * 86_400, None, (0.9, 0.81)),
    ):
        counts = (
            hits[inside]
            .groupby("unit", observed=True)
            .size()
            .reindex(exposed.index, fill_value=0)
            .astype(float)
        )
        for truth, values in ((of_any, counts.clip(upper=1)), (of_count, counts)):
            if truth:
                assert_truth(values, arms, {"none": truth[0], "law": truth[1], "help": truth[1]})


@pytest.mark.parametrize(
    ("outcomes", "effects", "says"),
    [
        (("any7",), {"any8": 0.1}, "no outcome 'any8'. Expected: one of any7. Did you mean \"any7\"?"),
        (
            ("any7",),
            {"any7:low": 0.1},
            "no treatment arm 'low'. Expected: one of law, help. Did you mean \"law\"?",
        ),
        (("any7",), {"any7:none": 0.1}, "no treatment arm 'none'"),
        (("any7",), {"any7": -0.3}, "a probability of -0.1. Expected: a probability from 0 to 1."),
        (("any7", "count14"), {"count14": -1.0}, "a mean count of -0.9"),
        (
            ("any7", "any_session"),
            {"any_session": 0.3},
            "contradict each other: one window would hold fewer units",
        ),
        (("any7", "count7"), {"count7": 0.1}, "contradict each other: the means of its counts do not fit"),
    ],
)
def test_an_effect_that_cannot_be_is_named_in_a_sentence(tmp_path, outcomes, effects, says):
    with pytest.raises(Fault) as fault:
        log_of(nested(*outcomes), tmp_path, units=100, effects=effects)
    assert says in str(fault.value)
    assert not (tmp_path / "log.parquet").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            ("end: 2026-04-30", "end: 2026-03-10"),
            "The longest window, 14 days, does not fit between start and end.",
        ),
        (("{rate: 0.3}", "{rates: 0.3}"), "entered.simulate has a setting 'rates' that nothing reads."),
        (("event: site_click", "event: warning_due"), "'warning_due' starts the units' clocks"),
        (("event: site_click", "event: spend"), "entered, spent all read the event 'spend'"),
        (("sd: 0.05", "sd: 0.5"), "right cannot have a standard deviation of 0.5"),
        (("mean: 0.9", "mean: 1.2"), "right would have a mean of 1.2"),
    ],
)
def test_a_study_that_cannot_be_simulated_is_named_in_a_sentence(tmp_path, change, says):
    with pytest.raises(Fault) as fault:
        log_of(SEARCH.replace(*change), tmp_path, units=100, effects={})
    assert says in str(fault.value)


def test_too_few_units_for_an_arm_or_for_the_clusters_are_named(tmp_path):
    for units in (-1, 0, 5, 6):
        with pytest.raises(Fault, match="leave an arm with fewer than 2"):
            log_of(nested("any7"), tmp_path, units=units, effects={})
    with pytest.raises(Fault, match="leave an arm with fewer than 2"):
        log_of(TEAMS.replace("clusters: 400", "clusters: 3"), tmp_path, units=300, effects={})
    with pytest.raises(Fault, match="300 units cannot fill 400 clusters"):
        log_of(TEAMS, tmp_path, units=300, effects={})


def test_more_units_than_fit_into_a_computer_are_refused_at_once(tmp_path):
    with pytest.raises(Fault, match=r"1,000,000,000 units are too many .* at most 10,000,000"):
        log_of(SEARCH, tmp_path, units=10**9, effects={})


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(tmp_path):
    with pytest.raises(Fault, match=r"does not say which format.*\.parquet"):
        log_of(SEARCH, tmp_path, units=100, effects={}, name="log.xlsx")
    with pytest.raises(Fault, match="cannot be written: No such file or directory"):
        log_of(SEARCH, tmp_path, units=100, effects={}, name="absent/log.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["study.yaml"]
