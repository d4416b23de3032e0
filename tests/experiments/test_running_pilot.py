"""The bundled pilot that still runs: where it stands, by its log counted by hand and by published boundaries."""

from __future__ import annotations

import csv
import gzip
from datetime import date, datetime, timedelta
from math import e, log, sqrt
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from analysis.checks.attrition import judge_attrition
from analysis.disclosure import release
from analysis.policy import PUBLIC
from dashboard.cli import main
from experiments.bundled import pilots
from experiments.pilot import evaluation, ingest, register
from experiments.progress import Known, progress
from experiments.releasing import released
from experiments.simulate import simulate
from experiments.store import Store
from experiments.study_file import read_study

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from analysis.evaluation import Evaluation

NAME = "helpline-banner-sim"
WEEK = timedelta(days=7)
EARLIER = date(2026, 10, 21)  # between the first look and the second
EVENTS = {
    "helpline_opened": "helpline_page_opened",
    "searched_again": "flagged_group_search",
    "appealed": "appeal",
}
PILOT = next(pilot for pilot in pilots() if pilot.name == NAME)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("running")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WATCHKEEPER_KEYS", str(folder / "keys"))
        yield folder


@pytest.fixture(scope="module")
def store(home: Path) -> Store:
    """A store with the pilot as it is bundled."""
    filled = Store(home / "store")
    register(filled, PILOT.study_file, reason=None)
    ingest(filled, NAME, PILOT.logs)
    return filled


@pytest.fixture(scope="module")
def found(store: Store) -> Evaluation:
    return evaluation(store, NAME)


def rows_of(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(content.splitlines()))


def bundled() -> list[dict[str, str]]:
    return rows_of(gzip.decompress(PILOT.logs[0].read_bytes()).decode())


def counted(outcome: str) -> dict[str, tuple[int, int]]:
    """Units with the event within a week of the warning, and units followed for that week, by arm."""
    rows = [(row, datetime.fromisoformat(row["occurred_at"])) for row in bundled()]
    last = max(at for _, at in rows)
    warned = {row["unit"]: (row["arm"], at) for row, at in rows if row["event"] == "warning_due"}
    followed = {unit for unit, (_, at) in warned.items() if at + WEEK <= last}
    came = {
        row["unit"]
        for row, at in rows
        if row["event"] == EVENTS[outcome]
        and row["unit"] in followed
        and warned[row["unit"]][1] <= at < warned[row["unit"]][1] + WEEK
    }
    return {
        arm: (
            sum(warned[unit][0] == arm for unit in came),
            sum(warned[unit][0] == arm for unit in followed),
        )
        for arm in ("usual", "helpline")
    }


def within(bounds: list[float], shares: list[float], *, sides: int) -> float:
    """The chance that no z goes beyond its bound, by the multivariate normal distribution."""
    covariance = [[sqrt(min(s, t) / max(s, t)) for s in shares] for t in shares]
    low = -np.array(bounds) if sides == 2 else np.full(len(bounds), -np.inf)
    chance = stats.multivariate_normal.cdf(
        np.array(bounds), cov=covariance, lower_limit=low, abseps=1e-8, releps=1e-8, maxpts=1_000_000, rng=1
    )
    return float(chance)


def test_its_boundaries_are_those_of_lan_and_demets(found: Evaluation) -> None:
    """The first two of O'Brien and Fleming's, for looks at each quarter, are printed for ldbounds."""
    one, two, three = found.looks
    assert [one.z, two.z] == pytest.approx([4.3326, 2.9631], abs=1e-4)
    assert one.z == pytest.approx(stats.norm.isf(2 * stats.norm.sf(stats.norm.isf(0.0125) / 0.5)), abs=1e-6)
    assert one.harm_z == pytest.approx(stats.norm.isf(0.05 * log(1 + (e - 1) * 0.25)), abs=1e-6)
    shares = [look.share for look in found.looks]
    assert shares == [0.25, 0.5, 1.0]
    z = [float(look.z or 0.0) for look in (one, two, three)]
    assert 1 - within(z, shares, sides=2) == pytest.approx(0.05, abs=1e-5)
    assert 1 - within([look.harm_z for look in found.looks], shares, sides=1) == pytest.approx(0.05, abs=1e-5)


@pytest.mark.parametrize("outcome", EVENTS)
def test_a_result_at_the_look_is_the_z_of_its_log_beside_the_boundary_there(
    outcome: str, found: Evaluation
) -> None:
    counts = counted(outcome)
    [held] = [each for each in found.supplied if (each.name, each.outcome) == ("monitoring", outcome)]
    (usual, of_usual), (banner, of_banner) = counts["usual"], counts["helpline"]
    people = of_usual + of_banner
    pooled = (usual + banner) / people
    error = sqrt(pooled * (1 - pooled) * (1 / of_usual + 1 / of_banner))
    assert held.parameters["z"] == pytest.approx((banner / of_banner - usual / of_usual) / error, abs=1e-6)
    share = held.parameters["information"]
    assert share == pytest.approx(people / 8000, abs=1e-12)
    assert (held.parameters["look"], held.parameters["looks"]) == (2, 3)
    seen = [4.3326, held.parameters["boundary_z"]]
    spent = 4 * stats.norm.sf(stats.norm.isf(0.0125) / sqrt(share))
    assert 1 - within(seen, [0.25, share], sides=2) == pytest.approx(spent, abs=1e-5)
    assert held.parameters["reached"] == held.parameters["harm_reached"] == 0


def test_what_a_single_look_would_call_an_effect_is_not_yet_one(found: Evaluation) -> None:
    main_one = next(f for f in found.findings if f.default and f.outcome.role == "primary")
    assert main_one.estimate.parameters["p_single_look"] < 0.01
    assert main_one.verdict == "inconclusive"


@pytest.mark.parametrize("today", [date(2026, 10, 26), date(2027, 6, 1), date(2040, 1, 1)])
def test_it_is_at_its_second_look_on_whatever_day_it_is_opened(today: date, found: Evaluation) -> None:
    held = next(each.parameters for each in found.supplied if each.name == "monitoring")
    known = Known(
        held=True,
        start=date(2026, 10, 5),
        until=date(2026, 10, 25),
        taken_in=today,
        look=int(held["look"]),
        looks=int(held["looks"]),
    )
    stands = progress(known, today=today)
    assert (stands.stage, stands.look, stands.looks, stands.overdue) == ("look", 2, 3, False)
    assert not found.conduct.ended


def test_figures_of_the_look_are_released_to_everybody(store: Store, found: Evaluation) -> None:
    made = released(store, NAME, found, "public")
    assert not made.closed
    assert len(made.default_findings()) == 3


def test_the_same_study_four_days_earlier_is_closed(home: Path) -> None:
    log_file = home / "earlier.csv"
    truth = {"helpline_opened": 0.016, "searched_again": -0.02}
    study = read_study(PILOT.study_file)
    simulate(study, units=8400, seed=15, effects=truth, out=log_file, until=EARLIER)
    earlier, whole = rows_of(log_file.read_text(encoding="utf-8")), bundled()
    midnight = datetime.fromisoformat(f"{EARLIER + timedelta(days=1)}T00:00:00+00:00")
    assert earlier == [row for row in whole if datetime.fromisoformat(row["occurred_at"]) < midnight]
    running = Store(home / "earlier")
    register(running, PILOT.study_file, reason=None)
    ingest(running, NAME, [log_file])
    between = evaluation(running, NAME)
    made = release(between, PUBLIC)
    assert made.closed
    assert made.findings == made.supplied == ()
    assert released(running, NAME, between, "internal", steward=True).default_findings()
    wanted = ["--store", str(running.path), "export", NAME, "--out", str(home / "forest.svg")]
    assert main(wanted) == 3


def test_what_allows_for_no_looks_waits_for_the_last_one(found: Evaluation) -> None:
    told = {each.name for each in found.supplied}
    assert "monitoring" in told
    assert told.isdisjoint({"bayesian", "bayesian_shares", "missing_data"})


def test_people_whose_week_is_not_over_are_not_taken_for_lost(found: Evaluation) -> None:
    checks = [check for check in found.checks if check.name == "attrition"]
    assert len(checks) == 3
    for check in checks:
        assert check.verdict == "pass"
        assert check.counts["lost_treatment"] > 1000
        assert check.says.endswith("are among them, and do not count as lost.")
    early, window_open = (140, 140), 280.0  # of 200 units in each arm
    assert judge_attrition(early, (200, 200), by_cluster=False)[0] == "fail"
    assert judge_attrition(early, (200, 200), by_cluster=False, coming=window_open)[0] == "pass"
    assert judge_attrition((160, 120), (200, 200), by_cluster=False, coming=window_open)[0] == "fail"


def test_a_day_before_the_study_begins_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ["simulate", str(PILOT.study_file), "--until", "2026-10-01", "--out", str(tmp_path / "log.csv")]
    assert main(wanted) != 0
    assert "Nobody is in this study by 2026-10-01." in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*wanted[:-4], "--until", "tomorrow", "--out", str(tmp_path / "log.csv")])


@pytest.mark.parametrize("name", ["moderator-rollout-sim", "warning-chatbot-sim", "moderator-crossover-sim"])
def test_any_design_is_simulated_up_to_a_day(name: str, tmp_path: Path) -> None:
    study = read_study(next(pilot for pilot in pilots() if pilot.name == name).study_file)
    if study.design.start is None:
        pytest.fail("the pilot names no first day")
    until = study.design.start + timedelta(days=40)
    events = simulate(study, units=96, seed=1, effects={}, out=tmp_path / "log.csv", until=until)
    rows = rows_of((tmp_path / "log.csv").read_text(encoding="utf-8"))
    assert len(rows) == events > 0
    assert max(row["occurred_at"][:10] for row in rows) <= (until + timedelta(days=1)).isoformat()
    assigned = {row["unit"] for row in rows if row["event"] == "assigned"}
    assert not study.design.steps or {row["unit"] for row in rows} == assigned


def test_its_release_tells_how_many_were_assigned_by_each_day(found: Evaluation) -> None:
    days = [row["occurred_at"][:10] for row in bundled() if row["event"] == "assigned"]
    told = release(found, PUBLIC).accrual
    assert [each.day for each in told] == sorted(set(days))
    for each in told:
        low, high = each.count.bounds
        assert low <= sum(day <= each.day for day in days) <= (high or 0)
