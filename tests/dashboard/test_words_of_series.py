"""Sentences about series: what followed a change, against what, and never that the change did it."""

from __future__ import annotations

import pytest

from analysis.disclosure import released
from analysis.finding import ArmFigures, Contrast, Effect, Estimate, Finding
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.policy import UNMASKED
from analysis.verdict import judge
from dashboard import words

LABELS = {"chatbot": "Chatbot added", "before": "Before"}
CONTRAST = Contrast("chatbot", "before")
SHARE = Outcome("share", "Flagged searches", "series", better="lower", unit="share")
VISITS = Outcome("visits", "Help visits", "series", better="higher", unit="visits a day")
CAUSAL = ("raised", "lowered", "reduced", "caused", "changed", "kept", "rose", "fell")


def say(outcome: Outcome, effect: Effect, layout: str, *, randomised: bool = False) -> str:
    values = {"before": 0.0125, "chatbot": 0.0113}
    arms = tuple(
        ArmFigures(arm, n, 0, {"value": values[arm]}, ()) for arm, n in (("before", 120), ("chatbot", 80))
    )
    estimate = Estimate({outcome.scale.name: effect})
    found = Finding(outcome, CONTRAST, "any", True, estimate, arms, judge(outcome, effect))
    plan = Plan((), (CONTRAST,), layout, randomised=randomised)
    text = words.finding_sentence(released(found, UNMASKED), plan=plan, labels=LABELS)
    return text.replace(words.figures.SPACE, " ")


def test_a_fall_is_told_against_the_series_own_course() -> None:
    assert say(SHARE, Effect(-0.0012, -0.002, -0.0004), "series").startswith(
        "‘Chatbot added’ was followed by a fall of 0.120 percentage points in ‘Flagged searches’ (95 % interval "
        "0.040 to 0.200) against its earlier course, a benefit. Observed on average, trend and season not "
        "allowed for: 1.13 %"
    )


def test_a_rise_on_platforms_is_told_against_those_without_the_change() -> None:
    said = say(VISITS, Effect(4.0, 1.0, 7.0), "panel")
    assert "was followed by a rise of 4.00 visits a day in ‘Help visits’" in said
    assert "against those without it, a benefit" in said


@pytest.mark.parametrize("layout", ["series", "panel"])
@pytest.mark.parametrize("effect", [Effect(-0.1, -0.2, -0.05), Effect(0.1, -0.1, 0.3), Effect(0.2, 0.1, 0.3)])
def test_no_sentence_says_that_the_change_did_it(layout: str, effect: Effect) -> None:
    said = say(SHARE, effect, layout)
    assert "followed by" in said
    assert not [word for word in CAUSAL if f" {word} " in said]


def test_only_dates_drawn_by_lot_earn_causal_words() -> None:
    assert "With ‘Chatbot added’, ‘Flagged searches’ fell by" in say(
        SHARE, Effect(-0.1, -0.2, -0.05), "panel", randomised=True
    )
