"""Measurement by ranges and as cells: however a study is shared out, it says the same."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlglot import parse_one

from analysis.cells import CellTable
from analysis.evaluate import evaluate
from experiments import by_range, parquet_parts
from experiments.clocks import unit_clocks
from experiments.engine import engine
from experiments.events import segment, vocabulary
from experiments.measure import measure
from experiments.parquet_files import Files
from experiments.plan import analysis_plan
from experiments.row_query import ordered, row_query
from experiments.sql import column, part
from experiments.timed_query import timed_query
from experiments.unit_list import columns
from experiments.unit_range import WHOLE, evenly, sharing
from tests.experiments.test_measure import MANY, random_log
from tests.small_pilot import DECLARED

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.finding import Finding
    from tests.small_pilot import SmallPilot

HEAD = DECLARED[: DECLARED.index("outcomes:")]
MORE = """\
  - {id: wait, role: secondary, kind: time_to_event, event: click, window: {days: 3}, better: higher}
  - {id: dated, role: secondary, kind: count, event: click, window: {days: 4}, per: day, dated: true, better: lower}
  - {id: typical, role: secondary, kind: quantile, event: search, value: sum, q: 0.5, window: {days: 3},
     better: lower}
  - {id: share, role: secondary, kind: ratio, numerator: {event: click}, denominator: {event: search},
     window: {days: 5}, better: lower}
"""
EVERYTHING = HEAD + MANY.replace("covariates:", MORE + "covariates:")
ROWS = 10**9


@pytest.fixture(params=["individual", "cluster"])
def filled(request: pytest.FixtureRequest, new_pilot: Callable[[str], SmallPilot]) -> SmallPilot:
    """A pilot with outcomes of many kinds, and a random log of 240 units."""
    clustered = request.param == "cluster"
    declared = EVERYTHING.replace("kind: individual", "kind: cluster") if clustered else EVERYTHING
    found = new_pilot(declared)
    log = random_log(3, units=240, events=6000)
    if clustered:
        groups = log["unit"].str[1:].astype(int) % 12
        log["cluster"] = [f"g{group}" for group in groups]
        assigned = log["event"] == "assigned"
        log.loc[assigned, "arm"] = np.where(groups[assigned] % 2 == 0, "none", "warning")
    found.log(log.to_csv(index=False))
    return found


def test_the_time_kept_with_events_and_the_time_told_from_clocks_give_one_table(filled: SmallPilot) -> None:
    study = filled.store.study("small")
    words, manifest = vocabulary(study), filled.store.manifest("small")
    end = datetime.fromisoformat(manifest.last or "").replace(tzinfo=None)
    files = {
        "events": Files(filled.store.paths("small", manifest.segments), segment(words)),
        "units": Files(filled.store.paths("small", manifest.units), columns(words)),
    }
    with engine(files=files) as opened:
        opened.hand("torn", opened.ask(part("SELECT unit FROM units WHERE torn")))
        order = [column(name) for name in ordered(study, words)]
        kept = opened.ask(timed_query(study, words, end).order_by(*order)).to_pandas()
        told = opened.ask(row_query(study, words, unit_clocks(study, words, end))).to_pandas()
    assert len(kept) > 150
    pd.testing.assert_frame_equal(kept, told.drop(columns="unit", errors="ignore"))


def test_neither_ranges_nor_threads_change_a_row_or_a_count(
    filled: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = filled.store.study("small")
    whole, ran, data = measure(filled.store, study)
    monkeypatch.setattr(by_range, "EVENTS", 500)
    for threads in ("1", "3"):
        monkeypatch.setenv("WATCHKEEPER_THREADS", threads)
        table, again, same = measure(filled.store, study)
        pd.testing.assert_frame_equal(table.known, whole.known)
        assert (again, same) == (ran, data)


def test_cells_have_the_same_bytes_on_any_number_of_threads(
    filled: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = filled.store.study("small")
    monkeypatch.setattr(by_range, "EVENTS", 500)
    hashes = set()
    for threads in ("1", "2", "4"):
        monkeypatch.setenv("WATCHKEEPER_THREADS", threads)
        hashes.add(measure(filled.store, study, largest=1)[2].hash)
    assert len(hashes) == 1


def test_just_above_and_just_below_the_threshold_the_conduct_and_each_finding_are_the_same(
    filled: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = filled.store.study("small")
    plan = analysis_plan(study)
    rows, ran, data = measure(filled.store, study, largest=240)
    monkeypatch.setattr(by_range, "EVENTS", 1500)
    cells, ran_as_cells, data_as_cells = measure(filled.store, study, largest=239)
    assert isinstance(cells, CellTable)
    assert cells.units == rows.units
    assert (data_as_cells.units, data_as_cells.events) == (data.units, data.events)
    for name in ("flow", "assigned", "not_followed", "log", "days", "never_assigned", "saw_other_arm"):
        assert getattr(ran_as_cells, name) == getattr(ran, name), name
    by_rows, by_cells = (evaluate(plan, table, ran) for table in (rows, cells))
    there = {(f.outcome.name, f.contrast, f.estimator): f for f in by_rows.findings}
    compared = {found.outcome.name for found in by_cells.findings if _alike(found, there)}
    assert compared >= {"any3", "any_visit", "sum3", "mean3", "max3", "share", "wait", "dated", "typical"}


def _alike(found: Finding, there: dict[Any, Finding]) -> bool:
    """Whether the same estimator answered from rows; fails where it said something else.

    Where units differ in their exposure, sums know no unit's leverage: of `searches`, the estimate is compared.
    """
    other = there.get((found.outcome.name, found.contrast, found.estimator))
    if other is None:
        return False
    names = ("estimate",) if found.outcome.name == "searches" else ("estimate", "low", "high")
    for scale, effect in found.estimate.effects.items():
        for name in names:
            if getattr(effect, name) != pytest.approx(
                getattr(other.estimate.effects[scale], name), rel=1e-9, abs=1e-11
            ):
                pytest.fail(f"{found.outcome.name} by {found.estimator}: {name} on {scale}")
    return True


@pytest.mark.parametrize("kind", ["individual", "cluster"])
def test_halves_of_windows_are_the_same_from_sums(new_pilot: Callable[[str], SmallPilot], kind: str) -> None:
    pilot = new_pilot(DECLARED.replace("kind: individual", f"kind: {kind}"))
    rng = np.random.default_rng(4)
    grouped = kind == "cluster"
    rows = ["unit,occurred_at,event,arm,cluster\n" if grouped else "unit,occurred_at,event,arm\n"]
    for unit in range(120):
        group = f",g{unit % 8}" if grouped else ""
        rows.append(f"u{unit},2026-03-01,assigned,{('none', 'warning')[unit % 2]}{group}\n")
        for day in rng.choice(28, 4, replace=False):
            rows.append(f"u{unit},2026-03-{day + 2:02}T10:00,click,{',' if grouped else ''}\n")
    pilot.log("".join(rows))
    study = pilot.store.study("small")
    by_rows, by_cells = (measure(pilot.store, study, largest=most)[1].halves for most in (ROWS, 0))
    assert set(by_rows["clicked"]) == {"none", "warning"}
    for arm, both in by_rows["clicked"].items():
        other = by_cells["clicked"][arm]
        for name in both.__slots__:
            assert getattr(other, name) == pytest.approx(getattr(both, name), rel=1e-12), name


def test_with_as_many_cells_as_units_there_are_rows(
    filled: SmallPilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments import cell_table

    monkeypatch.setattr(cell_table, "MOST_CELLS", 5)
    study = filled.store.study("small")
    table, _, data = measure(filled.store, study, largest=1)
    assert not isinstance(table, CellTable)
    assert data == measure(filled.store, study, largest=ROWS)[2]


@pytest.mark.parametrize(
    "written",
    [
        "SELECT * FROM read_csv('{other}')",
        "SELECT * FROM read_text('{other}')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM read_parquet('{folder}/*.parquet')",
        "COPY (SELECT 1) TO '{file}'",
        "COPY events TO '{folder}/out.parquet'",
        "ATTACH '{file}' AS held",
    ],
)
def test_an_engine_reads_the_files_it_was_handed_and_no_other_and_writes_none(
    pilot: SmallPilot, written: str
) -> None:
    pilot.log("unit,occurred_at,event,arm\na,2026-03-01,assigned,none\n")
    other = pilot.file("secret", "other.csv")
    words = vocabulary(pilot.store.study("small"))
    [path] = pilot.store.paths("small", pilot.store.manifest("small").segments)
    before = path.read_bytes()
    statement = written.format(other=other, folder=path.parent, file=path)
    with engine(files={"events": Files((path,), segment(words))}) as opened:
        assert opened.ask(part("SELECT count(*) AS n FROM events"))["n"].to_pylist() == [1]
        with pytest.raises((RuntimeError, ValueError)) as refused:
            opened.ask(parse_one(statement, dialect="duckdb"))
    assert "secret" not in str(refused.value)
    assert path.read_bytes() == before
    assert [found.name for found in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "counts", [[3, 3, 3, 3], [9, 0, 0, 1], [1, 1, 1, 9], [0, 0, 0, 0], [20, 20, 0, 0], [95, 1]]
)
def test_files_hold_a_half_a_quarter_or_an_eighth_of_all_units_and_together_each_unit_once(
    counts: list[int],
) -> None:
    small = evenly(len(counts))
    ranges = sharing(counts, 10)
    assert [piece.low for piece in ranges] == [0, *(piece.high + 1 for piece in ranges[:-1])]
    assert ranges[-1].high == WHOLE.high
    for piece in ranges:
        size = piece.high - piece.low + 1
        assert (WHOLE.high + 1) % size == piece.low % size == 0
        shares = [
            count * min(1.0, size / (one.high - one.low + 1))
            for count, one in zip(counts, small, strict=True)
            if piece.meets(one.low, one.high)
        ]
        assert sum(shares) <= 10
    assert len(ranges) <= 2 * sum(counts) / 10 + 1


def test_groups_of_rows_end_where_ranges_do_and_rows_in_another_order_stay_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parquet_parts, "ROW_GROUP", 300)
    monkeypatch.setattr(parquet_parts, "ROW_GROUP_BY_UNIT", 100)
    drawn = np.random.default_rng(5).integers(0, 2**64, 1000, dtype=np.uint64)
    units = np.unique(drawn)
    one_each = pa.table({"unit": units, "x": np.arange(units.size)})
    several = pa.table({"unit": np.repeat(units, 3), "x": np.arange(3 * units.size)})
    one_has_all = pa.table({"unit": np.repeat(units[:1], 900), "x": np.arange(900)})
    gaps = pa.table({"unit": pa.array([None, 7, 3], pa.uint64()), "x": np.arange(3)})
    for table in (one_each, several, one_has_all, pa.table({"unit": drawn, "x": drawn}), gaps, several[:0]):
        written = parquet.ParquetFile(io.BytesIO(parquet_parts.as_parquet(table)))
        assert written.read().equals(table)
    for table, most in ((one_each, 100), (several, 300)):
        written = parquet.ParquetFile(io.BytesIO(parquet_parts.as_parquet(table)))
        groups = [written.read_row_group(group)["unit"] for group in range(written.num_row_groups)]
        assert max(map(len, groups)) <= most
        for piece in evenly(4):
            crossing = [g for g in groups if piece.meets(g[0].as_py(), g[-1].as_py())]
            assert all(piece.holds(g[0].as_py(), g[-1].as_py()) for g in crossing)
