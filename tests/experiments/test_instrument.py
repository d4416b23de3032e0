"""Questionnaires: scores worked out by hand, the ends of every scale, and keys that cannot be right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.faults import Fault
from experiments.instrument import instruments, score

EVERY = sorted(instruments())


def scores(name: str, answers: list[float]) -> dict[str, float]:
    found = score(instruments()[name], np.array([answers], dtype=float))
    return {subscale: float(values[0]) for subscale, values in found.items()}


def test_proqol_5_scores_as_worked_out_by_hand():
    answers = [1 + (item % 5) for item in range(1, 31)]  # 2, 3, 4, 5, 1, 2, 3, …
    # Compassion satisfaction: items 3 6 12 16 18 20 22 24 27 30, answered 4 2 3 2 4 1 3 5 3 1.
    # Burnout: items 1 4 15 17 29 answered 2 5 1 3 5, turned 4 1 5 3 1; items 8 10 19 21 26 answered 4 1 5 2 2.
    # Secondary traumatic stress: items 2 5 7 9 11 13 14 23 25 28, answered 3 1 3 5 2 4 5 4 1 4.
    assert scores("proqol-5", answers) == {
        "compassion-satisfaction": 28,
        "burnout": 28,
        "secondary-traumatic-stress": 32,
    }


def test_pss_10_turns_its_four_positive_items():
    # 10 answers of "very often" (4): six items count 4, items 4, 5, 7 and 8 count 0.
    assert scores("pss-10", [4] * 10) == {"total": 24}


def test_who_5_is_a_percentage_of_the_raw_sum():
    assert scores("who-5", [3, 2, 4, 1, 5]) == {"total": 60}  # 15 of 25


@pytest.mark.parametrize(
    ("answers", "metric"),
    [([1] * 7, 7.00), ([3] * 7, 19.25), ([4] * 7, 25.03), ([5] * 7, 35.00)],
)
def test_swemwbs_sums_become_metric_scores(answers, metric):
    assert scores("swemwbs", answers) == {"total": metric}


def test_the_cbi_is_a_mean_that_turns_its_thirteenth_question():
    answers = (
        [100.0] * 6 + [0.0] * 6 + [100.0] + [50.0] * 6
    )  # always tired, never so at work, energy to spare
    found = scores("cbi", answers)
    assert found == pytest.approx({"personal": 100, "work": 0, "client": 50})


def test_the_cbi_allows_as_many_gaps_as_its_authors_do():
    nan = float("nan")
    half = scores("cbi", [100, 50, 0, nan, nan, nan] + [25, 25, 25, nan, nan, nan, nan] + [0] * 6)
    assert half["personal"] == pytest.approx(50)  # three of six answered: their mean
    assert np.isnan(half["work"])  # three of seven: one too few


def test_core_10_turns_its_second_and_third_question():
    assert scores("core-10", [0, 4, 4, 0, 0, 0, 0, 0, 0, 0]) == {"total": 0}


def test_an_answer_between_the_steps_is_refused():
    with pytest.raises(Fault, match="in steps of 25"):
        scores("cbi", [30.0] * 19)


def test_stss_subscales_make_up_the_total():
    found = scores("stss", [1 + item % 4 for item in range(17)])
    assert found["total"] == found["intrusion"] + found["avoidance"] + found["arousal"]


@pytest.mark.parametrize(
    ("name", "subscale", "bounds"),
    [
        ("proqol-5", "burnout", (10, 50)),
        ("stss", "intrusion", (5, 25)),
        ("stss", "avoidance", (7, 35)),
        ("stss", "total", (17, 85)),
        ("panas-20", "negative-affect", (10, 50)),
        ("pss-10", "total", (0, 40)),
        ("who-5", "total", (0, 100)),
        ("k10", "total", (10, 50)),
        ("phq-9", "total", (0, 27)),
        ("phq-9", "without-item-9", (0, 24)),
        ("gad-7", "total", (0, 21)),
        ("pcl-5", "total", (0, 80)),
        ("swemwbs", "total", (7, 35)),
        ("cbi", "work", (0, pytest.approx(100))),
        ("k6", "total", (0, 24)),
        ("core-10", "total", (0, 40)),
    ],
)
def test_the_ends_of_a_scale_are_the_published_ones(name, subscale, bounds):
    instrument = instruments()[name]
    assert instrument.bounds(instrument.subscale(subscale)) == bounds


@pytest.mark.parametrize("name", EVERY)
def test_the_key_of_an_instrument_is_whole(name):
    instrument = instruments()[name]
    used = {item for subscale in instrument.subscales for item in subscale.items}
    assert used == set(range(1, instrument.items + 1))
    assert instrument.reversed <= used
    for subscale in instrument.subscales:
        assert len(set(subscale.items)) == len(subscale.items)
        sums = len(subscale.items) * (instrument.highest - instrument.lowest) + 1
        low, high = instrument.bounds(subscale)
        assert all(low < cutoff.at < high and cutoff.source for cutoff in subscale.cutoffs)
        assert subscale.fewest is None or 2 * subscale.fewest >= len(subscale.items)
        assert len(subscale.table) in (0, sums)
        assert list(subscale.table) == sorted(subscale.table)


@pytest.mark.parametrize("name", EVERY)
def test_bands_cover_the_scale_without_gap_or_overlap(name):
    instrument = instruments()[name]
    for subscale in instrument.subscales:
        low, high = instrument.bounds(subscale)
        whole = [value for band in subscale.bands for value in range(int(band.low), int(band.high) + 1)]
        assert whole in ([], list(range(int(low), int(high) + 1)))


@pytest.mark.parametrize("name", EVERY)
@given(data=st.data())
def test_scores_stay_between_the_ends_and_mirrored_answers_mirror_sums(name, data):
    instrument = instruments()[name]
    answer = st.sampled_from(range(instrument.lowest, instrument.highest + 1, instrument.step))
    answers = np.array(
        [data.draw(st.lists(answer, min_size=instrument.items, max_size=instrument.items))], float
    )
    found, mirrored = (
        score(instrument, a) for a in (answers, instrument.lowest + instrument.highest - answers)
    )
    for subscale in instrument.subscales:
        low, high = instrument.bounds(subscale)
        assert low - 1e-9 <= found[subscale.name][0] <= high + 1e-9
        if not subscale.table:
            assert found[subscale.name][0] + mirrored[subscale.name][0] == pytest.approx(low + high)


@pytest.mark.parametrize("name", EVERY)
def test_an_unanswered_item_takes_away_its_own_subscales_and_no_other(name):
    instrument = instruments()[name]
    answers = np.full((instrument.items, instrument.items), float(instrument.lowest))
    np.fill_diagonal(answers, np.nan)  # person n has not answered item n
    found = score(instrument, answers)
    for subscale in instrument.subscales:
        missing = np.isnan(found[subscale.name])
        if subscale.fewest is not None:
            assert not missing.any()
            continue
        assert set(np.flatnonzero(missing) + 1) == set(subscale.items)


@pytest.mark.parametrize("answer", [0, 6, 2.5])
def test_an_answer_outside_the_range_is_refused_without_naming_it(answer):
    with pytest.raises(Fault) as caught:
        scores("proqol-5", [answer] * 30)
    assert str(caught.value) == (
        "An answer to ProQOL-5 is outside the range of the questionnaire. Expected: whole numbers from 1 to 5."
    )


def test_answers_of_another_questionnaire_are_refused():
    with pytest.raises(Fault, match=r"wrong shape\. Expected: 30 columns"):
        scores("proqol-5", [1] * 29)


def test_a_misspelt_subscale_asks_for_the_right_one():
    with pytest.raises(Fault, match=r'no subscale \'burn-out\'.* Did you mean "burnout"\?'):
        instruments()["proqol-5"].subscale("burn-out")
