"""Adjusted p-values agree with hand arithmetic and with R's p.adjust (in tests/references)."""

from __future__ import annotations

import pytest

from analysis.multiplicity import adjust


def test_holm_multiplies_by_what_is_left_and_never_decreases():
    assert adjust([0.01, 0.04, 0.03, 0.005], method="holm") == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_hochberg_steps_up():
    assert adjust([0.04, 0.045], method="hochberg") == pytest.approx([0.045, 0.045])


def test_benjamini_hochberg_divides_by_rank():
    assert adjust([0.01, 0.02, 0.6], method="benjamini-hochberg") == pytest.approx([0.03, 0.03, 0.6])


def test_none_leaves_them_alone_and_nothing_stays_nothing():
    assert adjust([0.01, 0.02], method="none") == [0.01, 0.02]
    assert adjust([], method="holm") == []
