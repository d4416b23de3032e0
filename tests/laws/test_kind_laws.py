"""What every outcome kind owes: it draws what it accepts, refuses what it must, and its summaries add."""

from __future__ import annotations

from dataclasses import astuple
from math import isfinite

import numpy as np
import pytest

from analysis.outcome import kinds
from tests.laws.worlds import name_of

KINDS = list(kinds().values())


def draw(kind, n: int, *, seed: int = 1, missing: int = 0):
    parts = kind.draw(np.random.default_rng(seed), n, kind.primary_scale.null)
    drawn = {part: np.array(values) for part, values in parts.items()}
    drawn[kind.parts[0]][:missing] = np.nan
    return drawn


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_draws_every_part_and_accepts_what_it_draws(kind):
    drawn = draw(kind, 500)
    assert set(drawn) == set(kind.parts) | set(kind.optional)
    assert all(values.shape == (500,) for values in drawn.values())
    assert kind.valid(drawn) is None


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_says_what_is_wrong_with_a_value_that_is_not_finite(kind):
    drawn = draw(kind, 5)
    drawn[kind.parts[0]][2] = np.inf
    assert isinstance(kind.valid(drawn), str)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("sizes", [(1, 1), (40, 7), (300, 0)], ids=name_of)
def test_summaries_add(kind, sizes):
    one, other = draw(kind, sizes[0], seed=2, missing=sizes[0] // 4), draw(kind, sizes[1], seed=3)
    together = kind.summarise({part: np.concatenate([one[part], other[part]]) for part in one})
    added = kind.summarise(one) + kind.summarise(other)
    assert _flat(astuple(added)) == pytest.approx(_flat(astuple(together)), rel=1e-9)
    assert (together.n + together.missing, together.missing) == (sum(sizes), sizes[0] // 4)


def _flat(values: tuple[object, ...]) -> list[object]:
    """A summary's figures, those of inner tuples in their places; what was not declared is left out."""
    told = [value for value in values if value is not None]
    return [part for value in told for part in (_flat(value) if isinstance(value, tuple) else [value])]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_summary_tells_its_cells_and_its_figures(kind):
    summary = kind.summarise(draw(kind, 50, missing=3))
    assert all(cell >= 0 and cell == int(cell) for cell in summary.cells())
    assert summary.n in summary.cells() or kind.name == "series"  # whose n are periods, not people
    assert "value" in summary.describe()
    assert all(isfinite(figure) for figure in summary.describe().values())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_scales_are_differences_ratios_or_probabilities(kind):
    assert kind.scales
    assert all(scale.null in (0.0, 0.5, 1.0) and scale.label for scale in kind.scales)
