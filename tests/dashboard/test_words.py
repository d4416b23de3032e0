"""The sentences: what they must say, what they must never say, and the digits they say it with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.disclosure import INTERNAL, UNMASKED, ReleasedFinding, released
from analysis.finding import ArmFigures, Contrast, Effect, Estimate, Finding
from analysis.outcome import Outcome
from analysis.plan import Plan
from analysis.verdict import judge
from dashboard import words
from tests.support import example_release

LABELS = {"warned": "You can be traced", "control": "No warning"}
CONTRAST = Contrast("warned", "control")
SHARE = Outcome("entered", "Entered the site", "proportion", better="lower")
GUARDRAIL = Outcome("accuracy", "Decisions upheld", "proportion", "guardrail", "higher", 0.02)
SCORE = Outcome("burnout", "Burnout", "score", better="lower", unit="points (10-50)")
COUNT = Outcome("searches", "Repeat searches", "count", better="lower", margin=1.25)
TIME = Outcome("handling", "Handling time", "mean", "guardrail", "lower", 4.0, unit="seconds")
CAUSAL = ("raised", "lowered", "reduced", "caused", "changed", "kept")


def plan(*, randomised: bool = True, covariates: tuple[str, ...] = ()) -> Plan:
    return Plan((), (CONTRAST,), "parallel", randomised=randomised, covariates=covariates)


def finding(
    outcome: Outcome,
    effect: Effect,
    *,
    events: tuple[int, int] = (40, 60),
    n: tuple[int, int] = (200, 200),
    value: tuple[float, float] | None = None,
    **changes: object,
) -> Finding:
    """A finding with its verdict by the rules; `events`, `n` and `value` are treatment, then control."""
    figures = [
        {"value": value[i]} if value else {"events": float(events[i]), "value": events[i] / n[i]}
        for i in (0, 1)
    ]
    cells = [(n[i],) if value else (n[i], events[i], n[i] - events[i]) for i in (0, 1)]
    arms = tuple(ArmFigures(arm, n[i], 0, figures[i], cells[i]) for arm, i in (("control", 1), ("warned", 0)))
    estimate = Estimate({outcome.scale.name: effect})
    made = Finding(outcome, CONTRAST, "score_interval", True, estimate, arms, judge(outcome, effect))
    return replace(made, **changes)


def say(made: Finding, *, masked: bool = True, **kwargs: object) -> str:
    """The sentence, with plain spaces for easier reading here."""
    shown: ReleasedFinding = released(made, INTERNAL if masked else UNMASKED)
    text = words.finding_sentence(shown, plan=plan(**kwargs), labels=LABELS)
    return text.replace(words.figures.SPACE, " ")


def test_a_benefit_names_who_what_how_much_how_sure_and_the_arms() -> None:
    assert say(finding(SHARE, Effect(-0.1, -0.183, -0.0141))) == (
        "‘You can be traced’ lowered ‘Entered the site’ by 10.0 percentage points "
        "(95 % interval 1.4 to 18.3), a benefit. 20.0 % of 200 against 30.0 % of 200 with ‘No warning’."
    )


def test_the_published_honeypot_figures_are_said_as_published() -> None:
    release = example_release("honeypot")
    said = words.finding_sentence(
        release.default_findings()[0],
        plan=release.plan,
        labels={arm.name: arm.label for arm in release.study.arms},
    ).replace(words.figures.SPACE, " ")
    assert "49.4 % of 81 against 27.0 % of 100" in said
    assert "22.4 percentage points" in said


def test_harm_is_said_plainly() -> None:
    said = say(finding(SHARE, Effect(0.1, 0.014, 0.183), events=(60, 40)))
    assert "raised ‘Entered the site’" in said
    assert ", harm." in said


@pytest.mark.parametrize(
    ("outcome", "effect"),
    [
        (SHARE, Effect(-0.1, -0.18, -0.01)),
        (SHARE, Effect(0.02, -0.03, 0.07)),
        (GUARDRAIL, Effect(-0.01, -0.015, -0.005)),
        (GUARDRAIL, Effect(0.0, -0.01, 0.01)),
        (GUARDRAIL, Effect(-0.05, -0.07, -0.03)),
        (GUARDRAIL, Effect(-0.02, -0.03, -0.01)),
        (COUNT, Effect(0.8, 0.7, 0.9)),
        (replace(SHARE, margin=0.05), Effect(0.0, -0.01, 0.01)),
    ],
)
def test_only_randomised_designs_use_causal_words(outcome: Outcome, effect: Effect) -> None:
    made = finding(outcome, effect)
    assert any(word in say(made) for word in (*CAUSAL, "smaller than"))
    observed = say(made, randomised=False)
    assert not any(word in observed for word in CAUSAL)


def test_an_observed_difference_is_an_association() -> None:
    assert "is associated with ‘Entered the site’ being lower by" in say(
        finding(SHARE, Effect(-0.1, -0.18, -0.01)), randomised=False
    )
    assert "was followed by a change in" in say(finding(SHARE, Effect(0.02, -0.03, 0.07)), randomised=False)


def test_unclear_is_never_no_effect_but_what_the_interval_still_allows() -> None:
    said = say(finding(replace(SHARE, margin=0.05), Effect(0.0061, -0.0212, 0.0634)))
    assert said.startswith(
        "It is unclear whether ‘You can be traced’ changed ‘Entered the site’: the data are compatible with "
        "anything from 2.12 percentage points lower to 6.34 percentage points higher (95 % interval)"
    )
    assert "a worsening as large as the margin of 5 percentage points is not excluded" in said
    assert "an improvement as large is excluded" in said
    assert "no effect" not in said


def test_an_unclear_finding_may_exclude_neither_direction() -> None:
    said = say(finding(replace(SHARE, margin=0.02), Effect(0.0, -0.03, 0.03)))
    assert "a difference as large as the margin of 2 percentage points is not excluded" in said


def test_worse_than_no_effect_inside_the_margin_is_said() -> None:
    said = say(finding(GUARDRAIL, Effect(-0.01, -0.015, -0.005)))
    assert "lowered ‘Decisions upheld’ by 1.00 percentage points (95 % interval 0.50 to 1.50)" in said
    assert "worse than no effect, but inside the margin of 2 percentage points" in said


def test_worse_than_no_effect_and_perhaps_beyond_the_margin_is_said() -> None:
    said = say(finding(GUARDRAIL, Effect(-0.02, -0.03, -0.01)))
    assert (
        "worse than no effect, and whether by more than the margin of 2 percentage points is unclear" in said
    )


def test_harm_on_a_guardrail_says_that_it_is_worse_than_the_plan_allows() -> None:
    said = say(finding(TIME, Effect(7.9, 5.8, 10.0), value=(39.3, 31.4)))
    assert "raised ‘Handling time’ by 7.9 seconds (95 % interval 5.8 to 10.0), harm" in said
    assert "worse than the plan allows (a margin of 4 seconds)" in said


def test_equivalence_speaks_of_the_margin() -> None:
    said = say(finding(replace(SHARE, margin=0.05), Effect(0.0, -0.01, 0.012)))
    assert said.startswith("Any difference in ‘Entered the site’ with ‘You can be traced’ is smaller than")


def test_a_ratio_is_told_as_a_change_in_per_cent_and_names_the_ratio_of_its_interval() -> None:
    said = say(finding(COUNT, Effect(0.902, 0.851, 0.957), value=(1.42, 1.58)))
    assert "lowered ‘Repeat searches’ by 9.8 % (rate ratio 0.902, 95 % interval 0.851 to 0.957)" in said
    assert "1.42 (n = 200) against 1.58 (n = 200)" in said
    assert "percentage points" not in said


def test_percentage_points_are_never_called_per_cent() -> None:
    said = say(finding(SHARE, Effect(-0.1, -0.183, -0.0141)))
    assert "10.0 %" not in said


def test_masked_arms_are_left_out_and_that_is_said() -> None:
    said = say(finding(SHARE, Effect(-0.1, -0.18, -0.01), events=(4, 60)))
    assert "too few people to be shown" in said
    assert "2.0 %" not in said
    assert "2.00 % of 200" in say(finding(SHARE, Effect(-0.1, -0.18, -0.01), events=(4, 60)), masked=False)


def test_an_adjusted_p_value_that_decided_is_said() -> None:
    made = finding(SHARE, Effect(-0.1, -0.18, -0.01, p_value=0.03))
    made = replace(made, verdict="inconclusive", p_adjusted=0.0612, adjusted_by="holm")
    said = say(made)
    assert "It is unclear" in said
    assert "adjusted for the plan’s several questions (Holm) p = 0.061" in said


def test_an_adjusted_p_value_that_decided_nothing_is_not_said() -> None:
    made = replace(finding(SHARE, Effect(0.0, -0.1, 0.1)), p_adjusted=0.9, adjusted_by="holm")
    assert "adjusted for" not in say(made)


def test_figures_before_adjustment_are_named_so() -> None:
    made = finding(SCORE, Effect(-2.8, -5.3, -0.4), value=(26.1, 28.4), estimator="ancova")
    assert "Before adjustment: 26.1 points (n = 200)" in say(made, covariates=("baseline",))
    assert "Before adjustment" not in say(made)


def test_the_level_of_the_interval_is_named() -> None:
    assert "97.5 % interval" in say(finding(SHARE, Effect(-0.1, -0.18, -0.01, level=0.975)))


def test_an_open_end_is_said() -> None:
    said = say(finding(SHARE, Effect(-0.1, None, 0.05)))
    assert "anything up to 5 percentage points higher" in said.replace("5.0", "5")


def test_a_headline_claims_no_effect_that_the_interval_does_not_show() -> None:
    unclear = released(finding(SHARE, Effect(0.02, -0.03, 0.07)), INTERNAL)
    assert words.headline(unclear, plan=plan(), labels=LABELS).startswith("It is unclear whether")
    inside = released(finding(TIME, Effect(0.6, -1.2, 2.4), value=(32.0, 31.4)), INTERNAL)
    assert words.headline(inside, plan=plan(), labels=LABELS) == (
        "‘You can be traced’ kept ‘Handling time’ inside its margin of 4 seconds"
    )


@pytest.mark.parametrize("name", ["honeypot", "blurring", "peer-support"])
def test_no_sentence_shows_a_figure_as_zero_or_a_programming_word(name: str) -> None:
    release = example_release(name)
    labels = {arm.name: arm.label for arm in release.study.arms}
    for shown in release.default_findings():
        said = words.finding_sentence(shown, plan=release.plan, labels=labels)
        for bad in ("0.000", "nan", "None", "inf", "_", "{", "  ", "..", " ,"):
            assert bad not in said
        assert said.endswith(".")
        assert words.level_text(shown.effect.level) in said


def test_every_verdict_and_check_has_a_word_and_a_shape_of_its_own() -> None:
    for marks in (words.VERDICTS, words.CHECKS, words.STATES):
        assert len({mark.shape for mark in marks.values()}) == len(marks)
        assert len({mark.word for mark in marks.values()}) == len(marks)


@pytest.mark.parametrize(
    ("effect", "text"),
    [
        (Effect(2.6378, 1.4187, 4.9043), "2.64 (1.42 to 4.90)"),
        (Effect(12.31, 1.052, 140.2), "12.31 (1.05 to 140.20)"),
        (Effect(0.9021, 0.8511, 0.9574), "0.902 (0.851 to 0.957)"),
    ],
)
def test_ratios_never_lose_the_digits_that_tell_them_from_one(effect: Effect, text: str) -> None:
    ratio = COUNT.scale
    assert words.effect_text(effect, scale=ratio, outcome=COUNT) == text
