"""Whatever study is drawn by chance, rows, ranges and cells say what loops over the log's units say."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from analysis.cells import CellTable
from analysis.evaluate import evaluate
from experiments import beside, by_range
from experiments.measure import measure
from experiments.pilot import compact, forget
from experiments.plan import analysis_plan
from tests.experiments.drawn_studies import Drawn, Event, content, drawn_log, drawn_study
from tests.experiments.measured_by_hand import table
from tests.small_pilot import DECLARED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.small_pilot import SmallPilot

ROWS = 10**9  # so many units are measured as rows
UNITS = 110
CLICKS_A_DAY = {
    "id": "clicks",
    "role": "primary",
    "kind": "count",
    "event": "click",
    "better": "lower",
    "per": "day",
    "window": {"minutes": 2525},
}
SPENT = {
    "id": "spent",
    "role": "primary",
    "kind": "mean",
    "event": "search",
    "better": "lower",
    "value": "sum",
    "window": {"days": 3},
}


@pytest.mark.parametrize(("seed", "fewest"), [(0, beside.FEWEST), (1, beside.FEWEST), (2, 1)])
def test_rows_ranges_and_cells_are_what_loops_over_units_find(
    new_pilot: Callable[[str], SmallPilot], monkeypatch: pytest.MonkeyPatch, seed: int, fewest: int
) -> None:
    monkeypatch.setattr(beside, "FEWEST", fewest)
    rng = random.Random(seed)
    study = replace(drawn_study(rng), clustered=seed == 1)
    log = drawn_log(rng, study, UNITS)
    pilot = new_pilot(study.declared)
    _take_in(pilot, rng, log)
    _require(pilot, study, log, monkeypatch)
    gone = sorted({event.unit for event in rng.sample(log[:-1], 6)})
    forget(pilot.store, "small", gone)
    amended = replace(study, exposure="assigned" if study.exposure == "due" else "due")
    pilot.declare(amended.declared, reason="another clock")
    left = [event for event in log if event.unit not in gone]
    _require(pilot, amended, left, monkeypatch)


def test_compaction_and_threads_change_no_digit_of_cells(
    new_pilot: Callable[[str], SmallPilot], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    study = Drawn(False, "assigned", (SPENT,), ())
    pilot = new_pilot(study.declared)
    for number in range(3):
        units = range(200 * number, 200 * number + 200)
        log = [Event(f"u{unit}", 0, "assigned", ("none", "warning")[unit % 2]) for unit in units]
        for unit in rng.integers(0, 200 * number + 200, 2500).tolist():
            at, value = int(rng.integers(1, 5 * 86_400)) * 1_000_000, round(float(rng.lognormal(3, 2)), 3)
            log.append(Event(f"u{unit}", at, "search", value=value))
        pilot.log(content([*log[:200], *sorted(log[200:], key=lambda event: event.at)]), f"{number}.csv")
    monkeypatch.setattr(by_range, "EVENTS", 3000)
    before = measure(pilot.store, pilot.store.study("small"), largest=0)[2]
    assert len(pilot.store.manifest("small").segments) > 1
    compact(pilot.store, "small")
    assert len(pilot.store.manifest("small").segments) == 1
    monkeypatch.setenv("WATCHKEEPER_THREADS", "3")
    assert measure(pilot.store, pilot.store.study("small"), largest=0)[2].hash == before.hash


def test_values_that_are_all_higher_are_other_data(new_pilot: Callable[[str], SmallPilot]) -> None:
    study = Drawn(False, "assigned", (SPENT,), ())
    pilot = new_pilot(study.declared)
    log = [Event(f"u{unit}", 0, "assigned", ("none", "warning")[unit % 2]) for unit in range(30)]
    log += [Event(f"u{unit}", 60_000_000, "search", value=float(unit % 4)) for unit in range(30)]
    log.append(Event("nobody", 5 * 86_400_000_000, "search", value=0.0))
    pilot.log(content(log))
    hashes = {measure(pilot.store, pilot.store.study("small"), largest=0)[2].hash}
    higher = [Event(f"v{unit}", 0, "assigned", ("none", "warning")[unit % 2]) for unit in range(30)]
    forget(pilot.store, "small", [f"u{unit}" for unit in range(30)])
    higher += [Event(f"v{unit}", 60_000_000, "search", value=unit % 4 + 8.0) for unit in range(30)]
    pilot.log(content(higher), "higher.csv")
    found, _, data = measure(pilot.store, pilot.store.study("small"), largest=0)
    assert isinstance(found, CellTable)
    assert found.sums["spent"].mean("value") == pytest.approx(np.mean([unit % 4 + 8 for unit in range(30)]))
    assert data.hash not in hashes


def test_a_range_in_which_no_file_has_a_unit_has_no_rows(
    new_pilot: Callable[[str], SmallPilot], monkeypatch: pytest.MonkeyPatch
) -> None:
    pilot = new_pilot(Drawn(False, "assigned", (SPENT,), ()).declared)
    log = [Event(f"u{unit}", 0, "assigned", ("none", "warning")[unit % 2]) for unit in range(3)]
    log += [Event("u1", 86_400_000_000 * day, "search", value=1.0) for day in range(16)]
    pilot.log(content(log))
    monkeypatch.setattr(by_range, "EVENTS", 1)
    monkeypatch.setenv("WATCHKEEPER_THREADS", "1")
    assert sorted(pilot.measured()[0]["spent"]) == [0.0, 0.0, 3.0]


def test_attributes_are_those_of_the_first_assignment(new_pilot: Callable[[str], SmallPilot]) -> None:
    pilot = new_pilot(
        DECLARED + "log: {attributes: [country]}\ncovariates: [{id: country, attribute: country}]\n"
    )
    pilot.table(
        """
        unit | occurred_at | event    | arm  | country
        u1   | 01          | assigned | none | GB
        u1   | 03          | assigned | none | FR
        u2   | 01          | assigned | none |
        u2   | 03          | assigned | none | FR
        u3   | 02          | assigned | none | FR
        """
    )
    frame = pilot.measured()[0].sort_values("exposure")
    assert sorted(frame["country"].fillna("unknown")) == ["FR", "GB", "unknown"]


def test_of_a_study_read_as_sums_the_finding_says_what_was_not_run(
    new_pilot: Callable[[str], SmallPilot],
) -> None:
    study = Drawn(False, "assigned", (CLICKS_A_DAY,), ())
    pilot = new_pilot(study.declared)
    pilot.log(content(drawn_log(random.Random(5), study, UNITS)))
    declared = pilot.store.study("small")
    by_rows, by_sums = (
        evaluate(analysis_plan(declared), *measure(pilot.store, declared, largest=most)[:2]).findings[0]
        for most in (ROWS, 0)
    )
    said = " ".join(by_sums.estimate.notes)
    assert "what needs a row for each unit was not run" in said
    assert "Permutation of counts would have been shown first" in said
    assert "Read as sums" not in " ".join(by_rows.estimate.notes)


def _take_in(pilot: SmallPilot, rng: random.Random, log: list[Event]) -> None:
    """Part of the log, then all of it in another order."""
    rows = list(log)
    rng.shuffle(rows)
    pilot.log(content(rows[: len(rows) // 2]), "part.csv")
    pilot.log(content(log))


def _require(pilot: SmallPilot, study: Drawn, log: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    declared, expected = pilot.store.study("small"), table(study, log)
    monkeypatch.setattr(by_range, "EVENTS", 10**9)
    whole = measure(pilot.store, declared, largest=ROWS)
    monkeypatch.setattr(by_range, "EVENTS", 400)
    pieces = measure(pilot.store, declared, largest=ROWS)
    assert whole[1:] == pieces[1:]
    pd.testing.assert_frame_equal(whole[0].known, pieces[0].known)
    found = _sorted(whole[0].known[list(expected.columns)])
    pd.testing.assert_frame_equal(found, _sorted(expected), check_dtype=False)
    cells, ran, _ = measure(pilot.store, declared, largest=0)
    assert isinstance(cells, CellTable)
    assert (ran.flow, ran.not_followed) == (whole[1].flow, whole[1].not_followed)
    _require_sums(cells, expected)


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of what they hold, a gap in a word as a word of its own."""
    words = {name: frame[name].fillna("no") for name in frame if frame[name].dtype.kind not in "fiub"}
    filled = frame.assign(**words).round(9)
    return filled.sort_values(list(filled.columns), ignore_index=True)


def _require_sums(cells: CellTable, expected: pd.DataFrame) -> None:
    """Each cell's units, and the sums and products over its rows."""
    names = list(cells.keys.columns)
    by_key = dict(_keyed(expected[names]).groupby(names).groups)
    keys = _keyed(cells.keys)
    assert len(keys) == len(by_key)
    for place, key in enumerate(keys.itertuples(index=False, name=None)):
        rows = expected.loc[by_key[key if len(key) > 1 else key[0]]]
        assert cells.counts[place] == len(rows)
        for name, sums in cells.sums.items():
            _require_equal(sums.among(np.array([place])), name, rows)


def _require_equal(sums: Any, name: str, rows: pd.DataFrame) -> None:
    values = {
        part: rows[name if part == "value" else f"{name}.{part}"].to_numpy(float) for part in sums.totals
    }
    known = ~np.any([np.isnan(one) for one in values.values()], axis=0)
    assert (sums.measured, sums.lost) == (known.sum(), (~known).sum())
    about = {part: one[known] - sums.centres[part] for part, one in values.items()}
    for part, total in sums.totals.items():
        assert total[0] == pytest.approx(about[part].sum(), abs=1e-8)
    for (first, second), product in sums.products.items():
        assert product[0] == pytest.approx(about[first] @ about[second], abs=1e-7)
    if sums.levels is not None:
        assert sums.levels[0].tolist() == [(values["value"] == level).sum() for level in range(4)]


def _keyed(frame: pd.DataFrame) -> pd.DataFrame:
    """What is known, with a word or a number for what is not."""
    return _with_gaps(frame.round(9))


def _with_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    gaps = {name: -99.0 if frame[name].dtype.kind in "fiub" else "no" for name in frame}
    return frame.fillna(gaps)
