"""Methods that go wrong are refused by name, with the reason, the measured error and a way out that exists."""

from __future__ import annotations

import re

import pytest
from scipy import stats

from analysis.estimator import estimators
from analysis.layout import LAYOUTS
from analysis.refused import refused

METHODS = list(refused().values())


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_a_refused_method_is_explained_in_whole_sentences(method):
    said = (method.reason, method.measured or "Nothing was measured.", method.instead)
    assert all(sentence.endswith(".") for sentence in said)
    assert method.layouts <= set(LAYOUTS)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_what_to_use_instead_exists(method):
    named = re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", method.instead)
    assert set(named) <= set(estimators())


def test_no_estimator_that_is_offered_is_refused():
    assert not set(refused()) & set(estimators())


def test_the_chance_that_the_best_of_ten_subgroups_looks_good_is_as_said():
    assert f"{100 * stats.binom.sf(0, 10, 0.05):.0f} %" in refused()["post_hoc_subgroups"].measured


def test_the_smallest_p_values_of_three_and_four_clusters_an_arm_are_as_said():
    measured = refused()["three_v_three"].measured
    assert f"{2 / 20:.2f}" in measured  # of the 20 ways to draw 3 of 6, the two most extreme
    assert f"{2 / 70:.3f}" in measured
