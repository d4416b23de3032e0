"""Every estimator errs as often as it says: false positives without an effect, coverage with one.

The quick run catches what is plainly wrong; the kept table, from many more replicates and harder designs, holds
each estimator to its band.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from scipy import stats

from analysis.calibration.cell import BALANCED, Cell
from analysis.calibration.cells import cells
from analysis.calibration.exact import Counted, binomial, counted, enumerate_cell
from analysis.calibration.replicates import Tally, run
from analysis.calibration.table import kept, read, row, write
from analysis.estimator import estimators
from tests.laws.worlds import World, defaults, name_of

REPLICATES, FEW = 40, 10
CHANCE = 0.9995  # that a well-behaved estimator is let pass, each time it is judged
SLOW = {
    "dunnett",
    "cluster_gee",
    "recurrent_events",
    "controlled_series",
    "random_slope",
    "repeated_measures",
} | {estimator for estimator in estimators() if "permutation" in estimator}
DESIGNED = {(cell.estimator, cell.scene.outcome.kind): cell for cell in reversed(cells())}
COVERED = {(cell.estimator, replace(cell.scene.declaration, units=0)) for cell in cells()}
ELSEWHERE = [
    (estimator, declared)
    for estimator, declared in defaults()
    if (estimator.name, replace(declared, units=0, estimand="individual-average")) not in COVERED
]


def most(share: float, n: int) -> int:
    """How many of `n` chance alone allows where each has the chance `share`."""
    return int(stats.binom.ppf(CHANCE, n, share))


def _out_of_band(cell: Cell, replicates: int) -> list[str]:
    """What is too often: refusals, findings where there is no effect, intervals that miss it."""
    tally, worst = run(cell, 0, replicates), cell.band[1] / 100
    allowed = {
        "refused": (tally.refused, replicates / 5),
        "found": (tally.found, most(worst, tally.tested)),
        "missed": (tally.told - tally.covered, most(worst, tally.told)),
    }
    return [f"{name}: {count} above {limit}" for name, (count, limit) in allowed.items() if count > limit]


@pytest.mark.parametrize(
    "cell", DESIGNED.values(), ids=lambda cell: f"{cell.estimator}-{cell.scene.outcome.kind}"
)
def test_an_estimator_keeps_its_band_in_a_quick_run(cell):
    assert _out_of_band(cell, FEW if cell.estimator in SLOW or cell.share < 1 else REPLICATES) == []


@pytest.mark.parametrize(("estimator", "declaration"), ELSEWHERE, ids=name_of)
def test_a_default_keeps_its_band_wherever_it_is_the_default(estimator, declaration):
    world = World(declaration, clusters=8)
    cell = Cell("as declared", estimator.name, world.scene, world.effect, BALANCED)
    slow = declaration.layout in ("panel", "repeated") or estimator.name in SLOW
    assert _out_of_band(cell, FEW if slow else REPLICATES) == []


def test_every_default_is_in_the_grid():
    tried = {cell.estimator for cell in cells()} | {cell.estimator for cell in counted()}
    assert {estimator.name for estimator, _ in defaults()} <= tried


def test_every_cell_is_known_by_its_own_name():
    grid = [cell.key for cell in (*cells(), *counted())]
    assert len(set(grid)) == len(grid)


def test_nothing_in_the_kept_table_leaves_its_band():
    assert not {row.key for row in kept() if row.holds == "no"}


def test_the_kept_table_is_of_the_grid_as_it_is_now():
    grid = {cell.key: cell.band for cell in (*cells(), *counted())}
    assert all(grid[row.key] == (row.band_low, row.band_high) for row in kept())
    assert {estimator.name for estimator, _ in defaults()} <= {row.estimator for row in kept()}


def test_the_pieces_of_a_cell_add_up_to_the_whole():
    cell = cells()[0]
    whole, pieces = run(cell, 0, 6), run(cell, 0, 2) + run(cell, 2, 6)
    assert _alike(pieces, whole)


def _alike(one: Tally, other: Tally) -> bool:
    counts = ("tested", "found", "told", "covered", "estimated", "refused", "fits")
    same = all(getattr(one, name) == getattr(other, name) for name in counts)
    return same and one.errors == pytest.approx(other.errors)


def test_estimators_in_one_design_see_the_same_studies():
    robust, means = (cell for cell in cells()[:2])
    assert robust.stream == means.stream
    assert robust.estimator != means.estimator


def test_a_table_is_read_as_it_was_written(tmp_path):
    written = [row(cell, run(cell, 0, 3), replicates=3) for cell in cells()[:2]]
    written.append(enumerate_cell(Counted("newcombe", 8, 9, (0.3, 0.3))))
    write(tmp_path / "table.csv", written, made_by="this test")
    assert read(tmp_path / "table.csv") == written


def test_enumerated_coverage_of_newcombe_and_the_score_interval_is_as_published():
    """An enumeration by other code, to a tenth of a per cent."""
    for treated, control, chance, newcombe, score in ((50, 50, 0.1, 96.4, 95.2), (20, 60, 0.2, 95.5, 95.7)):
        for name, expected in (("newcombe", newcombe), ("score_interval", score)):
            found = enumerate_cell(Counted(name, treated, control, (chance, chance)))
            assert found.coverage == pytest.approx(expected, abs=0.06)


def test_the_enumerated_probabilities_are_binomial():
    assert binomial(20, 0.3) == pytest.approx(stats.binom.pmf(range(21), 20, 0.3))
