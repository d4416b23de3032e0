"""Outcome kinds: their summaries add, their values are checked, and what they draw has the truth it was given."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.figures.moments import Moments
from analysis.outcome import kinds
from analysis.outcomes.count import Count
from analysis.outcomes.proportion import Proportion

RNG = np.random.default_rng


def test_moments_of_two_sets_added_are_those_of_both_together_even_far_from_zero() -> None:
    values = 1e9 + RNG(1).normal(size=1_000)
    whole, parts = kinds()["mean"].summarise({"value": values}), Moments(0, 0.0, 0.0)
    for piece in np.array_split(values, [1, 10, 400]):
        parts = parts + kinds()["mean"].summarise({"value": piece})
    assert parts.n == whole.n
    assert parts.mean == pytest.approx(np.mean(values), rel=1e-15)
    assert parts.variance == pytest.approx(np.var(values, ddof=1), rel=1e-6)
    assert parts.describe()["sd"] == pytest.approx(np.std(values, ddof=1), rel=1e-6)


def test_missing_values_are_counted_apart_in_every_kind() -> None:
    gaps = np.array([1.0, np.nan, 0.0])
    for kind in kinds().values():
        first, *others = (*kind.parts, *kind.optional)
        summary = kind.summarise({first: gaps, **{part: np.ones(3) for part in others}})
        assert (summary.n, summary.missing) == (2, 1)


def test_a_count_without_its_exposure_is_missing() -> None:
    summary = kinds()["count"].summarise({"value": np.array([4.0, 2.0]), "exposure": np.array([np.nan, 2.0])})
    assert summary == Count(1, 2, 2.0, 4.0, missing=1)


def test_an_arm_of_one_has_no_standard_deviation() -> None:
    assert Moments(1, 5.0, 0.0).describe() == {"mean": 5.0, "value": 5.0}
    assert "sd" not in Count(1, 5, 1.0, 25.0).describe()


def test_a_count_shows_its_rate_over_exposure_and_the_spread_of_its_counts() -> None:
    assert Count(3, 6, 12.0, squares=20.0).describe() == {"events": 6, "mean": 2.0, "sd": 2.0, "value": 0.5}


def test_a_proportion_reveals_units_with_and_without_the_event() -> None:
    assert Proportion(30, 4).cells() == (30, 4, 26)


@pytest.mark.parametrize(
    ("kind", "values", "fault"),
    [
        ("proportion", [0.0, 2.0], "neither 0 nor 1"),
        ("count", [-1.0], "whole number"),
        ("count", [0.5], "whole number"),
        ("count", [np.inf], "whole number"),
        ("mean", [np.inf], "not finite"),
        ("score", [-np.inf], "not finite"),
    ],
)
def test_impossible_values_are_named(kind: str, values: list[float], fault: str) -> None:
    parts = {"value": np.array(values), "exposure": np.ones(len(values))}
    assert fault in (kinds()[kind].valid(parts) or "")


def test_an_exposure_of_zero_is_named() -> None:
    parts = {"value": np.array([1.0]), "exposure": np.array([0.0])}
    assert "exposure" in (kinds()["count"].valid(parts) or "")


@pytest.mark.parametrize(
    ("kind", "effect"), [("proportion", -0.1), ("mean", 3.0), ("score", -2.0), ("count", 0.7)]
)
def test_what_a_kind_draws_differs_by_the_effect_and_is_valid(kind: str, effect: float) -> None:
    of = kinds()[kind]
    control, treatment = (of.draw(RNG(2), 400_000, size) for size in (of.primary_scale.null, effect))
    assert of.valid(control) is None
    assert of.valid(treatment) is None
    means = [float(arm["value"].mean()) for arm in (treatment, control)]
    found = means[0] / means[1] if of.primary_scale.is_ratio else means[0] - means[1]
    assert found == pytest.approx(effect, abs=0.08)


def test_counts_without_spread_are_poisson_and_with_it_dispersed() -> None:
    plain = kinds()["count"].draw(RNG(3), 300_000, 1.0, base=3.0, spread=0.0)["value"]
    spread = kinds()["count"].draw(RNG(3), 300_000, 1.0, base=3.0, spread=0.5)["value"]
    assert plain.var() == pytest.approx(3.0, rel=0.02)
    assert spread.var() == pytest.approx(3.0 + 0.5 * 9, rel=0.03)


def test_a_base_may_differ_by_unit_which_is_how_clusters_differ() -> None:
    base = np.repeat([0.0, 1.0], 5)
    assert kinds()["proportion"].draw(RNG(4), 10, 0.0, base=base)["value"].tolist() == base.tolist()


def test_an_impossible_probability_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        kinds()["proportion"].draw(RNG(5), 10, 0.5, base=0.8)


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("proportion", {"n": 10, "events": 11}),
        ("proportion", {"n": 10, "events": 2.5}),
        ("mean", {"n": 0, "mean": 1.0, "sd": 1.0}),
        ("mean", {"n": 10, "mean": 1.0, "sd": -1.0}),
        ("count", {"events": 3, "exposure": 0.0}),
        ("count", {"events": -3, "exposure": 1.0}),
        ("count", {"events": 3, "exposure": 9.0, "n": 9, "sd": -1.0}),
    ],
)
def test_an_impossible_shared_row_is_refused(kind: str, row: dict[str, float]) -> None:
    from_counts = kinds()[kind].from_counts
    assert from_counts is not None
    with pytest.raises(ValueError, match="must"):
        from_counts(row)


def test_a_shared_row_stands_for_the_same_summary_as_the_units() -> None:
    counts = np.array([0.0, 2.0, 5.0, 1.0])
    from_counts = kinds()["count"].from_counts
    assert from_counts is not None
    shared = from_counts({"n": 4, "events": 8, "exposure": 4.0, "sd": float(counts.std(ddof=1))})
    assert shared.describe() == pytest.approx(
        kinds()["count"].summarise({"value": counts, "exposure": np.ones(4)}).describe()
    )
